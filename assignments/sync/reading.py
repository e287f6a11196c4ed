"""Operations as devices send them, read with care: a fault names its field.

Source: design, section 7, "Operation".
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import orjson
from django.utils.translation import gettext as _

from assignments.models import OperationType
from assignments.services.responses import (
    COMMENT_LENGTH,
    COMMENTS_PER_REJECTION,
    ActionData,
    Comment,
)
from cerdas.errors import Invalid
from cerdas.json_reading import read_json
from kegiatan.form.json_value import clean_json, json_bytes

VERDICT_BYTES = 64 * 1024
FIELD_WORK = frozenset({OperationType.SUBMIT, OperationType.CREATE})


@dataclass(frozen=True)
class Operation:
    """One operation of a device.

    Exactly one of base_version and after is set, except for `create` which has neither.
    data: the object as it came; payload_sha256: digest of the whole operation, key order aside.
    fault: why a field is unusable; such field work is parked, anything else refused.
    """

    index: int
    id: UUID
    type: str
    assignment_id: UUID
    base_version: int | None
    after: UUID | None
    at: datetime | None
    data: Mapping[str, Any]
    payload_sha256: str
    fault: Invalid | None = None

    @property
    def is_field_work(self) -> bool:
        """Return True for what is never turned away."""
        return self.type in FIELD_WORK


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, details={"field": field})


def read_uuid(value: Any, field: str) -> UUID:
    """Return a UUID given as text. Raises Invalid naming the field."""
    try:
        if isinstance(value, str) and len(value) <= 36:
            return UUID(value)
    except ValueError:
        pass
    raise _invalid(field, _("%(field)s must be a UUID.") % {"field": field})


def _version(value: Any, field: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
        return value
    raise _invalid(field, _("%(field)s must be a positive whole number.") % {"field": field})


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None and 1970 <= moment.year <= 2999:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise _invalid("at", _("at must be a time in ISO 8601 with its offset, such as …Z."))


def payload_digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value, key order aside."""
    try:
        canonical = orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)
    except TypeError:  # nested deeper than orjson writes, though it reads it
        canonical = b"".join(_tokens(value))
    return hashlib.sha256(canonical).hexdigest()


