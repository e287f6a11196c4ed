"""Drafts of a questionnaire, commands on versions, and which responses use which version."""

import copy
import json
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import (
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connections,
    transaction,
)

from assignments.form_versions import version_counts, versions_used
from assignments.models import AssignmentResponse
from cerdas.errors import Invalid, NotAllowed, NotFound
from cerdas.tenancy import super_scope
from kegiatan.errors import DraftChanged, FormFaulty
from kegiatan.models import FormDraft, FormVersion
from kegiatan.services.drafting import (
    DRAFT_BYTES,
    draft_check,
    draft_discard,
    draft_open,
    draft_publish,
    draft_save,
    form_text,
)
from kegiatan.services.publishing import form_publish
from kegiatan.versions import answers_for_version, versions_compare, versions_list
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def retitled(title: str) -> dict[str, Any]:
    form = copy.deepcopy(factories.form())
    form["pages"][0]["title"] = {"id": title, "en": "New"}
    return form


def without(name: str) -> dict[str, Any]:
    """The listing form without one question."""
    form = copy.deepcopy(factories.form())
    for page in form["pages"]:
        page["elements"] = [item for item in page["elements"] if item["name"] != name]
    columns = form["assignment_table_columns"]
    form["assignment_table_columns"] = [
        column for column in columns if column["key"] != f"responses.{name}"
    ]
    return form


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments: str) -> tuple[Any, int]:
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue()), error.value.returncode


def test_a_draft_begins_from_the_newest_version(super_admin: Any, kegiatan: Any) -> None:
    opened = draft_open(actor=super_admin, kegiatan=kegiatan)
    assert json.loads(opened.text) == factories.form()
    assert (opened.revision, opened.base_version, opened.saved) == (0, 1, None)
    assert not FormDraft.objects.exists(), "opening saves nothing"
    unpublished = factories.KegiatanFactory(form_schema=None)
    assert draft_open(actor=super_admin, kegiatan=unpublished).text == ""


def test_a_draft_is_saved_as_typed_also_half(super_admin: Any, kegiatan: Any) -> None:
    first = draft_save(actor=super_admin, kegiatan=kegiatan, text='{"pages": [', revision=0)
    assert (first.revision, first.base_version) == (1, 1)
    second = draft_save(actor=super_admin, kegiatan=kegiatan, text="{}", revision=1)
    assert second.revision == 2
    opened = draft_open(actor=super_admin, kegiatan=kegiatan)
    assert (opened.text, opened.revision) == ("{}", 2)
    repeated = draft_save(actor=super_admin, kegiatan=kegiatan, text="{}", revision=1)
    assert repeated.revision == 2, "a lost reply is asked again"
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1


def test_two_people_do_not_overwrite_each_other(super_admin: Any, kegiatan: Any) -> None:
    other = factories.person(None, name="Rekan", is_superuser=True)
    draft_save(actor=super_admin, kegiatan=kegiatan, text="[1]", revision=0)
    draft_save(actor=other, kegiatan=kegiatan, text="[2]", revision=1)
    with pytest.raises(DraftChanged) as error:
        draft_save(actor=super_admin, kegiatan=kegiatan, text="[3]", revision=1)
    assert error.value.details["by"] == "Rekan"
    assert error.value.details["revision"] == 2
    with pytest.raises(DraftChanged):
        draft_save(actor=super_admin, kegiatan=kegiatan, text="[3]", revision=0)
    with pytest.raises(DraftChanged):
        draft_discard(actor=super_admin, kegiatan=kegiatan, revision=1)
    with pytest.raises(DraftChanged):
        draft_publish(actor=super_admin, kegiatan=kegiatan, revision=1)
    assert FormDraft.objects.get().text == "[2]"


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_of_two_first_savings_at_once_one_wins(super_admin: Any, kegiatan: Any) -> None:
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def save(text: str) -> None:
        barrier.wait()
        try:
            draft_save(actor=super_admin, kegiatan=kegiatan, text=text, revision=0)
            outcomes.append("saved")
        except DraftChanged:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(text,)) for text in ("[1]", "[2]")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "saved"]


