"""The form engine in V8: one isolate per process, the bundle that phones run too.

Synchronous; in asyncio call it in a thread. A verdict of a large household takes 0.1 to 0.3 s.
scripts/node.sh builds the bundle from pwa/src/engine. Source: design, section 6; docs/forms.md.
"""

import atexit
import ctypes
import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from kegiatan.form.engine_results import (
    EngineError,
    EngineNotBuilt,
    EngineOutOfMemory,
    EngineTimeout,
    Inspection,
    Verdict,
    inspection_of,
    verdict_of,
)
from kegiatan.form.isolate import Isolate
from kegiatan.form.json_value import JsonObject, JsonValue

BUILD = Path(__file__).parent / "engine_build"
TIMEOUT_SECONDS = 3.0
HEAP_BYTES = 256 * 1024 * 1024  # of one isolate; typed arrays do not count: limit the process too
FORMS_KEPT = 16  # compiled forms in one isolate


@dataclass(frozen=True, slots=True)
class Bundle:
    """The built engine. hash: of its content, told with every verdict."""

    source: str
    hash: str
    survey_core: str


def read_bundle(build: Path = BUILD) -> Bundle:
    """Return the built engine; raises EngineNotBuilt."""
    try:
        manifest = orjson.loads((build / "manifest.json").read_bytes())
        source = (build / manifest["file"]).read_text(encoding="utf-8")
    except (OSError, orjson.JSONDecodeError, KeyError) as error:
        raise EngineNotBuilt("the form engine is not built: run scripts/node.sh") from error
    return Bundle(source, str(manifest["hash"]), str(manifest["survey_core"]))


class Engine:
    """One V8 isolate with the engine loaded; made on first use, made again after a discard.

    timeout_seconds: what a call may compute (see `Isolate.call`). heap_bytes: of the isolate. One
    call at a time (a lock).
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        heap_bytes: int = HEAP_BYTES,
        build: Path = BUILD,
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.heap_bytes = heap_bytes
        self.bundle = read_bundle(build)
        self._isolate: Isolate | None = None
        self._forms: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def hash(self) -> str:
        """Return the content hash of the bundle."""
        return self.bundle.hash

    def evaluate(
        self,
        form: Mapping[str, Any],
        answers: JsonObject,
        prefilled: Mapping[str, JsonValue] | None = None,
        *,
        key: str | None = None,
        locale: str | None = None,
        now: str | None = None,
        assignment_id: str | None = None,
        known: Mapping[str, Sequence[str]] | None = None,
        seconds: float | None = None,
    ) -> Verdict:
        """Judge answers by the rules of a form; raises EngineError. See `evaluate_raw`."""
        raw = self.evaluate_raw(
            form, answers, prefilled, key=key, locale=locale, now=now,
            assignment_id=assignment_id, known=known, seconds=seconds,
        )  # fmt: skip
        return verdict_of(raw)

    def evaluate_raw(
        self,
        form: Mapping[str, Any],
        answers: JsonObject,
        prefilled: Mapping[str, JsonValue] | None = None,
        *,
        key: str | None = None,
        locale: str | None = None,
        now: str | None = None,
        assignment_id: str | None = None,
        known: Mapping[str, Sequence[str]] | None = None,
        seconds: float | None = None,
    ) -> dict[str, Any]:
        """Return a verdict as JSON, from which `verdict_of` makes one; raises EngineError.

        key: names the form (its checksum); the compiled form is kept under it, and `form` is not
        looked at again. now: wall-clock time of the office, `2026-11-20T19:00`. known: {data set:
        codes that exist}; a lookup in a set that is not named passes. seconds: in place of
        `timeout_seconds`.
        """
        stated = {"locale": locale, "now": now, "assignmentId": assignment_id, "known": known}
        options = _dump({name: value for name, value in stated.items() if value is not None})
        rest = (_dump(answers), _dump(dict(prefilled or {})), options)
        with self._lock:
            if key is None:
                raw = self._call("evaluate", _dump(dict(form)), *rest, seconds=seconds)
            else:
                self._load(key, form, seconds)
                raw = self._call("evaluateLoaded", key, *rest, seconds=seconds)
        found: dict[str, Any] = raw
        return found

    def inspect(self, form: Mapping[str, Any]) -> Inspection:
        """Return what survey-core says about a form, and its questions with the names they read."""
        return inspection_of(self.run("inspect", dict(form)))

    def run(self, function: str, *arguments: object, seconds: float | None = None) -> Any:
        """Call a function of the bundle with JSON values, texts as they are; raises EngineError."""
        texts = [value if isinstance(value, str) else _dump(value) for value in arguments]
        with self._lock:
            return self._call(function, *texts, seconds=seconds)

    def close(self) -> None:
        """Discard the isolate; the next call makes a new one."""
        with self._lock:
            self._discard()

    def heap_bytes_used(self) -> int:
        """Return the size of the isolate's heap; 0 without an isolate."""
        return self._isolate.heap_bytes_used() if self._isolate else 0

    def _load(self, key: str, form: Mapping[str, Any], seconds: float | None) -> None:
        if key in self._forms:
            self._forms.move_to_end(key)
            return
        self._call("load", key, _dump(dict(form)), seconds=seconds)
        self._forms[key] = None
        while len(self._forms) > FORMS_KEPT:
            self._call("forget", self._forms.popitem(last=False)[0])

    def _call(self, name: str, *arguments: str, seconds: float | None = None) -> Any:
        if self._isolate is None:
            self._isolate = Isolate(self.bundle.source, "CerdasEngine", self.heap_bytes)
        try:
            result = self._isolate.call(name, arguments, seconds or self.timeout_seconds)
        except (EngineTimeout, EngineOutOfMemory):
            self._discard()
            raise
        return orjson.loads(result) if result is not None else None

    def _discard(self) -> None:
        isolate, self._isolate = self._isolate, None
        self._forms.clear()
        if isolate is not None:
            isolate.close()


_engines: dict[int, Engine] = {}
_engines_lock = threading.Lock()


def engine() -> Engine:
    """Return this process's engine: made on first use, after a fork a new one, closed at exit."""
    with _engines_lock:
        found = _engines.get(os.getpid())
        if found is None:
            found = _engines[os.getpid()] = Engine()
        return found


def engine_hash() -> str:
    """Return the content hash of the engine this process runs."""
    return engine().hash


def checksum(form: Mapping[str, Any]) -> str:
    """Return a key for `Engine.evaluate`: the SHA-256 of the form's JSON."""
    return hashlib.sha256(_dump(dict(form)).encode()).hexdigest()


@atexit.register
def _close() -> None:
    """Close the isolate: the interpreter would hang on its threads."""
    found = _engines.pop(os.getpid(), None)
    if found is not None:
        found.close()


def _abandon() -> None:
    """Leave the parent's isolates alone in a forked child, also at its exit: it has no threads."""
    global _engines_lock
    _engines_lock = threading.Lock()
    for found in _engines.values():
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(found))
    _engines.clear()


os.register_at_fork(after_in_child=_abandon)


def _dump(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise EngineError("the input is not JSON") from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(type(value).__name__)
