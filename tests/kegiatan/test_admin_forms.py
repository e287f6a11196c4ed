"""Pages of a questionnaire's versions and of its draft, for super_admin and for offices."""

import copy
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from kegiatan.models import FormDraft, FormVersion, KegiatanSatker
from kegiatan.services.drafting import draft_save, form_text
from kegiatan.services.publishing import form_publish
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
GLOBAL = "/admin/kegiatan/kegiatanstatistik/"


def browser(user: Any) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user, backend="satker.auth_backends.PasswordBackend")
    return client


def pages_of(kegiatan: Any) -> str:
    return f"{GLOBAL}{kegiatan.pk}/form/"


def office_pages(kegiatan: Any, satker: Any) -> str:
    place = KegiatanSatker.objects.get(kegiatan_statistik=kegiatan, satker=satker)
    return f"/satker/{satker.code}/admin/kegiatan/kegiatansatker/{place.pk}/form/"


def second_version() -> dict[str, Any]:
    """The listing form with one question more, one less, and one with another text."""
    form = copy.deepcopy(factories.form())
    elements = form["pages"][0]["elements"]
    elements[0]["title"] = "Nama <b>lengkap</b>"
    gone = elements.pop()
    form["assignment_table_columns"] = [
        column for column in form["assignment_table_columns"]
        if column["key"] != f"responses.{gone['name']}"
    ]  # fmt: skip
    elements.append({"type": "text", "name": "telepon_baru", "title": "Telepon"})
    return form


def body(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def office(super_admin: Any) -> Client:
    """super_admin's browser."""
    return browser(super_admin)


def test_the_list_counts_the_responses_of_each_version_by_status(
    office: Client, kegiatan: Any, satker: Any, other_satker: Any, enumerator: Any, supervisor: Any,
    satker_admin: Any, super_admin: Any,
) -> None:  # fmt: skip
    for status in ("Assigned", "Submitted by PPL", "Submitted by PPL"):
        factories.assignment(satker, kegiatan, enumerator, supervisor, status=status)
    published = form_publish(
        actor=super_admin, kegiatan=kegiatan, schema=second_version(), notes="Tambah telepon"
    )
    assert published.version == 2
    page = body(office.get(pages_of(kegiatan)))
    assert "Tambah telepon" in page
    assert "<dt>Jawaban</dt><dd>6</dd>" in page
    assert "<dt>Jawaban</dt><dd>0</dd>" in page
    own = body(browser(satker_admin).get(office_pages(kegiatan, satker)))
    assert "<dt>Jawaban</dt><dd>3</dd>" in own
    assert "<dt>Dikirim PPL</dt><dd>2</dd>" in own
    assert "draf" not in own.lower()


def test_two_versions_are_compared_with_what_changed_as_text(
    office: Client, kegiatan: Any, satker: Any, kegiatan_admin: Any, super_admin: Any
) -> None:
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=second_version())
    for client, base in (
        (office, pages_of(kegiatan)),
        (browser(kegiatan_admin), office_pages(kegiatan, satker)),
    ):
        page = body(client.get(f"{base}compare/?old=1&new=2"))
        assert "Pertanyaan baru" in page
        assert "telepon_baru" in page
        assert "Pertanyaan yang hilang" in page
        assert "Nama &lt;b&gt;lengkap&lt;/b&gt;" in page
        assert "<b>lengkap</b>" not in page
        assert "Tidak ada perbedaan" in body(client.get(f"{base}compare/?old=2&new=2"))
        for query in ("old=1&new=9", "old=x&new=1", "old=99999999999&new=1"):
            assert client.get(f"{base}compare/?{query}").status_code == 404


def test_a_version_is_downloaded_as_the_file_that_was_published(
    office: Client, kegiatan: Any, satker: Any, satker_admin: Any
) -> None:
    for client, base in (
        (office, pages_of(kegiatan)),
        (browser(satker_admin), office_pages(kegiatan, satker)),
    ):
        answer = client.get(f"{base}1/download/")
        assert json.loads(answer.content) == factories.form()
        assert answer["Content-Disposition"].startswith("attachment")
        assert client.get(f"{base}7/download/").status_code == 404
        assert client.get(f"{base}{2**40}/download/").status_code == 404


def test_an_office_has_no_door_to_the_draft(
    kegiatan: Any, satker: Any, other_satker: Any, satker_admin: Any, enumerator: Any
) -> None:
    client = browser(satker_admin)
    for page in ("draft/", "draft/publish/", "draft/discard/", "publish/"):
        answer = client.get(office_pages(kegiatan, satker) + page, follow=True)
        assert answer.status_code == 404, page
    assert client.get(f"{pages_of(kegiatan)}draft/").status_code in (302, 403, 404)
    foreign = office_pages(kegiatan, other_satker).replace("6171", "6104")
    for page in ("", "compare/", "1/", "1/download/"):
        assert client.get(foreign + page).status_code == 404
        own = office_pages(kegiatan, satker) + page
        assert browser(enumerator).get(own).status_code in (302, 403, 404)


