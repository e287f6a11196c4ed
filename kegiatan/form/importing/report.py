"""What an import gives: the form, what became of its questions, and every fault with its place."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from kegiatan.form.form_fault import ERROR, WARNING, FormFault
from kegiatan.form.importing.names import Refused
from kegiatan.form.importing.sheets import Row

XLSFORM, ORIGINAL = "xlsform", "original"
# Faults of the file itself: nobody can agree to what the file does not say.
BROKEN = frozenset({
    "not_a_workbook", "workbook_too_large", "workbook_locked", "no_survey_sheet",
    "not_an_object", "bad_json", "not_text", "too_deep", "file_unreadable", "file_too_large",
    "no_questions", "unknown_reference", "ambiguous_reference", "unknown_path", "bad_expression",
    "question_without_name", "bad_question_name", "unknown_list", "duplicate_choice",
    "choice_without_name", "group_not_closed", "group_not_opened", "calculation_missing",
    "duplicate_question", "unknown_column_in_filter", "no_choices",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a workbook. row, column: as in the sheet, from 1."""

    sheet: str
    row: int
    column: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedForm:
    """A form from elsewhere.

    form: a form_schema, None when the file cannot be read as one; questions: how many the file
    holds; mapped: how many of these are in the form; listed: how many have at least one fault;
    places: where in the workbook an element of the form comes from, by its path.
    """

    format: str
    form: dict[str, Any] | None
    questions: int = 0
    mapped: int = 0
    listed: int = 0
    faults: tuple[FormFault, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def broken(self) -> tuple[FormFault, ...]:
        """Return the faults of the file itself, which nobody can agree to."""
        return tuple(fault for fault in self.faults if fault.code in BROKEN)

    @property
    def losses(self) -> tuple[FormFault, ...]:
        """Return what the form would do otherwise, or not at all: for a person to agree to."""
        return tuple(
            fault for fault in self.faults if fault.severity == ERROR and fault.code not in BROKEN
        )

    def placed(self, fault: FormFault) -> FormFault:
        """Return a fault of the linter with its place in the workbook, where that is known."""
        path = fault.path
        while path:
            place = self.places.get(path)
            if place is not None:
                return replace(fault, sheet=place.sheet, row=place.row)
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return fault

    def as_dict(self) -> dict[str, Any]:
        """Return {format, questions, mapped, listed, faults}."""
        faults = [asdict(fault) for fault in self.faults]
        counts = {key: getattr(self, key) for key in ("format", "questions", "mapped", "listed")}
        return {**counts, "faults": faults}


class Report:
    """Gathers faults while a workbook is read."""

    def __init__(self) -> None:
        self.faults: list[FormFault] = []
        self.questions: set[int] = set()
        self.mapped: set[int] = set()

    def loss(self, sheet: str, row: Row, column: str, refused: Refused) -> None:
        """Note what is not taken over as it was meant."""
        self._add(sheet, row, column, refused, ERROR)

    def note(self, sheet: str, row: Row, column: str, refused: Refused) -> None:
        """Note what is done otherwise, or left out, without changing what is asked and judged."""
        self._add(sheet, row, column, refused, WARNING)

    def _add(self, sheet: str, row: Row, column: str, refused: Refused, severity: str) -> None:
        name = row.cells.get("name", "")
        path = f"{name}.{column}" if name and column else name or column
        self.faults.append(
            FormFault(
                path[:500],
                refused.code,
                refused.message,
                refused.remedy,
                severity,
                sheet,
                row.number,
                row.columns.get(column),
            )
        )

    @property
    def listed(self) -> int:
        """Return how many questions have a fault."""
        rows = {fault.row for fault in self.faults if fault.sheet == "survey"}
        return len(rows & self.questions)
