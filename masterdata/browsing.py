"""Reads of the pages of super_admin: the region master as a tree, search by code and by name.

Children and areas are found by skip scan, counts by one scan of the index below the opened area,
names of desa and SLS only inside an opened area.
"""

from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache
from django.db import ProgrammingError, connection, transaction

from masterdata.selectors import DIGITS_OF_LEVEL, LEVEL_OF_DIGITS, wilayah_children, wilayah_names

_COUNTRY_KEY, _COUNTRY_KEPT_SECONDS = "masterdata.areas_of_the_country", 600
ROWS_PER_PAGE = 100
AREAS_SHOWN = 50
DESA_DIGITS = 10
_AREA_DIGITS = (2, 4, 7, 10)
_AREA_NAMES = ("provinsi", "kabkot", "kecamatan", "desa_kel")


@dataclass(frozen=True)
class Area:
    """An area of the tree. sls: rows of the region master below it; place: areas above it."""

    code: str
    name: str
    sls: int = 0
    place: str = ""


@dataclass(frozen=True)
class SlsRow:
    """One SLS or sub-SLS as the tables show it."""

    code: str
    name: str
    kind: str
    households: int | None
    place: str


@dataclass(frozen=True)
class SlsPage:
    """Rows of a page. has_next: there are more."""

    rows: list[SlsRow]
    number: int
    has_next: bool


def is_area(code: str) -> bool:
    """Return True for a code of the tree: empty (the country) or of 2, 4, 7 or 10 digits."""
    digits_only = code == "" or (code.isascii() and code.isdigit())
    return digits_only and len(code) in (0, *_AREA_DIGITS)


def areas_below(code: str) -> list[Area]:
    """Return the areas directly below one of 0, 2, 4 or 7 digits, with their numbers of SLS.

    Those of the country, which count the whole index, are kept for some minutes; a load forgets
    them (`region_counts_forget`).
    """
    if code:
        return _counted(code)
    kept: list[Area] | None = cache.get(_COUNTRY_KEY)
    if kept is None:
        kept = _counted("")
        cache.set(_COUNTRY_KEY, kept, _COUNTRY_KEPT_SECONDS)
    return kept


def _counted(code: str) -> list[Area]:
    digits = DIGITS_OF_LEVEL[LEVEL_OF_DIGITS.get(len(code), 0) + 1]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT left(sls_id, {digits}), count(*) FROM master_sls"
            " WHERE sls_id >= %s AND sls_id < %s GROUP BY 1",
            [code, code + ":"],
        )
        counts = dict(cursor.fetchall())
    return [Area(area.code, area.name, counts[area.code]) for area in wilayah_children(code)]


def region_counts_forget() -> None:
    """Forget what is kept of the region master: it has changed."""
    # Before `createcachetable` was run there is no table, and nothing is kept.
    with suppress(ProgrammingError), transaction.atomic():
        cache.delete(_COUNTRY_KEY)


def areas_above(code: str) -> list[Area]:
    """Return the area itself and those above it, province first."""
    codes = [code[:digits] for digits in _AREA_DIGITS if digits <= len(code)]
    names = wilayah_names(codes)
    return [Area(each, names.get(each, "?")) for each in codes]


def sls_below(prefix: str, *, page: int = 1, name: str = "") -> SlsPage:
    """Return rows whose code begins with prefix and whose name contains `name`, by code."""
    return _sls_page(
        "sls_id >= %s AND sls_id < %s AND (%s = '' OR nama ILIKE %s)",
        [prefix, prefix + ":", name, f"%{_escaped(name)}%"],
        page,
    )


def areas_named(text: str, *, inside: str = "") -> list[Area]:
    """Return the first areas inside a code whose name contains text, without the SLS.

    Down to kecamatan in the whole country, down to desa inside an area: one index probe for each
    of 7,300 kecamatan or of some thousand desa.
    """
    found: dict[str, Area] = {}
    last = 4 if inside else 3
    for row in _area_rows(inside, last, f"%{_escaped(text)}%"):
        for level, (digits, name) in enumerate(zip(_AREA_DIGITS, row[1:], strict=False)):
            code = row[0][:digits]
            if text.casefold() in name.casefold() and len(code) > len(inside):
                above = ", ".join(reversed(row[1 : level + 1]))
                found.setdefault(code, Area(code, name, place=above))
    return sorted(found.values(), key=lambda area: (len(area.code), area.code))[:AREAS_SHOWN]


def _area_rows(inside: str, last: int, pattern: str) -> list[tuple[str, ...]]:
    """Return (code, names) of each area of level `last` that matches, or lies in one that does."""
    levels, digits = _AREA_NAMES[:last], _AREA_DIGITS[last - 1]
    names = ", ".join(levels)
    following = ", ".join(f"following.{name}" for name in levels)
    matches = " OR ".join(f"{name} ILIKE %(like)s" for name in levels)
    code = f'left(sls_id, {digits})::text COLLATE "C" AS code'
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE area AS (
                (SELECT {code}, {names} FROM master_sls
                  WHERE sls_id >= %(from)s AND sls_id < %(to)s ORDER BY sls_id LIMIT 1)
                UNION ALL
                SELECT following.code, {following} FROM area, LATERAL
                    (SELECT {code}, {names} FROM master_sls
                      WHERE sls_id >= area.code || ':' AND sls_id < %(to)s
                      ORDER BY sls_id LIMIT 1) AS following
            )
            SELECT code, {names} FROM area WHERE {matches} ORDER BY code
            """,
            {"from": inside, "to": inside + ":", "like": pattern},
        )
        return cursor.fetchall()


def _sls_page(condition: str, values: list[str], page: int) -> SlsPage:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sls_id, nama, coalesce(jenis_sls, ''), jumlah_keluarga,"
            " concat_ws(', ', desa_kel, kecamatan, kabkot) FROM master_sls"
            f" WHERE {condition} ORDER BY sls_id LIMIT %s OFFSET %s",
            [*values, ROWS_PER_PAGE + 1, (page - 1) * ROWS_PER_PAGE],
        )
        rows = [SlsRow(*row) for row in cursor.fetchall()]
    return SlsPage(rows[:ROWS_PER_PAGE], page, len(rows) > ROWS_PER_PAGE)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
