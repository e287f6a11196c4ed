"""XLSForms and answers made by hand, one for each part of XLSForm that Cerdas takes over.

Survey and choices are tables with | between cells; answers are written as Cerdas stores them, under
the names of the file, rows as lists. In each case something is shown or hidden, right or wrong.
"""

# ruff: noqa: E501  # a row of a workbook is a line

from dataclasses import dataclass
from typing import Any

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One form with several sets of answers."""

    name: str
    survey: str
    answers: tuple[Answers, ...]
    choices: str = "list_name | name | label\nyt | ya | Ya\nyt | tidak | Tidak"


POINT = {"lat": -0.25, "lon": 109.5, "accuracy_m": 4}
CASES = (
    Case(
        "relevance of questions, groups and groups in groups",
        """
type | name | label | relevant | required
select_one yt | kerja | Bekerja? | | yes
begin group | usaha | Usaha | ${kerja} = 'ya' |
integer | umur | Umur | | yes
begin group | dalam | Dalam | ${umur} >= 17 |
text | jabatan | Jabatan | | yes
end group | | | |
end group | | | |
note | terima | Terima kasih | ${kerja} = 'tidak' or ${umur} < 17 |
""",
        (
            {}, {"kerja": "tidak"}, {"kerja": "ya", "umur": 20}, {"kerja": "ya", "umur": 5},
            {"kerja": "ya", "umur": 17, "jabatan": "kepala"}, {"umur": 20, "jabatan": "kepala"},
        ),
    ),
    Case(
        "an answer that is hidden hides what hangs on it, link by link",
        """
type | name | label | relevant | required
select_one yt | a | A | | yes
select_one yt | b | B | ${a} = 'ya' | yes
select_one yt | c | C | ${b} = 'ya' | yes
select_one yt | d | D | ${c} = 'ya' | yes
text | e | E | ${b} = '' | yes
calculate | f | | ${c} = 'ya' |
text | g | G | ${d} != 'ya' | yes
""".replace("calculate | f | | ${c} = 'ya' |\n", ""),
        (
            {"a": "ya", "b": "ya", "c": "ya", "d": "ya"},
            {"a": "tidak", "b": "ya", "c": "ya", "d": "ya", "e": "x", "g": "y"},
            {"a": "ya", "b": "tidak", "c": "ya", "d": "ya"},
            {"b": "ya", "c": "ya", "d": "ya"},
        ),
    ),
    Case(
        "whole and decimal numbers: limits, empty answers, arithmetic",
        """
type | name | label | constraint | required | calculation | relevant
integer | umur | Umur | . >= 0 and . <= 120 | yes | |
decimal | berat | Berat | . > 0.5 and . < 300.25 | ${umur} < 5 | |
integer | anak | Anak | . <= ${umur} - 10 | | |
calculate | lebih | | | | ${umur} + ${anak} * 2 - 1 |
calculate | bagi | | | | ${umur} div 4 |
calculate | sisa | | | | ${umur} mod 7 |
calculate | bulat | | | | round(${berat}, 1) |
calculate | isi | | | | coalesce(${anak}, 0) + int(${berat}) |
text | lain | Lain | | | | ${lebih} > 30
text | kecil | Kecil | | | | ${berat} <= coalesce(${anak}, ${umur})
""",
        (
            {}, {"umur": 130}, {"umur": 3}, {"umur": 3, "berat": 0.5}, {"umur": 3, "berat": 18.35},
            {"umur": 30, "anak": 21}, {"umur": 30, "anak": 20, "berat": 300.25}, {"umur": -1},
            {"umur": 0, "anak": -10, "berat": 1.05}, {"berat": -2},
        ),
    ),
    Case(
        "texts: length, patterns, parts",
        """
type | name | label | constraint | required | relevant | appearance
text | nama | Nama | string-length(.) >= 3 | yes | |
text | hp | HP | regex(., '^08[0-9]{8,11}$') | | | numbers
text | surel | Surel | contains(., '@') and not(contains(., ' ')) | | starts-with(${hp}, '08') |
text | kode | Kode | . != ${nama} | | substr(${nama}, 0, 1) = 'B' | multiline
barcode | stiker | Stiker | string-length(.) = 5 | yes | |
""",
        (
            {}, {"nama": "Bu"}, {"nama": "Budi", "hp": "0812345678", "surel": "a b@c"},
            {"nama": "Budi", "kode": "Budi", "stiker": "12345"}, {"nama": "adi", "hp": "812"},
            {"nama": "BUDI", "kode": "budi", "hp": "0812345678", "surel": "a@b.id", "stiker": "1"},
        ),
    ),
    Case(
        "one choice and several",
        """
