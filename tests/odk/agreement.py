"""The same answers in ODK's engine and, after an import, in ours: where the two differ."""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kegiatan.form.engine import Engine, checksum
from kegiatan.form.engine_results import Verdict
from kegiatan.form.importing.report import ImportedForm, Report
from kegiatan.form.importing.sheets import Row, Sheet
from kegiatan.form.importing.xlsform import import_sheets
from kegiatan.form.importing.xlsform_names import CALCULATED, KEPT_ELSEWHERE, name_everything
from kegiatan.form.importing.xlsform_rows import (
    CHOICES,
    EXTERNAL,
    SETTINGS,
    SURVEY,
    Item,
    read_book,
)
from tests.kegiatan.xlsform_books import Table
from tests.odk.odk_engine import NOW, Set, Told, xform_of

HIDDEN = frozenset({"start", "today"})  # filled in by themselves, never shown
SELECTS = frozenset({"select_one", "select_multiple"})  # choices in files are asked as texts there
NUMBERS = frozenset({"integer", "decimal", "range"})
ASKED = (
    SELECTS | NUMBERS | {"text", "barcode", "date", "time", "dateTime", "rank", "geopoint"}
    | {"acknowledge"}
)  # fmt: skip
RULES = frozenset({"rule", "pattern"})
NO_NUMBER = frozenset({"NaN", "Infinity", "-Infinity"})  # nothing here: docs/forms.md
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two engines say differently about one question. what: shown, required, rule, value,
    choice, rows, or a code of ours that ODK has no word for."""

    reference: str
    what: str
    ours: object
    theirs: object


@dataclass(slots=True)
class Playable:
    """A workbook as our form and as an XForm. items: questions and repeats by path, without rows;
    lost: paths of what is not in our form."""

    imported: ImportedForm
    xform: str
    items: dict[str, Item] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    key: str = ""

    def judge(self, engine: Engine, answers: Answers) -> Verdict:
        """Return our verdict."""
        assert self.imported.form is not None
        self.key = self.key or checksum(self.imported.form)
        return engine.evaluate(self.imported.form, answers, key=self.key, now=NOW)

    @property
    def asked(self) -> dict[str, Item]:
        """Return the questions that a person answers, by path."""
        return {path: item for path, item in self.items.items() if item.type in ASKED}

    @property
    def repeats(self) -> dict[str, Item]:
        """Return the repeats by path."""
        return {path: item for path, item in self.items.items() if item.kind == "repeat"}


def playable_tables(**tables: Table) -> Playable:
    """Return tables of a workbook as both engines take them. Raises NotAnXForm."""
    return playable(sheets_of_tables(tables))


def sheets_of_tables(tables: Mapping[str, Table]) -> list[Sheet]:
    """Return tables as the sheets of a workbook; the first row of each holds its headers."""
    sheets = []
    for name, (headers, *rows) in tables.items():
        columns = {header: number for number, header in enumerate(headers, start=1)}
        cells = [{h: text for h, text in zip(headers, row, strict=False) if text} for row in rows]
        made = [Row(number, one, columns) for number, one in enumerate(cells, start=2) if one]
        sheets.append(Sheet(name, tuple(headers), tuple(made)))
    return sheets


def playable(sheets: Sequence[Sheet], xform: str | None = None) -> Playable:
    """Return the sheets of a workbook as both engines take them. xform: when it is there already.
    Raises NotAnXForm."""
    rows = {
        sheet.name: [row.cells for row in sheet.rows]
        for sheet in sheets
        if sheet.name in (SURVEY, CHOICES, SETTINGS, EXTERNAL)
    }
    made = Playable(import_sheets(sheets), xform or xform_of(rows))
    found = re.search(r"<instance>\s*<([\w-]+)", made.xform)
    assert found is not None
    report = Report()
    book = read_book(sheets, report)
    name_everything(book, report)
    held = {place.row for place in made.imported.places.values()}
    _ask_notes(made.imported)
    for item in book.root.walk():
        if item.kind == "group" or not item.name:
            continue
        names = [item.name, *(above.name for above in item.above if above.name)]
        path = f"/{found[1]}/" + "/".join(reversed(names))
        made.items[path] = item
        if item.row.number not in held and item.type not in KEPT_ELSEWHERE:
            made.lost.add(path)
    return made


def _ask_notes(imported: ImportedForm) -> None:
    """Make questions of notes: a verdict lists the questions that are shown, not the notes."""
    stack = list(imported.form["pages"]) if imported.form else []
    while stack:
        element = stack.pop()
        stack += element.get("elements", []) + element.get("templateElements", [])
        if element.get("type") == "html":
            element["type"] = "text"
            del element["html"]


def plain_path(reference: str) -> str:
    """Return a reference without the numbers of its rows."""
    return re.sub(r"\[\d+\]", "", reference)


def row_of(reference: str) -> str:
    """Return the reference of the row around a node, "" for the unit."""
    return reference[: reference.rfind("]") + 1]


def row_id(reference: str) -> str:
    """Return the `_id` of a row."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, reference))


