"""XLSForms as forms of ours: every row mapped or listed, nothing otherwise in silence."""

# ruff: noqa: E501  # a row of a workbook is a line

import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kegiatan.form.engine import Engine
from kegiatan.form.importing.files import import_form
from kegiatan.form.importing.report import ImportedForm
from kegiatan.form.importing.sheets import read_sheets
from kegiatan.form.importing.xlsform import import_xlsform
from kegiatan.form.linting import lint_form
from kegiatan.form.linting_engine import EngineInspector
from tests.kegiatan.xlsform_books import table, workbook, xlsform

DATA = Path(__file__).parents[3] / "shared" / "data" / "xlsforms"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real XLSForms are not here")
CHOICES = """
list_name | name | label::Indonesia (id) | label::English (en) | prov
yt | ya | Ya | Yes |
yt | tidak | Tidak | No |
kab | 6104 | Mempawah | Mempawah | 61
kab | 6171 | Pontianak | Pontianak | 61
kab | 7171 | Manado | Manado | 71
prov | 61 | Kalbar | West Kalimantan |
prov | 71 | Sulut | North Sulawesi |
"""
SETTINGS = """
form_title | form_id | default_language | instance_name
Listing | listing | Indonesia | concat(${nama}, ' - ', ${umur})
"""


def read(survey: str, choices: str = CHOICES, settings_: str = SETTINGS) -> ImportedForm:
    return import_xlsform(xlsform(survey, choices, settings_))


def elements(imported: ImportedForm) -> dict[str, dict[str, Any]]:
    """Return every element by name."""
    found: dict[str, dict[str, Any]] = {}

    def visit(items: list[dict[str, Any]]) -> None:
        for item in items:
            found[item["name"]] = item
            visit(item.get("elements", []) + item.get("templateElements", []))

    assert imported.form is not None
    visit(imported.form["pages"])
    return found


def codes(imported: ImportedForm) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.row) for fault in imported.faults]


WHOLE = """
type | name | label::Indonesia (id) | label::English (en) | hint | required | relevant | constraint | constraint_message | appearance | default | calculation | read_only | choice_filter | repeat_count | parameters
begin group | blok1 | Blok I | Block I | | | | | | field-list | | | | | |
text | nama | Nama | Name | Sesuai KTP | yes | | string-length(.) >= 3 | Paling sedikit 3 huruf | | | | | | |
integer | umur | Umur ${nama} | Age of ${nama} | | yes | | . >= 0 and . <= 120 | Salah | | | | | | |
select_one yt | kerja | Bekerja? | Works? | | ${umur} >= 10 | ${umur} >= 5 | | | | | | | | |
select_multiple yt | pilih | Pilih | Choose | | | | | | minimal | ya tidak | | | | |
text | hp | HP | Phone | | | | regex(., '08[0-9]{8,11}') and . != '0800000000' | Salah | numbers | | | | | |
end group | | | | | | | | | | | | | | |
select_one prov | prov | Provinsi | Province | | | | | | | | | | | |
select_one kab | kab | Kabupaten | District | | | | | | | | | | prov = ${prov} | |
begin repeat | anak | Anak | Child | | | ${umur} > 15 | | | | | | | | ${banyak} |
text | nama_anak | Nama | Name | | | | | | | | | | | |
calculate | nomor | | | | | | | | | | position(..) | | | |
begin repeat | mainan | Mainan | Toy | | | | | | | | | | | 3 |
text | nama_mainan | Nama | Name | | | | | | | | | | | |
end repeat | | | | | | | | | | | | | | |
end repeat | | | | | | | | | | | | | | |
integer | banyak | Banyak anak | Number of children | | | | | | | | | | | |
calculate | dua_kali | | | | | ${umur} > 15 | | | | | ${umur} * 2 | | | |
decimal | berat | Berat | Weight | | | | | | | 1.5 | | | | |
range | nilai | Nilai | Score | | | | | | | | | | | | start=0;end=5;step=1
rank yt | urut | Urutkan | Rank | | | | | | | | | | | |
date | tgl | Tanggal | Date | | | | . <= today() | | | today() | | | | |
time | jam | Jam | Time | | | | | | | | | | | |
dateTime | waktu | Waktu | Moment | | | | | | | | | | | |
note | ucapan | Terima kasih, ${nama} | Thank you, ${nama} | | | | | | | | | | | |
geopoint | titik | Titik | Point | | | | | | | | | | | |
image | foto | Foto | Photo | | | | | | | | | | | |
image | ttd | Tanda tangan | Signature | | | | | | signature | | | | | |
audio | suara | Suara | Voice | | | | | | | | | | | |
file | surat | Surat | Letter | | | | | | | | | | | |
barcode | stiker | Stiker | Sticker | | | | | | | | | | | |
acknowledge | setuju | Setuju | Agrees | | yes | | | | | | | | | |
hidden | negara | | | | | | | | | Indonesia | | | | |
text | sapaan | Sapaan | Greeting | | | | | | | | concat('Bapak ', ${nama}) | yes | | |
text | kota | Kota | Town | | | | | | multiline | | | true | | |
start | mulai | | | | | | | | | | | | | |
end | selesai | | | | | | | | | | | | | |
today | hari | | | | | | | | | | | | | |
deviceid | hp_id | | | | | | | | | | | | | |
username | petugas | | | | | | | | | | | | | |
"""


