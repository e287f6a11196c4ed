"""The program of the process in which V8 judges answers. It is started by `engine_process`.

It has no settings, no secrets, no database: requests come on stdin and verdicts leave on stdout,
each as 4 bytes of length and JSON. It limits itself and may be killed at any moment.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
LENGTH = struct.Struct(">I")
# Writable memory; V8's own reservations of addresses do not count, its typed arrays do.
DATA_BYTES = 1024 * 2**20
_PR_SET_PDEATHSIG = 1


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next message, None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    body = stream.read(size)
    return body if len(body) == size else None


def _limit_self() -> None:
    """Bound memory, leave no core file, end with the parent, and be the first to be killed."""
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to handle
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900")


def _answer(engine: Any, forms: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Judge one request: {key, form, answers, prefilled, locale, now, assignment_id, known}."""
    from kegiatan.form.engine import EngineError

    if request.get("form") is not None:
        forms[request["key"]] = request["form"]
    form = forms.get(request["key"])
    if form is None:
        return {"needs_form": True}
    names = ("key", "locale", "now", "assignment_id", "known")
    options = {name: request.get(name) for name in names}
    try:
        verdict = engine.evaluate(form, request["answers"], request["prefilled"], **options)
    except EngineError as error:
        return {"failure": error.code}  # never its text, which may quote an answer
    return {
        "errors": verdict.errors,
        "warnings": verdict.warnings,
        "truncated": verdict.truncated,
        "lookups": [[found.path, found.type, found.code] for found in verdict.lookups],
        "engine": engine.hash,
    }


def main() -> None:
    """Answer requests until stdin ends."""
    _limit_self()
    sys.path.insert(0, str(PROJECT_DIR))
    import orjson

    from kegiatan.form.engine import FORMS_KEPT, Engine

    engine, forms = Engine(), {}  # type: tuple[Engine, dict[str, Any]]
    while (message := read_message(sys.stdin.buffer)) is not None:
        if len(forms) > FORMS_KEPT:
            forms.clear()
        reply = orjson.dumps(_answer(engine, forms, orjson.loads(message)))
        sys.stdout.buffer.write(LENGTH.pack(len(reply)) + reply)
        sys.stdout.buffer.flush()
    os._exit(0)  # V8's threads may keep the interpreter from ending


if __name__ == "__main__":
    main()
