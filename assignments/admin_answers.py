"""Answers as people read them: by page, question text and roster row, choices by their label."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kegiatan.form import elements as el
from kegiatan.form.json_path import row_key
from kegiatan.form.json_value import json_text
from kegiatan.form.questions import Question, Scope
from kegiatan.forms import CompiledForm

ARCHIVED, ROW_ID = "_archived", "_id"
ROW_TITLE_LENGTH = 80


@dataclass(frozen=True)
class Point:
    """A place: degrees in WGS 84, accuracy in metres or None."""

    lat: float
    lon: float
    accuracy_m: float | None

    @property
    def geo_uri(self) -> str:
        """Return the address that a phone opens in its map app (RFC 5870)."""
        uncertainty = f";u={self.accuracy_m:g}" if self.accuracy_m is not None else ""
        return f"geo:{self.lat:.6f},{self.lon:.6f}{uncertainty}"

    def __str__(self) -> str:
        text = f"{self.lat:.6f}, {self.lon:.6f}"
        if self.accuracy_m is not None:
            text += f" (± {self.accuracy_m:.0f} m)"
        return text


@dataclass(frozen=True)
class ShownRow:
    """One row of a roster."""

    title: str
    path: str
    items: tuple["ShownAnswer", ...]


@dataclass(frozen=True)
class ShownAnswer:
    """One answer. Exactly one of text, rows, parts, photos and point says what it is.

    comments, faults: what was remarked on this question, by people and by the check.
    """

    path: str
    label: str
    text: str = ""
    rows: tuple[ShownRow, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    photos: tuple[str, ...] = ()
    point: Point | None = None
    comments: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """Return the answer on one line; rosters are compared row by row instead."""
        if self.point is not None:
            return str(self.point)
        if self.photos:
            n = len(self.photos)
            # the beginnings of their names tell one photo from another
            told = ", ".join(photo[:8] for photo in self.photos)
            return ngettext("%(n)d file", "%(n)d files", n) % {"n": n} + f" ({told})"
        if self.parts:
            return "; ".join(f"{title}: {text}" for title, text in self.parts)
        return self.text


@dataclass(frozen=True)
class ShownPage:
    """The answered questions of one page of the form. note: what is to be known about them."""

    title: str
    items: tuple[ShownAnswer, ...]
    note: str = ""


@dataclass(frozen=True)
class Remarks:
    """Texts by path of the question."""

    comments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)


NO_REMARKS = Remarks()


def answers_shown(
    form: CompiledForm | None, answers: Mapping[str, Any], remarks: Remarks = NO_REMARKS
) -> list[ShownPage]:
    """Return every answer once, in the order of the form; unknown names come last.

    A question without answer appears only when there is a remark on it.
    """
    pages: dict[str, list[ShownAnswer]] = {}
    titles: dict[str, str] = {}
    scope = form.shape.scope if form is not None else Scope("", (), {}, {})
    for question in scope.questions.values():
        items = list(_of_question(scope, question, answers, "", remarks))
        if items:
            pages.setdefault(question.page, []).extend(items)
    if form is not None:
        titles = page_titles(form.schema)
    shown = [ShownPage(titles.get(name, name), tuple(items)) for name, items in pages.items()]
    rest = tuple(_rest(scope, answers, ""))
    if rest:
        shown.append(ShownPage(_("Other values"), rest))
    kept = tuple(_kept_apart(scope, answers, "", ""))
    if kept:
        note = _(
            "These answers have no question in the version that the unit was filled in with, or"
            " did not fit it. They are kept and exported, and count in no check."
        )
        shown.append(ShownPage(_("Answers kept apart"), kept, note))
    return shown


def _kept_apart(
    scope: Scope, answers: Mapping[str, Any], above: str, around: str
) -> Iterator[ShownAnswer]:
    """Yield what is under `_archived`, of the unit and of every row. around: titles of the rows."""
    archived = answers.get(ARCHIVED)
    for name, value in archived.items() if isinstance(archived, dict) else ():
        label = around + _title_of(scope, name)
        yield ShownAnswer(f"{above}{ARCHIVED}.{name}", label, _plain(value))
    for key, inner in scope.rosters.items():
        rows = answers.get(key)
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict):
                words = f"{around}{scope.questions[key].title} {index + 1} › "
                yield from _kept_apart(inner, row, f"{above}{key}[{row_key(row, index)}].", words)


def page_titles(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return {name of page: its title}."""
    titles = {}
    for number, page in enumerate(el.mappings_of(schema.get("pages")), start=1):
        name = str(page.get("name") or f"page{number}")
        titles[name] = el.localized(page.get("title"), "") or _("Page %(number)d") % {
            "number": number
        }
    return titles


def walk(pages: Iterable[ShownPage]) -> Iterator[tuple[tuple[str, ...], ShownAnswer]]:
    """Yield (titles of page and rows around it, answer) of every answer that is no roster."""
    for page in pages:
        yield from _walk(page.items, (page.title,))


def _walk(
    items: Iterable[ShownAnswer], around: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], ShownAnswer]]:
    for item in items:
        for row in item.rows:
            yield from _walk(row.items, (*around, f"{item.label}: {row.title}"))
        if not item.rows:
            yield around, item


def first_point(pages: Iterable[ShownPage]) -> Point | None:
    """Return the first place among the answers."""
    return next((item.point for _around, item in walk(pages) if item.point is not None), None)


def _title_of(scope: Scope, key: str) -> str:
    owner = scope.owner(key)
    return owner.title if owner is not None else key


