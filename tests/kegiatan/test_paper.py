"""Printed questionnaires: a real PDF, read back."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from kegiatan.form.exporting.skips import condition_holds
from kegiatan.form.exporting.variables import form_variables
from kegiatan.form.paper.document import Cover, paper_bytes

FORMS = Path(__file__).parents[2] / "cerdas" / "demo" / "data"
COVER = Cover("Survei Uji", "versi 1", "BPS Kabupaten Uji")
A4_POINTS = (595, 842)
SECONDS = 3.0  # what a request may take for a form of a real survey's size


def household() -> dict[str, Any]:
    form: dict[str, Any] = json.loads((FORMS / "household.json").read_text())
    return form


def printed(form: dict[str, Any], language: str = "id", cover: Cover = COVER) -> tuple[Any, str]:
    """Return the pages of a printed form, and its words with single spaces."""
    pages = PdfReader(io.BytesIO(paper_bytes(form, cover, language))).pages
    return pages, " ".join(" ".join(page.extract_text() for page in pages).split())


def one(*elements: dict[str, Any], **form: Any) -> dict[str, Any]:
    """Return a form of one page."""
    return {"form_name": "Uji", "pages": [{"name": "p", "elements": list(elements)}], **form}


def choices(*codes: str) -> list[dict[str, str]]:
    return [{"value": code, "text": f"Label {code}"} for code in codes]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", ["household.json", "listing.json"])
def test_every_question_is_on_the_paper(name: str, language: str) -> None:
    form = json.loads((FORMS / name).read_text())
    _pages, words = printed(form, language)
    # a cell of a roster may break after a slash or a hyphen
    packed = words.replace(" ", "")
    for variable in form_variables(form, language):
        if variable.path == variable.question.path:
            assert variable.label.replace(" ", "") in packed, variable.path


def test_the_listing_form_is_one_page_of_a4_with_office_activity_and_number() -> None:
    pages, words = printed(json.loads((FORMS / "listing.json").read_text()))
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == list(A4_POINTS)
    assert len(pages) == 1
    for text in (
        "REGSOSEK 2022 - LISTING", "BPS Kabupaten Uji", "Survei Uji", "Provinsi", "Pencacah",
        "Blok I. Keluarga dan tempat tinggal", "Blok II. Bukti kunjungan", "Paling sedikit 1",
        "Lintang", "Halaman 1 dari 1",
    ):  # fmt: skip
        assert text in words


def test_skips_are_said_in_words_in_both_languages() -> None:
    _pages, words = printed(household())
    for said in (
        "Jika 210 = Ya, ke 301",
        "Jika 311 = 1, ke 315",  # 313 and 314 ask for the answer to 312, which is passed over
        "Jika 326 = Tidak, ke 328",
        "Jika 804 = Tidak, ke 902",
        "isi hanya: 105, 106, 107, 904, 905",
        "Hanya jika 306 ≥ 10",
    ):
        assert said in words
    _pages, words = printed(household(), "en")
    assert "If 210 = Yes, go to 301" in words
    assert "Only if 210 = No" in words
    assert "Page 1 of " in words


def test_the_last_question_leads_to_the_end_or_the_next_line() -> None:
    first = {"type": "radiogroup", "name": "a", "title": "1. Satu", "choices": choices("1", "2")}
    last = {"type": "text", "name": "b", "title": "2. Dua", "visibleIf": "{a} = '1'"}
    assert "Jika 1 = 2, wawancara selesai" in printed(one(first, last))[1]
    row = {"type": "paneldynamic", "name": "r", "templateElements": [
        first, {**last, "visibleIf": "{panel.a} = '1'"}]}  # fmt: skip
    assert "Jika 1 = 2, ke baris berikutnya" in printed(one(row))[1]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("{a} = '1'", True), ("{a} <> '1'", False), ("{a} anyof ['2', '3']", False),
        ("{a} noneof ['2', '3']", True), ("{a} notempty", True), ("{a} empty", False),
        ("{b} = '1'", None), ("{a} = '1' and {b} = '1'", None), ("{a} = '2' and {b} = '1'", False),
        ("{a} = '1' or {b} = '1'", True), ("{a} = '2' or {b} = '1'", None),
        ("({a} = '2')", False), ("{gone} = '1'", False), ("{gone} empty", True),
        ("{gone} notempty", False), ("age({a}) > 3", None), ("{a} = {b}", None), ("{a} >", None),
        ("{A} = '1'", True), ("{panel.a} = '1'", True),
    ],
)  # fmt: skip
def test_a_condition_is_judged_with_what_is_known(condition: str, holds: bool | None) -> None:
    assert condition_holds(condition, {"a": "1", "gone": None}) is holds


def test_text_of_a_form_is_never_markup_and_never_breaks_the_print() -> None:
    roster = {"type": "paneldynamic", "name": "r", "title": "<u>R", "templateElements": [
        {"type": "checkbox", "name": f"c{n}", "title": "T" * 3000, "choices": choices(
            *(f"{'v' * 150}{code}" for code in range(20)))} for n in range(8)]}  # fmt: skip
    form = one(
        {"type": "text", "name": "a", "title": "<b>tebal</b> & <img src='x'/>" + "W" * 9000},
        {"type": "html", "name": "h", "html": "<script>jahat()</script><p>Ucapan &amp; terima"},
        roster,
        {"type": "matrix", "name": "m", "columns": ["k" * 900, "b"], "rows": ["r" * 900] * 40},
        {"type": "multipletext", "name": "mt", "items": [{"name": "i", "title": "Q" * 600}] * 60},
        {"type": "dropdown", "name": "d", "choices": choices(*map(str, range(900)))},
        {"type": "matrixdropdown", "name": "md", "rows": ["a"], "columns": [{"name": "k"}]},
        *({"type": kind, "name": f"x{kind}"} for kind in (
            "matrix", "multipletext", "matrixdynamic", "checkbox", "paneldynamic", "rating")),
    )  # fmt: skip
    pages, words = printed(form)
    assert "<b>tebal</b> & <img src='x'/>" in words
    assert "Ucapan & terima" in words
    assert "jahat" not in words
    assert "840 kode lagi: lihat buku kode" in words
    assert len(pages) < 60


def test_letters_that_the_font_lacks_are_question_marks_and_the_paper_says_so() -> None:
    _pages, words = printed(one({"type": "text", "name": "a", "title": "1. Né šé 漢字"}))
    assert "1. Né šé ??" in words
    assert "dicetak sebagai ?" in words
    assert "dicetak sebagai ?" not in printed(household())[1]


def test_names_that_are_piped_into_titles_are_dots() -> None:
    assert "1. Umur … sekarang" in printed(
        one({"type": "text", "name": "a", "title": "1. Umur {panel.nama} sekarang"})
    )[1]  # fmt: skip


def test_the_household_form_is_printed_within_a_request() -> None:
    start = time.process_time()
    content = paper_bytes(household(), COVER, "id")
    assert time.process_time() - start < SECONDS
    assert 8 <= len(PdfReader(io.BytesIO(content)).pages) <= 16


def test_the_same_form_gives_the_same_file() -> None:
    form = json.loads((FORMS / "listing.json").read_text())
    assert paper_bytes(form, COVER, "id") == paper_bytes(form, COVER, "id")
