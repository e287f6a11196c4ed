"""The parent's side of the process in which V8 runs: ask, watch its memory and time, replace it.

Whatever a form or an answer makes V8 do ends that process, not the worker. Time is what the process
computes: on an overloaded machine a household of many members may take a minute by the clock.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from kegiatan.form.caps import INSPECTION_SECONDS, PATIENCE
from kegiatan.form.engine_child import LENGTH
from kegiatan.form.engine_results import Inspection, Verdict, inspection_of, verdict_of

MIB = 2**20
JUDGE_SECONDS = 3.0  # of computing, for one verdict: the child stops itself
HANG_SECONDS = 20.0  # in which a child that lives would have computed something
START_SECONDS = 60.0  # by the clock, for starting it and reading a form on a busy machine
RSS_LIMIT_BYTES = 900 * MIB  # more than this while it works: killed
RSS_RENEW_BYTES = 512 * MIB  # more than this when it has answered: replaced
SHARED_RENEW_BYTES = 300 * MIB  # the same of a server's own child; a fresh one has about 95
# by the clock, for who has the child before; publishers are few and would rather wait
SHARED_WAIT_SECONDS = {"edit": 2.0, "lint": 20.0, "design": 5.0}
# by the clock, for everything that is asked at one lending: a page waits in its transaction, but
# for the doors of design, which have none open
SHARED_SECONDS = {"edit": 15.0, "lint": 40.0, "design": 40.0}
IDLE_SECONDS = 300.0  # after which a server's own child ends
_TICK_SECONDS = 0.1
_CHUNK = 65_536
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class EngineGone(Exception):
    """There is no verdict.

    reason: crashed, hung, busy, out_of_memory, timeout, broken, not_built, no_form, or the name of
    an exception. words: what the engine said of a form, never of answers.
    """

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.words = words


class EngineProcess:
    """One child process, started when it is first asked and again after it was lost.

    ends_at: when, on the monotonic clock, who asks stops waiting, however busy the machine is.
    """

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
        self.ends_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0

    @property
    def pid(self) -> int | None:
        """Return the id of the running child, None without one."""
        return self._process.pid if self._process is not None else None

    def judge(
        self, request: dict[str, Any], form: Any, *, seconds: float = JUDGE_SECONDS
    ) -> dict[str, Any]:
        """Return the child's verdict: errors, warnings, truncated, lookups, engine.

        request: see `engine_child._answer`; form: sent only when the child does not hold it.
        seconds: what the child may compute. Raises EngineGone.
        """
        request = {**request, "seconds": seconds}
        reply = self._ask(request)
        if reply.get("needs_form"):
            reply = self._ask({**request, "form": orjson.Fragment(json.dumps(form))})
        if self.rss_bytes() > self.rss_renew_bytes:
            self.close()
        if "failure" in reply:
            raise EngineGone(str(reply["failure"]), str(reply["words"]))
        return reply

    def verdict(
        self, request: dict[str, Any], form: Any, *, seconds: float = JUDGE_SECONDS
    ) -> Verdict:
        """Return the whole verdict, for who asks as `judge`. Raises EngineGone."""
        reply = self._judge_again({**request, "do": "verdict"}, form, seconds)
        return verdict_of(reply["verdict"])

    def inspect(self, form: Any, *, seconds: float = INSPECTION_SECONDS) -> Inspection:
        """Return what the engine says about a form that it could judge. Raises EngineGone."""
        request = {"do": "inspect", "key": "", "form": orjson.Fragment(json.dumps(form))}
        return inspection_of(self._judge_again(request, form, seconds)["inspection"])

    def _judge_again(self, request: dict[str, Any], form: Any, seconds: float) -> dict[str, Any]:
        """Judge, twice when the child is lost: the machine may have ended it."""
        try:
            return self.judge(request, form, seconds=seconds)
        except EngineGone as gone:
            if gone.reason != "crashed":
                raise
        return self.judge(request, form, seconds=seconds)

    def rss_bytes(self) -> int:
        """Return the memory of the child; 0 without one."""
        if self._process is None:
            return 0
        try:
            fields = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        except OSError:
            return 0
        return int(fields[1]) * _PAGE

    def computed_seconds(self) -> float:
        """Return what the child has computed since it started; 0 without one."""
        if self._process is None:
            return 0.0
        try:
            text = Path(f"/proc/{self._process.pid}/stat").read_text()
        except OSError:
            return 0.0
        of_user, of_system = text.rpartition(")")[2].split()[11:13]
        return (int(of_user) + int(of_system)) / _TICKS_PER_SECOND

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
        """Return the reply to this request and no other: without it the child is ended."""
        self._asked += 1
        try:
            message = orjson.dumps({**request, "number": self._asked})
        except TypeError:  # numbers beyond 64 bits
            raise EngineGone("not_json") from None
        process = self._running()
        try:
            sent = memoryview(LENGTH.pack(len(message)) + message)
            reply: dict[str, Any] = json.loads(self._exchange(process, sent, request["seconds"]))
        except (OSError, ValueError):
            self.close()
            raise EngineGone("crashed") from None
        except BaseException:  # a reply left in the pipe would be the next one's
            self.close()
            raise
        if reply.pop("number", None) != self._asked:
            self.close()
            raise EngineGone("crashed")
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                str(Path(__file__).with_name("engine_child.py")),
                str(os.getpid()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # V8 may print what it was working on
            env={"LANG": "C.UTF-8", "TZ": "UTC"},
            bufsize=0,
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)  # a child that hangs reads nothing
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], left: memoryview, seconds: float
    ) -> bytes:
        """Send a message, return the reply; watch time and memory meanwhile. Raises EngineGone."""
        assert process.stdin is not None
        assert process.stdout is not None
        source, sink = process.stdout.fileno(), process.stdin.fileno()
        received, watch = bytearray(), _Watch(self, seconds)
        wanted = LENGTH.size
        while len(received) < wanted:
            sinks = [sink] if left else []
            readable, writable, _errors = select.select([source], sinks, [], _TICK_SECONDS)
            if writable:
                left = left[os.write(sink, left[:_CHUNK]) :]
            if readable:
                chunk = os.read(source, _CHUNK)
                if not chunk:
                    raise EngineGone("crashed")
                received += chunk
                if len(received) >= LENGTH.size:
                    wanted = LENGTH.size + LENGTH.unpack(received[: LENGTH.size])[0]
            if not readable and not writable:
                watch.look()
        return bytes(received[LENGTH.size :])


class _Watch:
    """Looks after a child that has been asked something. seconds: what it may compute."""

    def __init__(self, process: EngineProcess, seconds: float) -> None:
        self._process = process
        now = time.monotonic()
        self._deadline = now + START_SECONDS + seconds * PATIENCE
        self._computed, self._moved_at = process.computed_seconds(), now

    def look(self) -> None:
        """Raise EngineGone when the child has grown too large, computes nothing or has no end."""
        if self._process.rss_bytes() > self._process.rss_limit_bytes:
            raise EngineGone("out_of_memory")
        now, computed = time.monotonic(), self._process.computed_seconds()
        if computed > self._computed:
            self._computed, self._moved_at = computed, now
        if now - self._moved_at > self._process.hang_seconds or now > self._deadline:
            raise EngineGone("hung")
        if self._process.ends_at is not None and now > self._process.ends_at:
            raise EngineGone("busy")


_shared: dict[tuple[int, str], EngineProcess] = {}
_locks = {purpose: threading.Lock() for purpose in SHARED_SECONDS}
_idle: dict[str, threading.Timer] = {}


@contextmanager
def shared_process(purpose: str) -> Iterator[EngineProcess]:
    """Lend this process's child for a purpose, edit, lint or design: one who asks at a time.

    A server's own process never runs a form: what ends V8 would end it. Raises EngineGone (busy)
    when others have the child: a form that takes long does not hold up every office. That of lint,
    seldom asked, ends at once; the others when nobody asks for some minutes.
    """
    lock = _locks[purpose]
    if not lock.acquire(timeout=SHARED_WAIT_SECONDS[purpose]):
        raise EngineGone("busy")
    try:
        process = _shared.setdefault(
            (os.getpid(), purpose), EngineProcess(rss_renew_bytes=SHARED_RENEW_BYTES)
        )
        process.ends_at = time.monotonic() + SHARED_SECONDS[purpose]
        try:
            yield process
        finally:
            if purpose == "lint":
                process.close()
            else:
                _close_when_idle(purpose, process)
    finally:
        lock.release()


def _close_when_idle(purpose: str, process: EngineProcess) -> None:
    """End the child some minutes after the last who asked."""
    before = _idle.pop(purpose, None)
    if before is not None:
        before.cancel()

    def close() -> None:
        with _locks[purpose]:
            if _idle.get(purpose) is timer:
                process.close()

    timer = _idle[purpose] = threading.Timer(IDLE_SECONDS, close)
    timer.daemon = True
    timer.start()


@atexit.register
def _close_shared() -> None:
    for (pid, _purpose), process in _shared.items():
        if pid == os.getpid():
            process.close()


def _abandon() -> None:
    """Have a forked child begin with locks that nobody holds; its parent's children stay."""
    for purpose in _locks:
        _locks[purpose] = threading.Lock()
    _idle.clear()


os.register_at_fork(after_in_child=_abandon)