@pytest.fixture(scope="module")
def whole() -> ImportedForm:
    return read(WHOLE)


def test_every_row_is_in_the_form(whole: ImportedForm) -> None:
    assert not whole.broken
    assert not whole.losses
    assert whole.questions == whole.mapped == 34
    assert whole.format == "xlsform"


def test_question_types_become_ours(whole: ImportedForm) -> None:
    kinds = {
        name: (item["type"], item.get("inputType"))
        for name, item in elements(whole).items()
        if "type" in item
    }
    assert kinds["nama"] == ("text", None)
    assert kinds["umur"] == ("text", "number")
    assert elements(whole)["umur"]["step"] == 1
    assert kinds["kerja"] == ("radiogroup", None)
    assert kinds["pilih"] == ("tagbox", None)
    assert kinds["hp"] == ("text", "tel")
    assert kinds["anak"] == ("paneldynamic", None)
    assert kinds["berat"] == ("text", "number")
    assert "step" not in elements(whole)["berat"]
    assert kinds["nilai"] == ("text", "range")
    assert kinds["urut"] == ("ranking", None)
    assert kinds["tgl"] == ("text", "date")
    assert kinds["jam"] == ("text", "time")
    assert kinds["waktu"] == ("text", "datetime-local")
    assert kinds["ucapan"] == ("html", None)
    assert kinds["titik"] == ("geotag", None)
    assert kinds["foto"] == ("photo", None)
    assert kinds["ttd"] == ("signature", None)
    assert kinds["suara"] == kinds["surat"] == ("file", None)
    assert kinds["stiker"] == ("barcode", None)
    assert kinds["setuju"] == ("radiogroup", None)
    assert kinds["sapaan"] == ("expression", None)
    assert kinds["kota"] == ("comment", None)


def test_rules_become_expressions(whole: ImportedForm) -> None:
    found = elements(whole)
    assert found["nama"]["isRequired"] is True
    assert found["nama"]["validators"] == [
        {
            "type": "expression",
            "expression": "{nama} empty or textLength({#nama}) >= 3",
            "text": {"id": "Paling sedikit 3 huruf"},
        }
    ]
    assert found["kerja"]["visibleIf"] == "{umur} >= 5"
    assert found["kerja"]["requiredIf"] == "{umur} >= 10"
    assert [rule["type"] for rule in found["hp"]["validators"]] == ["regex", "expression"]
    assert found["hp"]["validators"][0]["regex"] == "^(?:08[0-9]{8,11})$"
    assert found["tgl"]["defaultValueExpression"] == "dateText(today())"
    assert found["pilih"]["defaultValue"] == ["ya", "tidak"]
    assert found["berat"]["defaultValue"] == 1.5
    assert found["kota"]["readOnly"] is True
    assert found["sapaan"]["expression"] == "concatText('Bapak ', {#nama})"


