"""Reads of the master data: areas by code prefix, names of codes, datasets.

Region codes have 2, 4, 7, 10, 14 or 16 digits (province .. sub-SLS). Every look-up is a range on
the unique index of `sls_id`; none scans the table, also with 1.3 million rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from django.db import connection

from cerdas.prepared import fetch_all

DIGITS_OF_LEVEL = {1: 2, 2: 4, 3: 7, 4: 10, 5: 14, 6: 16}
LEVEL_OF_DIGITS = {digits: level for level, digits in DIGITS_OF_LEVEL.items()}
PREFIX_DIGITS = (0, *list(DIGITS_OF_LEVEL.values())[:-1])
_INT_MAX = 2**31 - 1
_NAME_OF_LEVEL = {1: "provinsi", 2: "kabkot", 3: "kecamatan", 4: "desa_kel", 5: "nama", 6: "nama"}


# A scalar subquery, not EXISTS: the planner would turn that into a join that reads the table.
_FIRST_UNDER = """(SELECT m.sls_id FROM master_sls m
    WHERE m.sls_id >= wanted.code AND m.sls_id < wanted.code || ':' ORDER BY m.sls_id LIMIT 1)"""


@dataclass(frozen=True)
class Wilayah:
    """An area: full code, level 1 (province) to 6 (sub-SLS), name."""

    code: str
    level: int
    name: str


class DatasetEntry(TypedDict):
    """A dataset as a phone needs to know it before it downloads it."""

    type: str
    version: int
    checksum: str
    size_bytes: int


@dataclass(frozen=True)
class Dataset:
    """A stored dataset: its JSON text and the SHA-256 of it."""

    checksum: str
    text: str


def wilayah_children(prefix: str = "") -> list[Wilayah]:
    """Return the areas directly below `prefix`, ordered by code.

    prefix: 0, 2, 4, 7, 10 or 14 digits; "" gives the provinces. The children of a desa are its SLS
    (14 digits, named by sub-SLS 00 or else the first); those of an SLS its sub-SLS, none when it
    is not divided. Raises ValueError for another length.
    """
    if len(prefix) not in PREFIX_DIGITS:
        raise ValueError(f"no level has codes of {len(prefix)} digits with areas below")
    level = LEVEL_OF_DIGITS.get(len(prefix), 0) + 1
    digits, name = DIGITS_OF_LEVEL[level], _NAME_OF_LEVEL[level]
    # Skip scan: one index probe per child instead of a scan over everything below. ":" is the
    # character after "9", so the next child begins at (code || ':').
    statement = f"""
        WITH RECURSIVE child AS (
            (SELECT left(sls_id, {digits})::text COLLATE "C" AS code, {name} AS name
               FROM master_sls WHERE sls_id >= %(from)s AND sls_id < %(to)s
               ORDER BY sls_id LIMIT 1)
            UNION ALL
            SELECT following.code, following.name FROM child, LATERAL
                (SELECT left(sls_id, {digits})::text COLLATE "C" AS code, {name} AS name
                   FROM master_sls WHERE sls_id >= child.code || ':' AND sls_id < %(to)s
                   ORDER BY sls_id LIMIT 1) AS following
        )
        SELECT code, name FROM child ORDER BY code
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"from": prefix, "to": prefix + ":"})
        children = [Wilayah(code, level, name) for code, name in cursor.fetchall()]
    undivided = level == 6 and [child.code[14:] for child in children] == ["00"]
    return [] if undivided else children


