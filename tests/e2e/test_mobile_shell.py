"""Cerdas Mobile around the form: sign-in, activities, areas, lists, new units, map, settings.

CERDAS_SCREENSHOTS=<folder> keeps a picture of every screen in both themes.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assignments.models import Assignment
from cerdas.tenancy import tenant_scope
from satker.models import User
from tests import factories
from tests.e2e.pages.mobile import Mobile
from tests.e2e.pages.mobile_world import MobileWorld, mobile_world

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]


@pytest.fixture
def world(live_server: Any, settings: Any, tmp_path: Any) -> MobileWorld:
    """What the phones find behind the server."""
    settings.MEDIA_ROOT = tmp_path
    return mobile_world()


def signed_in(phone: Mobile, user: User) -> Page:
    """Sign in on a fresh phone and wait until everything has come."""
    phone.open()
    phone.sign_in(user.email, factories.PASSWORD)
    phone.synced()
    return phone.page


def in_list(page: Page) -> list[str]:
    """Return the labels of the rows that the list shows, from the top."""
    rows = page.locator("[role=listitem]")
    found = [(int(row.get_attribute("data-index") or 0), row) for row in rows.all()]
    return [
        row.locator(".label").inner_text() for _, row in sorted(found, key=lambda pair: pair[0])
    ]


@pytest.mark.slow
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_screen_fits_a_thumb_and_has_no_barriers(
    browser: Browser, live_server: Any, world: MobileWorld, colours: str
) -> None:
    listing = f"k/{world.listing.pk}"
    with Mobile(browser, live_server.url, "ppl", colours) as phone:
        phone.open()
        phone.title("Cerdas Mobile")
        phone.look("sign-in")
        phone.sign_in(world.ppl.email, factories.PASSWORD)
        phone.synced()
        phone.look("home")
        for path, title, name in (
            (listing, world.listing.name, "dashboard"),
            (f"{listing}/groups", "Wilayah", "groups"),
            (f"{listing}/units", "Daftar unit", "units"),
            (f"{listing}/new", "Unit baru", "new-unit"),
            (f"map/{world.listing.pk}", "Peta", "map"),
            ("settings", "Setelan", "settings"),
        ):
            phone.open(path)
            phone.title(title)
            phone.synced()
            phone.look(name)
        phone.open(f"{listing}/units")
        for name, end in (("Saring", "Tampilkan"), ("Urutkan", "Selesai"), ("Kolom", "Selesai")):
            phone.page.get_by_role("button", name=name, exact=True).click()
            phone.look(f"units-{name.lower()}")
            phone.page.get_by_role("button", name=end, exact=True).click()
            expect(phone.page.locator(".sheet")).to_have_count(0)
        phone.page.get_by_role("button", name=re.compile("^Rincian ")).first.click()
        phone.look("units-opened")
        phone.open("settings")
        phone.page.get_by_role("button", name="Keluar", exact=True).click()
        expect(phone.page.locator(".sheet")).to_be_visible()
        phone.look("sign-out")
    with Mobile(browser, live_server.url, "floating", colours) as phone:
        signed_in(phone, world.floating)
        expect(phone.page.get_by_role("heading", name="Undangan")).to_be_visible()
        phone.look("invitation")


@pytest.mark.slow
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_screen_of_a_pml_fits_a_thumb_and_has_no_barriers(
    browser: Browser, live_server: Any, world: MobileWorld, colours: str
) -> None:
    listing = f"k/{world.listing.pk}"
    with tenant_scope(world.satker):
        unit = Assignment.objects.get(assignment_label__startswith="Sri Wahyuni")
    with Mobile(browser, live_server.url, "pml", colours) as phone:
        signed_in(phone, world.pml)
        phone.look("home")
        for path, title, name in (
            (listing, world.listing.name, "dashboard"),
            (f"{listing}/groups", "Wilayah", "groups"),
            (f"{listing}/units", "Daftar unit", "units"),
            (f"{listing}/review", "Pemeriksaan", "review"),
            (f"map/{world.listing.pk}?unit={unit.pk}", "Peta", "map-of-a-unit"),
            ("outbox", "Kotak keluar", "outbox"),
            ("outbox/journal", "Catatan sinkron", "journal"),
            ("settings", "Setelan", "settings"),
        ):
            phone.open(path)
            phone.title(title)
            phone.synced()
            phone.look(name)


def test_the_map_opens_at_the_unit_that_led_to_it(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with tenant_scope(world.satker):
        unit = Assignment.objects.get(assignment_label__startswith="Sri Wahyuni")
        nowhere = Assignment.objects.get(assignment_label__startswith="Siti Aminah")
        Assignment.objects.filter(pk=nowhere.pk).update(prefilled_data={"nama_krt": "Siti"})
    with Mobile(browser, live_server.url, "map") as phone:
        page = signed_in(phone, world.ppl)
        phone.open(f"map/{world.listing.pk}?unit={unit.pk}")
        chosen = page.get_by_role("region", name=re.compile("Sri Wahyuni"))
        expect(chosen).to_be_visible()
        chosen.get_by_role("link", name="Buka unit").click()
        page.wait_for_url(re.compile(f"/units/{unit.pk}$"))
        phone.open(f"map/{world.listing.pk}?unit={nowhere.pk}")
        expect(page.get_by_text("Unit ini belum mempunyai titik.")).to_be_visible()
        expect(page.locator(".chosen")).to_have_count(0)


def test_a_wrong_password_is_said_and_the_right_one_leads_where_one_wanted(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "wrong") as phone:
        phone.open("settings")
        phone.title("Cerdas Mobile")
        page = phone.page
        page.get_by_label("Email").fill(world.ppl.email)
        page.get_by_label("Kata sandi", exact=True).fill("salah-salah")
        page.get_by_role("button", name="Masuk", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text("Email atau kata sandi tidak benar.")
        expect(page.get_by_label("Email")).to_have_value(world.ppl.email)
        page.get_by_label("Kata sandi", exact=True).fill(factories.PASSWORD)
        page.keyboard.press("Enter")
        phone.title("Setelan")
        phone.faults[:] = [fault for fault in phone.faults if "auth/token/: 401" not in fault]


def test_progress_leads_from_the_home_screen_down_to_the_units_of_a_desa(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "drill") as phone:
        page = signed_in(phone, world.ppl)
        card = page.locator(".kegiatan", has_text=world.listing.name)
        expect(card).to_contain_text("8 dari 24 unit selesai")
        expect(card).to_contain_text("2 ditolak")
        card.click()
        phone.title(world.listing.name)
        expect(page.locator(".counts")).to_contain_text("Ditolak PML")
        phone.button("Wilayah").click()
        phone.title("Wilayah")
        expect(page.locator(".group")).to_have_count(2)
        page.locator(".group", has_text="SIANTAN").click()
        phone.title("SIANTAN")
        page.locator(".group", has_text="JUNGKAT").click()
        phone.title("Daftar unit")
        expect(page.locator(".numbers")).to_have_text("8 dari 24 unit")
        page.get_by_role("button", name="JUNGKAT").click()
        expect(page.locator(".numbers")).to_have_text("24 dari 24 unit")


def test_the_list_searches_filters_sorts_and_remembers(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "list") as phone:
        page = signed_in(phone, world.ppl)
        phone.open(f"k/{world.listing.pk}/units")
        numbers = page.locator(".numbers")
        expect(numbers).to_have_text("24 dari 24 unit")
        page.get_by_placeholder("Cari").fill("sari wulan")
        expect(numbers).to_have_text("1 dari 24 unit")
        assert in_list(page) == ["Wulan Sari - (No. Urut: 19)"]
        page.get_by_placeholder("Cari").fill("")

        page.get_by_role("button", name="Saring", exact=True).click()
        page.get_by_label("Disetujui Admin").click()
        page.get_by_label("Ditolak PML").click()
        page.get_by_label("Dari").fill("2")
        page.get_by_label("Sampai").fill("4")
        page.get_by_role("button", name="Tampilkan").click()
        expect(numbers).to_have_text("3 dari 24 unit")

        page.get_by_role("button", name="Urutkan", exact=True).click()
        page.get_by_role("button", name="Banyak ART").click()
        page.get_by_role("button", name="Banyak ART").click()
        page.get_by_role("button", name="Selesai").click()
        expected = ["Maria Ulfa - (No. Urut: 9)", "Wulan Sari - (No. Urut: 19)"]
        expect(page.locator("[role=listitem]").first).to_contain_text("Maria Ulfa")
        assert [label for label in in_list(page) if label in expected] == expected

        page.get_by_role("button", name="Kolom", exact=True).click()
        page.get_by_label("Banyak ART").click()
        page.get_by_role("button", name="Selesai").click()
        expect(page.locator("[role=listitem]").first).to_contain_text("Banyak ART: 4")

        page.wait_for_timeout(600)  # the choice is written 0.3 s after the last change
        page.reload()
        expect(numbers).to_have_text("3 dari 24 unit")
        expect(page.locator("[role=listitem]").first).to_contain_text("Banyak ART: 4")


def test_after_the_first_sign_in_the_app_opens_without_a_network(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "offline") as phone:
        page = signed_in(phone, world.ppl)
        phone.ready_offline()
        phone.context.set_offline(True)
        phone.open(f"k/{world.listing.pk}/units")
        phone.title("Daftar unit")
        expect(page.locator(".state")).to_contain_text("Luring")
        expect(page.locator(".numbers")).to_have_text("24 dari 24 unit")
        for path, title in (
            ("", "Kegiatan"),
            (f"k/{world.listing.pk}", world.listing.name),
            (f"k/{world.listing.pk}/groups", "Wilayah"),
            (f"k/{world.listing.pk}/new", "Unit baru"),
            (f"map/{world.listing.pk}", "Peta"),
            ("outbox", "Kotak keluar"),
            ("settings", "Setelan"),
        ):
            phone.open(path)
            phone.title(title)
        phone.context.set_offline(False)


def test_a_unit_found_offline_arrives_once_there_is_a_network(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "new") as phone:
        page = signed_in(phone, world.ppl)
        phone.ready_offline()
        phone.context.set_offline(True)
        phone.open(f"k/{world.listing.pk}/new")
        phone.title("Unit baru")
        page.get_by_label("Nama atau keterangan").fill("Rumah di belakang masjid")
        page.get_by_label("Cari unit terdekat").fill("hendra")
        page.get_by_role("button", name=re.compile("Hendra Wijaya")).click()
        phone.look("new-unit-chosen")
        page.get_by_role("button", name="Buat dan isi kuesioner").click()
        page.wait_for_url(re.compile(r"/units/[0-9a-f-]{36}$"))
        phone.open(f"k/{world.listing.pk}/units")
        expect(page.locator(".numbers")).to_have_text("25 dari 25 unit")
        with tenant_scope(world.satker):
            assert not Assignment.objects.filter(assignment_label__startswith="Rumah di").exists()
        phone.context.set_offline(False)
        phone.synced()
        with tenant_scope(world.satker):
            made = Assignment.objects.get(assignment_label="Rumah di belakang masjid")
            near = Assignment.objects.get(assignment_label__startswith="Hendra Wijaya")
        assert (made.ppl, made.pml, made.region_code) == (world.ppl, world.pml, near.region_code)


def test_signing_out_with_unsent_work_is_refused_unless_confirmed_twice(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "sign-out") as phone:
        page = signed_in(phone, world.ppl)
        phone.ready_offline()
        phone.context.set_offline(True)
        phone.open(f"k/{world.listing.pk}/new")
        page.get_by_label("Nama atau keterangan").fill("Rumah belum terkirim")
        page.get_by_role("button", name=re.compile("Siti Aminah")).click()
        page.get_by_role("button", name="Buat dan isi kuesioner").click()
        page.wait_for_url(re.compile(r"/units/[0-9a-f-]{36}$"))
        phone.open("settings")
        phone.title("Setelan")
        page.get_by_role("button", name="Keluar", exact=True).click()
        expect(page.get_by_role("heading", name="Belum boleh keluar")).to_be_visible()
        phone.look("sign-out-refused")
        page.get_by_role("button", name="Tetap di sini").click()
        phone.title("Setelan")
        page.get_by_role("button", name="Keluar", exact=True).click()
        page.get_by_role("button", name="Tetap keluar").click()
        expect(page.get_by_role("heading", name=re.compile("Benar-benar keluar"))).to_be_visible()
        phone.title("Setelan")
        page.get_by_role("button", name="Ya, keluar sekarang").click()
        phone.title("Cerdas Mobile")
        phone.context.set_offline(False)
        phone.sign_in(world.ppl.email, factories.PASSWORD)
        phone.synced()
        with tenant_scope(world.satker):
            assert Assignment.objects.filter(assignment_label="Rumah belum terkirim").count() == 1


def test_an_invitation_is_accepted_on_the_phone(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "invited") as phone:
        page = signed_in(phone, world.floating)
        page.get_by_role("button", name="Terima").click()
        expect(page.get_by_text("Selamat bergabung di BPS Kabupaten Mempawah.")).to_be_visible()
        expect(page.locator(".kegiatan", has_text=world.listing.name)).to_be_visible()
        world.floating.refresh_from_db()
        assert world.floating.satker == world.satker


def test_language_and_theme_are_chosen_and_stay(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "look") as phone:
        page = signed_in(phone, world.ppl)
        phone.open("settings")
        page.get_by_role("button", name="Gelap").click()
        expect(page.locator("body")).to_have_class(re.compile("body--dark"))
        page.get_by_role("button", name="English").click()
        phone.title("Settings")
        page.reload()
        phone.title("Settings")
        expect(page.locator("body")).to_have_class(re.compile("body--dark"))
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_browser_finds_an_app_that_can_be_installed(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "install") as phone:
        signed_in(phone, world.ppl)
        phone.ready_offline()
        devtools = phone.context.new_cdp_session(phone.page)
        found = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # A fresh profile is incognito, where nothing can be installed; all else must be right.
        assert [fault["errorId"] for fault in found if fault["errorId"] != "in-incognito"] == []