type | name | label | relevant | constraint | required
select_one air | air | Air | | . != 'lain' or ${lain} != '' | yes
text | lain | Lain | ${air} = 'lain' | | yes
select_multiple aset | aset | Aset | | not(selected(., 'tidak') and count-selected(.) > 1) | yes
integer | motor | Motor | selected(${aset}, 'motor') | . >= 1 | yes
text | dua | Dua | count-selected(${aset}) >= 2 | |
text | kode | Kode | ${air} = '01' or ${air} = 1 | |
rank aset | urut | Urut | | selected-at(., 0) != 'tidak' |
""",
        (
            {}, {"air": "lain"}, {"air": "lain", "lain": "kolam"}, {"air": "01", "aset": ["motor"]},
            {"air": "1", "aset": ["motor", "mobil"], "motor": 0},
            {"air": "sumur", "aset": ["motor", "tidak"], "motor": 2},
            {"aset": ["tidak"], "motor": 3, "urut": ["tidak", "motor", "mobil"]},
            {"aset": ["mobil"], "urut": ["mobil", "tidak", "motor"]},
        ),
        """
list_name | name | label
air | sumur | Sumur
air | 01 | Ledeng
air | 1 | Hujan
air | lain | Lainnya
aset | motor | Motor
aset | mobil | Mobil
aset | tidak | Tidak ada
""",
    ),
    Case(
        "choices that hang on other answers",
        """
type | name | label | choice_filter | relevant | required
select_one prov | prov | Provinsi | | | yes
select_one kab | kab | Kabupaten | induk = ${prov} | | yes
select_one desa | desa | Desa | induk = ${kab} and (${kota} = 'ya' or jenis = 'desa') | ${kab} != '' | yes
select_one yt | kota | Kota? | | |
select_multiple kab | lain | Lain | induk != ${prov} and name != '7171' | |
""",
        (
            {}, {"prov": "61"}, {"prov": "61", "kab": "6104"}, {"prov": "61", "kab": "7171"},
            {"prov": "61", "kab": "6104", "desa": "a", "lain": ["6104"]},
            {"prov": "61", "kab": "6104", "desa": "b", "lain": ["7172"]},
            {"prov": "61", "kab": "6104", "desa": "b", "kota": "ya"},
            {"kab": "6104", "desa": "a"}, {"prov": "71", "kab": "6104", "desa": "a"},
        ),
        """
list_name | name | label | induk | jenis
yt | ya | Ya | |
yt | tidak | Tidak | |
prov | 61 | Kalbar | |
prov | 71 | Sulut | |
kab | 6104 | Mempawah | 61 |
kab | 7171 | Manado | 71 |
kab | 7172 | Bitung | 71 |
desa | a | Desa A | 6104 | desa
desa | b | Kelurahan B | 6104 | kota
""",
    ),
    Case(
        "days, times and moments",
        """
type | name | label | constraint | required | relevant
date | lahir | Lahir | . <= today() and . > date('1900-01-01') | yes |
date | nikah | Nikah | . > ${lahir} | | int((today() - ${lahir}) div 365.25) >= 16
time | mulai | Mulai | | |
dateTime | datang | Datang | . <= now() | |
text | tahun | Tahun | . = format-date(${lahir}, '%Y') | | ${lahir} != ''
text | lama | Lama | | yes | today() - ${lahir} > 36500
""",
        (
            {}, {"lahir": "2026-11-21"}, {"lahir": "2026-11-20"}, {"lahir": "1900-01-01"},
            {"lahir": "1910-05-05"}, {"lahir": "2000-02-29", "nikah": "2000-02-29"},
            {"lahir": "2000-02-29", "nikah": "2020-01-01", "tahun": "2000"},
            {"lahir": "2010-11-21", "datang": "2026-11-20T19:01", "tahun": "2011"},
            {"lahir": "2010-11-19", "datang": "2026-11-20T18:59", "mulai": "08:00"},
        ),
    ),
    Case(
        "a place, something acknowledged, a scale",
        """
type | name | label | required | relevant | constraint | parameters
geopoint | titik | Titik | yes | | |
acknowledge | setuju | Setuju | yes | ${titik} != '' | |
range | nilai | Nilai | ${setuju} = 'OK' | | . != 3 | start=0 end=5 step=1
text | ragu | Ragu | | ${setuju} = '' | |
text | buruk | Buruk | yes | ${nilai} < 2 | |
""",
        (
            {}, {"titik": POINT}, {"titik": POINT, "setuju": "OK"}, {"setuju": "OK", "nilai": 3},
            {"titik": POINT, "setuju": "OK", "nilai": 3}, {"nilai": 0}, {"nilai": 5},
        ),
    ),
    Case(
        "pictures, sounds and files",
        """
type | name | label | required | relevant
select_one yt | ada | Ada? | yes |
image | foto | Foto | yes | ${ada} = 'ya'
image | ttd | Tanda tangan | ${ada} = 'tidak' |
audio | suara | Suara | yes | ${foto} != ''
video | film | Film | | ${ada} = 'ya'
file | surat | Surat | ${ada} = 'ya' |
""",
        ({}, {"ada": "ya"}, {"ada": "tidak"}),
    ),
    Case(
        "repeats in repeats, with rules on rows around and sums of rows within",
        """
