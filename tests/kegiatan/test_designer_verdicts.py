"""What the designer asks: faults at their lines, a verdict, completion; and whatever is sent."""

import copy
import json
from typing import Any

import pytest
from django.test import Client

from kegiatan.errors import EngineBusy
from kegiatan.form.engine_process import EngineGone, EngineProcess
from kegiatan.models import FormDraft
from kegiatan.services import designing
from kegiatan.services.drafting import DRAFT_BYTES
from masterdata.choices import choices_forget
from masterdata.services import masterdata_load
from tests.kegiatan.conftest import DEMO_DATA
from tests.kegiatan.designing import FORM, POSTS, TEXT, door, send, tried
from tests.kegiatan.test_admin_forms import browser

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def office(super_admin: Any, other_satker: Any) -> Client:
    """super_admin's browser, in a world with two offices."""
    return browser(super_admin)


# --- faults


def test_faults_are_told_at_their_lines(office: Client, kegiatan: Any) -> None:
    form = copy.deepcopy(FORM)
    form["pages"][0]["elements"][3]["visibleIf"] = "{tidak_ada} = 1"
    del form["pages"][0]["elements"][1]["title"]
    text = json.dumps(form, indent=2)
    report = send(office, kegiatan, "lint", {"text": text}).json()
    assert (report["questions"], report["publishable"]) == (4, False)
    fault = next(f for f in report["faults"] if f["path"].endswith(".visibleIf"))
    lines = text.split("\n")
    assert fault["line"] == fault["end_line"]
    line = lines[fault["line"] - 1]
    assert line[fault["column"] - 1 : fault["end_column"] - 1] == '"{tidak_ada} = 1"'
    assert (fault["severity"], fault["code"]) == ("error", "unknown_name")
    assert fault["message"]
    assert fault["remedy"]
    assert not FormDraft.objects.exists()


def test_a_sound_form_can_be_published(office: Client, kegiatan: Any) -> None:
    report = send(office, kegiatan, "lint", {"text": TEXT}).json()
    assert report == {"faults": [], "questions": 4, "publishable": True}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{\n  "pages": [}\n', 2, 13),
        ("", 1, 1),
        ('{"a": 1,\n "a": 2}', 2, 2),
        ('{"a": NaN}', 1, 7),
        ("{'a': 1}", 1, 2),
    ],
)
def test_what_is_no_json_has_its_place(
    office: Client, kegiatan: Any, text: str, line: int, column: int
) -> None:
    report = send(office, kegiatan, "lint", {"text": text}).json()
    (fault,) = report["faults"]
    assert (fault["code"], report["publishable"]) == ("bad_json", False)
    assert (fault["line"], fault["column"]) == (line, column)