def test_a_draft_is_discarded_once(super_admin: Any, kegiatan: Any) -> None:
    draft_save(actor=super_admin, kegiatan=kegiatan, text="[]", revision=0)
    draft_discard(actor=super_admin, kegiatan=kegiatan, revision=1)
    draft_discard(actor=super_admin, kegiatan=kegiatan, revision=1)
    assert not FormDraft.objects.exists()


def test_a_draft_is_published_and_ends(super_admin: Any, kegiatan: Any) -> None:
    text = form_text(retitled("Baru"))
    draft = draft_save(actor=super_admin, kegiatan=kegiatan, text=text, revision=0)
    made = draft_publish(
        actor=super_admin, kegiatan=kegiatan, revision=draft.revision, notes="Judul"
    )
    assert (made.version, made.schema, made.notes) == (2, retitled("Baru"), "Judul")
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("text", ["{", '{"form_name": "T", "pages": []}'])
def test_a_faulty_draft_is_told_and_stays(super_admin: Any, kegiatan: Any, text: str) -> None:
    draft_save(actor=super_admin, kegiatan=kegiatan, text=text, revision=0)
    with pytest.raises(FormFaulty) as error:
        draft_publish(actor=super_admin, kegiatan=kegiatan, revision=1)
    told = [fault["code"] for fault in error.value.details["faults"]]
    assert told == [fault.code for fault in draft_check(text=text).faults]
    assert FormDraft.objects.get().text == text
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1
    assert draft_check(text=form_text(factories.form())).errors == ()


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "x" * (DRAFT_BYTES + 1)])
def test_a_draft_that_cannot_be_stored_is_refused(
    super_admin: Any, kegiatan: Any, text: str
) -> None:
    with pytest.raises(Invalid):
        draft_save(actor=super_admin, kegiatan=kegiatan, text=text, revision=0)
    assert not FormDraft.objects.exists()


def test_only_super_admin_has_to_do_with_drafts(
    satker_admin: Any, kegiatan_admin: Any, kegiatan: Any
) -> None:
    for actor in (satker_admin, kegiatan_admin):
        named = {"actor": actor, "kegiatan": kegiatan}
        with pytest.raises(NotAllowed):
            draft_open(**named)
        with pytest.raises(NotAllowed):
            draft_save(**named, text="{}", revision=0)
        with pytest.raises(NotAllowed):
            draft_discard(**named, revision=1)
        with pytest.raises(NotAllowed):
            draft_publish(**named, revision=1)
        with pytest.raises(NotAllowed):
            versions_compare(**named, old=1, new=1)
    assert not FormDraft.objects.exists()


