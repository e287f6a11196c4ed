"""Two people, or two windows, write one questionnaire: nobody's text is lost unasked."""

import copy
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kegiatan.errors import DraftChanged, FormFaulty
from kegiatan.models import FormDraft, FormVersion
from kegiatan.services import publishing
from kegiatan.services.drafting import (
    draft_discard,
    draft_open,
    draft_publish,
    draft_save,
    form_text,
)
from kegiatan.services.publishing import form_publish
from tests import factories
from tests.kegiatan.designing import GETS, POSTS, door, send
from tests.kegiatan.test_admin_forms import browser, pages_of
from tests.kegiatan.test_designer_doors import built, config_of

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def office(super_admin: Any, other_satker: Any) -> Client:
    """super_admin's browser, in a world with two offices."""
    return browser(super_admin)


@pytest.fixture
def other(db: None) -> Any:
    """Another designer."""
    return factories.person(None, name="Rekan", is_superuser=True)


def form_of(title: str) -> dict[str, Any]:
    form = copy.deepcopy(factories.form())
    form["pages"][0]["title"] = {"id": title, "en": "New"}
    return form


def saved_thrice(actor: Any, kegiatan: Any, word: str) -> FormDraft:
    """A draft of three savings; the last is a form that can be published."""
    draft = draft_save(actor=actor, kegiatan=kegiatan, text=f'"{word}"', revision=0)
    text = f'["{word}"]'
    draft = draft_save(actor=actor, kegiatan=kegiatan, text=text, revision=draft.revision)
    text = form_text(form_of(word))
    return draft_save(actor=actor, kegiatan=kegiatan, text=text, revision=draft.revision)


# --- a revision names one text


@pytest.mark.parametrize("ended", [draft_publish, draft_discard])
def test_a_revision_of_a_draft_that_ended_never_names_another_one(
    ended: Callable[..., Any], super_admin: Any, other: Any, kegiatan: Any
) -> None:
    opened = saved_thrice(super_admin, kegiatan, "A")
    ended(actor=other, kegiatan=kegiatan, revision=opened.revision)
    theirs = saved_thrice(other, kegiatan, "B")
    versions = FormVersion.objects.filter(kegiatan=kegiatan).count()
    for revision in range(opened.revision + 1):
        named = {"actor": super_admin, "kegiatan": kegiatan, "revision": revision}
        with pytest.raises(DraftChanged) as error:
            draft_save(**named, text='"lama"')
        assert error.value.details["by"] == "Rekan"
        with pytest.raises(DraftChanged):
            draft_publish(**named)
        with pytest.raises(DraftChanged):
            draft_discard(**named)
    draft = FormDraft.objects.get()
    assert (draft.text, draft.revision) == (theirs.text, theirs.revision)
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == versions


def test_a_first_saving_is_repeated_also_for_a_second_draft(
    super_admin: Any, kegiatan: Any
) -> None:
    first = saved_thrice(super_admin, kegiatan, "A")
    draft_discard(actor=super_admin, kegiatan=kegiatan, revision=first.revision)
    named = {"actor": super_admin, "kegiatan": kegiatan, "text": '"baru"', "revision": 0}
    begun = draft_save(**named)
    assert begun.revision > first.revision
    assert draft_save(**named).revision == begun.revision, "a lost reply is asked again"


def test_drafts_of_other_activities_count_for_themselves(super_admin: Any, kegiatan: Any) -> None:
    saved_thrice(super_admin, kegiatan, "A")
    elsewhere = factories.KegiatanFactory()
    assert draft_save(actor=super_admin, kegiatan=elsewhere, text="1", revision=0).revision == 1


# --- what a first saving grew from


def test_a_first_saving_over_a_version_that_is_newer_gets_that_version(
    office: Client, other: Any, kegiatan: Any
) -> None:
    published = form_publish(actor=other, kegiatan=kegiatan, schema=form_of("Versi dua"))
    body = {"text": '"dari versi 1"', "revision": 0, "base_version": 1}
    answer = send(office, kegiatan, "save", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "draft_changed")
    theirs = answer.json()["theirs"]
    assert json.loads(theirs.pop("text")) == form_of("Versi dua")
    at = published.published_at.isoformat()
    assert theirs == {"revision": 0, "by": "Rekan", "at": at, "base_version": 2}
    assert not FormDraft.objects.exists()
    saved = send(office, kegiatan, "save", {**body, "base_version": theirs["base_version"]})
    assert saved.status_code == 200
    assert FormDraft.objects.get().base_version == 2


