"""Two offices alike in everything, each with secrets that must never reach the other.

Every name, email, label, code and id of an office is a secret of that office. The activity
`shared` is carried out by both; each has one of its own besides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from assignments.models import AssignmentAttachment
from assignments.services.releasing import user_release
from cerdas.tenancy import tenant_scope
from satker.models import Invitation
from tests import factories

ROLES = ("ppl", "pml", "admin_kegiatan", "admin_satker")
PDF = b"%PDF-1.4\nisi rahasia\n"


@dataclass
class OfficeRows:
    """An office with its people by role, units and the ids a request could name."""

    satker: Any
    prefix: str
    people: dict[str, Any] = field(default_factory=dict)
    own_kegiatan: Any = None
    units: list[Any] = field(default_factory=list)
    attachment_id: UUID = field(default_factory=uuid4)
    invitation: Any = None
    invitations: dict[str, Any] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    @property
    def unit(self) -> Any:
        """The unit with an attachment, in the hands of `ppl` and `pml`."""
        return self.units[0]


@dataclass
class World:
    """All rows. people: {name of the case: person or None}."""

    shared: Any
    offices: dict[str, OfficeRows]
    people: dict[str, Any]
    clients: dict[str, Any]

    def home(self, who: str) -> OfficeRows | None:
        """Return the office that a person belongs to now."""
        letter = who.rpartition("_")[2]
        return self.offices.get(letter) if not who.startswith("released") else None

    def foreign(self, who: str) -> list[OfficeRows]:
        """Return the offices whose rows a person must not see."""
        if who == "super_admin":
            return []
        home = self.home(who)
        return [office for office in self.offices.values() if office is not home]

    def secrets_from(self, who: str) -> set[str]:
        """Return what a person must not be told; they may know their own name."""
        person = self.people[who]
        told = {str(person.pk), person.name, person.email} if person is not None else set()
        return {secret for office in self.foreign(who) for secret in office.secrets} - told


CASES = (
    "anonymous",
    "floating",
    *(f"{role}_{letter}" for letter in ("a", "b") for role in ROLES),
    "released_a",
    "released_b",
    "super_admin",
)


def build(api: Callable[[Any], Any]) -> World:
    """Make both offices, everybody in CASES and a client for each."""
    super_admin = factories.person(None, name="Super Admin", is_superuser=True)
    offices = {
        "a": OfficeRows(
            factories.office("KNTR-AA", ["6104", "6202"], name="BPS Rahasia Alfa"), "6104"
        ),
        "b": OfficeRows(
            factories.office("KNTR-BB", ["6171", "6202"], name="BPS Rahasia Beta"), "6171"
        ),
    }
    shared = factories.kegiatan(satkers=[o.satker for o in offices.values()], name="Bersama")
    people: dict[str, Any] = {
        "anonymous": None,
        "floating": factories.person(None, name="Orang Lepas"),
        "super_admin": super_admin,
    }
    neutral = factories.office("KNTR-CC", ["7501"], name="BPS Netral")
    for letter, office in offices.items():
        _fill(office, letter, shared, units=2 if letter == "a" else 5)
        people |= {f"{role}_{letter}": office.people[role] for role in ROLES}
        people[f"released_{letter}"] = office.people["released"]
        for role in (*ROLES, "released"):
            made = office.satker if role != "released" else neutral
            office.invitations[role] = _invite(made, office.people[role], super_admin)
    floating = _invite(neutral, people["floating"], super_admin)
    for office in offices.values():
        office.invitations["floating"] = floating
    for office in offices.values():
        _collect_secrets(office)
    clients = {who: api(person) for who, person in people.items()}
    return World(shared, offices, people, clients)


def _fill(office: OfficeRows, letter: str, shared: Any, units: int) -> None:
    satker = office.satker
    office.own_kegiatan = factories.kegiatan(satkers=[satker], name=f"Rahasia Sendiri {letter}")
    for role in (*ROLES, "released", "second_pml"):
        office.people[role] = factories.person(
            satker, name=f"Rahasia {role} {letter}", email=f"rahasia.{role}.{letter}@uji.example"
        )
    pml = office.people["pml"]
    for kegiatan in (shared, office.own_kegiatan):
        factories.member(pml, kegiatan, satker, "PML")
        factories.member(office.people["ppl"], kegiatan, satker, "PPL", pml=pml)
        factories.member(office.people["released"], kegiatan, satker, "PPL", pml=pml)
        factories.member(office.people["admin_kegiatan"], kegiatan, satker, "admin_kegiatan")
        for n in range(units):
            office.units.append(_unit(office, kegiatan, office.people["ppl"], f"{letter}-{n}"))
    factories.satker_role(office.people["admin_satker"], satker, "admin_satker")
    office.units.append(_unit(office, shared, office.people["released"], f"{letter}-dilepas"))
    _attach(office)
    user_release(
        actor=office.people["admin_satker"],
        satker=satker,
        user=office.people["released"],
        leave_open=True,
    )


def _unit(office: OfficeRows, kegiatan: Any, ppl: Any, label: str) -> Any:
    return factories.assignment(
        office.satker,
        kegiatan,
        ppl,
        office.people["pml"],
        region=f"{office.prefix}0800010001",
        label=f"Rahasia-rumah-{label}",
        responses={"nama_krt": f"Rahasia jawaban {label}"},
        prefilled_data={"nama_krt": f"Rahasia prelist {label}"},
    )


def _attach(office: OfficeRows) -> None:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    path = default_storage.save(f"{office.satker.pk}/{uuid4().hex}.pdf", ContentFile(PDF))
    with tenant_scope(office.satker):
        AssignmentAttachment.objects.create(
            id=office.attachment_id,
            assignment=office.unit,
            satker=office.satker,
            original_filename=f"rahasia-{office.satker.code}.pdf",
            stored_path=path,
            mime_type="application/pdf",
            file_size_bytes=len(PDF),
            sha256="0" * 64,
            uploaded_by=office.people["ppl"],
        )


def _invite(satker: Any, person: Any, invited_by: Any) -> Any:
    return Invitation.objects.create(
        satker=satker, email=person.email, role="admin_satker", invited_by=invited_by
    )


def _collect_secrets(office: OfficeRows) -> None:
    office.invitation = office.invitations["admin_satker"]
    office.secrets = {
        str(office.satker.pk),
        office.satker.code,
        office.satker.name,
        str(office.own_kegiatan.pk),
        office.own_kegiatan.name,
        str(office.attachment_id),
        f"{office.prefix}0800010001",
        *(str(unit.pk) for unit in office.units),
        *(unit.assignment_label for unit in office.units),
        *(f"Rahasia jawaban {unit.assignment_label[14:]}" for unit in office.units),
        *(str(person.pk) for person in office.people.values()),
        *(person.name for person in office.people.values()),
        *(person.email for person in office.people.values()),
        *(str(office.invitations[role].pk) for role in ROLES),
    }