def _tokens(value: Any) -> Iterator[bytes]:
    """Give a JSON value as tokens; containers by their size, so that no other value gives these."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield b"{%d" % len(item)
            for key in sorted(item, reverse=True):
                waiting += [item[key], key]
        elif isinstance(item, list):
            yield b"[%d" % len(item)
            waiting += reversed(item)
        else:
            yield orjson.dumps(item, default=str)


def kept_operation(payload: bytes) -> Operation:
    """Read an operation that was kept byte for byte."""
    return operation_read(read_json(bytes(payload)), 0)


def operation_read(raw: Any, index: int) -> Operation:
    """Read one operation.

    Raises Invalid when it cannot even be kept: no object, id, type or assignment. Any other fault
    is returned in `fault`.
    """
    if not isinstance(raw, dict):
        raise _invalid("operations", _("Every operation must be an object."))
    operation_id = read_uuid(raw.get("id"), "id")
    kind = raw.get("type")
    if kind not in OperationType.values:
        raise _invalid("type", _("Unknown type of operation."))
    data = raw.get("data")
    fault = None
    base_version, after, at = None, None, None
    assignment_id = _assignment_id(raw, kind, data)
    try:
        base_version = _version(raw.get("base_version"), "base_version")
        after = read_uuid(raw["after"], "after") if raw.get("after") is not None else None
        at = _moment(raw.get("at"))
        if data is not None and not isinstance(data, dict):
            raise _invalid("data", _("data must be an object."))
        if kind != OperationType.CREATE and (base_version is None) == (after is None):
            raise _invalid("base_version", _("Give either base_version or after."))
    except Invalid as error:
        fault = error
    return Operation(
        index=index,
        id=operation_id,
        type=kind,
        assignment_id=assignment_id,
        base_version=base_version,
        after=after,
        at=at,
        data=data if isinstance(data, dict) else {},
        payload_sha256=payload_digest(raw),
        fault=fault,
    )


def _assignment_id(raw: Mapping[str, Any], kind: Any, data: Any) -> UUID:
    """A create may name its unit in `data.assignment.id` alone."""
    value = raw.get("assignment")
    if value is None and kind == OperationType.CREATE and isinstance(data, dict):
        made = data.get("assignment")
        value = made.get("id") if isinstance(made, dict) else None
    return read_uuid(value, "assignment")


def _text(data: Mapping[str, Any], field: str, limit: int) -> str:
    value = data.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(field, _("%(field)s must be text.") % {"field": field})
    value = value.replace("\x00", "")
    if len(value) > limit:
        raise _invalid(
            field,
            _("%(field)s is longer than %(limit)d characters.") % {"field": field, "limit": limit},
        )
    return value


def _comments(value: Any) -> tuple[Comment, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > COMMENTS_PER_REJECTION:
        raise _invalid(
            "comments",
            _("comments must be a list of at most %(limit)d.") % {"limit": COMMENTS_PER_REJECTION},
        )
    comments = []
    for item in value:
        if not isinstance(item, dict):
            raise _invalid("comments", _("Every comment needs path and text."))
        path, text = _text(item, "path", 1_000), _text(item, "text", COMMENT_LENGTH)
        if not path or not text.strip():
            raise _invalid("comments", _("Every comment needs path and text."))
        comments.append(Comment(path, text))
    return tuple(comments)


def _responses(data: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    value = data.get("responses")
    if isinstance(value, dict):
        return value
    if kind in (OperationType.SUBMIT, OperationType.EDIT):
        raise _invalid("responses", _("responses must be an object: {question: answer}."))
    return None


def _verdict(value: Any) -> Any:
    """The phone's own verdict is kept for comparison only; an outsized or too deep one is not."""
    dumped = json_bytes(value)
    if dumped is None or len(dumped) > VERDICT_BYTES:
        return None
    return clean_json(value) if b"\\u0000" in dumped else value


def action_data(operation: Operation) -> ActionData:
    """Read what an action on an existing unit carries. Raises Invalid naming the field."""
    data = operation.data
    version = _version(data.get("form_version_used"), "form_version_used")
    return ActionData(
        responses=_responses(data, operation.type),
        form_version_used=version,
        visit_outcome=_text(data, "visit_outcome", 100),
        label=_text(data, "label", 255),
        verdict=_verdict(data.get("verdict")),
        engine=_text(data, "engine", 100),
        notes=_text(data, "notes", 10_000),
        comments=_comments(data.get("comments")),
    )


class _Batch(msgspec.Struct):
    operations: list[msgspec.Raw]


def operation_bytes(body: bytes, index: int) -> bytes:
    """Return one operation of a batch exactly as it was sent."""
    try:
        return bytes(msgspec.json.decode(body, type=_Batch).operations[index])
    except (RecursionError, msgspec.DecodeError):
        # orjson reads 1,024 levels, msgspec fewer; half surrogate pairs are read with care
        return _elements(body)[index]


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s\[\]{},:"]+')


def _elements(body: bytes) -> list[bytes]:
    """Return the elements of `operations` in a body that `read_json` takes, however deep."""
    depth, key, start, is_inside = 0, b"", 0, False
    found: list[bytes] = []
    for token in _TOKEN.finditer(body):
        sign = token[0]
        if sign in (b"{", b"["):
            if depth == 1:
                is_inside = read_json(key) == "operations" and sign == b"["
                found = [] if is_inside else found
            elif depth == 2:
                start = token.start()
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth == 2 and is_inside:
                found.append(body[start : token.end()])
        elif depth == 1:
            key = sign  # the last text before a container is its key
        elif depth == 2 and is_inside:
            found.append(sign)
    return found