def test_groups_are_pages_and_repeats_rosters(whole: ImportedForm) -> None:
    assert whole.form is not None
    assert [page["name"] for page in whole.form["pages"]] == ["blok1", "page_2", "page_3", "page_4"]
    assert whole.form["pages"][0]["title"] == {"id": "Blok I", "en": "Block I"}
    anak, mainan = elements(whole)["anak"], elements(whole)["mainan"]
    assert anak["validators"][0]["expression"] == "countRows({anak}) = max({banyak}, 0)"
    assert (mainan["minPanelCount"], mainan["maxPanelCount"]) == (3, 3)
    assert elements(whole)["nomor"]["expression"] == "{panelIndex} + 1"


def test_calculations_of_the_unit_are_kept_with_the_answers(whole: ImportedForm) -> None:
    assert whole.form is not None
    assert whole.form["calculatedValues"] == [
        {
            "name": "dua_kali",
            "expression": "iif({umur} > 15, iif({umur} notempty, {umur} * 2))",
            "includeIntoResult": True,
        },
        {"name": "negara", "expression": "'Indonesia'", "includeIntoResult": True},
    ]


def test_choices_are_filtered_one_by_one(whole: ImportedForm) -> None:
    assert [choice.get("visibleIf") for choice in elements(whole)["kab"]["choices"]] == [
        "{prov} = '61'", "{prov} = '61'", "{prov} = '71'",
    ]  # fmt: skip


def test_languages_and_settings_come_along(whole: ImportedForm) -> None:
    assert whole.form is not None
    assert whole.form["form_name"] == "Listing"
    assert whole.form["locale"] == "id"
    assert whole.form["assignment_label_template"] == "{nama} - {umur}"
    assert elements(whole)["umur"]["title"] == {"id": "Umur {nama}", "en": "Age of {nama}"}
    assert elements(whole)["ucapan"]["html"]["id"] == "<p>Terima kasih, {nama}</p>"


def test_the_imported_form_can_be_published(whole: ImportedForm) -> None:
    report = lint_form(whole.form, engine=EngineInspector())
    assert not report.errors


def test_an_imported_form_judges_answers() -> None:
    imported = read(WHOLE)
    engine = Engine(timeout_seconds=60)
    try:
        answers = {"nama": "Ad", "umur": 130, "prov": "61", "kab": "7171", "hp": "123"}
        verdict = engine.evaluate(imported.form, answers, now="2026-11-20T19:00")
    finally:
        engine.close()
    found = {(error.path, error.code) for error in verdict.errors}
    assert {
        ("nama", "rule"), ("umur", "rule"), ("kerja", "required"), ("hp", "pattern"),
        ("kab", "unknown_choice"), ("setuju", "required"),
    } <= found  # fmt: skip
    assert verdict.answers["dua_kali"] == 260
    assert verdict.answers["sapaan"] == "Bapak Ad"
    assert verdict.answers["negara"] == "Indonesia"


def test_what_has_no_equal_is_listed_with_its_place() -> None:
    imported = read(
        """
type | name | label | calculation | relevant | media::image
text | nama | Nama | | | rumah.png
geotrace | jalur | Jalur | | |
calculate | desa | | pulldata('desa', 'nama', 'kode', ${nama}) | |
note | lihat | Desa ${desa} | | ${desa} != '' |
text | alamat | Alamat | | once(uuid()) = 'x' |
audit | audit | | | |
"""
    )
    assert codes(imported)[:6] == [
        ("media_left_out", 2), ("unknown_question_type", 3), ("function_without_equal", 4),
        ("refers_to_lost", 5), ("refers_to_lost", 5), ("function_without_equal", 6),
    ]  # fmt: skip
    assert imported.losses
    assert not imported.broken
    assert (imported.questions, imported.mapped) == (6, 4)
    fault = imported.faults[1]
    assert (fault.sheet, fault.column, fault.path) == ("survey", 1, "jalur.type")
    assert "visibleIf" not in elements(imported)["lihat"]


