"""Forms and answers that carry scripts, in Chromium: every page of the office shows them as text.

The form is published and the answers arrive through the services, as from super_admin and phones.
Nothing may run, and the browser may have nothing to block: what its policy stops was markup before.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from assignments.checking.worker import checks_run
from assignments.models import ParkedOperation, ResponseCheck
from cerdas.tenancy import tenant_scope
from kegiatan.models import FormVersion
from kegiatan.services.drafting import draft_save
from kegiatan.services.publishing import form_check, form_publish
from tests import factories
from tests.assignments.sending import operation, outcomes, send, submit
from tests.e2e.pages.looking import DESK, new_context, picture, watch

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
IMAGE = '<img src=x onerror="window.hit=1;alert(1)">'
SCRIPT = "<script>window.hit=2;alert(2)</script>"
BREAK = "\"'></textarea></title></script><svg onload=window.hit=3>"
EVIL = f"{IMAGE}{SCRIPT}{BREAK}"
ANSWER = f"Siti {EVIL}{{{{7*7}}}}{{% now 'Y' %}}${{7*7}}javascript:alert(4)"
MARKS = "img[src='x'], svg[onload], script:not([src]):not([type='application/json'])"
UNITS = "/satker/6104/admin/assignments/assignment/"
PARKED = "/satker/6104/admin/assignments/parkedoperation/"
GLOBAL = "/admin/kegiatan/kegiatanstatistik/"


def form(word: str = "") -> dict[str, Any]:
    """A questionnaire with markup wherever it has text; `word` makes another version."""
    evil = f"{EVIL}{word}"
    choices = [{"value": 1, "text": f"Ya {evil}"}, {"value": 2, "text": f"Tidak {evil}"}]
    return {
        "form_name": f"Uji {evil}",
        "form_version": 1,
        "level_definitions": {"level_1_code": f"Provinsi {IMAGE}"},
        "assignment_label_template": "{nama}",
        "assignment_table_columns": [{"key": "responses.nama", "label": f"Nama {evil}"}],
        "title": evil,
        "pages": [{"name": "satu", "title": f"Halaman {evil}", "elements": [
            {"type": "html", "name": "sambutan", "html": f"<p>Halo {{nama}}</p>{evil}"},
            {"type": "text", "name": "nama", "title": f"Nama {evil}", "description": evil},
            {"type": "text", "name": "umur", "title": f"Umur {{nama}} {word}",
             "inputType": "number", "validators": [
                 {"type": "expression", "expression": "{umur} < 120",
                  "text": f"Terlalu tua, {{nama}} {evil}"}]},
            {"type": "radiogroup", "name": "kerja", "title": f"Bekerja {evil}",
             "choices": choices, "showOtherItem": True, "otherText": evil},
            {"type": "dropdown", "name": "status", "title": f"Status {evil}", "choices": choices},
            {"type": "checkbox", "name": "bahasa", "title": f"Bahasa {evil}", "choices": choices},
            {"type": "comment", "name": "catatan", "title": f"Catatan {evil}"},
            {"type": "expression", "name": "sapa", "title": f"Sapa {evil}",
             "expression": "'Halo ' + {nama}"},
            {"type": "matrix", "name": "mutu", "title": f"Mutu {evil}", "columns": choices,
             "rows": [{"value": "atap", "text": f"Atap {evil}"}]},
            {"type": "multipletext", "name": "luas", "title": f"Luas {evil}",
             "items": [{"name": "ket", "title": f"Keterangan {evil}"}]},
            {"type": "ranking", "name": "urut", "title": f"Urut {evil}", "choices": choices},
            {"type": "prefilled", "name": "asal", "title": f"Asal {evil}"},
            {"type": "paneldynamic", "name": "anggota", "title": f"Anggota {evil}",
             "templateTitle": f"{{panel.nama_art}} {evil}", "templateElements": [
                 {"type": "text", "name": "nama_art", "title": f"Nama anggota {evil}"},
                 {"type": "text", "name": "usia", "title": f"Usia {{panel.nama_art}} {evil}",
                  "isRequired": True, "inputType": "number"}]},
        ]}],
    }  # fmt: skip


ANSWERS: dict[str, Any] = {
    "nama": ANSWER, "umur": 500, "kerja": "other", "kerja-Comment": ANSWER, "status": 1,
    "bahasa": [1, 2], "catatan": ANSWER, "mutu": {"atap": 1}, "luas": {"ket": ANSWER},
    "urut": [2, 1], "anggota": [{"nama_art": ANSWER}, {"nama_art": "Budi", "usia": 3}],
    "pertanyaan_lama": ANSWER,
}  # fmt: skip


class Tab:
    """A tab in which somebody has signed in; whatever runs or is blocked there is a fault."""

    def __init__(self, browser: Browser, url: str, user: Any) -> None:
        self.context = new_context(browser, DESK)
        self.context.add_init_script("window.hit = 0;")
        client = Client()
        client.force_login(user, backend="satker.auth_backends.PasswordBackend")
        cookie = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        self.page = self.context.new_page()
        self.url = url
        self.faults = watch(self.page)
        self.page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":
            self.faults.append(f"dialog: {dialog.message}")
        dialog.accept()

    def open(self, address: str, name: str) -> Page:
        """Open a page and look at it."""
        answer = self.page.goto(f"{self.url}{address}")
        assert answer is not None
        assert answer.ok, (address, answer.status)
        self.harmless(name)
        return self.page

    def press(self, title: str, name: str) -> Page:
        """Press a button and look at the page that comes."""
        self.page.get_by_role("button", name=title).first.click()
        self.harmless(name)
        return self.page

    def harmless(self, name: str) -> None:
        """Check that nothing ran, and that markup is there as text alone."""
        self.page.wait_for_load_state()
        picture(self.page, f"hostile-{name}")
        assert self.page.evaluate("window.hit") == 0, name
        assert self.page.locator(MARKS).count() == 0, name
        assert self.faults == [], name
        assert "<img src=x" in self.page.evaluate(
            "[document.body.innerText, ...[...document.querySelectorAll('input, textarea, option')]"
            ".map(e => e.value + e.textContent)].join(' ')"
        ), f"{name} shows nothing of it"


@pytest.fixture
def tab(browser: Browser, live_server: Any) -> Iterator[Any]:
    """`tab(user)` opens one."""
    made: list[Tab] = []

    def opened(user: Any) -> Tab:
        made.append(Tab(browser, live_server.url, user))
        return made[-1]

    yield opened
    for one in made:
        one.context.close()
    assert [fault for one in made for fault in one.faults] == []


@pytest.fixture
def kegiatan(satker: Any, super_admin: Any) -> Any:
    """An activity with two versions of the questionnaire, which the linter only warns of."""
    report = form_check(form())
    assert not report.errors
    assert {"active_html", "html_in_text"} <= {fault.code for fault in report.warnings}
    made = factories.KegiatanFactory(name=f"Uji {IMAGE}", form_schema=None)
    factories.take_part(made, satker)
    for word in ("", " lagi"):
        form_publish(
            actor=super_admin, kegiatan=made, schema=form(word), notes=f"Versi {EVIL}{word}"
        )
    made.refresh_from_db()
    return made


@pytest.fixture
def crew(satker: Any, kegiatan: Any) -> Any:
    """(ppl, pml, admin_kegiatan) with markup in their names."""
    ppl, pml, admin = (factories.person(satker, name=f"{n} {IMAGE}") for n in ("P", "Q", "R"))
    factories.member(pml, kegiatan, satker, "PML")
    factories.member(ppl, kegiatan, satker, "PPL", pml=pml)
    factories.member(admin, kegiatan, satker, "admin_kegiatan")
    return ppl, pml, admin


@pytest.fixture
def units(satker: Any, kegiatan: Any, crew: Any, api: Any) -> Any:
    """A unit that waits for the office, one sent back with remarks, and parked work on a third."""
    ppl, pml, _admin = crew
    made = [
        factories.assignment(satker, kegiatan, ppl, pml, label=f"Keluarga {IMAGE}",
                             prefilled_data={"asal": ANSWER, f"lain {IMAGE}": ANSWER})
        for _n in range(3)
    ]  # fmt: skip
    more = {"label": ANSWER[:250], "visit_outcome": f"selesai {IMAGE}", "verdict": {"x": ANSWER}}
    phone = api(ppl)
    for unit in made[:2]:
        assert outcomes(send(phone, kegiatan, submit(unit, ANSWERS, data=more))) == [
            ("applied", "")
        ]
    checks_run()
    wrong = submit(made[2], {**ANSWERS, "umur": ANSWER, "status": ANSWER}, data=more)
    assert outcomes(send(phone, kegiatan, wrong)) == [("parked", "wrong_shape")]
    approve = operation("approve", made[0], base_version=2, data={"notes": f"Baik {EVIL}"})
    reject = operation("reject", made[1], base_version=2, data={
        "notes": f"Periksa {EVIL}", "comments": [{"path": "nama", "text": EVIL}]})  # fmt: skip
    assert outcomes(send(api(pml), kegiatan, approve, reject)) == [("applied", "")] * 2
    with tenant_scope(satker):
        assert ResponseCheck.objects.get(pk=made[0].pk).state == "failed"
    return made


def end_field_period(kegiatan: Any) -> None:
    """From now on the office edits."""
    kegiatan.start_date = timezone.localdate() - timedelta(days=40)
    kegiatan.end_date = timezone.localdate() - timedelta(days=2)
    kegiatan.extended_end_date = None
    kegiatan.save(update_fields=["start_date", "end_date", "extended_end_date"])


def test_pages_that_show_answers(
    tab: Any, satker: Any, kegiatan: Any, crew: Any, units: Any
) -> None:
    office = tab(crew[2])
    office.open(UNITS, "units")
    for unit, name in ((units[0], "unit"), (units[1], "sent-back")):
        page = office.open(f"{UNITS}{unit.pk}/change/", name)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        expect(page.locator("#check")).to_contain_text("<img src=x")
        office.harmless(f"{name}-open")
    for action in ("approve", "reject"):
        office.open(f"{UNITS}{units[0].pk}/do/{action}/", action)
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
    office.open(PARKED, "parked-list")
    page = office.open(f"{PARKED}{parked.pk}/change/", "parked")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    office.harmless("parked-open")
    office.open(f"{UNITS}recheck/?kegiatan={kegiatan.pk}", "recheck")


def test_answers_are_edited(tab: Any, kegiatan: Any, crew: Any, units: Any) -> None:
    end_field_period(kegiatan)
    office, other = tab(crew[2]), tab(crew[2])
    address = f"{UNITS}{units[0].pk}/edit/"
    second = other.open(address, "edit-second")
    page = office.open(address, "edit")
    expect(page.locator("#e-errors")).to_have_text("2 kesalahan")
    expect(page.locator('[data-q="umur"] .e-messages')).to_contain_text("<img src=x")
    page.locator("#e-list-fold summary").click()
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.get_by_label("Tampilkan pertanyaan").check()
    office.harmless("edit-verdict")
    page.locator('[data-q="nama"] input').first.fill(f"Dewi {EVIL}")
    expect(page.locator('[data-q="sapa"] [data-fixed]')).to_contain_text("Halo Dewi <img src=x")
    page.locator('[data-q="urut"] input').first.fill("9")
    page.locator('[data-q="mutu"] select').select_option(index=2)
    expect(page.locator("#e-edit")).to_have_attribute("data-judged", "")
    office.harmless("edit-typed")
    office.press("Lihat yang berubah", "edit-review")
    expect(page.get_by_role("heading", name="Label unit ikut berubah")).to_be_visible()
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_text("jawaban diubah. Riwayat")).to_be_visible()
    office.harmless("edit-saved")

    expect(second.locator("#e-errors")).to_have_text("2 kesalahan")
    second.locator('[data-q="nama"] input').first.fill(f"Rina {EVIL}")
    other.press("Lihat yang berubah", "edit-conflict")
    expect(second.get_by_role("alert")).to_contain_text("Tidak ada yang disimpan")


def test_pages_of_questionnaires(
    tab: Any, kegiatan: Any, crew: Any, units: Any, super_admin: Any, tmp_path: Any
) -> None:
    base = f"{GLOBAL}{kegiatan.pk}/"
    text = json.dumps(form(" draf"), indent=1)
    draft_save(actor=super_admin, kegiatan=kegiatan, text=text, revision=0)
    head = tab(super_admin)
    head.open(f"{base}change/", "activity")
    head.open(f"{base}form/", "versions")
    head.open(f"{base}form/2/", "version")
    head.open(f"{base}form/compare/?old=1&new=2", "compare")
    head.open(f"{base}recheck/", "recheck-everywhere")
    head.open(f"{base}form/draft/publish/", "draft-publish")
    head.open(f"{base}form/draft/", "designer")
    page = head.open(f"{base}form/draft/?editor=plain", "draft")
    head.press("Periksa", "draft-checked")
    faulty = form(" draf")
    faulty["pages"][0]["elements"][2]["visibleIf"] = f"{{{IMAGE}}} = 1"
    faulty["pages"][0]["elements"][3]["name"] = IMAGE
    page.get_by_label("Kuesioner (JSON)").fill(json.dumps(faulty))
    head.press("Periksa", "draft-faulty")
    page.get_by_label("Kuesioner (JSON)").fill(f'{{"{IMAGE[:10]}')
    head.press("Periksa", "draft-broken")

    file = tmp_path / "form.json"
    file.write_text(json.dumps(form(" berkas")))
    page = head.open(f"{base}form/publish/", "publish")
    page.locator("input[type=file]").set_input_files(file)
    head.press("Periksa dan terbitkan", "publish-warnings")
    head.press("Terbitkan dengan peringatan ini", "published")
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 3

    office = tab(crew[2])
    office.open("/satker/6104/admin/", "home")
    place = kegiatan.kegiatan_satkers.get().pk
    own = f"/satker/6104/admin/kegiatan/kegiatansatker/{place}/"
    for address, name in (("change/", "activity"), ("form/", "versions"), ("form/2/", "version"),
                          ("form/compare/?old=1&new=2", "compare")):  # fmt: skip
        office.open(f"{own}{address}", f"office-{name}")
