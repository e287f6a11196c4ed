"""What is wrong with rows and files, in a few words: for the codes that programs read.

The codes are those of docs/errors.md, "Rows of a file" and "Files that cannot be read".
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_CODES = {
    "ambiguous_kegiatan": gettext_noop("several activities of this name"),
    "belongs_to_other_satker": gettext_noop("works for another office"),
    "code_format": gettext_noop("code of the wrong form"),
    "code_missing": gettext_noop("no code"),
    "code_nesting": gettext_noop("code does not fit the one above"),
    "code_not_text": gettext_noop("code is a number"),
    "control_character": gettext_noop("a character that cannot be shown"),
    "corrupt_gzip": gettext_noop("damaged compressed file"),
    "corrupt_zip": gettext_noop("damaged archive"),
    "digits_lost": gettext_noop("digits lost"),
    "duplicate_code": gettext_noop("same code as above"),
    "duplicate_id": gettext_noop("same id as above"),
    "duplicate_row": gettext_noop("same as a row above"),
    "email_format": gettext_noop("no email address"),
    "email_missing": gettext_noop("no email"),
    "email_taken": gettext_noop("email has an account"),
    "encrypted": gettext_noop("file has a password"),
    "formula": gettext_noop("a formula"),
    "headers": gettext_noop("column names missing, unknown or double"),
    "id_taken": gettext_noop("id is taken"),
    "in_use": gettext_noop("area in use"),
    "invalid": gettext_noop("not valid"),
    "invalid_id": gettext_noop("id of the wrong form"),
    "kegiatan_missing": gettext_noop("no activity"),
    "kegiatan_not_needed": gettext_noop("activity not needed"),
    "lost_zero": gettext_noop("leading zero lost"),
    "missing": gettext_noop("missing"),
    "name_differs": gettext_noop("different names for one email"),
    "name_format": gettext_noop("name too long or not plain text"),
    "name_missing": gettext_noop("no name"),
    "not_a_number": gettext_noop("not a whole number"),
    "not_allowed": gettext_noop("not allowed"),
    "not_csv": gettext_noop("not a CSV file"),
    "not_in_crew": gettext_noop("not in the crew"),
    "not_in_office": gettext_noop("not of this office"),
    "not_json": gettext_noop("not a JSON file"),
    "not_xlsx": gettext_noop("not an Excel workbook"),
    "nul_character": gettext_noop("a NUL character"),
    "outside_wilayah": gettext_noop("outside the area of the office"),
    "pml_without_ppl": gettext_noop("only a PPL has a supervisor"),
    "region_format": gettext_noop("region code of the wrong form"),
    "role_missing": gettext_noop("no role"),
    "role_unknown": gettext_noop("unknown role"),
    "row_length": gettext_noop("more or fewer cells than columns"),
    "row_not_object": gettext_noop("not an object"),
    "several_files": gettext_noop("several files in one archive"),
    "too_large": gettext_noop("too large"),
    "too_long": gettext_noop("too long"),
    "type_format": gettext_noop("type of the wrong form"),
    "unknown_kegiatan": gettext_noop("unknown activity"),
    "unknown_pml": gettext_noop("supervisor is not PML here"),
    "unknown_region": gettext_noop("unknown region"),
    "version_exists": gettext_noop("version has another content"),
    "version_format": gettext_noop("version of the wrong form"),
    "wrong_encoding": gettext_noop("not UTF-8"),
}


def refusal_words(code: str) -> str:
    """Return a code in the reader's language; one that is not known as it is."""
    known = _CODES.get(code)
    return _(known) if known else code.replace("_", " ")