def test_faults_of_the_file_cannot_be_agreed_to() -> None:
    imported = read(
        """
type | name | label | relevant
text | nama | Nama | ${tidak_ada} = 1
text | | Tanpa nama |
text | nama | Dua kali |
select_one hilang | pilih | Pilih |
text | salah nama | Salah |
text | rusak | Rusak | (${nama}
end group | | |
begin group | blok | Blok |
""",
        "list_name | name | label\nyt | ya | Ya\nyt | ya | Ya lagi\nyt | | Kosong",
    )
    assert {code for code, _row in codes(imported)} >= {
        "unknown_reference", "question_without_name", "duplicate_question", "unknown_list",
        "bad_question_name", "bad_expression", "group_not_opened", "group_not_closed",
        "choice_without_name",
    }  # fmt: skip
    assert imported.broken
    assert all(fault.sheet and fault.row for fault in imported.broken)


def test_a_required_note_is_listed() -> None:
    imported = read("type | name | label | required\nnote | stop | Berhenti | yes")
    assert ("note_required", 2) in codes(imported)


def test_names_are_made_fit_and_expressions_follow() -> None:
    imported = read(
        """
type | name | label | relevant
begin group | a | A |
integer | harga | Harga |
end group | | |
begin group | b | B |
integer | harga | Harga |
integer | _id | Kode |
text | panel | Panel | ${_id} > 1
end group | | |
""",
        settings_="",
    )
    assert {"harga", "b_harga", "id", "panel_"} <= set(elements(imported))
    assert elements(imported)["panel_"]["visibleIf"] == "{id} > 1"
    assert codes(imported) == [("renamed", 6), ("renamed", 7), ("renamed", 8)]


def test_external_lists_are_looked_up_in_master_data() -> None:
    content = xlsform(
        "type | name | label\nselect_one_from_file kbli-2020.csv | kbli | Lapangan usaha"
    )
    imported = import_form(content, name="x.xlsx", masters={"KBLI_2020": [1, 3]})
    assert elements(imported)["kbli"]["master"] == "KBLI_2020"
    assert imported.form is not None
    assert imported.form["masters_used"] == [{"type": "KBLI_2020", "version": 3}]
    assert ("list_to_load", 2) in codes(import_form(content, name="x.xlsx"))


def test_external_choices_in_the_workbook_are_choices() -> None:
    content = workbook(
        survey=table(
            "type | name | label | choice_filter\ntext | p | P |\n"
            "select_one_external desa | desa | Desa | kec = ${p}"
        ),
        external_choices=table(
            "list_name | name | label | kec\ndesa | 1 | A | x\ndesa | 2 | B | y"
        ),
    )
    choices = elements(import_form(content))["desa"]["choices"]
    assert [choice["visibleIf"] for choice in choices] == [
        "sameText({#p}, 'x')", "sameText({#p}, 'y')",
    ]  # fmt: skip


def test_columns_and_settings_that_are_not_read_are_named() -> None:
    imported = read(
        "type | name | label | save_form\ntext | a | A | x",
        settings_="form_title | submission_url\nA | x",
    )
    assert {code for code, _row in codes(imported)} == {"column_left_out", "setting_left_out"}
    assert not imported.losses


def test_texts_lose_markup_links_and_braces() -> None:
    imported = read(
        "type | name | label\ntext | a | **Tebal** [situs](https://contoh.id/x) <b>{b}</b>\n"
        "note | | # Judul",
        choices="",
        settings_="",
    )
    assert elements(imported)["a"]["title"] == "Tebal situs (contoh.id/x) (b)"
    assert {code for code, _row in codes(imported)} == {"link_as_text", "markup_taken_out"}
    assert elements(imported)["note_3"]["html"] == "<p>Judul</p>"
    assert not lint_form(imported.form).errors


