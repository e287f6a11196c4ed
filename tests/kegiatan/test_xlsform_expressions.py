"""Expressions of XLSForms: what each becomes, what it gives, or why it is refused.

tests/fixtures/xlsforms/expressions.json holds them: `xpath`, where it stands (`at`: the question
that `.` means, "" for the unit), and either `gives`, the SurveyJS expression, with what it comes to
for some answers (`cases`), or `refused`, a code.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kegiatan.form.engine import Engine
from kegiatan.form.expression import OWN_FUNCTIONS, expression_calls, expression_tokens
from kegiatan.form.importing.names import Place, Target
from kegiatan.form.importing.refused import Refused
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.sheets import read_sheets
from kegiatan.form.importing.xlsform import import_xlsform
from kegiatan.form.importing.xlsform_names import name_everything
from kegiatan.form.importing.xlsform_rows import read_book, tables
from kegiatan.form.importing.xpath import XPathFaulty, parse_xpath
from kegiatan.form.importing.xpath_translation import Translator
from kegiatan.form.linting import lint_form
from kegiatan.form.linting_engine import EngineInspector
from tests.kegiatan.xlsform_books import xlsform

CORPUS = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "xlsforms" / "expressions.json").read_text()
)
NOW = "2026-11-20T19:00"
SURVEY = """
type | name | label | relevant | calculation
text | nama | Nama | |
text | hp | HP | |
integer | umur | Umur | |
integer | anak | Anak | |
decimal | bobot | Bobot | |
select_one jk | jk | JK | |
select_one air | air | Air | |
select_one kode | kode | Kode | |
select_multiple aset | aset | Aset | |
rank aset | urutan | Urutan | |
date | tgl | Tanggal | |
date | lahir | Lahir | |
time | jam | Jam | |
dateTime | waktu | Waktu | |
geopoint | titik | Titik | |
geotrace | jalur | Jalur | |
calculate | dewasa | | | ${umur} >= 17
calculate | sapaan | | | concat('Bp/Ibu ', ${nama})
calculate | hilang | | | pulldata('a', 'b', 'c', ${nama})
begin group | blok | Blok | |
integer | dalam | Dalam | |
integer | lain | Lain | ${dalam} > 1 |
end group | | | |
begin repeat | art | Anggota | |
text | nama_art | Nama | |
integer | umur_art | Umur | |
select_one jk | jk_art | JK | |
integer | gaji | Gaji | ${umur_art} > 9 |
begin repeat | kerja | Pekerjaan | |
integer | upah | Upah | |
text | tempat | Tempat | |
end repeat | | | |
end repeat | | | |
"""
CHOICES = """
list_name | name | label | tarif
jk | 1 | Laki-laki |
jk | 2 | Perempuan |
air | leding | Leding | 10
air | sumur | Sumur | 20
air | -99 | Tidak tahu |
kode | 01 | Nol satu |
kode | 1 | Satu |
kode | A | Huruf besar |
kode | a | Huruf kecil |
aset | motor | Motor |
aset | mobil | Mobil |
aset | -99 | Tidak ada |
"""


@pytest.fixture(scope="module")
def form() -> dict[str, Any]:
    imported = import_xlsform(xlsform(SURVEY, CHOICES))
    assert imported.form is not None
    return imported.form


@pytest.fixture(scope="module")
def v8() -> Iterator[Engine]:
    found = Engine(timeout_seconds=60)
    yield found
    found.close()


def made() -> tuple[Translator, dict[str, Target]]:
    report = Report()
    book = read_book(read_sheets(xlsform(SURVEY, CHOICES)), report)
    names = name_everything(book, report)
    targets = {item.name: item.target for item in book.root.walk() if item.target}
    targets["dewasa"].type = "boolean"
    targets["sapaan"].type = "text"
    targets["hilang"].lost = "no equal"
    targets["jalur"].lost = "no equal"
    return Translator(names, tables(book)), targets


TRANSLATOR, TARGETS = made()


def place_of(entry: dict[str, Any]) -> Place:
    current = TARGETS.get(entry.get("at", ""))
    rosters = current.rosters if current is not None else ()
    columns = entry.get("columns")
    return Place(rosters, current, columns)


def named(entry: dict[str, Any]) -> str:
    return f"{entry['xpath']} @{entry.get('at', '')}"


@pytest.mark.parametrize("entry", CORPUS, ids=named)
def test_an_expression_becomes_what_it_means(entry: dict[str, Any]) -> None:
    if "refused" in entry:
        with pytest.raises(Refused) as refused:
            TRANSLATOR.value(entry["xpath"], place_of(entry))
        assert refused.value.code == entry["refused"]
        assert refused.value.message
        assert refused.value.remedy
        return
    assert TRANSLATOR.value(entry["xpath"], place_of(entry)).text == entry["gives"]


def test_the_corpus_is_large_and_each_entry_is_there_once() -> None:
    assert len({named(entry) for entry in CORPUS}) == len(CORPUS) >= 200
    assert sum("refused" in entry for entry in CORPUS) >= 40
    assert sum(len(entry.get("cases", [])) for entry in CORPUS) >= 200


def evaluated(
    form: dict[str, Any], v8: Engine, wanted: list[tuple[str, dict[str, Any]]]
) -> list[Any]:
    """Return what expressions of the unit come to, each with its answers."""
    found = []
    for text, answers in wanted:
        value = {"name": "hasil", "expression": text, "includeIntoResult": True}
        asked = {**form, "calculatedValues": [*form["calculatedValues"], value]}
        verdict = v8.evaluate(asked, answers, now=NOW)
        found.append(verdict.answers.get("hasil"))
    return found


def test_what_an_expression_gives_is_what_odk_gives(form: dict[str, Any], v8: Engine) -> None:
    wanted, expected = [], []
    for entry in CORPUS:
        for answers, result in entry.get("cases", []):
            wanted.append((entry["gives"], answers))
            expected.append((entry["xpath"], answers, result))
    found = evaluated(form, v8, wanted)
    wrong = [
        (*expectation, result)
        for expectation, result in zip(expected, found, strict=True)
        if result != expectation[2]
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_translated_expressions_pass_the_linter(form: dict[str, Any], v8: Engine) -> None:
    values = [
        {"name": f"hasil_{number}", "expression": entry["gives"], "includeIntoResult": True}
        for number, entry in enumerate(CORPUS)
        if "gives" in entry and not entry.get("at") and "columns" not in entry
    ]
    asked = {**form, "calculatedValues": [*form["calculatedValues"], *values]}
    faults = [
        fault
        for fault in lint_form(asked, engine=EngineInspector(v8)).errors
        if "calculatedValues" in fault.path
    ]
    assert not faults


def test_the_corpus_calls_every_function_of_ours(v8: Engine) -> None:
    called = {
        call.name
        for entry in CORPUS
        if "gives" in entry
        for call in expression_calls(expression_tokens(entry["gives"]))
    }
    assert called >= OWN_FUNCTIONS


def test_functions_of_ours_take_whatever_is_given(form: dict[str, Any], v8: Engine) -> None:
    hostile = ["''", "{nama}", "{aset}", "{art}", "{titik}", "1e308", "-1", "{tgl}", "{hilang}"]
    answers = {
        "nama": "x" * 2000, "aset": ["motor"], "art": [{"nama_art": "a"}], "tgl": "9999-99-99",
        "titik": {"lat": 1, "lon": 2},
    }  # fmt: skip
    wanted = [
        (f"{name}({', '.join([one, other][: 1 + index % 2])})", answers)
        for name in sorted(OWN_FUNCTIONS)
        for index, one in enumerate(hostile)
        for other in hostile[:2]
    ]
    values = [
        {"name": f"h{number}", "expression": text} for number, (text, _given) in enumerate(wanted)
    ]
    asked = {**form, "calculatedValues": values}
    assert v8.evaluate(asked, answers, now=NOW).errors is not None


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ["(", ")", "${nama}", "${umur}", "${art}", ".", "..", "/", "and", "or", "not",
                 "'a'",
                 "1", "-", "*", "div", "=", "!=", "<", ",", "[", "]", "count", "selected", "sum",
                 "${upah}", "if", "concat", "position", "|", "${lagi}", "'", "indexed-repeat"]
            ),
            max_size=25,
        ).map(" ".join),
    )
)  # fmt: skip
def test_no_text_breaks_the_translator(text: str) -> None:
    for at in ("", "umur", "umur_art", "upah"):
        with contextlib.suppress(Refused):
            piece = TRANSLATOR.value(text, place_of({"at": at}))
            expression_tokens(piece.text)  # raises for what SurveyJS could not read


@pytest.mark.parametrize(
    "text", ["(" * 5000, "-" * 5000, "a[" * 3000, "1=" * 4000 + "1", "not(" * 2000, "x" * 30_000]
)
def test_nesting_without_end_is_refused(text: str) -> None:
    with pytest.raises(XPathFaulty):
        parse_xpath(text)


def test_a_long_chain_of_conditions_is_translated() -> None:
    text = " or ".join(f"${{umur}} = {number}" for number in range(250))
    assert TRANSLATOR.value(text, Place()).text.count(" or ") == 249


def test_operators_within_brackets_count_together() -> None:
    text = "1"
    for _level in range(40):
        text = f"({text}{'-1' * 100})"
    with pytest.raises(XPathFaulty):
        parse_xpath(text)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 400,
        f"number('{'9' * 400}')",
        " or ".join(["${umur} = 1"] * 600),
        "number(" * 40 + "${umur}" + "+1)" * 40,
    ],
)
def test_what_no_expression_can_hold_is_refused(text: str) -> None:
    with pytest.raises(Refused) as found:
        TRANSLATOR.value(text, Place())
    assert found.value.code in ("not_a_number", "expression_too_long")


@pytest.mark.parametrize("word", ["inf", "nan", "1_0", "1e3"])
def test_only_numbers_of_xpath_are_numbers(word: str) -> None:
    assert TRANSLATOR.value(f"number('{word}')", Place()).text == f"toNumber('{word}')"
