"""The demo world: three offices with people, two activities and some hundred units in every status.

Everything is made through the same services as in production and can be repeated: ids are derived
from names, so that a load which was interrupted goes on where it stopped. People are invented;
where the places come from stands in data/NOTICE.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

import orjson
from django.utils import timezone

from assignments.models import Assignment
from assignments.services.creating import AssignmentSpec, assignment_create
from cerdas.demo.answers import household_answers, listing_answers
from cerdas.demo.interviews import Plan, units_play
from cerdas.demo.regions import DemoRegion, demo_regions, region_master_load
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_satker_add, kegiatan_update
from kegiatan.services.publishing import form_publish
from kegiatan.services.recruiting import recruit
from kegiatan.services.roles import role_grant
from masterdata.services import masterdata_load
from satker.models import Invitation, Satker, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER, PML, PPL
from satker.services.people import super_admin_create, user_create
from satker.services.roles import satker_role_grant
from satker.services.satkers import satker_create

PASSWORD = "cerdas-demo"
DOMAIN = "demo.cerdas.id"
SUPER_ADMIN = f"superadmin@{DOMAIN}"
FLOATING = f"mengambang@{DOMAIN}"
DATA = Path(__file__).parent / "data"
NAMESPACE = UUID("8d4e6ad4-6f5c-4d0e-9d7c-610400000000")
OFFICES = {
    "6104": "BPS Kabupaten Mempawah",
    "6112": "BPS Kabupaten Kubu Raya",
    "6171": "BPS Kota Pontianak",
}
PML_PER_OFFICE, PPL_PER_OFFICE = 2, 6
LISTING, ENUMERATION = "Listing Keluarga", "Pendataan Rumah Tangga"
_NAMES = (
    "Agus Setiawan", "Budi Hartono", "Citra Lestari", "Dewi Anggraini", "Eko Prasetyo",
    "Fitri Handayani", "Gunawan Saputra", "Hesti Wulandari", "Indra Kurniawan", "Joko Susilo",
)  # fmt: skip
# What has happened to the units of a PPL: at least five are untouched.
PLANS = (
    Plan.ASSIGNED, Plan.ASSIGNED, Plan.ASSIGNED, Plan.ASSIGNED, Plan.ASSIGNED,
    Plan.OPENED, Plan.SUBMITTED, Plan.SUBMITTED, Plan.REJECTED_PML, Plan.APPROVED_PML,
    Plan.APPROVED_ADMIN, Plan.REJECTED_ADMIN,
)  # fmt: skip


@dataclass(frozen=True)
class Office:
    """A demo office with its people."""

    satker: Satker
    admin: User
    kegiatan_admin: User
    supervisors: tuple[User, ...]
    enumerators: tuple[User, ...]

    def supervisor_of(self, enumerator: int) -> User:
        """Return the PML of a PPL by number: the first half works under the first."""
        return self.supervisors[enumerator * PML_PER_OFFICE // PPL_PER_OFFICE]


def demo_accounts() -> list[tuple[str, str, str, str]]:
    """Return (role, email, password, note) of every demo account."""
    accounts = [("super_admin", SUPER_ADMIN, PASSWORD, "")]
    for code, name in OFFICES.items():
        accounts.append((ADMIN_SATKER, f"satker.{code}@{DOMAIN}", PASSWORD, name))
        accounts.append((ADMIN_KEGIATAN, f"kegiatan.{code}@{DOMAIN}", PASSWORD, ""))
        for n in range(1, PML_PER_OFFICE + 1):
            accounts.append((PML, f"pml{n}.{code}@{DOMAIN}", PASSWORD, ""))
        for n in range(1, PPL_PER_OFFICE + 1):
            accounts.append((PPL, f"ppl{n}.{code}@{DOMAIN}", PASSWORD, ""))
    accounts.append(("(floating)", FLOATING, PASSWORD, "invited by 6104"))
    return accounts


def demo_world_load() -> None:
    """Make what is not there yet. The invitation comes last: with it, the world is whole."""
    if Invitation.objects.filter(email=FLOATING).exists():
        _keep_period_open()
        return
    super_admin = _super_admin()
    region_master_load(OFFICES)
    masterdata_load(kind="KBLI", version=2020, path=DATA / "lapangan_usaha.csv", activate=True)
    activities = [
        (_kegiatan(super_admin, LISTING, "listing"), listing_answers),
        (_kegiatan(super_admin, ENUMERATION, "household"), household_answers),
    ]
    for code, name in OFFICES.items():
        office = _office(super_admin, code, name)
        for kegiatan, answers in activities:
            place = kegiatan_satker_add(actor=super_admin, kegiatan=kegiatan, satker=office.satker)
            _crew(office, place)
            units_play(
                kegiatan, list(_units(office, kegiatan)), answers, admin=office.kegiatan_admin
            )
    _invite(activities[0][0])


def _super_admin() -> User:
    found = User.objects.filter(email=SUPER_ADMIN).first()
    return found or super_admin_create(
        actor=None, email=SUPER_ADMIN, name="Super Admin", password=PASSWORD
    )


def _kegiatan(actor: User, name: str, form: str) -> KegiatanStatistik:
    """Return an activity in its field period, with its questionnaire."""
    today = timezone.localdate()
    found = KegiatanStatistik.objects.filter(name=f"{name} {today.year}").first()
    kegiatan = found or kegiatan_create(
        actor=actor,
        name=f"{name} {today.year}",
        year=today.year,
        start_date=today - timedelta(days=14),
        end_date=today + timedelta(days=45),
        allow_new_assignments=form == "listing",
    )
    schema = orjson.loads((DATA / f"{form}.json").read_bytes())
    form_publish(actor=actor, kegiatan=kegiatan, schema=schema, notes="Versi pertama")
    kegiatan.refresh_from_db()
    return kegiatan


def _keep_period_open() -> None:
    """A demo that is started again weeks later still has a running field period."""
    today = timezone.localdate()
    actor = User.objects.get(email=SUPER_ADMIN)
    ending = KegiatanStatistik.objects.filter(
        form_versions__notes="Versi pertama",
        end_date__lt=today + timedelta(days=7),
        extended_end_date__isnull=True,
    )
    for kegiatan in ending:
        kegiatan_update(actor=actor, kegiatan=kegiatan, end_date=today + timedelta(days=45))


def _office(super_admin: User, code: str, name: str) -> Office:
    satker = Satker.objects.filter(code=code).first() or satker_create(
        actor=super_admin, name=name, code=code, prefixes=[code]
    )
    admin = _person(super_admin, satker, f"satker.{code}", f"Admin {code}")
    satker_role_grant(actor=super_admin, satker=satker, user=admin)
    names = iter(_NAMES[int(code) % 7 :] + _NAMES)
    return Office(
        satker=satker,
        admin=admin,
        kegiatan_admin=_person(admin, satker, f"kegiatan.{code}", next(names)),
        supervisors=tuple(
            _person(admin, satker, f"pml{n}.{code}", next(names))
            for n in range(1, PML_PER_OFFICE + 1)
        ),
        enumerators=tuple(
            _person(admin, satker, f"ppl{n}.{code}", next(names))
            for n in range(1, PPL_PER_OFFICE + 1)
        ),
    )


def _person(actor: User, satker: Satker, local_part: str, name: str) -> User:
    email = f"{local_part}@{DOMAIN}"
    found = User.objects.filter(email=email).select_related("satker").first()
    return found or user_create(
        actor=actor, satker=satker, email=email, name=name, password=PASSWORD
    )


def _crew(office: Office, place: KegiatanSatker) -> None:
    """Give the roles in one activity."""
    with tenant_scope(office.satker):
        role_grant(
            actor=office.admin,
            kegiatan_satker=place,
            user=office.kegiatan_admin,
            role=ADMIN_KEGIATAN,
        )
        for supervisor in office.supervisors:
            role_grant(
                actor=office.kegiatan_admin, kegiatan_satker=place, user=supervisor, role=PML
            )
        for number, enumerator in enumerate(office.enumerators):
            role_grant(
                actor=office.kegiatan_admin,
                kegiatan_satker=place,
                user=enumerator,
                role=PPL,
                pml=office.supervisor_of(number),
            )


def _units(office: Office, kegiatan: KegiatanStatistik) -> Iterator[tuple[Assignment, Plan]]:
    """Make the units of every PPL, or find them."""
    regions = demo_regions(office.satker.code)
    for number, enumerator in enumerate(office.enumerators):
        for index, plan in enumerate(PLANS):
            region = regions[(number * len(PLANS) + index) // 3 % len(regions)]
            yield _unit(office, kegiatan, number, index, region, enumerator), plan


def _unit(
    office: Office,
    kegiatan: KegiatanStatistik,
    number: int,
    index: int,
    region: DemoRegion,
    enumerator: User,
) -> Assignment:
    unit_id = uuid5(NAMESPACE, f"{kegiatan.name}/{office.satker.code}/{number}/{index}")
    head = _NAMES[(number * 5 + index * 3) % len(_NAMES)]
    with tenant_scope(office.satker):
        found = Assignment.objects.filter(pk=unit_id).first()
        return found or assignment_create(
            actor=office.kegiatan_admin,
            satker=office.satker,
            kegiatan=kegiatan,
            spec=AssignmentSpec(
                id=unit_id,
                label=head,
                levels=region.levels,
                prefilled_data={
                    "nama_krt": head,
                    "alamat": region.name,
                    "nomor_urut_bangunan": index + 1,
                },
            ),
            ppl_id=enumerator.pk,
            pml_id=office.supervisor_of(number).pk,
        )


def _invite(kegiatan: KegiatanStatistik) -> None:
    """Add somebody without office who has an invitation."""
    super_admin = User.objects.get(email=SUPER_ADMIN)
    if not User.objects.filter(email=FLOATING).exists():
        user_create(
            actor=super_admin, satker=None, email=FLOATING, name="Kartika Sari", password=PASSWORD
        )
    satker = Satker.objects.get(code="6104")
    place = KegiatanSatker.objects.get(satker=satker, kegiatan_statistik=kegiatan)
    with tenant_scope(satker):
        recruit(
            actor=User.objects.select_related("satker").get(email=f"kegiatan.6104@{DOMAIN}"),
            satker=satker,
            email=FLOATING,
            role=PPL,
            kegiatan_satker=place,
            pml=User.objects.get(email=f"pml1.6104@{DOMAIN}"),
        )
