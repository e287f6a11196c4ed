"""Codebooks of questionnaires: CSV and DDI-Codebook 2.5, by command and in the admin."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pypdf import PdfReader

from kegiatan.form.exporting.codebook import codebook_csv
from kegiatan.form.exporting.ddi import NAMESPACE, Study, ddi_bytes
from kegiatan.form.questions import form_questions
from kegiatan.models import KegiatanSatker
from kegiatan.services.drafting import draft_save, form_text
from tests import factories

FORMS = Path(__file__).parents[2] / "cerdas" / "demo" / "data"
STUDY = Study("Survei Uji", "6f1c", "versi 1", "BPS Kabupaten Uji")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Children in the order of the schema. Source: DDI-Codebook 2.5, codebook.xsd.
ORDER = {
    "codeBook": "docDscr stdyDscr fileDscr dataDscr otherMat",
    "docDscr": "citation guide docStatus docSrc controlledVocabUsed notes",
    "stdyDscr": "citation studyAuthorization stdyInfo studyDevelopment method dataAccs notes",
    "citation": "titlStmt rspStmt prodStmt distStmt serStmt verStmt biblCit holdings notes",
    "titlStmt": "titl subTitl altTitl parTitl IDNo",
    "rspStmt": "AuthEnty othId",
    "prodStmt": "producer copyright prodDate prodPlac software fundAg grantNo",
    "verStmt": "version verResp notes",
    "fileDscr": "fileTxt locMap notes",
    "fileTxt": "fileName fileCitation dataFingerprint fileCont fileStrc dimensns fileType",
    "dimensns": "caseQnty varQnty logRecL recPrCas recNumTot",
    "dataDscr": "varGrp nCubeGrp var nCube notes",
    "varGrp": "labl txt concept defntn universe notes",
    "var": "location labl imputation security embargo respUnit anlysUnit qstn valrng invalrng "
    "undocCod universe TotlResp sumStat txt stdCatgry catgryGrp catgry codInstr verStmt concept "
    "derivation varFormat geoMap catLevel notes",
    "qstn": "preQTxt qstnLit postQTxt forward backward ivuInstr",
    "valrng": "item range key notes",
    "catgry": "catValu labl txt catStat mrow",
}  # fmt: skip


def demo(name: str) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((FORMS / name).read_text())
    return form


def one(*elements: dict[str, Any], **form: Any) -> dict[str, Any]:
    """Return a form of one page."""
    return {"form_name": "Uji", "pages": [{"name": "p", "elements": list(elements)}], **form}


def rows_of(form: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the lines of the CSV by path."""
    text = codebook_csv(form).decode("utf-8-sig")
    return {row["path"]: row for row in csv.DictReader(io.StringIO(text))}