def wilayah_names(codes: Iterable[str]) -> dict[str, str]:
    """Return code -> name of these region codes and of every area above them, in one query.

    Codes that the region master does not know are left out.
    """
    wanted = {code[:digits] for code in codes for digits in LEVEL_OF_DIGITS if len(code) >= digits}
    if not wanted:
        return {}
    name = " ".join(
        f"WHEN {digits} THEN {_NAME_OF_LEVEL[level]}" for digits, level in LEVEL_OF_DIGITS.items()
    )
    statement = f"""
        SELECT wanted.code, found.name FROM unnest(%s::text[]) AS wanted (code), LATERAL
            (SELECT CASE length(wanted.code) {name} END AS name FROM master_sls
              WHERE sls_id >= wanted.code AND sls_id < wanted.code || ':'
              ORDER BY sls_id LIMIT 1) AS found
    """
    return dict(fetch_all(statement, [sorted(wanted)]))


def region_codes_missing(codes: Iterable[str]) -> set[str]:
    """Return those of the codes (any level) under which the region master holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code FROM unnest(%s::text[]) AS wanted (code) WHERE {_FIRST_UNDER} IS NULL",
            [sorted(set(codes))],
        )
        return {code for (code,) in cursor.fetchall()}


def region_codes_unknown(codes: Iterable[str]) -> set[str]:
    """Return the codes that are wrong: their kabupaten is loaded, and they are not in it.

    A code of a kabupaten that the region master does not hold cannot be judged and is not
    returned; neither is a province. One query, some microseconds per code.
    Source: spec, "Wilayah coverage".
    """
    judged = sorted({code for code in codes if len(code) >= DIGITS_OF_LEVEL[2]})
    if not judged:
        return set()
    kabkot_ids = sorted({code[: DIGITS_OF_LEVEL[2]] for code in judged})
    first_of_kabkot = _FIRST_UNDER.replace("wanted", "kabkot")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH held AS MATERIALIZED (
                SELECT code FROM unnest(%s::text[]) AS kabkot (code)
                WHERE {first_of_kabkot} IS NOT NULL
            )
            SELECT wanted.code FROM unnest(%s::text[]) AS wanted (code)
            JOIN held ON held.code = left(wanted.code, 4) WHERE {_FIRST_UNDER} IS NULL
            """,
            [kabkot_ids, judged],
        )
        return {code for (code,) in cursor.fetchall()}


def masterdata_manifest(types_versions: Iterable[tuple[str, int]]) -> list[DatasetEntry]:
    """Return checksum and size of these datasets, ordered by type and version, in one query.

    Pairs that are not stored are left out, also those that no column could hold.
    """
    pairs = sorted(
        (kind, version)
        for kind, version in set(types_versions)
        if "\0" not in kind and abs(version) <= _INT_MAX
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.type, d.version, d.checksum, d.size_bytes FROM master_data d"
            " JOIN unnest(%s::text[], %s::int[]) AS wanted (type, version)"
            " ON d.type = wanted.type AND d.version = wanted.version ORDER BY d.type, d.version",
            [[kind for kind, _version in pairs], [version for _kind, version in pairs]],
        )
        return [
            DatasetEntry(type=kind, version=version, checksum=checksum, size_bytes=size)
            for kind, version, checksum, size in cursor.fetchall()
        ]


def masterdata_checksum(kind: str, version: int) -> str | None:
    """Return the checksum of a dataset, or None when it is not stored."""
    found = masterdata_manifest([(kind, version)])
    return found[0]["checksum"] if found else None


def masterdata_read(kind: str, version: int) -> Dataset | None:
    """Return a dataset whole, as its stored JSON text, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT checksum, data::text FROM master_data WHERE type = %s AND version = %s",
            [kind, version],
        )
        row = cursor.fetchone()
    return Dataset(*row) if row else None


def masterdata_active_version(kind: str) -> int | None:
    """Return the version in use for a type, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM master_data WHERE type = %s AND is_active", [kind])
        row = cursor.fetchone()
    return row[0] if row else None


def dataset_versions() -> dict[str, frozenset[int]]:
    """Return the versions that are stored of each type of dataset."""
    versions: dict[str, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, version FROM master_data")
        for kind, version in cursor.fetchall():
            versions.setdefault(kind, set()).add(version)
    return {kind: frozenset(found) for kind, found in versions.items()}
