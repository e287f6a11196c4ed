"""The linter's faults with their lines and columns in the text that was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from kegiatan.form.form_fault import FormFault
from kegiatan.form.positions import TextPlaces, TextRange, positions_of, second_key


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault and the part of the text that it is about."""

    fault: FormFault
    place: TextRange

    def as_json(self) -> dict[str, object]:
        """Return the object that an editor marks: lines and columns from 1, in UTF-16 units."""
        fault, place = self.fault, self.place
        return {
            "path": fault.path, "line": place.line, "column": place.column,
            "end_line": place.end_line, "end_column": place.end_column,
            "severity": fault.severity, "code": fault.code, "message": fault.message,
            "remedy": fault.remedy,
        }  # fmt: skip


def faults_placed(text: str, faults: Sequence[FormFault]) -> list[PlacedFault]:
    """Return faults of a text, in their order, each with its place."""
    whole = TextRange(1, 1, 1, 1)
    if any(fault.code in ("bad_json", "not_text", "too_deep") for fault in faults):
        return [PlacedFault(fault, _broken_at(text, fault) or whole) for fault in faults]
    places = positions_of(text, {fault.path for fault in faults})
    return [PlacedFault(fault, places[fault.path]) for fault in faults]


def _broken_at(text: str, fault: FormFault) -> TextRange | None:
    """Return where a text stops being JSON; lines of the parser end with LF alone."""
    if fault.code != "bad_json":
        return None
    if fault.row is None:
        return second_key(text)
    return TextPlaces(text).at(fault.row, fault.column or 1)