def tree_of(form: dict[str, Any]) -> ET.Element:
    """Return the DDI document without its namespace, once its structure is what the schema says."""
    root = ET.fromstring(ddi_bytes(form, STUDY))
    for element in root.iter():
        assert element.tag.startswith(f"{{{NAMESPACE}}}")
        element.tag = element.tag.partition("}")[2]
    for element in root.iter():
        order = ORDER.get(element.tag, "").split()
        places = [order.index(child.tag) for child in element]
        assert places == sorted(places), element.tag
    ids = [element.attrib["ID"] for element in root.iter() if "ID" in element.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for reference in ("var", "files"):
            assert set(element.get(reference, "").split()) <= set(ids)
    return root


def test_the_listing_form_has_these_lines() -> None:
    rows = rows_of(demo("listing.json"))
    assert list(rows) == [
        "nomor_urut_bangunan", "nama_krt", "alamat", "jumlah_art", "foto_rumah", "geotag_rumah",
        "geotag_rumah.lat", "geotag_rumah.lon", "geotag_rumah.accuracy_m", "geotag_rumah.at",
    ]  # fmt: skip
    members = rows["jumlah_art"]
    assert members["label_id"].startswith("3. Berapa orang anggota keluarga")
    assert members["label_en"].startswith("3. How many family members")
    assert members["rules_id"] == "Peringatan: 3 ≤ 12: Lebih dari 12 orang, periksa kembali."
    assert members["rules_en"] == "Warning: 3 ≤ 12: More than 12 people, please check."
    assert (members["type"], members["value_type"]) == ("text:number", "number")
    assert (members["minimum"], members["maximum"], members["required"]) == ("1", "", "yes")
    assert members["editable_by"] == "PPL PML admin"
    assert rows["foto_rumah"]["editable_by"] == "PPL admin"
    assert rows["nama_krt"]["max_length"] == "100"
    assert rows["geotag_rumah.lat"]["value_type"] == "number"
    assert not any(row["universe_id"] for row in rows.values())


def test_every_question_of_the_household_form_has_a_line_and_a_variable() -> None:
    form = demo("household.json")
    paths = {question.path for question in form_questions(form)}
    rows = rows_of(form)
    assert paths <= set(rows)
    root = tree_of(form)
    assert len(root.findall("dataDscr/var")) == len(rows)
    files = [node.text for node in root.findall("fileDscr/fileTxt/fileName")]
    assert files == ["assignments", "anggota", "anggota[].pekerjaan", "usaha"]
    held = [int(node.text or 0) for node in root.findall("fileDscr/fileTxt/dimensns/varQnty")]
    assert sum(held) == len(rows)


def test_a_universe_is_the_chain_of_conditions_in_words() -> None:
    rows = rows_of(demo("household.json"))
    wage = rows["anggota[].pekerjaan[].upah"]
    assert wage["roster"] == "anggota[].pekerjaan"
    assert wage["universe_id"] == (
        "104 = selesai (Selesai dicacah) dan 326 = Ya dan "
        "(327c terisi dan 327c ≠ 5 (Pekerja keluarga tidak dibayar))"
    )
    assert wage["universe_en"] == (
        "104 = selesai (Interview completed) and 326 = Yes and "
        "(327c is filled in and 327c ≠ 5 (Unpaid family worker))"
    )
    assert rows["tanggal_cacah"]["universe_id"] == ""  # alwaysAsk
    assert rows["hasil_kunjungan"]["universe_id"] == ""  # the visit outcome itself
    assert rows["anggota[].umur"]["unit_id"] == "tahun"
    assert rows["anggota[].hubungan"]["values_en"].startswith("1 = Head of household; 2 = Spouse")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("{a} = 'x'", "1 = x (Satu)"),
        ("{a} <> 'x' or not_a_thing", "{a} <> 'x' or not_a_thing"),
        ("{a} empty", "1 kosong"),
        ("{a} anyof ['x', 'y']", "1 salah satu dari: x (Satu), y"),
        ("{a} contains 'x'", "1 memuat x (Satu)"),
        ("({a} = 'y') and {b} >= 3", "(1 = y) dan b ≥ 3"),
        ("!({a} = 'y')", "bukan ((1 = y))"),
        ("{prefilled.alamat} notempty", "prelist alamat terisi"),
        ("{b} <= today()", "b ≤ hari ini"),
        ("age({b}) > 5", "umur menurut b > 5"),
        ("{unknown} = true", "unknown = true"),
        ("{a} =", "{a} ="),
        ("(((", "((("),
    ],
)
def test_a_condition_is_said_in_words_or_left_as_it_is(condition: str, words: str) -> None:
    choices = [{"value": "x", "text": "Satu"}, "y"]
    first = {"type": "radiogroup", "name": "a", "title": "1. Satu?", "choices": choices}
    form = one(first, {"type": "text", "name": "b"}, {"type": "text", "name": "c",
                                                      "visibleIf": condition})  # fmt: skip
    assert rows_of(form)["c"]["universe_id"] == words


