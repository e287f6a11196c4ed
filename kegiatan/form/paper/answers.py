"""Where a pen writes the answer to a question: boxes for codes, ticks, lines."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Table, TableStyle

from kegiatan.form import elements as el
from kegiatan.form.exporting.variables import Variable
from kegiatan.form.paper.boxes import Boxes, Lines, Tick
from kegiatan.form.paper.styles import Writing

CODE_LENGTH = 3  # longer codes are ticked, not written
CHOICES_SHOWN = 60
TWO_COLUMNS = 8  # from so many choices on
DIGITS = 12
_FLAT = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2), ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
)  # fmt: skip
_GRID = TableStyle(
    [("GRID", (0, 0), (-1, -1), 0.4, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
)


def flat_table(rows: list[list[Any]], widths: Sequence[float]) -> Any:
    """Return a table without lines."""
    return Table(rows, colWidths=list(widths), style=_FLAT, hAlign="LEFT")


def answer_space(variable: Variable, width: float, writing: Writing) -> list[Any]:
    """Return what stands in the answer column of a question, `width` points wide."""
    if variable.question.is_computed:
        is_prelist = variable.kind == "prefilled"
        words = _("Filled in from the prelist") if is_prelist else _("Calculated by the app")
        return [Lines(), writing.small(words)]
    if variable.master:
        code = _("Code of %(master)s") % {"master": variable.master}
        return [Lines(), Boxes(6), writing.small(code)]
    if variable.value_type in ("code", "codes", "truth"):
        return _choices(variable, width, writing)
    if variable.value_type == "parts":
        return _parts(variable, width, writing)
    return _open(variable, writing)


def code_digits(variable: Variable) -> int:
    """Return how many boxes hold a code; 0 when its choices are ticked."""
    codes = [value for value, _label in variable.values]
    longest = max(map(len, codes), default=0)
    is_written = variable.value_type == "code" and 0 < longest <= CODE_LENGTH
    return longest if is_written else 0


def _choices(variable: Variable, width: float, writing: Writing) -> list[Any]:
    shown = variable.values[:CHOICES_SHOWN]
    digits = code_digits(variable)
    cells: list[list[Any]] = []
    for value, label in shown:
        if digits:
            cells.append([writing.small(value), writing.small(label)])
        else:
            is_coded = variable.value_type != "truth" and value != label
            words = f"{value}  {label}" if is_coded and len(value) <= CODE_LENGTH else label
            cells.append([Tick(), writing.small(words)])
    first = 8 * mm if digits else 5 * mm
    made: list[Any] = [_list_of(cells, first, width)] if cells else [Lines()]
    if len(variable.values) > CHOICES_SHOWN:
        more = len(variable.values) - CHOICES_SHOWN
        made.append(writing.small(_("%(n)d more codes: see the codebook") % {"n": more}))
    if variable.question.choices_open or any(value == "other" for value, _label in shown):
        made.append(Lines())
    if digits:
        made.append(Boxes(digits))
    return made


def _list_of(cells: list[list[Any]], first: float, width: float) -> Any:
    if len(cells) < TWO_COLUMNS:
        return flat_table(cells, [first, width - first])
    half = (len(cells) + 1) // 2
    right = cells[half:] + [["", ""]] * (half - len(cells[half:]))
    rows = [[*one, *two] for one, two in zip(cells[:half], right, strict=True)]
    return flat_table(rows, [first, width / 2 - first] * 2)


def _parts(variable: Variable, width: float, writing: Writing) -> list[Any]:
    question = variable.question
    if variable.kind == "geotag":
        names = (_("Latitude"), _("Longitude"), _("Accuracy (m)"))
        rows = [[writing.small(name), Lines()] for name in names]
        return [flat_table(rows, [28 * mm, width - 28 * mm])]
    if variable.kind == "multipletext":
        rows = [[writing.small(title), Lines()] for _name, title in question.parts]
        return [flat_table(rows, [width * 0.45, width * 0.55])] if rows else [Lines()]
    columns = _column_titles(question.element, variable.kind)[:6]
    if not columns or not question.parts:
        return [Lines()]
    tick = Tick if variable.kind == "matrix" else str
    head = ["", *(writing.small(title) for title in columns)]
    body = [[writing.small(title), *(tick() for _c in columns)] for _n, title in question.parts]
    rest = width * 0.6 / len(columns)
    table = Table([head, *body], colWidths=[width * 0.4, *([rest] * len(columns))], style=_GRID)
    return [table]


def _column_titles(element: el.Element, kind: str) -> list[str]:
    if kind == "matrix":
        return [choice.text for choice in el.choice_items(element.get("columns"))]
    columns = el.column_elements(element)
    return [el.localized(column.get("title"), str(column.get("name"))) for column in columns]


def _open(variable: Variable, writing: Writing) -> list[Any]:
    kind = variable.value_type
    if kind == "number":
        return [_number(variable)]
    if kind == "date":
        return [Boxes(2, 2, 4), writing.small(_("day, month, year"))]
    if kind == "month":
        return [Boxes(2, 4), writing.small(_("month, year"))]
    if kind == "time":
        return [Boxes(2, 2), writing.small(_("hour, minute"))]
    if kind == "datetime":
        return [Boxes(2, 2, 4), Boxes(2, 2), writing.small(_("day, month, year; hour, minute"))]
    if kind == "files":
        is_signed = variable.kind in ("signature", "signaturepad")
        if is_signed:
            return [Lines(2), writing.small(_("Signature"))]
        return [flat_table([[Tick(), writing.small(_("Taken on the device"))]], [5 * mm, 60 * mm])]
    return [Lines(3 if variable.kind == "comment" else 1)]


def _number(variable: Variable) -> Any:
    """Return boxes for as many digits as the largest number has, else a line."""
    try:
        high, low = float(variable.maximum), float(variable.minimum or 0)
        is_whole = float(variable.step or 1).is_integer()
    except ValueError:
        return Lines()
    digits = len(f"{high:.0f}")
    return Boxes(digits) if is_whole and low >= 0 and digits <= DIGITS else Lines()
