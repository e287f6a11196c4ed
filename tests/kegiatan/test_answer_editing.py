"""Who may change which answer, what changed, paths and labels."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from kegiatan.form.editing import AnswerDiff, answer_changes, merge_editable
from kegiatan.form.json_path import normalise_path, path_question
from kegiatan.form.label import label_from_template
from kegiatan.form.questions import form_languages, form_questions, form_scope, level_names

FORMS = Path(__file__).parents[1] / "fixtures" / "forms"
HOUSEHOLD: dict[str, Any] = json.loads((FORMS / "household.json").read_text())
SCOPE = form_scope(HOUSEHOLD)
ONE = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10"
TWO = "9d0f7f55-5d0b-4a53-8a4e-0c46a2a4e0aa"
JOB = "3a3f2f0a-9d3c-4c29-8f5b-4f1f4b0f9e11"

BEFORE: dict[str, Any] = {
    "nama_krt": "Budi",
    "jumlah_art": 1,
    "catatan_pengawas": "periksa lagi",
    "banyak_bekerja": 1,
    "anggota": [
        {
            "_id": ONE,
            "nama": "Budi",
            "umur": 40,
            "pekerjaan": [{"_id": JOB, "kbli": "01111", "upah": 5}],
        }
    ],
    "_archived": {"lama": 1},
}


@pytest.fixture
def after() -> dict[str, Any]:
    return copy.deepcopy(BEFORE)


def test_a_role_changes_only_what_it_may_edit(after: dict[str, Any]) -> None:
    after |= {"nama_krt": "Budiman", "jumlah_art": 2, "catatan_pengawas": "baik"}
    by_ppl = merge_editable(SCOPE, "PPL", BEFORE, after)
    assert by_ppl.answers == {**after, "catatan_pengawas": "periksa lagi"}
    assert by_ppl.refused_paths == ("catatan_pengawas",)
    by_pml = merge_editable(SCOPE, "PML", BEFORE, after)
    assert by_pml.answers == {**after, "jumlah_art": 1}
    assert by_pml.refused_paths == ("jumlah_art",)
    by_admin = merge_editable(SCOPE, "admin", BEFORE, after)
    assert by_admin.refused_paths == ("catatan_pengawas",)


def test_nothing_changed_is_nothing_refused(after: dict[str, Any]) -> None:
    for role in ("PPL", "PML", "admin", "stranger"):
        result = merge_editable(SCOPE, role, BEFORE, after)
        assert result.answers == BEFORE
        assert result.refused_paths == ()


def test_taking_away_an_answer_needs_the_right_to_edit_it(after: dict[str, Any]) -> None:
    del after["catatan_pengawas"], after["nama_krt"]
    result = merge_editable(SCOPE, "PPL", BEFORE, after)
    assert result.refused_paths == ("catatan_pengawas",)
    assert result.answers["catatan_pengawas"] == "periksa lagi"
    assert "nama_krt" not in result.answers


def test_within_rows_each_question_has_its_own_editors(after: dict[str, Any]) -> None:
    job = after["anggota"][0]["pekerjaan"][0]
    job |= {"kbli": "01112", "upah": 9}
    result = merge_editable(SCOPE, "PML", BEFORE, after)
    assert result.refused_paths == (f"anggota[{ONE}].pekerjaan[{JOB}].upah",)
    rows: Any = result.answers["anggota"]
    assert rows[0]["pekerjaan"] == [{"_id": JOB, "kbli": "01112", "upah": 5}]


def test_rows_come_and_go_only_for_who_may_edit_the_roster(after: dict[str, Any]) -> None:
    after["anggota"] = [{"_id": TWO, "nama": "Siti"}]
    by_ppl = merge_editable(SCOPE, "PPL", BEFORE, after)
    assert by_ppl.answers["anggota"] == after["anggota"]
    assert by_ppl.refused_paths == ()
    by_pml = merge_editable(SCOPE, "PML", BEFORE, after)
    assert by_pml.answers["anggota"] == BEFORE["anggota"]
    assert set(by_pml.refused_paths) == {f"anggota[{ONE}]", f"anggota[{TWO}]"}


def test_a_roster_that_the_role_may_not_edit_is_not_made_or_emptied() -> None:
    made = merge_editable(SCOPE, "PML", {}, {"anggota": [{"_id": ONE, "nama": "A"}]})
    assert made.answers == {}
    assert made.refused_paths == (f"anggota[{ONE}]",)
    gone = merge_editable(SCOPE, "PML", BEFORE, {**BEFORE, "anggota": []})
    assert gone.answers == BEFORE
    emptied = merge_editable(SCOPE, "PPL", BEFORE, {**BEFORE, "anggota": []})
    assert emptied.answers["anggota"] == []


def test_the_order_of_rows_follows_who_may_edit_the_roster() -> None:
    before: dict[str, Any] = {"anggota": [{"_id": ONE}, {"_id": TWO}]}
    turned: dict[str, Any] = {"anggota": [{"_id": TWO}, {"_id": ONE}]}
    assert merge_editable(SCOPE, "PPL", before, turned).answers == turned
    by_pml = merge_editable(SCOPE, "PML", before, turned)
    assert by_pml.answers == before
    assert by_pml.refused_paths == ()


def test_a_new_row_holds_no_answer_that_the_role_may_not_give() -> None:
    form = {
        "pages": [
            {
                "elements": [
                    {
                        "type": "paneldynamic",
                        "name": "r",
                        "editableBy": ["PPL", "PML"],
                        "templateElements": [
                            {"type": "text", "name": "a"},
                            {"type": "text", "name": "p", "editableBy": ["PML"]},
                        ],
                    }
                ]
            }
        ]
    }
    rows: dict[str, Any] = {"r": [{"_id": ONE, "a": "x", "p": "forged"}]}
    scope = form_scope(form)
    by_ppl = merge_editable(scope, "PPL", {}, rows)
    assert by_ppl.answers == {"r": [{"_id": ONE, "a": "x"}]}
    assert by_ppl.refused_paths == (f"r[{ONE}].p",)
    assert merge_editable(scope, "PML", {}, rows).answers == rows
    assert scope.rosters["r"].questions["a"].editable_by == {"PPL", "PML"}


def test_computed_values_follow_and_are_never_refused(after: dict[str, Any]) -> None:
    after |= {"banyak_bekerja": 7, "alamat_listing": "Jl. Melati"}
    result = merge_editable(SCOPE, "PML", BEFORE, after)
    assert result.answers["banyak_bekerja"] == 7
    assert result.refused_paths == ()


def test_a_comment_companion_belongs_to_its_question() -> None:
    comment: dict[str, Any] = {"jumlah_art-Comment": "x", "status_rumah-Comment": "y"}
    result = merge_editable(SCOPE, "PML", {}, comment)
    assert result.answers == {"status_rumah-Comment": "y"}
    assert result.refused_paths == ("jumlah_art-Comment",)


def test_archived_answers_are_kept_and_only_the_ppl_adds_to_them(after: dict[str, Any]) -> None:
    after["_archived"] = {"baru": 2}
    by_ppl = merge_editable(SCOPE, "PPL", BEFORE, after).answers
    assert by_ppl["_archived"] == {"lama": 1, "baru": 2}
    by_pml = merge_editable(SCOPE, "PML", BEFORE, after)
    assert by_pml.answers["_archived"] == {"lama": 1}
    assert by_pml.refused_paths == ()


def test_true_and_one_differ_but_one_and_one_point_zero_do_not() -> None:
    assert answer_changes({"a": 1}, {"a": 1.0}) == []
    assert answer_changes({"a": 1}, {"a": True}) == [AnswerDiff("a", 1, True)]


def test_changes_are_listed_by_path_and_row(after: dict[str, Any]) -> None:
    row = after["anggota"][0]
    row["pekerjaan"] = []
    del row["umur"]
    after["anggota"].insert(0, {"_id": TWO, "nama": "Siti"})
    after["foto_rumah"] = [JOB]
    assert answer_changes(BEFORE, after) == [
        AnswerDiff(f"anggota[{ONE}].umur", 40, None),
        AnswerDiff(
            f"anggota[{ONE}].pekerjaan[{JOB}]", {"_id": JOB, "kbli": "01111", "upah": 5}, None
        ),
        AnswerDiff(f"anggota[{TWO}]", None, {"_id": TWO, "nama": "Siti"}),
        AnswerDiff("foto_rumah", None, [JOB]),
    ]
    assert answer_changes(BEFORE, BEFORE) == []


def test_a_path_takes_an_index_and_gives_the_id() -> None:
    wanted = f"anggota[{ONE}].pekerjaan[{JOB}].kbli"
    assert normalise_path("anggota[0].pekerjaan[0].kbli", BEFORE) == wanted
    assert normalise_path(wanted.upper().replace("ANGGOTA", "anggota"), BEFORE) is None
    assert normalise_path(f"anggota[{ONE.upper()}].nama", BEFORE) == f"anggota[{ONE}].nama"
    assert normalise_path("anggota[0]", BEFORE) == f"anggota[{ONE}]"
    assert normalise_path("B1.R4", BEFORE) == "B1.R4"


@pytest.mark.parametrize(
    "path",
    ["anggota[1].nama", "anggota[-1]", "anggota[].nama", "x[0]", "anggota[0", "a]b", "", "x[0].",
     "anggota[0].", "[" * 3_000, f"anggota[{TWO}].nama", "anggota[٠].nama"],
)  # fmt: skip
def test_a_path_to_nothing_is_none(path: str) -> None:
    assert normalise_path(path, BEFORE) is None


def test_a_path_finds_its_question() -> None:
    found = path_question(SCOPE, f"anggota[{ONE}].pekerjaan[{JOB}].kbli")
    assert found is not None
    assert found.path == "anggota[].pekerjaan[].kbli"
    roster = path_question(SCOPE, f"anggota[{ONE}]")
    assert roster is not None
    assert roster.is_roster
    assert path_question(SCOPE, "nama_krt[0].x") is None
    assert path_question(SCOPE, "tidak_ada") is None


def test_questions_come_in_the_order_of_the_form_with_their_rosters() -> None:
    questions = form_questions(HOUSEHOLD)
    paths = [question.path for question in questions]
    start = paths.index("anggota")
    assert paths[start : start + 8] == [
        "anggota",
        "anggota[].nama",
        "anggota[].jenis_kelamin",
        "anggota[].umur",
        "anggota[].bekerja",
        "anggota[].pekerjaan",
        "anggota[].pekerjaan[].kbli",
        "anggota[].pekerjaan[].upah",
    ]
    by_key = {question.key: question for question in questions}
    assert by_key["kbli"].roster == ("anggota", "pekerjaan")
    assert by_key["kbli"].master == "KBLI"
    assert by_key["jumlah_art"].editable_by == {"PPL", "admin"}
    assert by_key["jenis_kelamin"].labels == {"1": "Laki-laki", "2": "Perempuan"}
    assert by_key["foto_rumah"].is_attachment
    assert [q.key for q in questions if q.visit_outcome] == ["hasil_kunjungan"]
    assert [scope.path for scope in SCOPE.all_rosters()] == ["anggota", "anggota[].pekerjaan"]
    assert list(level_names(HOUSEHOLD).values())[-1] == "Sub-SLS"


def test_languages_are_found_in_texts() -> None:
    form = {
        "locale": "id",
        "pages": [{"title": "x", "elements": [{"title": {"default": "a", "en": "b", "jv": "c"}}]}],
    }
    assert form_languages(form) == ["id", "en", "jv"]


TEMPLATE = "{nama_krt} - (No. Urut: {nomor_urut_bangunan})"


@pytest.mark.parametrize(
    ("template", "answers", "prefilled", "label"),
    [
        (TEMPLATE, {"nama_krt": "Budi", "nomor_urut_bangunan": 7}, {}, "Budi - (No. Urut: 7)"),
        (TEMPLATE, {"nama_krt": "Budi"}, {}, "Budi"),
        (TEMPLATE, {"nomor_urut_bangunan": 7.0}, {}, "(No. Urut: 7)"),
        (TEMPLATE, {}, {}, ""),
        (TEMPLATE, {}, {"nama_krt": "Siti"}, "Siti"),
        ("{a} / {b} / {c}", {"a": "x", "c": "y"}, {}, "x / y"),
        ("{a}, {b}, {c}", {"a": "x", "c": "y"}, {}, "x, y"),
        ("{a} {prefilled.a}", {"a": "x"}, {"a": "y"}, "x y"),
        ("{a}", {"a": "satu\n\tdua\x00"}, {}, "satu dua"),
        ("{a}", {"a": ["x", "y"]}, {}, "x, y"),
        ("{a}", {"a": {"lat": 1}}, {}, ""),
        ("{a}", {"a": "{b}", "b": "z"}, {}, "{b}"),
        ("Tetap", {}, {}, "Tetap"),
    ],
)
def test_a_label_follows_its_template(
    template: str, answers: dict[str, Any], prefilled: dict[str, Any], label: str
) -> None:
    assert label_from_template(template, answers, prefilled) == label


def test_a_label_shows_the_text_of_a_choice_and_is_cut_at_255() -> None:
    assert label_from_template("{status_rumah}", {"status_rumah": "1"}, scope=SCOPE) == (
        "Milik sendiri"
    )
    label = label_from_template("{a}", {"a": "x" * 400})
    assert len(label) == 255
    assert label.endswith("…")


def test_a_roster_in_place_of_another_answer_is_one_change() -> None:
    rows = [{"_id": "9d0f7f55-5d0b-4a53-8a4e-0c46a2a4e0aa", "nama": "A"}]
    for before in (0, False, "", "x"):
        assert answer_changes({"a": before}, {"a": rows}) == [AnswerDiff("a", before, rows)]
    of_row = AnswerDiff(f"a[{rows[0]['_id']}]", None, rows[0])
    assert answer_changes({}, {"a": rows}) == answer_changes({"a": []}, {"a": rows}) == [of_row]
