"""Wilayah coverage: one validator for every door that makes or moves an assignment.

A region is six level codes, parts without gaps (`61`, `04`, `080`, `001`, `0001`, `00`); its
region code is their concatenation. Source: spec, "Wilayah coverage"; design, section 5.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl
from django.utils.translation import gettext as _

from assignments.models import LEVELS
from cerdas.errors import CerdasError
from kegiatan.models import KegiatanStatistik
from masterdata.selectors import region_codes_unknown
from masterdata.services import master_sls_hold
from satker.models import EVERYWHERE, REGION_CODE_LENGTHS

Levels: TypeAlias = tuple[str | None, str | None, str | None, str | None, str | None, str | None]
NO_LEVELS: Levels = (None, None, None, None, None, None)
# Digits of each part (BPS): 2+2+3+3+4+2.
LEVEL_DIGITS = (2, 2, 3, 3, 4, 2)
FREE_CODE_LENGTH = 32
MASTER, FREE = "master", "free"
_FULL_CODE = re.compile(r"[0-9]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class OutsideWilayah(CerdasError):
    """The region is not in the coverage of the acting office. details: region_code, prefixes."""

    code = "outside_wilayah"
    status = 403


class RegionFormat(CerdasError):
    """A level code of the wrong form, or a gap between levels. details: level, value."""

    code = "region_format"


class UnknownRegion(CerdasError):
    """The region master holds this kabupaten, and not this code. details: region_code."""

    code = "unknown_region"


def split_region_code(code: str) -> Levels:
    """Return the parts of a full code of 2, 4, 7, 10, 14 or 16 digits; the levels below are None.

    Raises RegionFormat.
    """
    if not _FULL_CODE.fullmatch(code) or len(code) not in REGION_CODE_LENGTHS.values():
        message = _(
            "The code %(code)s has to have 2, 4, 7, 10, 14 or 16 digits. Keep codes as text."
        ) % {"code": code}
        raise RegionFormat(message, details={"level": None, "value": code})
    parts: list[str | None] = []
    position = 0
    for digits in LEVEL_DIGITS:
        parts.append(code[position : position + digits] or None)
        position += digits
    return as_levels(parts)


def as_levels(parts: Sequence[str | None]) -> Levels:
    """Return six level codes; empty text is no code, missing ones are None."""
    one, two, three, four, five, six = [part or None for part in (*parts, *NO_LEVELS)][:6]
    return one, two, three, four, five, six


def region_code_of(levels: Levels) -> str | None:
    """Return the longest code without a gap, as the database derives `region_code`."""
    code = ""
    for part in levels:
        if part is None:
            break
        code += part
    return code or None


def level_sources(schema: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return `master` or `free` for each of the six levels of a form's envelope.

    Below a free level everything is free: the region master has no codes there.
    """
    named = (schema or {}).get("level_sources")
    named = named if isinstance(named, dict) else {}
    sources: list[str] = []
    for level in LEVELS:
        is_free = named.get(level) == FREE or FREE in sources
        sources.append(FREE if is_free else MASTER)
    return tuple(sources)


def check_levels(levels: Levels, *, sources: Sequence[str]) -> None:
    """Check the form of each part and that there is no gap.

    sources: of `level_sources`. Raises RegionFormat.
    """
    for number, part in enumerate(levels):
        if part is None:
            continue
        if number and levels[number - 1] is None:
            message = _("%(level)s is filled in and the level above it is not.") % {
                "level": LEVELS[number]
            }
            raise RegionFormat(message, details={"level": LEVELS[number], "value": part})
        if sources[number] == FREE:
            _check_free_code(LEVELS[number], part)
        elif not _is_digits(part, LEVEL_DIGITS[number]):
            message = _("%(level)s has to have %(digits)s digits, not %(value)s.") % {
                "level": LEVELS[number],
                "digits": LEVEL_DIGITS[number],
                "value": repr(part[:FREE_CODE_LENGTH]),
            }
            raise RegionFormat(message, details={"level": LEVELS[number], "value": part})