def as_ours(item: Item, value: Any) -> Any:
    """Return an answer to ODK's engine as it is stored here; None for none."""
    if value in (None, "", []):
        return None
    if item.type in NUMBERS:
        number = float(value)
        return int(number) if number.is_integer() else number
    if item.type in ("select_multiple", "rank"):
        return value.split() if isinstance(value, str) else value
    if item.type == "acknowledge":
        return "OK"
    if item.type == "geopoint" and isinstance(value, dict):
        place = {"lat": value["latitude"], "lon": value["longitude"]}
        return {**place, "accuracy_m": value["accuracy"], "at": "2026-11-20T01:02:03Z"}
    lengths = {"dateTime": 16, "start": 16, "time": 5}  # without seconds and zone
    return value[: lengths[item.type]] if item.type in lengths else value


class Interview:
    """One set of answers, as ODK's engine took it, brought into our form."""

    def __init__(self, form: Playable, given: Set, told: Told) -> None:
        self.form = form
        self.given = given
        self.told = told
        self.answers: Answers = {}
        self.rows: dict[str, Answers] = {"": self.answers}
        self.prefix: dict[str, str] = {"": ""}
        self._lay_rows()
        for reference in told.nodes:
            self._answer(reference)

    def _lay_rows(self) -> None:
        repeats = self.told.repeats
        for reference in sorted(repeats, key=lambda one: one.count("[")):
            target = self.form.items[plain_path(reference)].target
            assert target is not None
            around = row_of(reference)
            for number in range(1, repeats[reference].rows + 1):
                row = f"{reference}[{number}]"
                self.rows[row] = {"_id": row_id(row)}
                self.rows[around].setdefault(target.key, []).append(self.rows[row])
                self.prefix[row] = f"{self.prefix[around]}{target.key}[{row_id(row)}]."

    def _answer(self, reference: str) -> None:
        item = self.form.items.get(plain_path(reference))
        if item is None or item.target is None or item.type in CALCULATED:
            return
        value = self.given.answers.get(reference)
        if item.cell("default") or item.cell("calculation") or item.type in HIDDEN:
            value = self.told.nodes[reference].value  # it fills itself in
        stored = as_ours(item, value)
        if stored is not None:
            self.rows[row_of(reference)][item.target.key] = stored

    def path(self, reference: str) -> str:
        """Return the path of a question or roster in our form."""
        target = self.form.items[plain_path(reference)].target
        assert target is not None
        return self.prefix[row_of(reference)] + target.key

    def evaluated(self, engine: Engine) -> tuple[Verdict, list[str]]:
        """Return our verdict, and which choices it does not offer, one after another.

        As in ODK, what is not on offer is no answer for what comes after it.
        """
        dropped: list[str] = []
        while True:
            verdict = self.form.judge(engine, self.answers)
            unknown = {error.path for error in verdict.errors if error.code == "unknown_choice"}
            reference = next((one for one in self._chosen() if self.path(one) in unknown), None)
            if reference is None:
                return verdict, dropped
            dropped.append(reference)
            target = self.form.items[plain_path(reference)].target
            assert target is not None
            del self.rows[row_of(reference)][target.key]

    def _chosen(self) -> Iterator[str]:
        for reference in self.told.nodes:
            item = self.form.items.get(plain_path(reference))
            if item is None or item.target is None or item.type not in SELECTS:
                continue
            if item.target.key in self.rows[row_of(reference)]:
                yield reference


def differences(form: Playable, given: Set, told: Told, engine: Engine) -> list[Difference]:
    """Return where the two engines differ about one set of answers."""
    interview = Interview(form, given, told)
    verdict, dropped = interview.evaluated(engine)
    found = list(_rules(interview, verdict))
    found += _values(interview, verdict)
    found += _choices(interview, dropped)
    found += _rows(interview, verdict, engine)
    return found