type | name | label | relevant | constraint | required | calculation
integer | batas | Batas | | | yes |
begin repeat | art | Anggota | ${batas} > 0 | | |
text | nama | Nama | | | yes |
integer | umur | Umur | | . <= ${batas} | yes |
begin repeat | kerja | Pekerjaan | ${umur} >= 10 | | |
text | usaha | Usaha | | . != ${nama} | yes |
integer | upah | Upah | ${usaha} != '' | . > ${umur} | yes |
calculate | ganda | | | | | ${upah} * 2
end repeat | | | | | |
calculate | ke | | | | | position(..)
end repeat | | | | | |
calculate | banyak | | | | | count(${art})
text | ramai | Ramai | ${banyak} >= 2 | | yes |
""",
        (
            {"batas": 0}, {"batas": 60}, {"batas": 60, "art": [{}]},
            {"batas": 60, "art": [{"nama": "Adi", "umur": 40}, {"nama": "Budi", "umur": 70}]},
            {"batas": 60, "art": [{"nama": "Adi", "umur": 40, "kerja": [{"usaha": "Adi"}, {}]}]},
            {"batas": 60, "art": [
                {"nama": "Adi", "umur": 40, "kerja": [{"usaha": "tani", "upah": 30}]},
                {"nama": "Budi", "umur": 5, "kerja": []},
                {"nama": "Citra", "umur": 60, "kerja": [{"usaha": "ojek", "upah": 100}]},
            ]},
        ),
    ),
    Case(
        "how many rows: a number, an answer, a sum, choices",
        """
type | name | label | repeat_count | relevant | required
integer | banyak | Banyak | | | yes
integer | tamu | Tamu | | |
select_multiple yt | pilih | Pilih | | |
begin repeat | tetap | Tetap | 2 | |
text | a | A | | | yes
end repeat | | | | |
begin repeat | art | Anggota | ${banyak} | |
text | b | B | | | yes
end repeat | | | | |
begin repeat | semua | Semua | ${banyak} + ${tamu} | ${banyak} > 0 |
text | c | C | | |
end repeat | | | | |
begin repeat | per | Per pilihan | count-selected(${pilih}) | |
text | d | D | | |
end repeat | | | | |
""",
        (
            {}, {"banyak": 0}, {"banyak": 1, "tetap": [{"a": "x"}, {}], "art": [{"b": "y"}]},
            {"banyak": 3, "tamu": 2, "pilih": ["ya", "tidak"]}, {"banyak": -2, "tamu": 3},
        ),
    ),
    Case(
        "what is required, read-only or has an answer from the start",
        """
type | name | label | required | read_only | default | relevant | constraint
text | negara | Negara | yes | | Indonesia | |
integer | jumlah | Jumlah | ${negara} = 'Indonesia' | | 3 | | . < 3 or ${negara} != 'Indonesia'
select_multiple yt | pilih | Pilih | | | ya tidak | |
text | tetap | Tetap | | yes | x | ${jumlah} > 2 |
hidden | versi | | | | 7 | |
date | hari | Hari | | | today() | | . <= today()
text | salin | Salin | | | | ${versi} = '7' |
""",
        ({}, {"negara": "Malaysia"}),
    ),
    Case(
        "what is calculated",
        """
type | name | label | calculation | relevant | read_only
text | nama | Nama | | |
integer | umur | Umur | | |
select_one yt | kerja | Kerja | | |
calculate | sapa | | concat('Bp/Ibu ', ${nama}, ' (', ${umur}, ')') | |
calculate | kelas | | if(${umur} >= 17, 'dewasa', if(${umur} >= 5, 'anak', 'balita')) | |
calculate | label | | jr:choice-name(${kerja}, '${kerja}') | |
calculate | tersembunyi | | ${umur} * 2 | ${umur} > 10 |
text | tampil | Tampil | ${kelas} | | yes
text | dewasa | Dewasa | | ${kelas} = 'dewasa' |
text | kembar | Kembar | | ${tersembunyi} >= 40 |
""",
        (
            {}, {"nama": "Adi", "umur": 20, "kerja": "ya"}, {"umur": 4}, {"umur": 5, "kerja": "tidak"},
            {"nama": "Budi", "umur": 17}, {"umur": 10},
        ),
    ),
    Case(
        "several languages",
        """
type | name | label::Indonesia (id) | label::English (en) | constraint | constraint_message::Indonesia (id) | constraint_message::English (en) | required
integer | umur | Umur ${nama} | Age of ${nama} | . < 120 | Terlalu tua | Too old | yes
text | nama | Nama | Name | | | |
""",
        ({}, {"umur": 120}, {"umur": 20, "nama": "Adi"}),
    ),
)  # fmt: skip