def test_an_engine_that_others_have_is_asked_again_later(
    office: Client, kegiatan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(designing, "WAIT_SECONDS", 0.05)
    with designing._alone():
        for name, body in (
            ("lint", {"text": TEXT}),
            ("check", {"text": TEXT, "answers": {}, "role": "ppl"}),
        ):
            answer = send(office, kegiatan, name, body)
            assert (answer.status_code, answer.json()["code"]) == (503, "busy"), name
            assert answer.json()["retryable"] is True
    assert send(office, kegiatan, "lint", {"text": TEXT}).status_code == 200

    def busy(*_args: Any, **_kwargs: Any) -> Any:
        raise EngineGone("busy")

    monkeypatch.setattr(EngineProcess, "inspect", busy)
    monkeypatch.setattr(EngineProcess, "verdict", busy)
    assert send(office, kegiatan, "lint", {"text": TEXT}).json()["code"] == EngineBusy.code
    assert tried(office, kegiatan, {}).json()["code"] == EngineBusy.code


# --- the verdict


def test_test_answers_are_judged_as_a_submit(office: Client, kegiatan: Any) -> None:
    good = tried(office, kegiatan, {"nama": "Siti", "umur": 30, "lain": "x"}).json()
    assert (good["state"], good["errors"], good["label"]) == ("passed", [], "Siti")
    assert good["answers"] == {"nama": "Siti", "umur": 30, "lain": "x"}
    bad = tried(office, kegiatan, {"umur": 130, "lain": "x"}).json()
    assert bad["state"] == "failed"
    assert {(e["path"], e["message"]) for e in bad["errors"]} >= {("umur", "Terlalu tua")}
    assert "nama" in {e["path"] for e in bad["errors"]}
    assert bad["blanks"] == ["catatan"]
    doubtful = tried(office, kegiatan, {"nama": "Siti", "umur": 95, "lain": "x"}).json()
    assert doubtful["state"] == "passed"
    assert [w["message"] for w in doubtful["warnings"]] == ["Benarkah?"]
    hidden = tried(office, kegiatan, {"nama": "Siti", "umur": 10, "lain": "x"}).json()
    assert (hidden["hidden"], hidden["answers"]) == (["lain"], {"nama": "Siti", "umur": 10})


def test_answers_that_a_role_may_not_give_are_left_out(office: Client, kegiatan: Any) -> None:
    answers = {"nama": "Siti", "catatan": "dari PPL"}
    ppl = tried(office, kegiatan, answers).json()
    assert (ppl["protected"], ppl["answers"]) == (["catatan"], {"nama": "Siti"})
    for role in ("pml", "admin_kegiatan"):
        other = tried(office, kegiatan, answers, role=role).json()
        assert (other["protected"], other["answers"]) == ([], answers)


def test_the_preview_sends_its_form_as_json_and_its_language(office: Client, kegiatan: Any) -> None:
    body = {"form": FORM, "answers": {"umur": 130}, "prefilled": {}, "role": "PPL", "locale": "en"}
    english = send(office, kegiatan, "check", body).json()
    indonesian = send(office, kegiatan, "check", {**body, "locale": "<i>"}).json()
    for found in (english, indonesian):
        assert found["state"] == "failed"
    told = [next(e["message"] for e in f["errors"] if e["path"] == "nama")
            for f in (english, indonesian)]  # fmt: skip
    assert told[0] != told[1]
    for wrong in ([], "x", None, {}):
        assert send(office, kegiatan, "check", {**body, "form": wrong}).status_code == 400


def test_answers_of_the_wrong_shape_get_no_verdict(office: Client, kegiatan: Any) -> None:
    answer = tried(office, kegiatan, {"umur": "tiga puluh"}).json()
    assert answer["state"] == "refused"
    assert [(fault["path"], fault["code"]) for fault in answer["errors"]] == [
        ("umur", "wrong_type")
    ]
    assert "answers" not in answer


def test_a_faulty_form_judges_nothing_and_says_why(office: Client, kegiatan: Any) -> None:
    form = copy.deepcopy(FORM)
    form["pages"][0]["elements"][1]["visibleIf"] = "((((((" * 5_000
    for text in (json.dumps(form), "{}", "[", ""):
        answer = tried(office, kegiatan, {}, text=text)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert answer.json()["details"]["faults"]


def test_a_form_that_keeps_the_engine_busy_is_given_up(
    office: Client, kegiatan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any, **_kwargs: Any) -> Any:
        raise EngineGone("timeout")

    monkeypatch.setattr(EngineProcess, "verdict", gone)
    answer = tried(office, kegiatan, {"nama": "Siti"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_verdict")
    assert answer.json()["details"] == {"reason": "timeout"}


def test_a_code_that_a_data_set_lacks_is_an_error(office: Client, kegiatan: Any) -> None:
    masterdata_load(kind="KBLI", version=2020, path=DEMO_DATA / "lapangan_usaha.csv", activate=True)
    form = copy.deepcopy(FORM)
    form["masters_used"] = [{"type": "KBLI", "version": 2020}]
    form["pages"][0]["elements"].append({"type": "dropdown", "name": "kbli", "master": "KBLI"})
    try:
        for code, state in (("01139", "passed"), ("99999", "failed")):
            answers = {"nama": "Siti", "kbli": code}
            found = tried(office, kegiatan, answers, text=json.dumps(form)).json()
            assert found["state"] == state, found
        page = office.get(door(kegiatan, "masters"), {"type": "KBLI", "q": "sayuran", "take": "1"})
        assert len(page.json()["results"]) == 1
        assert page.json()["total"] >= 1
        for codes in (["01139", "tidak"], "01139,tidak"):
            query = {"type": "KBLI", "version": "2020", "codes": codes}
            named = office.get(door(kegiatan, "masters"), query).json()
            assert [item["code"] for item in named["results"]] == ["01139"]
    finally:
        choices_forget()


def test_areas_are_listed_below_a_code(office: Client, kegiatan: Any) -> None:
    for prefix in ("", "61", "6104", "٦١"):
        assert office.get(door(kegiatan, "masters"), {"prefix": prefix}).status_code in (200, 400)
    for query in ({"prefix": "610"}, {"take": "x"}, {"skip": "-1"}, {"version": "x"}):
        answer = office.get(door(kegiatan, "masters"), query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), query
    nothing = office.get(door(kegiatan, "masters"), {"type": "TIDAK\x00ADA"}).json()
    assert nothing == {"results": [], "total": 0}


# --- completion


def test_the_schema_is_in_the_language_of_the_page_and_kept(office: Client, kegiatan: Any) -> None:
    address = door(kegiatan, "schema")
    first = office.get(address)
    again = office.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "no-store" not in first["Cache-Control"]
    pages = first.json()["properties"]["pages"]
    office.cookies["django_language"] = "en"
    other = office.get(address)
    assert other["ETag"] != first["ETag"]
    assert (pages["title"], other.json()["properties"]["pages"]["title"]) == ("Halaman", "Pages")


# --- bad input

WRONG_BODIES = (
    b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b"{}" * 2, b"[" * 5_000, b"\x00",
    b'{"text": ' + b"[" * 300 + b"]" * 300 + b"}",
)  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
def test_what_is_no_json_object_is_refused(office: Client, kegiatan: Any, name: str) -> None:
    for body in WRONG_BODIES:
        answer = send(office, kegiatan, name, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "unparsable"), body[:20]
    form = office.post(door(kegiatan, name), {"text": "{}", "revision": "0"})
    assert (form.status_code, form.json()["code"]) == (400, "unparsable")
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("save", {"revision": 0}),
        ("save", {"text": None, "revision": 0, "base_version": 1}),
        ("save", {"text": {"a": 1}, "revision": 0, "base_version": 1}),
        ("save", {"text": "{}"}),
        ("save", {"text": "{}", "revision": "0"}),
        ("save", {"text": "{}", "revision": True}),
        ("save", {"text": "{}", "revision": -1}),
        ("save", {"text": "{}", "revision": 2**31}),
        ("save", {"text": "{}", "revision": 0.5}),
        ("save", {"text": "a\x00b", "revision": 0, "base_version": 1}),
        ("save", {"text": "\ud800", "revision": 0, "base_version": 1}),
        ("save", {"text": "x" * (DRAFT_BYTES + 1), "revision": 0, "base_version": 1}),
        ("save", {"text": "é" * (DRAFT_BYTES // 2 + 1), "revision": 0, "base_version": 1}),
        ("lint", {"text": 7}),
        ("lint", {"text": "{}\x00"}),
        ("lint", {"text": "x" * (DRAFT_BYTES + 1)}),
        ("check", {"text": TEXT, "answers": [], "role": "ppl"}),
        ("check", {"text": TEXT, "answers": {}, "role": "Ppl"}),
        ("check", {"text": TEXT, "answers": {}, "role": None}),
        ("check", {"text": TEXT, "answers": {}, "prefilled": "x", "role": "ppl"}),
        ("check", {"text": "x" * (DRAFT_BYTES + 1), "answers": {}, "role": "ppl"}),
    ],
)
def test_fields_of_the_wrong_form_are_named(
    office: Client, kegiatan: Any, name: str, body: Any
) -> None:
    answer = send(office, kegiatan, name, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["details"].get("fields")
    assert not FormDraft.objects.exists()


def test_a_body_over_the_limit_is_not_read(office: Client, kegiatan: Any) -> None:
    for name in POSTS:
        answer = send(office, kegiatan, name, b'{"text": "' + b"x" * 10_000_000 + b'"}')
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), name


def test_deep_and_odd_values_end_in_an_answer(office: Client, kegiatan: Any) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    report = send(office, kegiatan, "lint", {"text": deep}).json()
    assert [fault["code"] for fault in report["faults"]] == ["too_deep"]
    half = json.dumps({**FORM, "form_name": "\ud800"})
    assert send(office, kegiatan, "lint", {"text": half}).status_code == 200
    nested: Any = "x"
    for _level in range(40):
        nested = {"a": nested}
    assert tried(office, kegiatan, {"nama": nested}).json()["state"] == "refused"
    assert tried(office, kegiatan, {}, prefilled=nested).status_code == 400
    odd = {"nama": "a\x00b", "umur": 10**40, "tidak_ada": [1, {"x": None}]}
    assert tried(office, kegiatan, odd).json()["state"] == "refused"
    body = '{"text": %s, "answers": {"umur": NaN}, "prefilled": {"x": %s}, "role": "ppl"}'
    for number in ("NaN", "1e999", str(10**30)):
        answer = send(office, kegiatan, "check", body % (json.dumps(TEXT), number))
        assert answer.status_code in (200, 409), number