def _codes(verdict: Verdict) -> Mapping[str, set[str]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for error in verdict.errors:
        codes[error.path].add(error.code)
    return codes


def _rules(interview: Interview, verdict: Verdict) -> Iterator[Difference]:
    """Compare what is shown, required and right."""
    codes, shown = _codes(verdict), set(verdict.visible)
    for reference, node in interview.told.nodes.items():
        path = plain_path(reference)
        item = interview.form.items.get(path)
        if item is None or path in interview.form.lost:
            continue
        if item.type in CALCULATED | HIDDEN | KEPT_ELSEWHERE:
            continue
        here = interview.path(reference)
        if (here in shown) != node.relevant:
            yield Difference(reference, "shown", here in shown, node.relevant)
            continue
        violation = node.violation if node.relevant else None
        for what, ours in (("required", {"required"}), ("constraint", RULES)):
            if bool(codes[here] & ours) != (violation == what):
                yield Difference(reference, what, sorted(codes[here]), violation)
        for code in sorted(codes[here] - RULES - {"required", "unknown_choice"}):
            yield Difference(reference, code, code, violation)


def _values(interview: Interview, verdict: Verdict) -> Iterator[Difference]:
    """Compare what is calculated."""
    stored = {"": verdict.answers}
    _gather(verdict.answers, stored)
    for reference, node in interview.told.nodes.items():
        path = plain_path(reference)
        item = interview.form.items.get(path)
        if item is None or item.target is None or path in interview.form.lost:
            continue
        is_read = item.type == "text" and item.cell("calculation") and item.cell("read_only")
        if item.type in CALCULATED or is_read:
            row = row_of(reference)
            ours = stored.get(row_id(row) if row else "", {}).get(item.target.key)
            if not is_same(ours, node.value):
                yield Difference(reference, "value", ours, node.value)


def _gather(value: Any, found: dict[str, Any]) -> None:
    """Put every row under its `_id`."""
    if isinstance(value, dict):
        if isinstance(value.get("_id"), str):
            found[value["_id"]] = value
        for inner in value.values():
            _gather(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _gather(inner, found)


def is_same(ours: Any, theirs: str) -> bool:
    """Return whether a value of ours is what ODK calculates."""
    if theirs in NO_NUMBER or ours is None:
        return ours in (None, "") and theirs in NO_NUMBER | {""}
    if isinstance(ours, bool):
        return theirs == str(ours).lower()
    if isinstance(ours, list):
        return theirs == " ".join(map(str, ours))
    try:
        return abs(float(ours) - float(theirs)) <= 1e-9 * max(1.0, abs(float(theirs)))
    except (TypeError, ValueError):
        is_moment = re.match(r"\d{4}-\d\d-\d\dT", theirs) is not None
        return str(ours) == (theirs[:16] if is_moment else theirs)


def _choices(interview: Interview, dropped: list[str]) -> Iterator[Difference]:
    """Compare which of the given choices are on offer."""
    for reference, node in interview.told.nodes.items():
        value = interview.given.answers.get(reference)
        if node.options is None or value in (None, []) or not node.relevant:
            continue
        item = interview.form.items[plain_path(reference)]
        if item.type not in SELECTS or plain_path(reference) in interview.form.lost:
            continue
        is_offered = set([value] if isinstance(value, str) else value) <= set(node.options)
        if is_offered == (reference in dropped):
            yield Difference(reference, "choice", reference not in dropped, is_offered)


def _rows(interview: Interview, verdict: Verdict, engine: Engine) -> Iterator[Difference]:
    """Compare how many rows a repeat_count asks for: those ODK lays are right, one more is not."""
    codes = _codes(verdict)
    counted = {
        reference: repeat
        for reference, repeat in interview.told.repeats.items()
        if interview.form.items[plain_path(reference)].cell("repeat_count")
    }
    for reference, repeat in counted.items():
        if codes[interview.path(reference)]:
            wrong = sorted(codes[interview.path(reference)])
            yield Difference(reference, "rows", wrong, repeat.rows)
    outer = {one: repeat for one, repeat in counted.items() if "[" not in one and repeat.relevant}
    if not outer:
        return
    for reference in outer:
        target = interview.form.items[reference].target
        assert target is not None
        interview.answers.setdefault(target.key, []).append({"_id": row_id(f"{reference}+")})
    more = _codes(interview.form.judge(engine, interview.answers))
    for reference, repeat in outer.items():
        if interview.path(reference) in verdict.visible and not more[interview.path(reference)]:
            yield Difference(reference, "rows", "one more is taken", repeat.rows)


def set_of(form: Playable, answers: Answers) -> Set:
    """Return answers, written as they are stored here but under the file's names, as ODK's engine
    takes them. A row is a mapping without `_id`."""
    rows = {path: 0 for path in form.repeats if not _around(path, form)}
    given = Set({}, rows)
    _put(form, given, answers, "")
    return given


def _put(form: Playable, given: Set, answers: Answers, row: str) -> None:
    for name, value in answers.items():
        path, item = next(
            (path, item)
            for path, item in form.items.items()
            if item.name == name and _around(path, form) == plain_path(row)
        )
        reference = row + path.removeprefix(plain_path(row))
        if item.kind != "repeat":
            given.answers[reference] = as_theirs(item, value)
            continue
        given.counts[reference] = len(value)
        for number, inner in enumerate(value, start=1):
            _put(form, given, inner, f"{reference}[{number}]")


def _around(path: str, form: Playable) -> str:
    """Return the path of the repeat around a question, "" for one of the unit."""
    while path := path.rpartition("/")[0]:
        if path in form.items and form.items[path].kind == "repeat":
            return path
    return ""


def as_theirs(item: Item, value: Any) -> Any:
    """Return an answer as it is stored here in the way that ODK's engine takes it."""
    if value is None or isinstance(value, list):
        return value
    if item.type == "acknowledge":
        return value == "OK"
    if item.type == "geopoint":
        place = {"latitude": value["lat"], "longitude": value["lon"]}
        return {**place, "altitude": None, "accuracy": value.get("accuracy_m")}
    zoned = {"dateTime": ":00.000Z", "time": ":00.000Z"}
    return str(value) + zoned.get(item.type, "")
