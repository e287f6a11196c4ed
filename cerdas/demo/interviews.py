"""Plays what happened to the demo's units, as the operations that phones and offices would send."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.utils import timezone

from assignments.checking.worker import units_check
from assignments.models import Assignment
from assignments.services.attachments import attachment_put
from assignments.services.media import Upload
from assignments.sync import outcomes
from assignments.sync.processing import Batch
from cerdas.demo.answers import photo_id
from cerdas.demo.photo import house_photo
from kegiatan.models import KegiatanStatistik
from satker.models import User

Answers = Callable[[Assignment], dict[str, Any]]


class Plan(Enum):
    """The last step of a unit; the steps before it are played too."""

    ASSIGNED = ()
    OPENED = (("ppl", "open"),)
    SUBMITTED = (("ppl", "open"), ("ppl", "submit"))
    REJECTED_PML = (("ppl", "submit"), ("pml", "reject"))
    APPROVED_PML = (("ppl", "submit"), ("pml", "approve"))
    APPROVED_ADMIN = (("ppl", "submit"), ("pml", "approve"), ("admin", "approve"))
    REJECTED_ADMIN = (("ppl", "submit"), ("pml", "approve"), ("admin", "reject"))


def units_play(
    kegiatan: KegiatanStatistik,
    units: Sequence[tuple[Assignment, Plan]],
    answers: Answers,
    *,
    admin: User,
) -> None:
    """Send the operations of all units; those of an earlier run are repeats without effect.

    The field comes first, then the check of the answers that the office approves finally, then the
    office. The others wait for the check worker.
    """
    miscounted = {unit.pk for unit, plan in units if plan is Plan.REJECTED_PML}
    with house_photo() as photo:
        for unit, step, role, action in _steps(units):
            if role == "admin":
                continue
            if action == "submit":
                _attach(unit, photo)
            person = unit.ppl if role == "ppl" else unit.pml
            given = _miscounted(answers) if unit.pk in miscounted else answers
            _send(person, kegiatan, _operation(unit, kegiatan, step, action, given))
    approved = [unit for unit, _n, *what in _steps(units) if what == ["admin", "approve"]]
    if approved:
        units_check(approved[0].satker_id, [unit.pk for unit in approved])
    for unit, step, role, action in _steps(units):
        if role == "admin":
            _send(admin, kegiatan, _operation(unit, kegiatan, step, action, answers))


def _miscounted(answers: Answers) -> Answers:
    """Return answers with one member too many, which is what their PML rejects them for."""

    def made(unit: Assignment) -> dict[str, Any]:
        found = answers(unit)
        return {**found, "jumlah_art": found["jumlah_art"] + 1}

    return made


def _steps(
    units: Sequence[tuple[Assignment, Plan]],
) -> Iterator[tuple[Assignment, int, str, str]]:
    """Yield (unit, number of the step, who, action) of all that is played."""
    for unit, plan in units:
        for step, (role, action) in enumerate(plan.value):
            yield unit, step, role, action


def _attach(unit: Assignment, photo: Upload) -> None:
    """Send the photo that the answers name, before them as phones do; again changes nothing."""
    attachment_put(
        user=unit.ppl,
        assignment_id=unit.pk,
        attachment_id=photo_id(unit.pk),
        filename="rumah.jpg",
        upload=photo,
    )


def _operation(
    unit: Assignment, kegiatan: KegiatanStatistik, step: int, action: str, answers: Answers
) -> dict[str, Any]:
    return {
        "id": str(_operation_id(unit.pk, step)),
        "type": action,
        "assignment": str(unit.pk),
        "base_version": step + 1,
        "at": timezone.localdate().isoformat() + "T01:00:00Z",
        "data": _data(unit, kegiatan, action, answers),
    }


def _operation_id(unit_id: UUID, step: int) -> UUID:
    return uuid5(unit_id, f"demo step {step}")


def _data(
    unit: Assignment, kegiatan: KegiatanStatistik, action: str, answers: Answers
) -> dict[str, Any]:
    if action == "submit":
        return {
            "responses": answers(unit),
            "form_version_used": kegiatan.form_version,
            "visit_outcome": "selesai dicacah",
        }
    if action == "reject":
        return {
            "notes": "Mohon periksa jumlah anggota.",
            "comments": [{"path": "jumlah_art", "text": "Berbeda dengan hasil listing."}],
        }
    return {}


def _send(user: User, kegiatan: KegiatanStatistik, operation: dict[str, Any]) -> None:
    body = orjson.dumps({"operations": [operation]})
    batch = Batch(user=user, kegiatan_id=kegiatan.pk, operations=[operation], body=body)
    [(_id, result)] = batch.process()
    done = (outcomes.APPLIED, outcomes.DUPLICATE)
    if result.outcome not in done and result.code not in ("operation_id_reused", "conflict"):
        raise RuntimeError(f"demo: {operation['type']} {result.outcome} {result.code}")