def test_a_first_saving_says_what_it_grew_from(office: Client, kegiatan: Any) -> None:
    for body in ({}, {"base_version": "1"}, {"base_version": True}, {"base_version": -1}):
        answer = send(office, kegiatan, "save", {"text": "1", "revision": 0, **body})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), body
        assert list(answer.json()["details"]["fields"]) == ["base_version"], body
    unpublished = factories.KegiatanFactory(form_schema=None)
    body = {"text": "1", "revision": 0, "base_version": None}
    assert send(office, unpublished, "save", body).status_code == 200
    assert send(office, kegiatan, "save", body).status_code == 409
    assert FormDraft.objects.get().kegiatan == unpublished


def test_a_draft_that_was_published_meanwhile_is_answered_with_its_publisher(
    office: Client, other: Any, super_admin: Any, kegiatan: Any
) -> None:
    draft = saved_thrice(super_admin, kegiatan, "A")
    draft_publish(actor=other, kegiatan=kegiatan, revision=draft.revision)
    body = {"text": "1", "revision": draft.revision, "base_version": 1}
    theirs = send(office, kegiatan, "save", body).json()["theirs"]
    assert (theirs["revision"], theirs["by"], theirs["base_version"]) == (0, "Rekan", 2)


def test_the_plain_form_says_what_it_grew_from_too(
    office: Client, other: Any, kegiatan: Any
) -> None:
    address = f"{pages_of(kegiatan)}draft/"
    assert 'name="base_version" value="1"' in office.get(address).content.decode()
    form_publish(actor=other, kegiatan=kegiatan, schema=form_of("Versi dua"))
    mine = {"do": "save", "revision": "0", "base_version": "1", "text": '"saya"'}
    page = office.post(address, mine).content.decode()
    assert "Tidak disimpan" in page or "Belum disimpan" in page
    assert "&quot;saya&quot;" in page
    assert 'name="base_version" value="1"' in page
    assert 'name="their_base_version" value="2"' in page
    assert not FormDraft.objects.exists()
    over = {**mine, "do": "overwrite", "their_revision": "0", "their_base_version": "2"}
    assert office.post(address, over).status_code == 302
    assert FormDraft.objects.get().base_version == 2


# --- what the designer begins with


def test_the_designer_gets_what_is_stored_beside_what_is_in_the_editor(
    office: Client, super_admin: Any, kegiatan: Any, settings: Any, tmp_path: Path
) -> None:
    settings.OFFICE_APP_DIR = built(tmp_path)
    address = f"{pages_of(kegiatan)}draft/"

    def config(page: Any) -> tuple[Any, ...]:
        found = config_of(page.content.decode(), "designer-config")
        assert found["person"] == str(super_admin.pk)
        names = ("text", "base", "revision", "base_version", "is_saved")
        return tuple(found[name] for name in names)

    newest = form_text(FormVersion.objects.get(kegiatan=kegiatan).schema)
    assert config(office.get(address)) == (newest, newest, 0, 1, False)
    draft = draft_save(actor=super_admin, kegiatan=kegiatan, text='"draf"', revision=0)
    first = draft.revision
    assert config(office.get(address)) == ('"draf"', '"draf"', first, 1, True)
    sent = {"revision": str(first), "base_version": "1"}
    taken = office.post(address, {**sent, "do": "upload", "file": file('"berkas"')})
    assert config(taken) == ('"berkas"', '"draf"', first, 1, False)
    taken = office.post(address, {**sent, "do": "newest"})
    assert config(taken) == (newest, '"draf"', first, 1, False)
    draft_save(actor=super_admin, kegiatan=kegiatan, text='"lain"', revision=first)
    taken = office.post(address, {**sent, "do": "upload", "file": file('"berkas"')})
    assert config(taken) == ('"berkas"', None, first, 1, False), "what that revision was is gone"


def test_the_designer_of_an_activity_without_version_begins_from_nothing(
    office: Client, settings: Any, tmp_path: Path
) -> None:
    settings.OFFICE_APP_DIR = built(tmp_path)
    empty = factories.KegiatanFactory(form_schema=None)
    page = office.get(f"{pages_of(empty)}draft/").content.decode()
    found = config_of(page, "designer-config")
    assert (found["text"], found["base"], found["base_version"]) == ("", None, None)


