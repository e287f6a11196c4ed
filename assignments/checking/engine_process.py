"""The parent's side of the process in which V8 runs: ask, watch its memory and time, replace it.

Whatever a form or an answer makes V8 do ends that process, not the worker.
"""

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from assignments.checking.child import LENGTH

MIB = 2**20
HANG_SECONDS = 20.0  # the engine stops itself after 3 s; starting it on a busy machine takes some
RSS_LIMIT_BYTES = 900 * MIB  # more than this while it works: killed
RSS_RENEW_BYTES = 512 * MIB  # more than this when it has answered: replaced
_TICK_SECONDS = 0.1
_CHUNK = 65_536
_PAGE = os.sysconf("SC_PAGE_SIZE")


class EngineGone(Exception):
    """There is no verdict.

    reason: crashed, hung, out_of_memory, timeout, broken, no_form, or the name of an exception.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EngineProcess:
    """One child process, started when it is first asked and again after it was lost."""

    def __init__(
        self,
        *,
        hang_seconds: float = HANG_SECONDS,
        rss_limit_bytes: int = RSS_LIMIT_BYTES,
        rss_renew_bytes: int = RSS_RENEW_BYTES,
    ) -> None:
        self.hang_seconds = hang_seconds
        self.rss_limit_bytes = rss_limit_bytes
        self.rss_renew_bytes = rss_renew_bytes
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the id of the running child, None without one."""
        return self._process.pid if self._process is not None else None

    def judge(self, request: dict[str, Any], form: Any) -> dict[str, Any]:
        """Return the child's verdict: errors, warnings, truncated, lookups, engine.

        request: see `child._answer`; form: sent only when the child does not hold it.
        Raises EngineGone.
        """
        reply = self._ask(request)
        if reply.get("needs_form"):
            reply = self._ask({**request, "form": orjson.Fragment(json.dumps(form))})
        if self.rss_bytes() > self.rss_renew_bytes:
            self.close()
        if "failure" in reply:
            raise EngineGone(str(reply["failure"]))
        return reply

    def rss_bytes(self) -> int:
        """Return the memory of the child; 0 without one."""
        if self._process is None:
            return 0
        try:
            fields = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        except OSError:
            return 0
        return int(fields[1]) * _PAGE

    def close(self) -> None:
        """End the child at once; it holds nothing that has to be kept."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        process.wait()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._running()
        message = orjson.dumps(request)
        try:
            assert process.stdin is not None
            process.stdin.write(LENGTH.pack(len(message)) + message)
            process.stdin.flush()
            reply: dict[str, Any] = orjson.loads(self._receive(process))
        except EngineGone:
            self.close()
            raise
        except (OSError, orjson.JSONDecodeError):
            self.close()
            raise EngineGone("crashed") from None
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("child.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # V8 may print what it was working on
            env={"LANG": "C.UTF-8", "TZ": "UTC"},
        )
        return self._process

    def _receive(self, process: subprocess.Popen[bytes]) -> bytes:
        """Return the reply; watch time and memory meanwhile. Raises EngineGone."""
        deadline = time.monotonic() + self.hang_seconds
        received = bytearray()
        wanted = LENGTH.size
        assert process.stdout is not None
        descriptor = process.stdout.fileno()
        while len(received) < wanted:
            if select.select([descriptor], [], [], _TICK_SECONDS)[0]:
                chunk = os.read(descriptor, _CHUNK)
                if not chunk:
                    raise EngineGone("crashed")
                received += chunk
                if len(received) >= LENGTH.size:
                    wanted = LENGTH.size + LENGTH.unpack(received[: LENGTH.size])[0]
            elif self.rss_bytes() > self.rss_limit_bytes:
                raise EngineGone("out_of_memory")
            elif time.monotonic() > deadline:
                raise EngineGone("hung")
        return bytes(received[LENGTH.size :])