def test_conditions_of_page_panel_roster_and_required_count() -> None:
    inner = {"type": "text", "name": "c", "requiredIf": "{panel.d} = '1'"}
    form = one(
        {"type": "text", "name": "a"},
        {"type": "panel", "name": "q", "visibleIf": "{a} = '2'", "elements": [
            {"type": "paneldynamic", "name": "r", "visibleIf": "{a} <> '3'",
             "templateVisibleIf": "{panel.d} notempty",
             "templateElements": [{"type": "text", "name": "d"}, inner]}]},
    )  # fmt: skip
    form["pages"][0]["visibleIf"] = "{a} = '1'"
    row = rows_of(form)["r[].c"]
    assert row["universe_id"] == "a = 1 dan a = 2 dan a ≠ 3 dan d terisi"
    assert (row["required"], row["required_if_id"]) == ("if", "d = 1")


def test_parts_of_composite_answers_are_variables_of_their_own() -> None:
    form = one(
        {"type": "matrix", "name": "m", "columns": ["1", "2"], "rows": ["x", "y"]},
        {"type": "matrixdropdown", "name": "k", "rows": ["x"], "columns": [
            {"name": "n", "cellType": "text", "inputType": "number"}, {"name": "p",
                                                                        "choices": ["1"]}]},
        {"type": "multipletext", "name": "t", "items": [{"name": "i", "title": "Isi"}]},
    )  # fmt: skip
    rows = rows_of(form)
    assert list(rows) == ["m", "m.x", "m.y", "k", "k.x.n", "k.x.p", "t", "t.i"]
    assert rows["m.x"]["values_id"] == "1 = 1; 2 = 2"
    assert rows["k.x.n"]["value_type"] == "number"
    assert rows["k.x.p"]["value_type"] == "code"
    assert rows["t.i"]["label_id"] == "t: Isi"
    tree_of(form)


def test_formulas_in_a_form_are_text_in_the_codebook() -> None:
    row = rows_of(one({"type": "text", "name": "a", "title": "=HYPERLINK(1)"}))["a"]
    assert row["label_id"] == "'=HYPERLINK(1)"


def test_ddi_escapes_texts_and_takes_no_letter_that_xml_cannot_hold() -> None:
    title = {"id": "<a> & \x01 \ud800", "en": "A", "x y": "?"}
    form = one({"type": "radiogroup", "name": "a", "title": title,
                "choices": [{"value": "<1>", "text": "&"}]})  # fmt: skip
    root = tree_of(form)
    var = root.find("dataDscr/var")
    assert var is not None
    labels = {label.get(LANG): label.text for label in var.findall("labl")}
    assert labels == {"id": "<a> & \ufffd \ufffd", "en": "A"}
    assert [c.findtext("catValu") for c in var.findall("catgry")] == ["<1>"]


def test_ddi_of_the_listing_form_holds_what_an_archive_asks_for() -> None:
    root = tree_of(demo("listing.json"))
    assert root.get("version") == "2.5"
    assert root.findtext("stdyDscr/citation/titlStmt/titl") == "Survei Uji"
    assert root.findtext("stdyDscr/citation/titlStmt/IDNo") == "6f1c"
    assert root.findtext("stdyDscr/citation/rspStmt/AuthEnty") == "BPS Kabupaten Uji"
    number = root.find("dataDscr/var")
    assert number is not None
    assert number.attrib == {
        "ID": "V1", "name": "nomor_urut_bangunan", "files": "F1", "intrvl": "contin",
    }  # fmt: skip
    assert [q.get(LANG) for q in number.findall("qstn/qstnLit")] == ["id", "en"]
    limits = number.find("valrng/range")
    assert limits is not None
    assert limits.attrib == {"min": "1"}
    shape = number.find("varFormat")
    assert shape is not None
    assert shape.get("type") == "numeric"
    groups = [group.findtext("labl") for group in root.findall("dataDscr/varGrp")]
    assert groups == ["Blok I. Keluarga dan tempat tinggal", "Blok II. Bukti kunjungan"]


