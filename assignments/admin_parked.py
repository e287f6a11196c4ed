"""Parked field work beside what the office has: the words of reasons, question by question."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.admin_answers import ShownAnswer, answers_shown, prefilled_shown, walk
from assignments.answer_places import rows_around
from assignments.coverage import as_levels, region_code_of
from assignments.models import LEVELS, Assignment, ParkedOperation
from cerdas.json_reading import read_json
from kegiatan.form.json_path import path_question
from kegiatan.form.json_value import json_text
from kegiatan.forms import CompiledForm, form_get
from kegiatan.models import KegiatanStatistik

Kind = ParkedOperation.Kind
KIND_WORDS = {
    Kind.SUBMIT.value: gettext_lazy("Finished interview"),
    Kind.CREATE.value: gettext_lazy("New unit"),
    Kind.ATTACHMENT.value: gettext_lazy("Photo or file"),
}
STATE_WORDS = {
    "waiting": gettext_lazy("Waiting"),
    "applied": gettext_lazy("Applied"),
    "discarded": gettext_lazy("Discarded"),
}
_REASONS = {
    "reassigned": gettext_lazy("The unit was given to somebody else meanwhile."),
    "cancelled": gettext_lazy("The unit was cancelled meanwhile."),
    "role_gone": gettext_lazy("The person no longer had the role of PPL in this activity."),
    "left_satker": gettext_lazy("The person no longer belonged to your office."),
    "period_closed": gettext_lazy("It arrived after the field period and its grace had ended."),
    "wrong_status": gettext_lazy("The unit had already gone on to another status."),
    "wrong_shape": gettext_lazy("Some answers do not fit the questionnaire."),
    "unknown_form_version": gettext_lazy("It was filled in with an unknown questionnaire."),
    "predecessor_failed": gettext_lazy("It follows earlier work that is itself not applied."),
    "new_units_not_allowed": gettext_lazy("This activity takes no new units from the field."),
    "no_pml": gettext_lazy("The person has no supervisor to whom the unit could go."),
    "not_in_crew": gettext_lazy("PPL or PML are not in the crew of this activity."),
    "not_allowed": gettext_lazy("The person's role did not allow it."),
    "satker_has_left": gettext_lazy("Your office had left the activity."),
    "unknown_region": gettext_lazy("The region is not in the region master."),
    "region_format": gettext_lazy("The region code has the wrong form."),
    "invalid": gettext_lazy("Part of what was sent is not valid."),
}
_NAMED_LENGTH = 255
FACTS = 200  # known about a new unit
FAULTS = 100
FAULT_LENGTH = 500
RAW_BYTES = 20_000  # of what was sent, as it is shown; the whole is for download
ROWS = 2_000  # compared
_TOP = re.compile(r"[.\[]")  # what ends the name of a question of the unit in a path


@dataclass(frozen=True)
class Compared:
    """One question: what was sent and what is there. around: page and roster rows."""

    label: str
    around: str
    sent: str
    present: str

    @property
    def differs(self) -> bool:
        """Return whether the two differ."""
        return self.sent != self.present


@dataclass(frozen=True)
class SentWork:
    """What a phone sent, readable. answers: of a submit; facts: of a new unit or a photo.

    is_cut: there is more than is shown here; only the file has all of it.
    """

    form_version: int | None
    answers: Mapping[str, Any]
    facts: tuple[tuple[str, str], ...]
    photos: tuple[str, ...]
    raw: str
    is_cut: bool = False


@dataclass
class Excerpt:
    """Takes over of a JSON value what a page can show, however large or deep the value is.

    values, characters: how many of them are left; is_cut: something was left out.
    """

    values: int = 5_000
    characters: int = 300_000
    depth: int = 40
    text_length: int = 5_000
    is_cut: bool = field(default=False, init=False)

    def of(self, value: Any, level: int = 0) -> Any:
        """Return the value, cut where there is too much of it."""
        self.values -= 1
        if isinstance(value, str):
            return self._text(value)
        if not isinstance(value, (dict, list)):
            return value
        if level >= self.depth:
            self.is_cut = True
            return "…"
        if isinstance(value, list):
            return [self.of(item, level + 1) for item in value if self._has_room()]
        return {
            self._text(key): self.of(item, level + 1)
            for key, item in value.items()
            if self._has_room()
        }

    def _has_room(self) -> bool:
        if self.values > 0 and self.characters > 0:
            return True
        self.is_cut = True
        return False

    def _text(self, text: str) -> str:
        length = max(0, min(self.text_length, self.characters))
        self.characters -= len(text)
        if len(text) <= length:
            return text
        self.is_cut = True
        return text[:length] + "…"


def reason_words(parked: ParkedOperation) -> str:
    """Return in words why something waits."""
    known = _REASONS.get(parked.reason)
    if known is not None:
        return str(known)
    told = parked.details.get("message") if isinstance(parked.details, dict) else None
    return str(told or parked.reason)


def faults_of(parked: ParkedOperation, sent: "SentWork") -> list[str]:
    """Return the faults that the details list: in which row, which question, what is wrong."""
    details = parked.details if isinstance(parked.details, dict) else {}
    faults = details.get("faults")
    form = form_get(parked.kegiatan_id, sent.form_version) if sent.form_version else None
    found = [
        _fault_words(form, str(fault.get("path") or ""), str(fault.get("message") or ""), sent)
        for fault in (faults if isinstance(faults, list) else [])[:FAULTS]
        if isinstance(fault, dict)
    ]
    if not found and parked.reason in _REASONS and details.get("message"):
        found = [str(details["message"])[:FAULT_LENGTH]]
    return found


def _fault_words(form: CompiledForm | None, path: str, message: str, sent: "SentWork") -> str:
    """Return a fault in words; the message begins with the text of the question."""
    if form is None or path_question(form.shape.scope, path) is None:
        return f"{path}: {message}"[:FAULT_LENGTH]
    place = rows_around(form.shape.scope, path, [dict(sent.answers)])
    return (f"{place} › {message}" if place else message)[:FAULT_LENGTH]


def payload_of(parked: ParkedOperation) -> dict[str, Any]:
    """Return the payload as an object; empty when it is none."""
    try:
        value = read_json(bytes(parked.payload))
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def sent_work(parked: ParkedOperation) -> SentWork:
    """Read what was sent, as far as it can be read."""
    sent, excerpt = bytes(parked.payload), Excerpt()
    payload = excerpt.of(payload_of(parked))
    data = payload.get("data")
    data = data if isinstance(data, dict) else {}
    answers = data.get("responses")
    version = data.get("form_version_used")
    facts: Iterable[tuple[str, str]] = ()
    if parked.kind == Kind.CREATE:
        facts = _unit_facts(data, parked.kegiatan)
    elif parked.kind == Kind.ATTACHMENT:
        facts = _file_facts(payload)
    else:
        facts = _submit_facts(data)
    return SentWork(
        form_version=version if isinstance(version, int) else None,
        answers=answers if isinstance(answers, dict) else {},
        facts=tuple((name, text) for name, text in facts if text)[:FACTS],
        photos=(),
        raw=_raw(sent, payload),
        is_cut=excerpt.is_cut or len(sent) > RAW_BYTES,
    )


def _raw(sent: bytes, excerpt: Mapping[str, Any]) -> str:
    if len(sent) <= RAW_BYTES:
        return json_text(excerpt, indent=True)
    return sent[:RAW_BYTES].decode(errors="replace") + "…"


def _unit_facts(data: Mapping[str, Any], kegiatan: KegiatanStatistik) -> Iterable[tuple[str, str]]:
    unit = data.get("assignment")
    unit = unit if isinstance(unit, dict) else {}
    yield _("Label"), _text(unit.get("label"))
    parts = [part if isinstance(part, str) else None for part in map(unit.get, LEVELS)]
    yield _("Region code"), region_code_of(as_levels(parts)) or ""
    if unit.get("near"):
        yield _("Beside the unit"), _text(unit.get("near"))
    prefilled = unit.get("prefilled_data")
    if isinstance(prefilled, dict):
        yield from prefilled_shown(form_get(kegiatan.pk, kegiatan.form_version), prefilled)


def _file_facts(payload: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield _("File"), _text(payload.get("original_filename"))
    yield _("Type"), _text(payload.get("mime_type"))
    size = payload.get("file_size_bytes")
    yield _("Size"), f"{size / 1024:.0f} KiB" if isinstance(size, int) else ""


def _submit_facts(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield _("Label"), _text(data.get("label"))
    yield _("Visit outcome"), _text(data.get("visit_outcome"))
    yield _("Questionnaire version"), _text(data.get("form_version_used"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:_NAMED_LENGTH]


def unit_label(parked: ParkedOperation, units: Mapping[UUID, Assignment]) -> str:
    """Return what to call the unit: its label, that of the unit to be, or its id."""
    unit = units.get(parked.assignment_id)
    if unit is not None:
        return unit.assignment_label
    if parked.kind == Kind.CREATE:
        data = payload_of(parked).get("data")
        made = data.get("assignment") if isinstance(data, dict) else None
        if isinstance(made, dict) and isinstance(made.get("label"), str):
            return str(made["label"])[:_NAMED_LENGTH]
    return str(parked.assignment_id)


def compare(
    kegiatan: KegiatanStatistik, sent: SentWork, present: Mapping[str, Any], version: int | None
) -> list[Compared]:
    """Return every question that either side answers, in the order of the form.

    Each side is read with the version it was filled in with. version: of the present answers.
    """
    newest = kegiatan.form_version
    form = _form(kegiatan, sent.form_version or newest)
    left = _flat(form, sent.answers)
    right = _flat(_form(kegiatan, version or newest), Excerpt().of(present))
    paths = [*left, *(path for path in right if path not in left)]
    if form is not None:
        places = {key: place for place, key in enumerate(form.shape.scope.questions)}
        paths.sort(key=lambda path: places.get(_TOP.split(path)[0], len(places)))
    return [_compared(left.get(path), right.get(path)) for path in paths[:ROWS]]


def _form(kegiatan: KegiatanStatistik, version: int) -> CompiledForm | None:
    if not 0 < version < 2**31:
        version = kegiatan.form_version
    return form_get(kegiatan.pk, version) or form_get(kegiatan.pk, kegiatan.form_version)


def _flat(
    form: CompiledForm | None, answers: Mapping[str, Any]
) -> dict[str, tuple[Sequence[str], ShownAnswer]]:
    pages = answers_shown(form, answers)
    return {item.path: (around, item) for around, item in walk(pages)}


def _compared(
    sent: tuple[Sequence[str], ShownAnswer] | None,
    present: tuple[Sequence[str], ShownAnswer] | None,
) -> Compared:
    around, item = sent or present or ((), ShownAnswer("", ""))
    return Compared(
        label=item.label,
        around=" › ".join(around),
        sent=sent[1].plain if sent else "",
        present=present[1].plain if present else "",
    )
