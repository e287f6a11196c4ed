"""The form engine in V8: one isolate per process, the bundle that phones run too.

Synchronous; in asyncio call it in a thread. A verdict of a large household takes 0.1 to 0.3 s.
scripts/node.sh builds the bundle from pwa/src/engine. Source: design, section 6; docs/forms.md.
"""

import atexit
import contextlib
import ctypes
import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from py_mini_racer import (
    JSEvalException,
    JSFunction,
    JSOOMException,
    JSTimeoutException,
    MiniRacer,
)

from kegiatan.form.json_value import JsonObject, JsonValue

BUILD = Path(__file__).parent / "engine_build"
TIMEOUT_SECONDS = 3.0
HEAP_BYTES = 256 * 1024 * 1024  # of one isolate; typed arrays do not count: limit the process too
FORMS_KEPT = 16  # compiled forms in one isolate
ERROR_LENGTH = 300
# survey-core waits with it for what the verdict never needs; V8 alone has no such function.
_SHIM = "globalThis.queueMicrotask = work => { Promise.resolve().then(work); };"


class EngineError(Exception):
    """The engine gave no result; `code` says why: broken, timeout, out_of_memory, not_built."""

    code = "broken"

    def __init__(self, text: str) -> None:
        super().__init__(text[:ERROR_LENGTH])


class EngineTimeout(EngineError):
    """The form or the answers kept the engine busy for too long; the isolate was discarded."""

    code = "timeout"


class EngineOutOfMemory(EngineError):
    """The form or the answers need too much memory; the isolate was discarded."""

    code = "out_of_memory"