def exported(kegiatan: Any, actor: Any, version: str, path: Path, *more: str) -> bytes:
    call_command(
        "export_form", str(kegiatan.pk), version, str(path), "--actor", actor.email, "--json", *more
    )
    return path.read_bytes()


@pytest.mark.django_db(databases=["default", "direct"])
def test_the_command_writes_every_format_of_a_version_and_of_the_draft(
    tmp_path: Path, super_admin: Any, kegiatan: Any
) -> None:
    path = tmp_path / "out"
    draft = {**factories.form(), "form_name": "Rancangan"}
    draft_save(actor=super_admin, kegiatan=kegiatan, text=form_text(draft), revision=0)
    for version in ("1", "draft"):
        csv_file = exported(kegiatan, super_admin, version, path, "--format", "codebook-csv")
        assert b"nama_krt" in csv_file
        assert ET.fromstring(exported(kegiatan, super_admin, version, path, "--format", "ddi"))
        pdf = exported(kegiatan, super_admin, version, path, "--format", "pdf", "--office", "BPS X")
        words = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert "BPS X" in words
        assert ("draf" in words) is (version == "draft")
    for wrong in (("9", "pdf", "id"), ("x", "pdf", "id"), ("1", "pdf", "zz")):
        with pytest.raises((CommandError, SystemExit)):
            exported(
                kegiatan, super_admin, wrong[0], path, "--format", wrong[1], "--language", wrong[2]
            )


def browser(user: Any) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user, backend="satker.auth_backends.PasswordBackend")
    return client


KINDS = {"pdf": b"%PDF", "csv": b"\xef\xbb\xbfpath", "ddi": b"<?xml", "xlsform": b"PK"}


@pytest.mark.django_db(databases=["default", "direct"])
def test_the_page_of_a_version_leads_to_its_files_for_both_sites(
    kegiatan: Any, satker: Any, satker_admin: Any, super_admin: Any, enumerator: Any
) -> None:
    place = KegiatanSatker.objects.get(kegiatan_statistik=kegiatan, satker=satker)
    own = f"/satker/{satker.code}/admin/kegiatan/kegiatansatker/{place.pk}/form/1/"
    everybody = f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/1/"
    for client, base in ((browser(satker_admin), own), (browser(super_admin), everybody)):
        page = client.get(base).content.decode()
        for form, start in KINDS.items():
            assert f"{base}as/{form}/" in page
            answer = client.get(f"{base}as/{form}/")
            assert (answer.status_code, answer.content[: len(start)]) == (200, start), form
            assert answer["Content-Disposition"].startswith("attachment")
            assert answer["X-Content-Type-Options"] == "nosniff"
        assert client.get(f"{base}as/exe/").status_code == 404
        assert client.get(f"{base}as/pdf/?language=zz").status_code == 400
    pdf = browser(satker_admin).get(f"{own}as/pdf/").content
    assert satker.name in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert browser(enumerator).get(f"{own}as/pdf/").status_code in (302, 403, 404)
    assert browser(satker_admin).get(f"{everybody}as/pdf/").status_code in (302, 403, 404)


@pytest.mark.django_db(databases=["default", "direct"])
def test_the_stored_draft_is_printed_and_one_with_faults_says_which(
    kegiatan: Any, super_admin: Any
) -> None:
    base = f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/"
    client = browser(super_admin)
    draft = draft_save(
        actor=super_admin, kegiatan=kegiatan, text=form_text(factories.form()), revision=0
    )
    assert f"{base}as/ddi/" in client.get(base).content.decode()
    assert client.get(f"{base}as/pdf/").content.startswith(b"%PDF")
    for text in ('{"pages": ', '{"pages": 5}'):
        draft = draft_save(actor=super_admin, kegiatan=kegiatan, text=text, revision=draft.revision)
        answer = client.get(f"{base}as/pdf/")
        assert answer.status_code == 302
        assert answer["Location"] == base
