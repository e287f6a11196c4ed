"""What the phones of bench/pwa.py find: an office, three activities, people with passwords.

Import after the environment points at a scratch database (bench/_world.py sets Django up).
"""

import csv
import json
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.utils import timezone

from bench import _world  # sets Django up
from bench._rt100 import with_row_ids, workload
from bench._scratch import ROOT
from cerdas.demo.household import household_interview
from cerdas.ids import new_id
from cerdas.tenancy import tenant_scope
from kegiatan.form.engine import Engine
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_satker_add
from kegiatan.services.publishing import form_publish
from kegiatan.services.roles import role_give
from masterdata.services import masterdata_load
from satker.models import Satker, User
from satker.permissions import PML, PPL
from satker.services.satkers import satker_create

PASSWORD = "kata-sandi-bench"
DATA = ROOT / "cerdas" / "demo" / "data"
INSTANCES = 430  # questions shown in the large household; style of bench/forms.py
HOUSEHOLDS = 200
_KNOWN = {"nama_krt": "Agus Setiawan", "alamat": "Sungai Bakau", "nomor_urut_bangunan": 3}
_WORDS = ("padi", "sayuran", "ikan", "mebel", "roti", "batik", "kapal", "semen", "kopi", "sawit")
_DEEDS = ("Menanam", "Memelihara", "Industri", "Perdagangan eceran", "Jasa", "Angkutan", "Sewa")
_UNITS = """
    INSERT INTO assignments
        (id, satker_id, kegiatan_statistik_id, ppl_id, pml_id, level_1_code, level_2_code,
         level_3_code, level_4_code, level_5_code, assignment_label, cancel_reason, prefilled_data,
         created_at, updated_at)
    SELECT given.id, %(satker)s, %(kegiatan)s, %(ppl)s, %(pml)s, '61', '04',
           lpad((n %% 4 * 10 + 10)::text, 3, '0'), lpad((n %% 20 / 4 + 1)::text, 3, '0'),
           lpad((n %% 100)::text, 4, '0'), 'Keluarga ' || n || ' - (No. Urut: ' || n || ')', '',
           jsonb_build_object('nama_krt', 'Keluarga ' || n, 'nomor_urut_bangunan', n,
                              'alamat', 'Jalan Raya Nipah No. ' || n),
           now(), now()
    FROM unnest(%(ids)s) WITH ORDINALITY AS given (id, n)
"""
# The share that is submitted has the answers, used in turn.
_RESPONSES = """
    INSERT INTO assignment_responses
        (assignment_id, satker_id, status, version, form_version_used, responses, visit_outcome,
         notes, attachment_ids, device_engine, submitted_by_ppl_at, created_at, updated_at)
    SELECT given.id, %(satker)s, CASE WHEN is_done THEN %(status)s ELSE 'Assigned' END,
           CASE WHEN is_done THEN 2 ELSE 1 END, 1,
           CASE WHEN is_done THEN
               (%(answers)s::text[])[1 + n %% greatest(cardinality(%(answers)s::text[]), 1)]::jsonb
           END,
           '', '', '[]', '', CASE WHEN is_done THEN now() END, now(), now()
    FROM (SELECT id, n, n %% 10 < %(done_in_ten)s AS is_done
          FROM unnest(%(ids)s) WITH ORDINALITY AS listed (id, n)) AS given
"""


@dataclass(frozen=True)
class PhoneWorld:
    """Ids of activities and emails of people. instances: questions of the large household."""

    listing: str
    household: str
    rt100: str
    lister: str
    starter: str
    puller: str
    pushers: tuple[str, ...]
    instances: int


class _Office:
    def __init__(self) -> None:
        head = User.objects.create(name="Super", email="super@bench.example", is_superuser=True)
        self.head = head
        self.satker: Satker = satker_create(
            actor=head, name="BPS Uji", code="6104", prefixes=["6104"]
        )
        self.pml = self.person("pengawas")

    def person(self, name: str) -> User:
        """Return somebody of the office who can sign in."""
        user = User(satker=self.satker, name=name.title(), email=f"{name}@bench.example")
        user.set_password(PASSWORD)
        user.save()
        return user

    def kegiatan(self, name: str, schema: dict[str, Any], people: list[User]) -> Any:
        """Return a running activity with these enumerators."""
        today = timezone.localdate()
        kegiatan = kegiatan_create(
            actor=self.head, name=name, year=today.year,
            start_date=today - timedelta(days=1), end_date=today + timedelta(days=30),
        )  # fmt: skip
        place = kegiatan_satker_add(actor=self.head, kegiatan=kegiatan, satker=self.satker)
        form_publish(actor=self.head, kegiatan=kegiatan, schema=schema)
        with tenant_scope(self.satker):
            role_give(place=place, user=self.pml, role=PML)
            for user in people:
                role_give(place=place, user=user, role=PPL)
        return kegiatan

    def units(
        self,
        kegiatan: Any,
        user: User,
        count: int,
        *,
        answers: list[dict[str, Any]] | None = None,
        done_in_ten: int = 0,
        status: str = "Submitted by PPL",
    ) -> list[UUID]:
        """Insert units of an enumerator; of every ten so many have answers and the status."""
        ids = [new_id() for _n in range(count)]
        parameters = {
            "ids": ids, "satker": self.satker.pk, "kegiatan": kegiatan.pk, "ppl": user.pk,
            "pml": self.pml.pk, "status": status, "done_in_ten": done_in_ten,
            "answers": [json.dumps(item) for item in answers or []],
        }  # fmt: skip
        with tenant_scope(self.satker), connection.cursor() as cursor:
            cursor.execute(_UNITS, parameters)
            cursor.execute(_RESPONSES, parameters)
        return ids


