"""Invented answers for the demo's questionnaires, the same for the same unit."""

import random
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from assignments.models import Assignment
from cerdas.demo.household import household_interview, place


def listing_answers(unit: Assignment) -> dict[str, Any]:
    """Return answers of the listing of families."""
    rng = random.Random(str(unit.pk))
    known = unit.prefilled_data or {}
    return {
        "nomor_urut_bangunan": known.get("nomor_urut_bangunan", 1),
        "nama_krt": known.get("nama_krt", unit.assignment_label),
        "alamat": known.get("alamat", ""),
        "jumlah_art": rng.randint(1, 7),
        "foto_rumah": [str(photo_id(unit.pk))],
        "geotag_rumah": place(rng),
    }


def household_answers(unit: Assignment) -> dict[str, Any]:
    """Return answers of the household questionnaire, with members and their jobs."""
    known = unit.prefilled_data or {}
    answers = household_interview(
        unit.pk, known, unit.assignment_label, timezone.localdate(unit.created_at)
    )
    return {**answers, "foto_rumah": [str(photo_id(unit.pk))]}


def photo_id(unit_id: UUID) -> UUID:
    """Return the id of the photo of a unit's house."""
    return uuid5(unit_id, "foto_rumah")
