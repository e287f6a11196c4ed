"""The demo's questionnaires and interviews: sound, of a real survey's size, without a fault."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from assignments.models import Assignment
from cerdas.demo.answers import household_answers, listing_answers, photo_id
from cerdas.demo.household import household_interview
from cerdas.demo.photo import house_photo
from kegiatan.form.engine import engine
from kegiatan.form.questions import form_languages, form_scope
from kegiatan.form.shape import compile_shape

DATA = Path(__file__).parents[2] / "cerdas" / "demo" / "data"
HOUSEHOLD: dict[str, Any] = json.loads((DATA / "household.json").read_text())
LISTING: dict[str, Any] = json.loads((DATA / "listing.json").read_text())
KNOWN = {"nama_krt": "Agus Setiawan", "alamat": "Sungai Bakau", "nomor_urut_bangunan": 3}
TODAY = date(2026, 11, 20)
NOW = "2026-11-20T10:00"


def interview(number: int) -> dict[str, Any]:
    return household_interview(uuid5(UUID(int=1), str(number)), KNOWN, "x", TODAY)


def verdict(answers: dict[str, Any], prefilled: dict[str, Any] | None = None) -> Any:
    return engine().evaluate(HOUSEHOLD, answers, prefilled or KNOWN, key="household", now=NOW)


def broken(answers: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the questions with errors and with warnings; rows without their ids."""
    found = verdict(answers)
    return (
        [finding.path.split("].")[-1] for finding in found.errors],
        [finding.path.split("].")[-1] for finding in found.warnings],
    )


def of_size(members: int) -> dict[str, Any]:
    """Return an interview with at least so many members."""
    made = map(interview, range(100))
    return next(answers for answers in made if len(answers["anggota"]) >= members)


def test_the_household_form_is_of_a_real_surveys_size() -> None:
    scope = form_scope(HOUSEHOLD)
    members = scope.rosters["anggota"]
    assert len(list(scope.walk())) >= 150
    assert len(members.questions) >= 25
    assert len(members.rosters["pekerjaan"].questions) >= 5
    kinds = {question.kind for question in scope.walk()}
    assert kinds >= {
        "text", "comment", "radiogroup", "dropdown", "checkbox", "boolean", "expression",
        "paneldynamic", "prefilled", "geotag", "photo", "barcode", "signature",
    }  # fmt: skip
    assert form_languages(HOUSEHOLD) == ["id", "en"]
    editors = {question.editable_by for question in scope.walk()}
    assert len(editors) == 3, "for PPL and admin, for all, for the PML alone"


@pytest.mark.parametrize("number", range(8))
def test_invented_interviews_have_no_fault_and_no_gap(number: int) -> None:
    answers = interview(number)
    found = verdict(answers)
    assert (found.errors, found.warnings, found.hidden) == ((), (), ())
    assert compile_shape(HOUSEHOLD).check(answers).ok
    assert found.outcome == "selesai"
    assert found.label == f"Agus Setiawan - {len(answers['anggota'])} ART (No. 3)"


def test_all_invented_interviews_have_the_shape_of_the_form() -> None:
    shape = compile_shape(HOUSEHOLD)
    for number in range(200):
        assert shape.check(interview(number)).faults == ()


def change(answers: dict[str, Any], path: str, value: Any) -> None:
    """Set an answer: `anggota.0.umur`."""
    *steps, last = path.split(".")
    place: Any = answers
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[last]
    else:
        place[last] = value


@pytest.mark.parametrize(
    ("path", "value", "errors", "warnings"),
    [
        ("jumlah_art", 9, {"anggota"}, set()),
        ("tanggal_cacah", "2026-12-01", {"tanggal_cacah"}, set()),
        ("jumlah_keluarga", 9, {"jumlah_keluarga"}, set()),
        ("nama_krt", "Orang Lain", set(), {"nama_krt"}),
        ("nomor_hp", "123", {"nomor_hp"}, set()),
        ("luas_lantai", 5, set(), {"luas_lantai"}),
        ("geotag_rumah.accuracy_m", 60, {"geotag_rumah"}, set()),
        ("geotag_rumah", None, {"geotag_rumah"}, set()),
        ("anggota.1.status_kawin", "1", {"status_kawin"}, set()),
        ("anggota.0.ijazah", "5", {"ijazah"}, set()),
        ("anggota.0.tanggal_lahir", "2010-01-01", set(), {"umur"}),
        ("anggota.0.pekerjaan.0.kbli", None, {"kbli"}, set()),
        ("anggota.0.pekerjaan.0.jam_kerja", 168, {"jam_kerja"}, {"jam_kerja"}),
        ("anggota.0.pekerjaan.0.lama_bekerja", 79, {"lama_bekerja"}, set()),
        ("anggota.0.pekerjaan.0.upah", 60_000_000, set(), {"upah"}),
    ],
)
def test_rules_of_the_household_form_hold(
    path: str, value: Any, errors: set[str], warnings: set[str]
) -> None:
    answers = of_size(3)
    change(answers, path, value)
    found = broken(answers)
    assert (set(found[0]), set(found[1])) == (errors, warnings)


def test_a_household_has_one_head() -> None:
    answers = of_size(3)
    answers["anggota"][1] |= {"hubungan": "1"}
    assert broken(answers)[0] == ["anggota"]


def test_a_refused_visit_asks_for_a_reason_and_nothing_else() -> None:
    visit = {"hasil_kunjungan": "menolak", "tanggal_cacah": "2026-11-19", "jumlah_kunjungan": 2}
    assert broken(visit) == (["alasan_tidak_selesai"], [])
    assert broken({**visit, "alasan_tidak_selesai": "Tidak bersedia"}) == ([], [])


def test_interviews_of_units_name_their_photo() -> None:
    unit = Assignment(id=uuid5(UUID(int=1), "unit"), assignment_label="Agus", prefilled_data=KNOWN)
    for answers, form in (
        (listing_answers(unit), LISTING),
        (household_answers(unit), HOUSEHOLD),
    ):
        assert answers["foto_rumah"] == [str(photo_id(unit.pk))]
        assert compile_shape(form).check(answers).ok
    listing = engine().evaluate(LISTING, listing_answers(unit), KNOWN)
    assert (listing.errors, listing.warnings) == ((), ())


def test_the_photo_is_a_picture_with_a_thumbnail() -> None:
    with house_photo() as photo:
        assert photo.mime_type == "image/jpeg"
        assert photo.thumbnail is not None
        assert photo.thumbnail.stat().st_size > 0