def phone_world(
    *, listed: int, pulled: int, pushed: int, pushers: int, master_rows: int
) -> PhoneWorld:
    """Make it. listed, pulled, pushed: units of one phone; pushers: phones that send."""
    _master_load(master_rows)
    office = _Office()
    lister, starter, puller = (office.person(name) for name in ("pendaftar", "pemula", "penarik"))
    senders = [office.person(f"pengirim{n}") for n in range(pushers)]
    household_form = json.loads((DATA / "household.json").read_text())
    source = workload()
    listing = office.kegiatan(
        "Listing", json.loads((DATA / "listing.json").read_text()), [lister, starter]
    )
    household = office.kegiatan("Rumah Tangga", household_form, [lister])
    rt100 = office.kegiatan("RT100", source.form(), [puller, *senders])
    answers = [with_row_ids(source.answers(n), n) for n in range(HOUSEHOLDS)]
    office.units(listing, lister, listed, answers=_listing_answers(), done_in_ten=4)
    office.units(listing, starter, pulled)
    office.units(rt100, puller, pulled, answers=answers, done_in_ten=10)
    for sender in senders:
        office.units(rt100, sender, pushed)
    large, instances = large_household(household_form)
    office.units(household, lister, 1, answers=[large], done_in_ten=10, status="Rejected by PML")
    _world.settle()
    return PhoneWorld(
        str(listing.pk), str(household.pk), str(rt100.pk), lister.email, starter.email,
        puller.email, tuple(user.email for user in senders), instances,
    )  # fmt: skip


def large_household(form: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Return an interview with about 430 questions shown, and how many there are."""
    engine = Engine(timeout_seconds=60)
    found: list[tuple[int, dict[str, Any]]] = []
    for number in range(8):
        one = household_interview(uuid5(UUID(int=1), str(number)), _KNOWN, "x", date(2026, 11, 20))
        members = [
            {**member, "_id": str(uuid5(UUID(member["_id"]), str(copy)))}
            for copy in range(3)
            for member in one["anggota"]
        ]
        many = {**one, "jumlah_art": len(members), "anggota": members}
        found.append((len(engine.evaluate(form, many, _KNOWN, key="large").visible), many))
    engine.close()
    count, answers = min(found, key=lambda item: abs(item[0] - INSTANCES))
    return answers, count


def _listing_answers() -> list[dict[str, Any]]:
    return [
        {
            "nomor_urut_bangunan": n + 1, "nama_krt": f"Keluarga {n}", "jumlah_art": 1 + n % 7,
            "alamat": f"Jalan Raya Nipah No. {n}",
            "geotag_rumah": {
                "lat": 0.12 + n * 0.0013, "lon": 109.11, "accuracy_m": 8,
                "at": "2026-01-15T03:00:00Z",
            },
        }
        for n in range(HOUSEHOLDS)
    ]  # fmt: skip


def _master_load(rows: int) -> None:
    """Publish the codes of the demo, and invented ones up to the number."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kbli.csv"
        with (DATA / "lapangan_usaha.csv").open(encoding="utf-8") as file:
            known = list(csv.reader(file))
        used = {code for code, *_rest in known}
        more = (f"{n:07d}" for n in range(10 * rows))
        codes = [
            code for code, _n in zip((c for c in more if c not in used), range(rows), strict=False)
        ]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows(known)
            writer.writerows(
                [code, f"{_DEEDS[n % 7]} {_WORDS[n % 10]} dan {_WORDS[n // 10 % 10]} jenis {n}"]
                for n, code in enumerate(codes[: rows - len(known) + 1])
            )
        masterdata_load(kind="KBLI", version=2020, path=path, activate=True)