def test_a_draft_begins_from_the_newest_version_and_is_kept_half_typed(
    office: Client, kegiatan: Any
) -> None:
    address = f"{pages_of(kegiatan)}draft/"
    page = body(office.get(address))
    assert "&quot;pages&quot;" in page
    assert 'name="revision" value="0"' in page
    answer = office.post(address, {"do": "save", "revision": "0", "text": '{"pages":\r\n ['})
    assert answer.status_code == 302
    assert FormDraft.objects.get(kegiatan=kegiatan).text == '{"pages":\n ['
    assert 'name="revision" value="1"' in body(office.get(address))


def test_a_check_shows_every_fault_and_warning_at_once_and_saves_nothing(
    office: Client, kegiatan: Any
) -> None:
    form = copy.deepcopy(factories.form())
    form["pages"][0]["elements"][0]["visibleIf"] = "{tidak_ada} = 1"
    form["pages"][0]["elements"].append({"type": "radiogroup", "name": "kosong", "choices": []})
    address = f"{pages_of(kegiatan)}draft/"
    page = body(office.post(address, {"do": "check", "revision": "0", "text": form_text(form)}))
    assert "tidak_ada" in page
    assert 'data-path="pages[0].elements[0].visibleIf' in page
    assert "kosong" in page
    assert "Yang perlu dilakukan" in page
    assert not FormDraft.objects.exists()
    broken = body(office.post(address, {"do": "check", "revision": "0", "text": '{"a":\n x}'}))
    assert 'data-row="2"' in broken


def test_who_saves_over_somebody_is_stopped_and_keeps_what_they_typed(
    office: Client, kegiatan: Any, super_admin: Any
) -> None:
    other = factories.person(None, name="Perancang Lain", is_superuser=True)
    draft_save(actor=other, kegiatan=kegiatan, text='{"punya": "lain"}', revision=0)
    address = f"{pages_of(kegiatan)}draft/"
    mine = {"do": "save", "revision": "0", "text": '{"punya": "saya"}'}
    page = body(office.post(address, mine))
    assert "Perancang Lain" in page
    assert "saya&quot;}" in page
    assert "lain&quot;}" in page
    assert FormDraft.objects.get(kegiatan=kegiatan).text == '{"punya": "lain"}'
    office.post(address, {**mine, "do": "overwrite", "their_revision": "1"})
    assert FormDraft.objects.get(kegiatan=kegiatan).text == '{"punya": "saya"}'


def test_a_file_and_the_newest_version_go_into_the_editor_unsaved(
    office: Client, kegiatan: Any
) -> None:
    address = f"{pages_of(kegiatan)}draft/"
    file = BytesIO(b'\xef\xbb\xbf{"dari": "berkas"}')
    file.name = "form.json"
    page = body(office.post(address, {"do": "upload", "revision": "0", "text": "", "file": file}))
    assert "dari&quot;: &quot;berkas" in page
    page = body(office.post(address, {"do": "newest", "revision": "0", "text": "x"}))
    assert "&quot;pages&quot;" in page
    bad = BytesIO(b"\xff\xfe\x00")
    bad.name = "form.json"
    page = body(
        office.post(address, {"do": "upload", "revision": "0", "text": "tetap", "file": bad})
    )
    assert "UTF-8" in page
    assert "tetap" in page
    assert not FormDraft.objects.exists()


def test_a_draft_is_published_after_a_question_with_what_it_changes(
    office: Client, kegiatan: Any
) -> None:
    base = f"{pages_of(kegiatan)}draft/"
    text = form_text(second_version())
    answer = office.post(base, {"do": "publish", "revision": "0", "text": text})
    assert answer["Location"] == f"{base}publish/"
    page = body(office.get(f"{base}publish/"))
    assert "Terbitkan sebagai versi 2?" in page
    assert "telepon_baru" in page
    stale = body(office.post(f"{base}publish/", {"revision": "9", "notes": "Catatan saya"}))
    assert "Catatan saya" in stale
    assert "Belum diterbitkan" in stale
    done = office.post(f"{base}publish/", {"revision": "1", "notes": "Catatan saya"})
    assert done["Location"] == pages_of(kegiatan)
    made = FormVersion.objects.get(kegiatan=kegiatan, version=2)
    assert (made.notes, made.schema) == ("Catatan saya", second_version())
    assert not FormDraft.objects.exists()


def test_a_faulty_draft_is_saved_but_not_published(office: Client, kegiatan: Any) -> None:
    base = f"{pages_of(kegiatan)}draft/"
    page = body(office.post(base, {"do": "publish", "revision": "0", "text": "{}"}))
    assert "f-error" in page
    assert FormDraft.objects.get(kegiatan=kegiatan).text == "{}"
    assert "Ya, terbitkan" not in body(office.get(f"{base}publish/"))
    office.post(f"{base}publish/", {"revision": "1"})
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1


def test_a_draft_is_thrown_away_after_a_question(
    office: Client, kegiatan: Any, super_admin: Any
) -> None:
    draft_save(actor=super_admin, kegiatan=kegiatan, text="{}", revision=0)
    address = f"{pages_of(kegiatan)}draft/discard/"
    assert "Ya, buang" in body(office.get(address))
    assert "Belum dibuang" in body(office.post(address, {"revision": "7"}))
    assert FormDraft.objects.exists()
    assert office.post(address, {"revision": "1"}).status_code == 302
    assert not FormDraft.objects.exists()
    assert office.get(f"{pages_of(kegiatan)}draft/publish/").status_code == 302
