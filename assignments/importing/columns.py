"""Which column of a file means what.

`ppl`, `pml` (emails), `label`, the region as `level_1_code` .. `level_6_code` or as `region_code`,
`id` (UUID, optional), and `prefilled.<name>` for everything known about the unit. `reason`, which
the file of bad rows has, is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from assignments.models import LEVELS
from kegiatan.form.questions import form_questions, level_names
from masterdata.reading import FileUnreadable

PREFILLED = "prefilled."
NAME_LENGTH = 200
REASON = "reason"
REGION_CODE = "region_code"
_OTHER_NAMES = {"assignment_label": "label"}
_KNOWN = ("ppl", "pml", "label", "id", REGION_CODE, *LEVELS, REASON)


@dataclass(frozen=True)
class Columns:
    """Positions of the columns in a file. levels: positions of the level codes, None where absent.

    prefilled: (name, position). width: cells in a full row.
    """

    header: tuple[str, ...]
    ppl: int
    pml: int
    label: int
    id: int | None
    region_code: int | None
    levels: tuple[int | None, ...]
    prefilled: tuple[tuple[str, int], ...]

    @property
    def width(self) -> int:
        """Return how many cells a row has."""
        return len(self.header)


def read_columns(file: Path, header: tuple[str, ...], *, region_optional: bool) -> Columns:
    """Find the columns. Raises FileUnreadable naming what is unknown, double or missing."""
    places: dict[str, int] = {}
    for place, text in enumerate(header):
        name = _name(text)
        if name not in _KNOWN and not _is_prefilled(name):
            raise _unknown(file, text)
        if name in places:
            message = _("the column %(name)s occurs twice") % {"name": name}
            raise FileUnreadable(file, "headers", message)
        places[name] = place
    levels = tuple(places.get(level) for level in LEVELS)
    _check_complete(file, places, levels, region_optional)
    return Columns(
        header=header,
        ppl=places["ppl"],
        pml=places["pml"],
        label=places["label"],
        id=places.get("id"),
        region_code=places.get(REGION_CODE),
        levels=levels,
        prefilled=tuple(
            (name.removeprefix(PREFILLED), place)
            for name, place in places.items()
            if name.startswith(PREFILLED)
        ),
    )


def _is_prefilled(name: str) -> bool:
    return (
        name.startswith(PREFILLED)
        and len(PREFILLED) < len(name) <= NAME_LENGTH
        and name.isprintable()
    )


def _name(text: str) -> str:
    """Return a header in our words; names of prefilled data keep their case."""
    plain = text.strip()
    if plain.casefold().startswith(PREFILLED):
        return PREFILLED + plain[len(PREFILLED) :].strip()
    folded = plain.casefold()
    return _OTHER_NAMES.get(folded, folded)


def _unknown(file: Path, text: str) -> FileUnreadable:
    allowed = ", ".join((*_KNOWN[:-1], f"{PREFILLED}<name>"))
    message = _("the column “%(name)s” is unknown. Allowed: %(allowed)s")
    return FileUnreadable(file, "headers", message % {"name": text[:100], "allowed": allowed})


def _check_complete(
    file: Path, places: Mapping[str, int], levels: tuple[int | None, ...], region_optional: bool
) -> None:
    missing = [name for name in ("ppl", "pml", "label") if name not in places]
    has_levels = any(place is not None for place in levels)
    if not region_optional and REGION_CODE not in places and levels[0] is None:
        missing.append(_("level_1_code to level_6_code, or region_code"))
    if missing:
        message = _("missing columns: %(missing)s") % {"missing": ", ".join(missing)}
        raise FileUnreadable(file, "headers", message)
    if has_levels and REGION_CODE in places:
        message = _("the file has both region_code and level codes; keep one of them")
        raise FileUnreadable(file, "headers", message)


def template_header(schema: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the header of a file to fill in: the form's levels and prefilled names."""
    schema = schema or {}
    levels = tuple(level_names(schema)) or LEVELS
    names: dict[str, None] = {}
    for column in schema.get("assignment_table_columns") or ():
        key = column.get("key") if isinstance(column, dict) else None
        if isinstance(key, str) and key.startswith(PREFILLED):
            names.setdefault(key.removeprefix(PREFILLED))
    for question in form_questions(schema):
        if question.kind == "prefilled":
            names.setdefault(str(question.element.get("dataKey") or question.name))
    return ("ppl", "pml", "label", *levels, *(PREFILLED + name for name in names))
