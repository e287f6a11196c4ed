"""A phone that runs the app's own store and sync in Node, and a network that loses replies."""

import atexit
import json
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROJECT_DIR = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
CHUNK_BYTES = 65536


@cache
def phone_program() -> Path:
    """Build the phone for Node, once per test process; return its file."""
    place = Path(tempfile.mkdtemp(prefix="cerdas-phone-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    subprocess.run(
        [
            *(PROJECT_DIR / "scripts" / "node.sh", "run", "npx", "vite", "build"),
            *("--config", "tests/scenario/vite.config.ts", "--outDir", place, "--logLevel", "warn"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return place / "phone.mjs"


class Device:
    """One phone. Every call is a line to its program; DeviceFault when that says no."""

    def __init__(self, base: str) -> None:
        program = [PROJECT_DIR / "scripts" / "node.sh", "run", "node", phone_program(), base]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __call__(self, deed: str, **given: Any) -> Any:
        """Let the phone do something; return what it says."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": deed, **given}, default=str) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer = json.loads(line)
        if "error" in answer:
            raise DeviceFault(answer["error"])
        return answer["ok"]

    def operations(self) -> list[str]:
        """Return what waits, as "type state"."""
        return [f"{row['type']} {row['state']}" for row in self("operations")]


class DeviceFault(Exception):
    """The phone could not do it."""


class CuttingProxy:
    """A network that loses replies: the server has answered, and the phone never hears it.

    replies_to_cut: how many of the next replies are lost.
    """

    def __init__(self, port: int) -> None:
        self._upstream = port
        self.replies_to_cut = 0
        self._listener = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                phone, _ = self._listener.accept()
                server = socket.create_connection((HOST, self._upstream))
                for work in (self._requests, self._replies):
                    threading.Thread(target=work, args=(phone, server), daemon=True).start()

    def _requests(self, phone: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := phone.recv(CHUNK_BYTES):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _replies(self, phone: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), phone, server:
            while data := server.recv(CHUNK_BYTES):
                if self.replies_to_cut > 0:
                    self.replies_to_cut -= 1
                    phone.shutdown(socket.SHUT_RDWR)
                    return
                phone.sendall(data)
