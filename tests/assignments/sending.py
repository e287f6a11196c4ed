"""What a phone does, for tests: build operations, send them, look at the outcome."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

LISTING = {
    "nomor_urut_bangunan": 7,
    "nama_krt": "Siti Aminah",
    "alamat": "RT 001 RW 01",
    "jumlah_art": 4,
}
# All that the listing's rules ask for.
WHOLE_LISTING = {
    **LISTING,
    "foto_rumah": ["5d5b6b7e-0000-4000-8000-000000000001"],
    "geotag_rumah": {"lat": -0.02, "lon": 109.33, "accuracy_m": 5, "at": "2026-01-15T03:00:00Z"},
}


def operation(kind: str, assignment: Any, **fields: Any) -> dict[str, Any]:
    """One operation; `base_version` 1 unless `base_version` or `after` is given."""
    made: dict[str, Any] = {
        "id": str(uuid4()),
        "type": kind,
        "assignment": str(getattr(assignment, "pk", assignment)),
        "at": timezone.now().isoformat(),
        "data": {},
    }
    if kind != "create" and not {"base_version", "after"} & fields.keys():
        made["base_version"] = 1
    made.update(fields)
    if isinstance(made["at"], datetime):
        made["at"] = made["at"].isoformat()
    return made


def submit(assignment: Any, answers: Any = None, **fields: Any) -> dict[str, Any]:
    """A submit of the listing."""
    data = {
        "responses": LISTING if answers is None else answers,
        "form_version_used": 1,
        "visit_outcome": "selesai dicacah",
    }
    data.update(fields.pop("data", {}))
    return operation("submit", assignment, data=data, **fields)


def create(assignment_id: Any, **fields: Any) -> dict[str, Any]:
    """A create of a unit in RT 0001 of desa 6104080001."""
    unit = {
        "id": str(assignment_id),
        "label": "Keluarga Baru",
        "level_1_code": "61",
        "level_2_code": "04",
        "level_3_code": "080",
        "level_4_code": "001",
        "level_5_code": "0001",
        "prefilled_data": None,
    }
    unit.update(fields.pop("unit", {}))
    return operation("create", assignment_id, data={"assignment": unit}, **fields)


def send(client: Any, kegiatan: Any, *operations: dict[str, Any]) -> list[dict[str, Any]]:
    """Post a batch and return its results."""
    response = client.post(
        f"/api/v1/kegiatan/{kegiatan.pk}/operations/",
        {"operations": list(operations)},
        format="json",
    )
    assert response.status_code == 200, response.content
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def outcomes(results: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (outcome, code) of every result."""
    return [(result["outcome"], result["code"]) for result in results]