def _of_question(
    scope: Scope, question: Question, answers: Mapping[str, Any], above: str, remarks: Remarks
) -> Iterator[ShownAnswer]:
    value, path = answers.get(question.key), above + question.key
    comments = tuple(remarks.comments.get(path, ()))
    faults = tuple(remarks.faults.get(path, ()))
    if not _is_blank(value) or comments or faults:
        shown = _shown(scope, question, value, path, remarks)
        yield replace(shown, comments=comments, faults=faults)
    words = answers.get(question.key + el.COMMENT_SUFFIX)
    if not _is_blank(words):
        label = _("%(question)s (remark)") % {"question": question.title}
        yield ShownAnswer(path + el.COMMENT_SUFFIX, label, _plain(words))


def _shown(
    scope: Scope, question: Question, value: Any, path: str, remarks: Remarks
) -> ShownAnswer:
    label = question.title
    if question.is_roster and isinstance(value, list) and question.key in scope.rosters:
        inner = scope.rosters[question.key]
        return ShownAnswer(path, label, rows=tuple(_rows(inner, value, path, remarks)))
    if question.kind == "geotag" and (point := as_point(value)) is not None:
        return ShownAnswer(path, label, point=point)
    if question.is_attachment and (photos := _photos(value)):
        return ShownAnswer(path, label, photos=photos)
    if isinstance(value, dict) and question.parts:
        return ShownAnswer(path, label, parts=tuple(_parts(question, value)))
    return ShownAnswer(path, label, _text(question, value))


def _rows(scope: Scope, rows: Sequence[Any], path: str, remarks: Remarks) -> Iterator[ShownRow]:
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        row_path = f"{path}[{row_key(row, index)}]"
        items: list[ShownAnswer] = []
        for question in scope.questions.values():
            items.extend(_of_question(scope, question, row, row_path + ".", remarks))
        items.extend(_rest(scope, row, row_path + "."))
        yield ShownRow(_row_title(index, items), row_path, tuple(items))


def _row_title(index: int, items: Sequence[ShownAnswer]) -> str:
    first = next((item.text for item in items if item.text), "")
    return f"{index + 1}. {first[:ROW_TITLE_LENGTH]}" if first else f"{index + 1}"


def _rest(scope: Scope, answers: Mapping[str, Any], above: str) -> Iterator[ShownAnswer]:
    """Yield answers that belong to no question: computed values, older versions' names."""
    for key, value in answers.items():
        if key in (ROW_ID, ARCHIVED) or scope.owner(key) is not None or _is_blank(value):
            continue
        yield ShownAnswer(above + key, key, _plain(value))


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _text(question: Question, value: Any) -> str:
    labels = question.labels
    if isinstance(value, list) and (question.is_multiple or labels):
        return ", ".join(_choice(question, labels, item) for item in value)
    return _day(question, value) or _choice(question, labels, value)


def _day(question: Question, value: Any) -> str:
    """Return a date in words, empty for what is none: answers are shown as they were given."""
    if question.input_type != "date" or not isinstance(value, str):
        return ""
    try:
        day = parse_date(value)
    except ValueError:  # of the form of a date, but no day of the calendar
        return ""
    return date_format(day, "j F Y") if day else ""


def _choice(question: Question, labels: Mapping[str, str], value: Any) -> str:
    if isinstance(value, (str, int, float)) and str(value) in labels:
        text = labels[str(value)]
        if question.kind == "boolean" and text in ("Yes", "No"):  # the form has no words of its own
            return _("Yes") if text == "Yes" else _("No")
        return text
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(number_format(value, use_l10n=True, force_grouping=abs(value) >= 10_000))
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return ", ".join(map(_plain, value))
    return as_json(value)


def as_json(value: Any) -> str:
    """Return indented JSON text, for the folded section."""
    return json_text(value, indent=True)


def as_point(value: Any) -> Point | None:
    """Return the place of a geotag, or None when it is none."""
    if not isinstance(value, dict):
        return None
    lat, lon, accuracy = (_number(value.get(name)) for name in ("lat", "lon", "accuracy_m"))
    if lat is None or lon is None:
        return None
    return Point(lat, lon, accuracy)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else None


def _photos(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    ids = [item.get("content") if isinstance(item, dict) else item for item in items]
    return tuple(str(item) for item in ids if isinstance(item, str) and item)


def _parts(question: Question, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    titles = dict(question.parts)
    for key, part in value.items():
        if not _is_blank(part):
            yield titles.get(key, key), _plain(part)


def plain_answer(question: Question, value: Any) -> str:
    """Return one answer that is no roster on one line; files as how many there are."""
    if question.is_attachment:
        count = len(_photos(value))
        return _("%(n)d file(s)") % {"n": count} if count else ""
    shown = _shown(Scope("", (), {}, {}), question, value, question.key, NO_REMARKS)
    return shown.plain


def prefilled_shown(
    form: CompiledForm | None, prefilled: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return (label, text) of what was known about a unit, by the form's own words."""
    names: dict[str, str] = {}
    if form is not None:
        for column in el.mappings_of(form.schema.get("assignment_table_columns")):
            key = str(column.get("key"))
            if key.startswith("prefilled."):
                names[key.removeprefix("prefilled.")] = el.localized(column.get("label"), key)
        for question in form.shape.scope.walk():
            if question.kind == "prefilled":
                names[str(question.element.get("dataKey") or question.name)] = question.title
    return [
        (names.get(key) or key.replace("_", " ").capitalize(), _plain(value))
        for key, value in prefilled.items()
        if not _is_blank(value)
    ]
