"""Rosters on paper: tables with one line per row, as many columns at once as the page is wide."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table, TableStyle

from kegiatan.form.exporting.condition_words import question_number
from kegiatan.form.exporting.variables import Variable
from kegiatan.form.paper.styles import Writing

COLUMNS = 6
LINES = 10  # rows on paper at most; more go on a further sheet
NESTED_LINES = 6
CHOICES_IN_HEAD = 8  # more of them stand below the table
FIRST = 9 * mm
ROW_HEIGHT = 9 * mm
_STYLE = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, 0), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"), ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2), ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)  # fmt: skip


def roster_tables(
    roster: Variable, columns: Sequence[tuple[Variable, list[str]]], width: float, writing: Writing
) -> Iterator[Any]:
    """Yield the tables of a roster. columns: its questions, each with what is said below it.

    The rows of a roster in a roster begin with the line of the outer one.
    """
    is_nested = bool(roster.question.roster)
    count = NESTED_LINES if is_nested else _lines(roster)
    for start in range(0, len(columns), COLUMNS):
        strip = columns[start : start + COLUMNS]
        keys = [_("Line")] if not is_nested else [_("Line above"), _("Line")]
        head = [writing.cell(key) for key in keys]
        head += [[*_head(variable, said, writing)] for variable, said in strip]
        lines = [writing.cell(str(number)) for number in range(1, count + 1)]
        numbers = [["", line] if is_nested else [line] for line in lines]
        body = [[*number, *([""] * len(strip))] for number in numbers]
        room = (width - FIRST * len(keys)) / len(strip)
        widths = [FIRST] * len(keys) + [room] * len(strip)
        heights = [None] + [ROW_HEIGHT] * count
        yield Table([head, *body], widths, heights, style=_STYLE, repeatRows=1)
        for variable, _said in strip:
            if len(variable.values) > CHOICES_IN_HEAD:
                yield writing.note(_legend(variable))
        yield Spacer(1, 3 * mm)
    if is_nested or not roster.maximum.isdigit() or int(roster.maximum) > count:
        yield writing.note(_("For more lines use a further sheet."))


def _lines(roster: Variable) -> int:
    highest = int(roster.maximum) if roster.maximum.isdigit() else LINES
    return max(1, min(highest, LINES))


def _head(variable: Variable, said: Sequence[str], writing: Writing) -> Iterator[Any]:
    yield writing.cell(variable.label, 240)
    if len(variable.values) <= CHOICES_IN_HEAD:
        for value, label in variable.values:
            words = label if variable.value_type == "truth" else f"{value} {label}"
            yield writing.cell(words, 60)
    else:
        yield writing.cell(_("Codes below the table"))
    for text in said:
        yield writing.cell(text, 140)


def _legend(variable: Variable) -> str:
    name = question_number(variable.label) or variable.name
    shown = ", ".join(f"{value} {label}" for value, label in variable.values[:100])
    return f"{name}: {shown}"
