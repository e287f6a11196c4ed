"""Columns of the region master, and the many names that offices give them.

Case, spaces, underscores and punctuation of a header do not matter.
"""

from pathlib import Path

from django.utils.translation import gettext as _

from .reading import FileUnreadable

CODE_DIGITS = {"prov_id": 2, "kabkot_id": 4, "kec_id": 7, "desa_kel_id": 10, "sls_id": 16}
NAMES = ("provinsi", "kabkot", "kecamatan", "desa_kel", "nama")
OPTIONAL = ("jenis_sls", "jumlah_keluarga")
DERIVABLE = ("prov_id", "kabkot_id", "kec_id", "desa_kel_id")  # prefixes of sls_id
HEADERS = {
    "desa_kel_id": "ID Desa",
    "kec_id": "ID Kecamatan",
    "kabkot_id": "ID KABUPATEN",
    "prov_id": "ID PROVINSI",
    "sls_id": "ID SLS",
    "provinsi": "Provinsi",
    "kabkot": "Kab/Kot",
    "kecamatan": "Kecamatan",
    "desa_kel": "Desa",
    "nama": "Nama SLS",
    "jenis_sls": "Jenis SLS",
    "jumlah_keluarga": "Jumlah Keluarga",
}
# What an area is called in headers; an id or name of it is this word with one of the marks.
_WORDS = {
    ("prov_id", "provinsi"): "provinsi prov propinsi prop",
    ("kabkot_id", "kabkot"): "kabupaten kab kabkot kabkota kabupatenkota kabupatenkot",
    ("kec_id", "kecamatan"): "kecamatan kec",
    ("desa_kel_id", "desa_kel"): "desa desakel desakelurahan kelurahan kel kelurahandesa keldesa",
    ("sls_id", "nama"): "sls slsnonsls subsls",
}
_CODE_MARKS = ("id{}", "{}id", "kode{}", "kodelengkap{}", "kode{}lengkap", "id{}lengkap")
_NAME_MARKS = ("nama{}", "nm{}", "{}nama")
_OTHERS = {
    "provinsi": "provinsi",
    "propinsi": "provinsi",
    "kabkot": "kabkot",
    "kabkota": "kabkot",
    "kabupaten": "kabkot",
    "kabupatenkota": "kabkot",
    "kecamatan": "kecamatan",
    "desa": "desa_kel",
    "desakel": "desa_kel",
    "desakelurahan": "desa_kel",
    "kelurahan": "desa_kel",
    "kelurahandesa": "desa_kel",
    "nama": "nama",
    "jenissls": "jenis_sls",
    "jenis": "jenis_sls",
    "jenisslsnonsls": "jenis_sls",
    "jumlahkeluarga": "jumlah_keluarga",
    "jmlkeluarga": "jumlah_keluarga",
    "jumlahkk": "jumlah_keluarga",
    "jmlkk": "jumlah_keluarga",
}


def _aliases() -> dict[str, str]:
    found = dict(_OTHERS)
    for (code, name), words in _WORDS.items():
        for word in words.split():
            found |= {mark.format(word): code for mark in _CODE_MARKS}
            found |= {mark.format(word): name for mark in _NAME_MARKS}
    return found


_ALIASES = _aliases()


def field_of(header: str) -> str | None:
    """Return the field that a header stands for, or None."""
    return _ALIASES.get(_plain(header))


def _plain(header: str) -> str:
    return "".join(sign for sign in header.casefold() if sign.isalnum())


def _is_sub_sls(header: str) -> bool:
    return "subsls" in _plain(header)


def find_columns(path: Path, header: list[str]) -> tuple[dict[str, int], list[str]]:
    """Return field -> position of its column, and the headers that are not read.

    Where ID SLS stands beside ID Sub SLS, the latter has all 16 digits and is taken.
    Raises FileUnreadable when a column is missing or there twice.
    """
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, text in enumerate(header):
        name = field_of(text)
        if name is None:
            ignored.append(text)
            continue
        if name in places:
            earlier = header[places[name]]
            if _is_sub_sls(text) == _is_sub_sls(earlier):
                raise _twice(path, name, earlier, text)
            ignored.append(earlier if _is_sub_sls(text) else text)
            if not _is_sub_sls(text):
                continue
        places[name] = place
    _check_complete(path, header, places)
    return places, ignored


def _twice(path: Path, name: str, first: str, second: str) -> FileUnreadable:
    if _plain(first) == _plain(second):
        message = _("the header %(name)s occurs twice") % {"name": second}
    else:
        message = _("the headers %(first)s and %(second)s both mean %(name)s; remove one") % {
            "first": first,
            "second": second,
            "name": HEADERS[name],
        }
    return FileUnreadable(path, "headers", message)


def _check_complete(path: Path, header: list[str], places: dict[str, int]) -> None:
    missing = [
        text for name, text in HEADERS.items() if name not in (*places, *OPTIONAL, *DERIVABLE)
    ]
    if not missing:
        return
    message = _("missing headers: %(missing)s. Expected: %(expected)s. Found: %(found)s")
    shown = {
        "missing": ", ".join(missing),
        "expected": ", ".join(HEADERS.values()),
        "found": ", ".join(filter(None, header))[:500] or _("nothing"),
    }
    raise FileUnreadable(path, "headers", message % shown)
