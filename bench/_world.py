"""An office with rt100 published, people with tokens, and units by the thousand.

Import after the environment points at a scratch database: it sets Django up.
"""

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
django.setup()

from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from cerdas.ids import new_id  # noqa: E402
from cerdas.tenancy import tenant_scope  # noqa: E402
from kegiatan.models import KegiatanSatker  # noqa: E402
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_satker_add  # noqa: E402
from kegiatan.services.publishing import form_publish  # noqa: E402
from kegiatan.services.roles import role_give  # noqa: E402
from satker.models import DeviceToken, Satker, User  # noqa: E402
from satker.permissions import ADMIN_KEGIATAN, PML, PPL  # noqa: E402
from satker.services.satkers import satker_create  # noqa: E402

_UNITS = """
    INSERT INTO assignments
        (id, satker_id, kegiatan_statistik_id, ppl_id, pml_id, level_1_code, level_2_code,
         level_3_code, level_4_code, level_5_code, assignment_label, cancel_reason,
         created_at, updated_at)
    SELECT given.id, %(satker)s, %(kegiatan)s, %(ppl)s, %(pml)s, '61', '04', '080', '001',
           lpad((n %% 100)::text, 4, '0'), 'Keluarga ' || n, '', now(), now()
    FROM unnest(%(ids)s) WITH ORDINALITY AS given (id, n)
"""
# answers: JSON texts, used in turn; none: not yet answered.
_RESPONSES = """
    INSERT INTO assignment_responses
        (assignment_id, satker_id, status, version, form_version_used, responses, visit_outcome,
         notes, attachment_ids, device_engine, submitted_by_ppl_at, created_at, updated_at)
    SELECT given.id, %(satker)s, %(status)s, %(version)s, 1,
           (%(answers)s::text[])[1 + n %% greatest(cardinality(%(answers)s::text[]), 1)]::jsonb,
           '', '', '[]', '', CASE WHEN %(version)s > 1 THEN now() END, now(), now()
    FROM unnest(%(ids)s) WITH ORDINALITY AS given (id, n)
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    id: UUID
    token: str


@dataclass(frozen=True)
class World:
    """An office in its field period. enumerators: all under one supervisor."""

    satker_id: UUID
    kegiatan_id: UUID
    supervisor: Person
    admin: Person
    enumerators: tuple[Person, ...]


def world_make(form: dict[str, Any], *, enumerators: int) -> World:
    """Make the office, the activity with the questionnaire, and the people."""
    head = User.objects.create(name="Super", email="super@bench.example", is_superuser=True)
    satker = satker_create(actor=head, name="BPS Uji", code="6104", prefixes=["6104"])
    today = timezone.localdate()
    kegiatan = kegiatan_create(
        actor=head,
        name="RT100",
        year=today.year,
        start_date=today - timedelta(days=1),
        end_date=today + timedelta(days=30),
    )
    place = kegiatan_satker_add(actor=head, kegiatan=kegiatan, satker=satker)
    form_publish(actor=head, kegiatan=kegiatan, schema=form)
    supervisor = _person(satker, place, "Pengawas", PML)
    return World(
        satker_id=satker.pk,
        kegiatan_id=kegiatan.pk,
        supervisor=supervisor,
        admin=_person(satker, place, "Admin", ADMIN_KEGIATAN),
        enumerators=tuple(_person(satker, place, f"P{n}", PPL) for n in range(enumerators)),
    )


def _person(satker: Satker, place: KegiatanSatker, name: str, role: str) -> Person:
    user = User.objects.create(satker=satker, name=name, email=f"{name.lower()}@bench.example")
    with tenant_scope(satker):
        role_give(place=place, user=user, role=role)
    _device, token = DeviceToken.objects.create(
        user=user, expiry=timedelta(days=1), prefix="", last_seen_at=timezone.now()
    )
    return Person(user.pk, token)


def units_make(
    world: World, enumerator: Person, count: int, *, answers: list[dict[str, Any]] | None = None
) -> list[UUID]:
    """Insert `count` units of an enumerator, Assigned; with `answers` Submitted by PPL."""
    ids = [new_id() for _n in range(count)]
    parameters = {
        "ids": ids,
        "satker": world.satker_id,
        "kegiatan": world.kegiatan_id,
        "ppl": enumerator.id,
        "pml": world.supervisor.id,
        "status": "Submitted by PPL" if answers else "Assigned",
        "version": 2 if answers else 1,
        "answers": [json.dumps(item) for item in answers or []],
    }
    with tenant_scope(world.satker_id), connection.cursor() as cursor:
        cursor.execute(_UNITS, parameters)
        cursor.execute(_RESPONSES, parameters)
    return ids


def settle() -> None:
    """Give the planner the statistics that autovacuum would gather in time."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE assignments, assignment_responses, assignment_feed")