class EngineNotBuilt(EngineError):
    """There is no bundle: scripts/node.sh has not run."""

    code = "not_built"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. path: `anggota[<_id>].kbli`; part: inside a composite answer, else "".

    message, title: text in the language asked for, never markup, yet with answers piped in: escape.
    """

    path: str
    part: str
    code: str
    message: str
    title: str
    page: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """A code that an answer takes from a master data set."""

    path: str
    type: str
    code: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says about a set of answers.

    answers: canonical; answers of hidden questions are left out (`hidden`: their paths), computed
    ones made anew. blanks: paths of shown questions that may be answered and are not.
    answered, total: of the questions that may be answered now. outcome: the visit outcome or None.
    """

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    truncated: bool
    blanks: tuple[str, ...]
    label: str
    visible: tuple[str, ...]
    hidden: tuple[str, ...]
    answers: JsonObject
    answered: int
    total: int
    outcome: JsonValue
    lookups: tuple[Lookup, ...]

    @property
    def passed(self) -> bool:
        """Whether no rule is broken; warnings may be."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class JsonFault:
    """What survey-core says about the JSON. place: `pages[0].elements[2]`, "" for the whole."""

    place: str
    type: str
    message: str
    property: str


@dataclass(frozen=True, slots=True)
class ExpressionFault:
    """One fault of an expression. code: syntax_error, unknown_function, unknown_name, always_same.

    place: as in JsonFault, of the object that holds it; element: its name; name: what is unknown.
    """

    place: str
    element: str
    property: str
    expression: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UsedNames:
    """The names that one expression reads, or (kind "text") that are piped into a text."""

    place: str
    property: str
    expression: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InspectedQuestion:
    """A question of a form. path: `anggota[].kbli`; place: where in the JSON it stands."""

    path: str
    place: str
    name: str
    kind: str
    title: str
    page: str
    required: bool
    editable_by: tuple[str, ...]
    master: str | None
    uses: tuple[UsedNames, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A form as the engine reads it. uses: of everything that is no question."""

    json_errors: tuple[JsonFault, ...]
    expression_errors: tuple[ExpressionFault, ...]
    questions: tuple[InspectedQuestion, ...]
    uses: tuple[UsedNames, ...]


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

    timeout_seconds: per call. heap_bytes: of the isolate. One call at a time (a lock).
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
        self._racer: MiniRacer | None = None
        self._functions: dict[str, JSFunction] = {}
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
    ) -> Verdict:
        """Judge answers by the rules of a form; raises EngineError.

        key: names the form (its checksum); the compiled form is kept under it, and `form` is not
        looked at again. now: wall-clock time of the office, `2026-11-20T19:00`. known: {data set:
        codes that exist}; a lookup in a set that is not named passes.
        """
        stated = {"locale": locale, "now": now, "assignmentId": assignment_id, "known": known}
        options = _dump({name: value for name, value in stated.items() if value is not None})
        rest = (_dump(answers), _dump(dict(prefilled or {})), options)
        with self._lock:
            if key is None:
                raw = self._call("evaluate", _dump(dict(form)), *rest)
            else:
                self._load(key, form)
                raw = self._call("evaluateLoaded", key, *rest)
        return _verdict(raw)

    def inspect(self, form: Mapping[str, Any]) -> Inspection:
        """Return what survey-core says about a form, and its questions with the names they read."""
        return _inspection(self.run("inspect", dict(form)))

    def run(self, function: str, *arguments: object) -> Any:
        """Call a function of the bundle with JSON values, texts as they are; raises EngineError."""
        texts = [value if isinstance(value, str) else _dump(value) for value in arguments]
        with self._lock:
            return self._call(function, *texts)

    def close(self) -> None:
        """Discard the isolate; the next call makes a new one."""
        with self._lock:
            self._discard()

    def heap_bytes_used(self) -> int:
        """Return the size of the isolate's heap; 0 without an isolate."""
        return int(self._racer.heap_stats()["used_heap_size"]) if self._racer else 0

    def _load(self, key: str, form: Mapping[str, Any]) -> None:
        if key in self._forms:
            self._forms.move_to_end(key)
            return
        self._call("load", key, _dump(dict(form)))
        self._forms[key] = None
        while len(self._forms) > FORMS_KEPT:
            self._call("forget", self._forms.popitem(last=False)[0])

    def _call(self, name: str, *arguments: str) -> Any:
        try:
            result = self._function(name)(*arguments, timeout_sec=self.timeout_seconds)
        except JSTimeoutException as error:
            self._discard()  # a terminated script has not cleaned up behind itself
            raise EngineTimeout(f"no result within {self.timeout_seconds} s") from error
        except JSOOMException as error:
            self._discard()
            raise EngineOutOfMemory(f"more than {self.heap_bytes} bytes of heap") from error
        except JSEvalException as error:
            if self._racer is not None and self._racer.was_hard_memory_limit_reached():
                self._discard()
                raise EngineOutOfMemory(f"more than {self.heap_bytes} bytes of heap") from error
            raise EngineError(str(error).strip().partition("\n")[0]) from None
        return orjson.loads(result) if isinstance(result, str) else None

    def _function(self, name: str) -> JSFunction:
        if self._racer is None:
            self._racer = MiniRacer()
            self._racer.set_hard_memory_limit(self.heap_bytes)
            self._racer.eval(_SHIM)
            self._racer.eval(self.bundle.source)
        if name not in self._functions:
            found = self._racer.eval(f"CerdasEngine[{json.dumps(name)}]")
            if not isinstance(found, JSFunction):
                raise EngineError(f"the engine has no function {name}")
            self._functions[name] = found
        return self._functions[name]

    def _discard(self) -> None:
        racer, self._racer = self._racer, None
        self._functions.clear()
        self._forms.clear()
        if racer is not None:
            with contextlib.suppress(JSEvalException):
                racer.eval("0", timeout_sec=1)  # a terminated script reports before its loop ends
            racer.close()


_T = TypeVar("_T")
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
        if found._racer is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(found._racer))
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


def _all(make: Callable[..., _T], items: list[dict[str, Any]]) -> tuple[_T, ...]:
    return tuple(make(**item) for item in items)


def _verdict(raw: dict[str, Any]) -> Verdict:
    return Verdict(
        errors=_all(Finding, raw["errors"]),
        warnings=_all(Finding, raw["warnings"]),
        truncated=raw["truncated"],
        blanks=tuple(raw["blanks"]),
        label=raw["label"],
        visible=tuple(raw["visible"]),
        hidden=tuple(raw["hidden"]),
        answers=raw["answers"],
        answered=raw["progress"]["answered"],
        total=raw["progress"]["total"],
        outcome=raw["outcome"],
        lookups=_all(Lookup, raw["lookups"]),
    )


def _uses(items: list[dict[str, Any]]) -> tuple[UsedNames, ...]:
    return tuple(UsedNames(**{**item, "names": tuple(item["names"])}) for item in items)


def _inspection(raw: dict[str, Any]) -> Inspection:
    questions = tuple(
        InspectedQuestion(
            **{
                **item,
                "editable_by": tuple(item["editable_by"]),
                "uses": _uses(item["uses"]),
            }
        )
        for item in raw["questions"]
    )
    return Inspection(
        json_errors=_all(JsonFault, raw["jsonErrors"]),
        expression_errors=_all(ExpressionFault, raw["expressionErrors"]),
        questions=questions,
        uses=_uses(raw["uses"]),
    )
