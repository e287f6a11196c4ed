"""Two doors at the same moment: one unit per row, one unit per id."""

import csv
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from assignments.coverage import split_region_code
from assignments.errors import IdTaken
from assignments.importing.running import import_assignments
from assignments.models import Assignment
from assignments.services.creating import AssignmentSpec, assignment_create
from cerdas.tenancy import tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "direct"])


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions in threads that start together; return their results."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result() for future in [pool.submit(run, action) for action in actions]]


def test_the_same_file_imported_twice_at_once_makes_each_unit_once(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any, supervisor: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    file = tmp_path / "units.csv"
    with file.open("w", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["ppl", "pml", "label", "region_code"])
        sheet.writerows([enumerator.email, supervisor.email, f"R {n}", "6104"] for n in range(200))

    def run() -> tuple[int, int]:
        report = import_assignments(
            actor=kegiatan_admin, satker=satker, kegiatan=kegiatan, file=file
        )
        return report.added, report.unchanged

    assert sorted(at_once(run, run)) == [(0, 200), (200, 0)]
    with tenant_scope(satker):
        assert Assignment.objects.count() == 200


def test_one_id_from_two_offices_at_once_makes_one_unit(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any
) -> None:
    other = factories.office(code="6171", prefixes=["6171"])
    people = [factories.person(other), factories.person(other)]
    factories.member(people[0], kegiatan, other, "PPL")
    factories.member(people[1], kegiatan, other, "PML")

    def create(office: Any, ppl: Any, pml: Any, region: str, unit_id: uuid.UUID) -> str:
        spec = AssignmentSpec("Rumah", split_region_code(region), id=unit_id)
        try:
            with tenant_scope(office):
                assignment_create(
                    actor=ppl, satker=office, kegiatan=kegiatan, spec=spec,
                    ppl_id=ppl.pk, pml_id=pml.pk,
                )  # fmt: skip
        except IdTaken:
            return "id_taken"
        return "made"

    for _ in range(10):
        unit_id = uuid.uuid4()
        outcomes = at_once(
            lambda unit_id=unit_id: create(satker, enumerator, supervisor, "6104", unit_id),
            lambda unit_id=unit_id: create(other, *people, "6171", unit_id),
        )
        assert sorted(outcomes) == ["id_taken", "made"]