def _is_digits(text: str, digits: int) -> bool:
    return len(text) == digits and _FULL_CODE.fullmatch(text) is not None


def _check_free_code(level: str, part: str) -> None:
    if len(part) > FREE_CODE_LENGTH or _CONTROL.search(part):
        message = _("%(level)s has to be text of at most %(limit)s characters.") % {
            "level": level,
            "limit": FREE_CODE_LENGTH,
        }
        raise RegionFormat(message, details={"level": level, "value": part[:FREE_CODE_LENGTH]})


def master_code_of(levels: Levels, *, sources: Sequence[str]) -> str | None:
    """Return the part of the region code that the region master can know."""
    known = [
        part if source == MASTER else None for part, source in zip(levels, sources, strict=True)
    ]
    return region_code_of(as_levels(known))


def is_covered(region_code: str | None, prefixes: Iterable[str]) -> bool:
    """Return whether a code lies in the coverage; without a code only `*` covers."""
    return any(
        prefix == EVERYWHERE or (region_code is not None and region_code.startswith(prefix))
        for prefix in prefixes
    )


def codes_outside(codes: Iterable[str], prefixes: Sequence[str]) -> set[str]:
    """Return the codes that `check_coverage` would refuse; for many rows at once."""
    distinct = pl.Series("code", sorted(set(codes)), dtype=pl.String)
    if EVERYWHERE in prefixes or distinct.is_empty():
        return set()
    covered = pl.Series("covered", [False]).new_from_index(0, len(distinct))
    for prefix in prefixes:
        covered |= distinct.str.starts_with(prefix)
    return set(distinct.filter(~covered).to_list())


def outside_wilayah(region_code: str | None, prefixes: Sequence[str]) -> OutsideWilayah:
    """Return the refusal that names the code and the allowed prefixes."""
    allowed = ", ".join(prefixes) or _("none")
    if region_code is None:
        message = _(
            "A unit without a region code is not allowed here. Allowed prefixes: %(prefixes)s."
        ) % {"prefixes": allowed}
    else:
        message = _(
            "The code %(code)s is outside the area of your office. Allowed prefixes: %(prefixes)s."
        ) % {"code": region_code, "prefixes": allowed}
    return OutsideWilayah(message, details={"region_code": region_code, "prefixes": list(prefixes)})


def check_coverage(
    *, region_code: str | None, prefixes: Sequence[str], allow_without_region: bool = False
) -> None:
    """Refuse a region outside the coverage of the acting office.

    prefixes: coverage of the acting admin's satker, of the PPL's when a PPL adds a unit; `*`
    covers everything. No code at all needs `*` and a kegiatan that allows it.
    Raises OutsideWilayah.
    """
    if not is_covered(region_code, prefixes) or (region_code is None and not allow_without_region):
        raise outside_wilayah(region_code, prefixes)


def check_region_known(codes: Iterable[str]) -> None:
    """Refuse codes that the region master should know and does not.

    Keeps regions from being removed until the transaction ends. Raises UnknownRegion with the
    first of them.
    """
    master_sls_hold()
    unknown = sorted(region_codes_unknown(codes))
    if unknown:
        raise unknown_region(unknown[0])


def unknown_region(code: str) -> UnknownRegion:
    """Return the refusal that names the code."""
    message = _("The code %(code)s is not in the region master.") % {"code": code}
    return UnknownRegion(message, details={"region_code": code})


def check_region(
    *, levels: Levels, kegiatan: KegiatanStatistik, prefixes: Sequence[str]
) -> str | None:
    """Check form, coverage and existence of one region; return its region code.

    Raises RegionFormat, OutsideWilayah, UnknownRegion.
    """
    sources = level_sources(kegiatan.form_schema)
    check_levels(levels, sources=sources)
    region_code = region_code_of(levels)
    check_coverage(
        region_code=region_code,
        prefixes=prefixes,
        allow_without_region=kegiatan.allow_without_region,
    )
    master_code = master_code_of(levels, sources=sources)
    if master_code is not None:
        check_region_known([master_code])
    return region_code
