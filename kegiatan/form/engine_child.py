"""The program of a process in which V8 runs. It is started by `engine_process`.

It has no settings, no secrets, no database: requests come on stdin and verdicts leave on stdout,
each as 4 bytes of length and JSON. It limits itself, ends with its parent (whichever thread of it
has started it may be gone) and may be killed at any moment.
"""

import json
import os
import resource
import select
import signal
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
LENGTH = struct.Struct(">I")
# Writable memory; V8's own reservations of addresses do not count, its typed arrays do.
DATA_BYTES = 1024 * 2**20
_PARENT_MILLISECONDS = 2_000  # between looks at the parent, were its end of the pipe kept open


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next message, None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    body = stream.read(size)
    return body if len(body) == size else None


def _limit_self() -> None:
    """Bound memory, leave no core file, and be the first to be killed."""
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to handle
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900")


def _end_with(parent: int) -> None:
    """End this process, also in the middle of computing, when its parent has ended or let go."""

    def watch() -> None:
        poll = select.poll()
        poll.register(sys.stdin.fileno(), 0)  # nothing but its hanging up
        while not poll.poll(_PARENT_MILLISECONDS) and os.getppid() == parent:
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _answer(engine: Any, forms: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Answer one request: {key, form, answers, prefilled, locale, now, assignment_id, known,
    seconds}; `do`: verdict, for the whole of it, or inspect, for what the linter asks.
    """
    from kegiatan.form.engine_results import EngineError

    if request.get("form") is not None:
        forms[request["key"]] = request["form"]
    form = forms.get(request["key"])
    if form is None:
        return {"needs_form": True}
    try:
        if request.get("do") == "inspect":
            return _inspected(engine, form, request["seconds"])
        return _judged(engine, form, request)
    except EngineError as error:
        # what a broken form says is about the form; an error over answers may quote one
        words = str(error) if request.get("do") == "inspect" else ""
        return {"failure": error.code, "words": words}


def _judged(engine: Any, form: Any, request: dict[str, Any]) -> dict[str, Any]:
    names = ("key", "locale", "now", "assignment_id", "known", "seconds")
    options = {name: request.get(name) for name in names}
    raw = engine.evaluate_raw(form, request["answers"], request["prefilled"], **options)
    if request.get("do") == "verdict":
        return {"verdict": raw}
    return {
        "errors": raw["errors"],
        "warnings": raw["warnings"],
        "truncated": raw["truncated"],
        "lookups": [[found["path"], found["type"], found["code"]] for found in raw["lookups"]],
        "engine": engine.hash,
    }


def _inspected(engine: Any, form: Any, seconds: float) -> dict[str, Any]:
    """Look at a form, then judge it without answers within what a check has."""
    from kegiatan.form.engine import TIMEOUT_SECONDS

    found = engine.run("inspect", form, seconds=seconds)
    engine.evaluate_raw(form, {}, seconds=TIMEOUT_SECONDS)
    return {"inspection": found}


def _read(message: bytes) -> Any:
    """Read JSON; half symbols, which only the linter sends, are left to the slower reader."""
    import orjson

    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError:
        return json.loads(message)


def _json(value: Any) -> bytes:
    import orjson

    try:
        return orjson.dumps(value)
    except TypeError:  # half a symbol
        return json.dumps(value).encode()


def main() -> None:
    """Answer requests until stdin ends. Argument: the id of the parent."""
    _limit_self()
    _end_with(int(sys.argv[1]))
    sys.path.insert(0, str(PROJECT_DIR))
    from kegiatan.form.engine import FORMS_KEPT, Engine

    engine, forms = Engine(), {}  # type: tuple[Engine, dict[str, Any]]
    while (message := read_message(sys.stdin.buffer)) is not None:
        if len(forms) > FORMS_KEPT:
            forms.clear()
        request = _read(message)
        reply = _json({**_answer(engine, forms, request), "number": request["number"]})
        sys.stdout.buffer.write(LENGTH.pack(len(reply)) + reply)
        sys.stdout.buffer.flush()
    os._exit(0)  # V8's threads may keep the interpreter from ending


if __name__ == "__main__":
    main()