def test_the_database_keeps_one_draft_per_activity(super_admin: Any, kegiatan: Any) -> None:
    draft_save(actor=super_admin, kegiatan=kegiatan, text="{}", revision=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormDraft.objects.create(kegiatan=kegiatan, text="", updated_by=super_admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormDraft.objects.update(revision=0)


def test_versions_are_listed_and_compared(
    super_admin: Any, kegiatan: Any, django_assert_num_queries: Any
) -> None:
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=without("jumlah_art"), notes="kurang")
    with django_assert_num_queries(1):
        newest, oldest = versions_list(kegiatan.pk)
    assert (newest.version, newest.notes, oldest.version) == (2, "kurang", 1)
    assert newest.published_by == super_admin.name
    forward = versions_compare(actor=super_admin, kegiatan=kegiatan, old=1, new=2).comparison
    back = versions_compare(actor=super_admin, kegiatan=kegiatan, old=2, new=1).comparison
    assert [question.path for question in forward.removed] == ["jumlah_art"]
    assert [question.path for question in back.added] == ["jumlah_art"]
    with pytest.raises(NotFound):
        versions_compare(actor=super_admin, kegiatan=kegiatan, old=1, new=3)


def test_responses_are_counted_by_version_in_the_scope(
    super_admin: Any, satker: Any, other_satker: Any, kegiatan: Any, enumerator: Any,
    supervisor: Any, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    people = (enumerator, supervisor)
    factories.assignment(satker, kegiatan, *people)
    newer = factories.assignment(satker, kegiatan, *people, status="Submitted by PPL")
    gone = factories.assignment(
        satker, kegiatan, *people, cancelled_at="2026-01-01T00:00Z", cancelled_by=super_admin,
        cancel_reason="x",
    )  # fmt: skip
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=retitled("Baru"))
    with factories.scope(satker):
        AssignmentResponse.objects.filter(pk=newer.pk).update(form_version_used=2)
        with django_assert_num_queries(1):
            counts = version_counts(kegiatan.pk)
        assert counts == {1: {"Assigned": 1}, 2: {"Submitted by PPL": 1}}
        used = versions_used(kegiatan.pk)
    assert [(use.version.version, use.responses) for use in used] == [(2, 1), (1, 1)]
    assert gone.cancelled_at is not None
    with factories.scope(other_satker):
        others = version_counts(kegiatan.pk)
    assert others == {1: {"Assigned": 3}}, "its own units"
    with super_scope():
        assert version_counts(kegiatan.pk)[1] == {"Assigned": 4}


def test_answers_are_taken_to_a_published_version(super_admin: Any, kegiatan: Any) -> None:
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=without("jumlah_art"))
    answers = {"nama_krt": "Budi", "jumlah_art": 3}
    named = {"kegiatan_id": kegiatan.pk, "answers": answers, "assignment_id": kegiatan.pk}
    taken = answers_for_version(version=2, **named)
    assert taken.answers == {"nama_krt": "Budi", "_archived": {"jumlah_art": 3}}
    assert taken.removed == ("jumlah_art",)
    assert answers_for_version(version=1, **named).answers == answers
    with pytest.raises(NotFound):
        answers_for_version(version=9, **named)


@pytest.fixture
def office_command(satker: Any, kegiatan_admin: Any, kegiatan: Any) -> tuple[str, ...]:
    return ("form_versions", str(kegiatan.pk), "--actor", kegiatan_admin.email)


def test_the_command_lists_versions_with_the_offices_responses(
    office_command: tuple[str, ...], super_admin: Any, satker: Any, kegiatan: Any,
    enumerator: Any, supervisor: Any,
) -> None:  # fmt: skip
    factories.assignment(satker, kegiatan, enumerator, supervisor)
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=retitled("Baru"), notes="Judul")
    newest, oldest = run(*office_command)
    assert (newest["version"], newest["notes"], newest["responses"]) == (2, "Judul", 0)
    assert (oldest["version"], oldest["by_status"]) == (1, {"Assigned": 1})
    everywhere = run("form_versions", kegiatan.name, "--actor", super_admin.email)
    assert [row["responses"] for row in everywhere] == [0, 1]
    out = StringIO()
    call_command(*office_command, stdout=out)
    assert len(out.getvalue().splitlines()) == 2


def test_the_command_is_for_admins(
    kegiatan: Any, enumerator: Any, super_admin: Any, kegiatan_admin: Any
) -> None:
    told, code = refused("form_versions", str(kegiatan.pk), "--actor", enumerator.email)
    assert (told["code"], code) == ("not_allowed", 1)
    compare = ("compare_forms", str(kegiatan.pk), "1", "1", "--actor")
    told, code = refused(*compare, kegiatan_admin.email)
    assert (told["code"], code) == ("not_allowed", 1)
    assert run(*compare, super_admin.email)["added"] == []


