"""Overlaps and gaps in the areas of all offices, computed in the database.

A province or the head office covers others' areas by design (leaders); anything else that two
offices share is probably a mistake. Source: spec, "Wilayah coverage".
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from satker.models import EVERYWHERE

SAME, WITHIN, LEADER = "same", "within", "leader"
NONE, ONLY_LEADER, IN_PART = "none", "leader", "part"
_PROVINCE = 2  # digits of the longest prefix that is a leader's

_OVERLAPS = f"""
    SELECT * FROM (
    SELECT a.wilayah_code_prefix AS outer_prefix, sa.id AS outer_id,
           sa.code || ' ' || sa.name AS a_name,
           b.wilayah_code_prefix AS inner_prefix, sb.id AS inner_id,
           sb.code || ' ' || sb.name AS b_name,
           CASE WHEN a.wilayah_code_prefix = b.wilayah_code_prefix THEN '{SAME}'
                WHEN length(a.wilayah_code_prefix) <= {_PROVINCE} THEN '{LEADER}'
                ELSE '{WITHIN}' END AS kind
    FROM satker_wilayah_tugas a
    JOIN satker_wilayah_tugas b ON b.satker_id <> a.satker_id AND b.wilayah_code_prefix <> %(all)s
     AND b.wilayah_code_prefix >= a.wilayah_code_prefix
     AND b.wilayah_code_prefix < a.wilayah_code_prefix || ':'
     AND (b.wilayah_code_prefix <> a.wilayah_code_prefix OR a.satker_id < b.satker_id)
    JOIN satkers sa ON sa.id = a.satker_id
    JOIN satkers sb ON sb.id = b.satker_id
    WHERE a.wilayah_code_prefix <> %(all)s
    ) AS pairs
    ORDER BY kind = '{LEADER}', inner_prefix, outer_prefix
    LIMIT %(limit)s
"""
# Skip scan over the region master: one index probe per kabupaten.
_GAPS = f"""
    WITH RECURSIVE kabkot AS (
        (SELECT kabkot_id AS code, kabkot AS name, provinsi FROM master_sls
          ORDER BY sls_id LIMIT 1)
        UNION ALL
        SELECT f.* FROM kabkot, LATERAL
            (SELECT kabkot_id, kabkot, provinsi FROM master_sls
              WHERE sls_id >= kabkot.code || ':' ORDER BY sls_id LIMIT 1) AS f
    ), judged AS (
        SELECT k.code, k.name, k.provinsi,
            EXISTS (SELECT FROM satker_wilayah_tugas w
                     WHERE w.wilayah_code_prefix = k.code) AS whole,
            EXISTS (SELECT FROM satker_wilayah_tugas w WHERE w.wilayah_code_prefix > k.code
                       AND w.wilayah_code_prefix < k.code || ':') AS part,
            EXISTS (SELECT FROM satker_wilayah_tugas w WHERE w.wilayah_code_prefix
                        IN (left(k.code, {_PROVINCE}), %(all)s)) AS leader
        FROM kabkot k
    )
    SELECT code, name, provinsi,
           CASE WHEN part THEN '{IN_PART}' WHEN leader THEN '{ONLY_LEADER}' ELSE '{NONE}' END
    FROM judged WHERE NOT whole ORDER BY code
"""


@dataclass(frozen=True)
class Overlap:
    """Two offices for one area. kind: SAME prefix, WITHIN the other's, or under a LEADER."""

    outer_prefix: str
    outer_id: UUID
    outer: str
    inner_prefix: str
    inner_id: UUID
    inner: str
    kind: str


@dataclass(frozen=True)
class Gap:
    """A kabupaten of the region master without an office of its own.

    kind: NONE at all, ONLY_LEADER (a province or the head office), or IN_PART (some of its areas).
    """

    code: str
    name: str
    province: str
    kind: str


def area_overlaps(limit: int = 1000) -> list[Overlap]:
    """Return pairs of offices whose areas overlap, mistakes first, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPS, {"all": EVERYWHERE, "limit": limit})
        return [Overlap(*row) for row in cursor.fetchall()]


def area_gaps() -> list[Gap]:
    """Return loaded kabupaten that no office is responsible for as a whole, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"all": EVERYWHERE})
        return [Gap(*row) for row in cursor.fetchall()]