def test_old_names_of_types_and_headers_are_known() -> None:
    imported = import_xlsform(
        workbook(
            survey=table(
                "Type | Name | Label | bind:jr:constraintMsg | constraint | readonly | relevance\n"
                "string | a | A | | | |\nint | b | B | kurang dari 10 | . < 10 | |\n"
                "select one from yt | c | C | | | true() | ${b} > 1\n"
                "select all that apply from yt or specify other | d | D | | | |\n"
                "gps | e | E | | | |\nimei | f | | | | |"
            ),
            Choices=table("list name | value | caption\nyt | ya | Ya"),
        )
    )
    assert not imported.losses
    assert not imported.broken
    found = elements(imported)
    assert [found[name]["type"] for name in "abcde"] == [
        "text", "text", "radiogroup", "checkbox", "geotag",
    ]  # fmt: skip
    assert found["b"]["validators"][0]["text"] == "kurang dari 10"
    assert found["c"]["readOnly"] is True
    assert found["c"]["visibleIf"] == "{b} > 1"
    assert found["d"]["showOtherItem"] is True


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad_json"),
        (b"PK\x03\x04 rusak", "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "workbook_locked"),
        (b"type,name,label\ntext,a,A\n", "not_a_workbook"),
        (b"<html><body>Masuk</body></html>", "not_a_workbook"),
        (b"<?xml version='1.0'?><h:html xmlns='http://www.w3.org/2002/xforms'/>", "not_a_workbook"),
        (b"%PDF-1.7", "not_a_workbook"),
        (b"{", "bad_json"),
        (b"[]", "not_an_object"),
        (b"\xff\xfe\x00", "not_text"),
    ],
)
def test_a_file_of_another_kind_gets_a_clear_message(content: bytes, code: str) -> None:
    imported = import_form(content, name="kuesioner.xlsx")
    assert imported.form is None
    assert [fault.code for fault in imported.faults] == [code]
    assert imported.faults[0].remedy


def test_a_workbook_without_a_form_says_which_sheets_it_has() -> None:
    imported = import_form(workbook(Data=[["a", "b"], ["1", "2"]]))
    assert [fault.code for fault in imported.faults] == ["no_survey_sheet"]
    assert "Data" in imported.faults[0].message


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
    assert len(packed.getvalue()) < 1_000_000
    imported = import_form(packed.getvalue())
    assert [fault.code for fault in imported.faults] == ["workbook_too_large"]


def test_formulas_are_not_worked_out() -> None:
    import xlsxwriter

    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("survey")
    sheet.write_row(0, 0, ["type", "name", "label"])
    sheet.write_row(1, 0, ["text", "a"])
    sheet.write_formula(1, 2, '=HYPERLINK("http://x.y", "klik")', None, "tersimpan")
    book.close()
    assert elements(import_form(target.getvalue()))["a"]["title"] == "tersimpan"


def test_cells_far_out_cost_no_more_than_others() -> None:
    far = [*[[""]] * 19_990, [*[""] * 398, "x"]]
    sheets = {"survey": [*table("type | name | label\ntext | a | A"), *far], "choices": far,
              "settings": far, "Catatan": [["x"]] * 3 + far}  # fmt: skip
    content = workbook(**sheets)
    began = time.process_time()
    found = read_sheets(content)
    assert time.process_time() - began < 1
    assert [sheet.name for sheet in found] == list(sheets)
    assert found[0].headers == ("type", "name", "label")
    assert [(row.number, row.cells) for row in found[0].rows] == [
        (2, {"type": "text", "name": "a", "label": "A"})
    ]
    assert found[3].headers == ()  # its name alone is of use


def test_more_cells_than_a_form_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = xlsform("type | name | label\ntext | a | A")
    monkeypatch.setattr("kegiatan.form.importing.sheets.CELLS", 6)
    assert len(read_sheets(content)) == 1
    monkeypatch.setattr("kegiatan.form.importing.sheets.CELLS", 5)
    assert codes(import_form(content)) == [("workbook_too_large", None)]


