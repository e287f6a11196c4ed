"""Test data. Every function opens the satker scope that it needs; rows are real and constrained."""

import itertools
import json
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import factory
from django.contrib.auth.models import Permission
from django.utils import timezone

from assignments.models import (
    Assignment,
    AssignmentResponse,
    CheckQueue,
    CheckState,
    ResponseCheck,
    ResponseHistory,
)
from cerdas.tenancy import tenant_scope
from kegiatan.models import (
    FormVersion,
    KegiatanMember,
    KegiatanSatker,
    KegiatanSatkerUserRole,
    KegiatanStatistik,
)
from satker.models import DeviceToken, Satker, SatkerUserRole, SatkerWilayahTugas, User

FIXTURES = Path(__file__).parent / "fixtures"
PASSWORD = "kata-sandi-uji"
_serial = itertools.count(1)


class SatkerFactory(factory.django.DjangoModelFactory):
    """One office."""

    class Meta:
        model = Satker

    code = factory.Sequence(lambda n: f"{(n + 8000) % 9000 + 1000}")  # from 9000 on, four digits
    name = factory.LazyAttribute(lambda o: f"BPS {o.code}")


class UserFactory(factory.django.DjangoModelFactory):
    """One person; password PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Orang {n}")
    email = factory.Sequence(lambda n: f"orang{n}@uji.example")
    password = factory.django.Password(PASSWORD)


class KegiatanFactory(factory.django.DjangoModelFactory):
    """A kegiatan in its field period."""

    class Meta:
        model = KegiatanStatistik

    name = factory.Sequence(lambda n: f"Listing {n}")
    year = factory.LazyFunction(lambda: timezone.now().year)
    start_date = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=10))
    end_date = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=20))
    allow_new_assignments = True


def office(code: str | None = None, prefixes: list[str] | None = None, **fields: Any) -> Satker:
    """An office with its coverage; prefixes default to its code."""
    made: Satker = SatkerFactory(**({"code": code} if code else {}), **fields)
    levels = {"*": 0, 2: 1, 4: 2, 7: 3, 10: 4, 14: 5, 16: 6}
    for prefix in prefixes if prefixes is not None else [made.code]:
        level = levels["*"] if prefix == "*" else levels[len(prefix)]
        SatkerWilayahTugas.objects.create(
            satker=made, wilayah_level=level, wilayah_code_prefix=prefix
        )
    return made


def person(satker: Satker | None, **fields: Any) -> User:
    """A person of an office, or a floating one."""
    made: User = UserFactory(satker=satker, **fields)
    return made


def form(name: str = "listing") -> dict[str, Any]:
    """A bundled questionnaire: `listing` or `household`."""
    loaded: dict[str, Any] = json.loads((FIXTURES / "forms" / f"{name}.json").read_text())
    return loaded


def kegiatan(
    satkers: list[Satker], form_name: str = "listing", schema: Any = None, **fields: Any
) -> KegiatanStatistik:
    """A kegiatan with version 1 of a questionnaire published, carried out by `satkers`."""
    schema = schema or form(form_name)
    made: KegiatanStatistik = KegiatanFactory(form_schema=schema, **fields)
    publisher = User.objects.filter(is_superuser=True).first() or person(None, is_superuser=True)
    FormVersion.objects.create(
        kegiatan=made, version=1, schema=schema, checksum="0" * 64, published_by=publisher
    )
    for satker in satkers:
        take_part(made, satker)
    return made


def take_part(kegiatan: KegiatanStatistik, satker: Satker) -> KegiatanSatker:
    """Let an office take part."""
    made, _ = KegiatanSatker.objects.get_or_create(kegiatan_statistik=kegiatan, satker=satker)
    return made


def member(
    user: User,
    kegiatan: KegiatanStatistik,
    satker: Satker,
    *roles: str,
    pml: User | None = None,
    **fields: Any,
) -> KegiatanMember:
    """Let a person take part with roles."""
    place = take_part(kegiatan, satker)
    with tenant_scope(satker):
        for role in roles:
            permission = Permission.objects.get(content_type__app_label="kegiatan", codename=role)
            KegiatanSatkerUserRole.objects.get_or_create(
                user=user, permission=permission, content_object=place
            )
        made, created = KegiatanMember.objects.get_or_create(
            user=user,
            kegiatan_statistik=kegiatan,
            satker=satker,
            defaults={"pml": pml, **fields},
        )
        if not created:
            made.access_generation += 1
            made.save()
    return made


def satker_role(user: User, satker: Satker, role: str) -> None:
    """Give a role in an office."""
    permission = Permission.objects.get(content_type__app_label="satker", codename=role)
    SatkerUserRole.objects.create(user=user, permission=permission, content_object=satker)


def levels(region: str) -> dict[str, str]:
    """Split a full code into its level parts."""
    parts, position = {}, 0
    for number, length in enumerate((2, 2, 3, 3, 4, 2), start=1):
        part = region[position : position + length]
        if part:
            parts[f"level_{number}_code"] = part
        position += length
    return parts


def assignment(
    satker: Satker,
    kegiatan: KegiatanStatistik,
    ppl: User,
    pml: User,
    region: str = "61040800010001",
    label: str | None = None,
    status: str = "Assigned",
    responses: Any = None,
    version: int = 1,
    **fields: Any,
) -> Assignment:
    """One unit with its response and first history row."""
    with tenant_scope(satker):
        made = Assignment.objects.create(
            satker=satker,
            kegiatan_statistik=kegiatan,
            ppl=ppl,
            pml=pml,
            assignment_label=label or f"Keluarga {next(_serial)}",
            **levels(region),
            **fields,
        )
        response = AssignmentResponse.objects.create(
            assignment=made,
            satker=satker,
            status=status,
            version=version,
            form_version_used=1,
            responses=responses,
        )
        ResponseHistory.objects.create(
            assignment_response=response, satker=satker, to_status="Assigned", version=1
        )
    return made


def passed(*units: Assignment) -> None:
    """Let the answers of units, as they are now, have passed their check."""
    for unit in units:
        with tenant_scope(unit.satker_id):
            response = AssignmentResponse.objects.get(pk=unit.pk)
            CheckQueue.objects.filter(pk=unit.pk).delete()
            ResponseCheck.objects.update_or_create(
                assignment=unit,
                defaults={
                    "satker_id": unit.satker_id,
                    "version": response.version,
                    "engine": "uji",
                    "state": CheckState.PASSED,
                    "errors": [],
                    "warnings": [],
                },
            )


def token(user: User) -> str:
    """A bearer token of a device of this person."""
    _, value = DeviceToken.objects.create(user=user, expiry=timedelta(days=1), prefix="")
    made: str = value
    return made


def scope(satker: Satker | None) -> Any:
    """The scope of an office, for looking at its rows."""
    return tenant_scope(satker) if satker is not None else nullcontext()