def test_the_command_compares_two_versions(super_admin: Any, kegiatan: Any) -> None:
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=without("jumlah_art"))
    compare = ("compare_forms", str(kegiatan.pk), "1", "2", "--actor", super_admin.email)
    found = run(*compare)
    assert [question["path"] for question in found["removed"]] == ["jumlah_art"]
    assert (found["added"], found["changed"], found["moved"]) == ([], [], [])
    out = StringIO()
    call_command(*compare, stdout=out)
    assert out.getvalue().startswith("- jumlah_art  3. Berapa orang")
    told, code = refused("compare_forms", str(kegiatan.pk), "1", "9", "--actor", super_admin.email)
    assert (told["code"], code) == ("not_found", 1)


def written(tmp_path: Path, content: str) -> str:
    path = tmp_path / "form.json"
    path.write_text(content)
    return str(path)


def test_check_form_ends_with_0_for_a_sound_form(tmp_path: Path, kegiatan: Any) -> None:
    report = run("check_form", written(tmp_path, form_text(factories.form())))
    assert report == {"format": "surveyjs", "questions": 6, "mapped": 6, "faults": []}
    assert FormVersion.objects.count() == 1, "it publishes nothing"


def test_check_form_ends_with_0_for_warnings_alone(tmp_path: Path) -> None:
    report = run("check_form", written(tmp_path, form_text(retitled("<b>Baru</b>"))))
    assert [fault["severity"] for fault in report["faults"]] == ["warning"]


def test_check_form_ends_with_1_for_faults(tmp_path: Path) -> None:
    form = factories.form("household")
    form["assignment_label_template"] = "{tidak_ada}"
    report, code = refused("check_form", written(tmp_path, form_text(form)))
    assert code == 1
    found = {fault["code"] for fault in report["faults"]}
    assert found == {"unknown_label_name", "missing_master"}, "nothing is loaded here"
    keys = {"sheet", "row", "column", "path", "severity", "code", "message", "remedy"}
    assert set(report["faults"][0]) == keys


@pytest.mark.parametrize("content", ["{", "", '{"a": 1, "a": 2}'])
def test_check_form_ends_with_2_for_what_it_cannot_read(tmp_path: Path, content: str) -> None:
    report, code = refused("check_form", written(tmp_path, content))
    assert (report["format"], code) == ("unknown", 2)
    assert [fault["code"] for fault in report["faults"]] == ["bad_json"]
    report, code = refused("check_form", str(tmp_path / "none.json"))
    assert ([fault["code"] for fault in report["faults"]], code) == (["file_unreadable"], 2)


@pytest.mark.parametrize("problem", [OperationalError, ProgrammingError])
def test_check_form_needs_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    def fail() -> None:
        raise problem("no database, or one without tables")

    monkeypatch.setattr("kegiatan.services.publishing.dataset_versions", fail)
    report = run("check_form", written(tmp_path, form_text(factories.form("household"))))
    assert (report["questions"], report["faults"]) == (18, [])


def test_check_form_tells_people_what_to_do(tmp_path: Path) -> None:
    out = StringIO()
    content = '{"pages": [{"questions": [{"type": "none", "name": "a"}]}]}'
    with pytest.raises(CommandError):
        call_command("check_form", written(tmp_path, content), stdout=out)
    assert "[no_questions]" in out.getvalue()
    assert "pages[0].questions" in out.getvalue()


def test_publishing_is_refused_for_errors_and_warns_of_the_rest(
    tmp_path: Path, super_admin: Any, kegiatan: Any
) -> None:
    publish = ("publish_form", str(kegiatan.pk))
    form = retitled("<b>Baru</b>")
    broken = {**form, "assignment_label_template": "{tidak_ada}"}
    actor = ("--actor", super_admin.email)
    told, code = refused(*publish, written(tmp_path, form_text(broken)), *actor)
    severities = [fault["severity"] for fault in told["details"]["faults"]]
    assert (code, severities) == (1, ["error", "warning"])
    err, out = StringIO(), StringIO()
    path = written(tmp_path, form_text(form))
    call_command(*publish, path, *actor, "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue())["version"] == 2
    assert "pages[0].title" in err.getvalue()