def test_a_file_does_not_go_over_what_ones_other_window_saved(
    office: Client, super_admin: Any, kegiatan: Any
) -> None:
    address = f"{pages_of(kegiatan)}draft/"
    draft = draft_save(actor=super_admin, kegiatan=kegiatan, text='"jendela 1"', revision=0)
    seen = draft.revision
    draft_save(actor=super_admin, kegiatan=kegiatan, text='"jendela 2"', revision=seen)
    page = office.post(address, {"do": "upload", "revision": str(seen), "file": file('"berkas"')})
    assert f'name="revision" value="{seen}"' in page.content.decode()
    refused = send(office, kegiatan, "save", {"text": '"berkas"', "revision": seen})
    assert refused.status_code == 409
    assert FormDraft.objects.get().text == '"jendela 2"'


def file(text: str) -> BytesIO:
    made = BytesIO(text.encode())
    made.name = "form.json"
    return made


# --- publishing


def test_nobody_waits_for_the_linter_of_a_publishing(
    super_admin: Any, kegiatan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = saved_thrice(super_admin, kegiatan, "A")
    linted, locked_before = publishing.form_check, []

    def watched(schema: object) -> Any:
        locked_before.append([query for query in queries if "FOR NO KEY UPDATE" in query["sql"]])
        return linted(schema)

    monkeypatch.setattr(publishing, "form_check", watched)
    with CaptureQueriesContext(connection) as queries:
        draft_publish(actor=super_admin, kegiatan=kegiatan, revision=draft.revision)
    assert locked_before == [[]]
    assert any("FOR NO KEY UPDATE" in query["sql"] for query in queries)
    assert not FormDraft.objects.exists()


def test_what_is_saved_while_the_linter_runs_is_not_published(
    super_admin: Any, other: Any, kegiatan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = saved_thrice(super_admin, kegiatan, "A")
    linted = publishing.form_check

    def saving(schema: object) -> Any:
        text = form_text(form_of("B"))
        draft_save(actor=other, kegiatan=kegiatan, text=text, revision=draft.revision)
        return linted(schema)

    monkeypatch.setattr(publishing, "form_check", saving)
    with pytest.raises(DraftChanged):
        draft_publish(actor=super_admin, kegiatan=kegiatan, revision=draft.revision)
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1
    assert json.loads(FormDraft.objects.get().text) == form_of("B")


def test_of_a_draft_that_changed_its_faults_are_not_told(super_admin: Any, kegiatan: Any) -> None:
    draft = draft_save(actor=super_admin, kegiatan=kegiatan, text="{", revision=0)
    with pytest.raises(DraftChanged):
        draft_publish(actor=super_admin, kegiatan=kegiatan, revision=draft.revision + 1)
    with pytest.raises(FormFaulty):
        draft_publish(actor=super_admin, kegiatan=kegiatan, revision=draft.revision)


# --- somebody else signed in meanwhile


def test_a_page_of_one_person_does_not_write_as_another(
    office: Client, other: Any, super_admin: Any, kegiatan: Any
) -> None:
    body = {"text": '"saya"', "revision": 0, "base_version": 1}
    header = {"X-Cerdas-Person": str(other.pk)}
    for name in POSTS:
        answer = send(office, kegiatan, name, body, **header)
        assert (answer.status_code, answer.json()["code"]) == (409, "other_person"), name
        assert "Orang lain" in answer.json()["message"]
    for name in set(GETS) - {"preview"}:
        assert office.get(door(kegiatan, name), headers=header).status_code == 409, name
    assert not FormDraft.objects.exists()
    own = {"X-Cerdas-Person": str(super_admin.pk)}
    assert send(office, kegiatan, "save", body, **own).status_code == 200


def test_who_signs_in_again_in_another_tab_goes_on(super_admin: Any, kegiatan: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
    strict.get(f"{pages_of(kegiatan)}draft/")
    before = strict.cookies["csrftoken"].value
    strict.logout()  # its cookies go too
    strict.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
    strict.get(f"{pages_of(kegiatan)}draft/")  # the other tab
    body = {"text": '"saya"', "revision": 0, "base_version": 1}
    headers = {"X-Cerdas-Person": str(super_admin.pk)}
    assert send(strict, kegiatan, "save", body, **headers, **{"X-CSRFToken": before}).json()[
        "code"
    ] == ("csrf_failed")
    headers["X-CSRFToken"] = strict.cookies["csrftoken"].value
    assert send(strict, kegiatan, "save", body, **headers).status_code == 200
    assert draft_open(actor=super_admin, kegiatan=kegiatan).text == '"saya"'