def test_what_rows_without_questions_say_is_in_the_form_or_listed() -> None:
    imported = read("""
type | name | label | calculation | read_only | trigger | required | relevant | appearance | repeat_count
integer | a | A | | | | | | |
calculate | b | | ${a} + 1 | | ${a} | yes | | |
begin group | g | G | | yes | | yes | | |
text | c | C | | | | | | |
begin group | h | H | | ${a} > 1 | | | | peta |
text | d | D | | | | | | |
end group | | | | | | | | |
end group | | | | | | | | |
begin repeat | r | R | | yes | ${a} | | | | 2
text | e | E | | | | | | |
end repeat | | | | | | | | |
""")
    found = elements(imported)
    assert imported.form is not None
    page = next(page for page in imported.form["pages"] if page["name"] == "g")
    assert (page["readOnly"], found["r"]["readOnly"]) == (True, True)
    assert found["h"]["enableIf"] == "!({a} > 1)"
    losses = [(fault.code, fault.row, fault.path) for fault in imported.losses]
    assert losses == [
        ("trigger_left_out", 3, "b.trigger"),
        ("cell_left_out", 3, "b.required"),
        ("cell_left_out", 4, "g.required"),
        ("trigger_left_out", 10, "r.trigger"),
    ]
    assert ("appearance_left_out", 6) in codes(imported)
    assert not lint_form(imported.form, engine=EngineInspector()).errors


cells = st.sampled_from(
    ["", "text", "integer", "select_one yt", "select_multiple", "begin group", "end group",
     "begin repeat", "end repeat", "calculate", "note", "a", "b", "a", "_x", "${a}", "${b} > 1",
     "(", "yes", "1", ". > 1", "rank yt", "yt", "once(1)", "count(${a})", "select_one_from_file",
     "hidden", "range", "😀", "a b", "select_one ${b}", "today", "-1", "1e999"]
)  # fmt: skip
HEADERS = ["type", "name", "label", "relevant", "constraint", "calculation", "required", "default",
           "repeat_count", "choice_filter", "parameters", "label::x", "appearance"]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(cells, min_size=13, max_size=13), max_size=14), st.lists(cells, max_size=6)
)
def test_no_workbook_breaks_the_import(rows: list[list[str]], choice: list[str]) -> None:
    content = workbook(survey=[HEADERS, *rows], choices=[["list_name", "name", "label"], choice])
    imported = import_form(content)
    assert imported.mapped <= imported.questions
    assert all(fault.message and fault.remedy for fault in imported.faults)
    lint_form(imported.form)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300), st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"", b"{"]))
def test_no_file_breaks_the_import(content: bytes, head: bytes) -> None:
    imported = import_form(head + content)
    assert imported.form is None or not imported.faults


REAL = {
    "liberia-village-listing.xlsx": (10, 7, {"duplicate_choice"}),
    "odk-all-question-types.xlsx": (85, 83, set()),
    "odk-socio-economic-survey.xlsx": (17, 17, set()),
    "ona-grain-trade-establishment.xlsx": (328, 328, set()),
    "pma2020-uganda-household-questionnaire.xlsx": (225, 222, {"unknown_reference"}),
    "pyxform-widgets-legacy.xls": (32, 32, set()),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_real_xlsforms_are_accounted_for(name: str) -> None:
    imported = import_form((DATA / name).read_bytes(), name=name)
    questions, mapped, broken = REAL[name]
    assert (imported.questions, imported.mapped) == (questions, mapped)
    assert {fault.code for fault in imported.broken} == broken
    lost = {fault.row for fault in imported.faults if fault.sheet == "survey"}
    assert questions - mapped <= len(lost)
    report = lint_form(imported.form, engine=EngineInspector())
    assert not report.errors


@needs_data
def test_an_xform_is_told_from_an_xlsform() -> None:
    imported = import_form((DATA / "odk-socio-economic-survey.xform.xml").read_bytes())
    assert [fault.code for fault in imported.faults] == ["not_a_workbook"]
