"""The words of XLSForms: headers, types and settings under the many names they have had.

Source: XLSForm specification; pyxform 4.5, aliases of headers and types.
"""

import re

_HEADERS = {
    "name": "name", "value": "name", "field_name": "name",
    "type": "type", "command": "type",
    "label": "label", "caption": "label", "text": "label",
    "hint": "hint", "guidance_hint": "guidance_hint",
    "relevant": "relevant", "relevance": "relevant", "bind::relevant": "relevant",
    "constraint": "constraint", "bind::constraint": "constraint",
    "constraint_message": "constraint_message", "constraint_msg": "constraint_message",
    "constraining_message": "constraint_message", "bind::jr:constraintmsg": "constraint_message",
    "required": "required", "bind::required": "required",
    "required_message": "required_message", "bind::jr:requiredmsg": "required_message",
    "read_only": "read_only", "readonly": "read_only", "bind::readonly": "read_only",
    "default": "default",
    "calculation": "calculation", "calculate": "calculation", "bind::calculate": "calculation",
    "appearance": "appearance", "control::appearance": "appearance",
    "choice_filter": "choice_filter",
    "repeat_count": "repeat_count", "jr:count": "repeat_count", "count": "repeat_count",
    "control::jr:count": "repeat_count",
    "parameters": "parameters", "trigger": "trigger", "autoplay": "autoplay",
    "image": "image", "media::image": "image", "audio": "audio", "media::audio": "audio",
    "video": "video", "media::video": "video", "big-image": "big-image",
    "media::big-image": "big-image",
    "list_name": "list_name", "list": "list_name",
    "note": "note", "notes": "note", "comment": "note", "comments": "note", "disabled": "disabled",
}  # fmt: skip
TRANSLATED = frozenset({
    "label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "audio",
    "video", "big-image",
})  # fmt: skip
MEDIA = ("image", "audio", "video", "big-image")
NOTES = frozenset({"note"})  # columns for the designer's own eyes

COLUMNS = frozenset(_HEADERS.values()) - {"list_name"}  # of the sheet survey

_TYPES = {
    "string": "text", "text": "text", "q string": "text", "int": "integer", "integer": "integer",
    "q int": "integer", "number": "integer", "decimal": "decimal", "q decimal": "decimal",
    "date": "date", "q date": "date", "time": "time", "q time": "time", "datetime": "dateTime",
    "date time": "dateTime", "date and time": "dateTime", "note": "note", "q note": "note",
    "calculate": "calculate", "q calculate": "calculate", "geopoint": "geopoint",
    "location": "geopoint", "gps": "geopoint", "q geopoint": "geopoint", "geotrace": "geotrace",
    "geoshape": "geoshape", "image": "image", "photo": "image", "q image": "image",
    "q picture": "image", "audio": "audio", "video": "video", "file": "file", "barcode": "barcode",
    "q barcode": "barcode", "acknowledge": "acknowledge", "trigger": "acknowledge",
    "range": "range", "hidden": "hidden", "start": "start", "start time": "start", "end": "end",
    "end time": "end", "today": "today", "get today": "today", "deviceid": "deviceid",
    "device id": "deviceid", "imei": "deviceid", "get device id": "deviceid",
    "username": "username", "email": "email", "phonenumber": "phonenumber",
    "phone number": "phonenumber", "simserial": "simserial", "sim id": "simserial",
    "subscriberid": "subscriberid", "subscriber id": "subscriberid", "audit": "audit",
    "start-geopoint": "start-geopoint", "background-audio": "background-audio",
    "background-geopoint": "background-geopoint", "csv-external": "csv-external",
    "xml-external": "xml-external", "rank": "rank",
    "begin group": "begin group", "end group": "end group", "begin repeat": "begin repeat",
    "end repeat": "end repeat", "begin loop": "begin loop", "end loop": "end loop",
}  # fmt: skip
_SELECTS = (
    ("select_one_from_file", "select_one_from_file"),
    ("select_multiple_from_file", "select_multiple_from_file"),
    ("select_one_external", "select_one_external"),
    ("select one external", "select_one_external"),
    ("select all that apply from", "select_multiple"),
    ("select all that apply", "select_multiple"),
    ("select multiple from", "select_multiple"),
    ("select_multiple", "select_multiple"),
    ("select multiple", "select_multiple"),
    ("select one from", "select_one"),
    ("select_one", "select_one"),
    ("select one", "select_one"),
    ("select1", "select_one"),
    ("select", "select_multiple"),
    ("rank", "rank"),
)
_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()", ""})
_LANGUAGES = {
    "english": "en", "french": "fr", "français": "fr", "indonesian": "id", "bahasa indonesia": "id",
    "bahasa": "id", "indonesia": "id", "spanish": "es", "español": "es", "portuguese": "pt",
    "português": "pt", "arabic": "ar", "swahili": "sw", "kiswahili": "sw", "malay": "ms",
    "javanese": "jv", "sundanese": "su", "tetum": "tet", "german": "de", "dutch": "nl",
    "luganda": "lg", "hindi": "hi", "nepali": "ne", "chinese": "zh", "russian": "ru",
}  # fmt: skip


def header(text: str) -> tuple[str, str | None]:
    """Return (plain name, language or None) of a header: `Label::English (en)` -> ("label", ...).

    A header that XLSForm does not know comes back as it is written, in lower case.
    """
    tidy = re.sub(r"\s*:{1,2}\s*", lambda found: found[0].strip(), text.strip())
    plain = re.sub(r"\s+", "_", tidy.lower())
    plain = re.sub(r"^(bind|control):(?!:)", r"\1::", plain)
    if plain in _HEADERS:
        return _HEADERS[plain], None
    head, mark, rest = tidy.partition("::")
    if not mark:
        head, mark, rest = tidy.partition(":")
    if head.strip().lower() == "media" and mark:
        inner, mark, rest = rest.partition("::") if "::" in rest else rest.partition(":")
        head = inner
    name = _HEADERS.get(re.sub(r"\s+", "_", head.strip().lower()), "")
    if mark and name in TRANSLATED and rest.strip():
        return name, rest.strip()
    return plain, None


def language_code(name: str) -> str:
    """Return the code of a language as a header names it: in brackets, of a known name, or made."""
    found = re.search(r"\(([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)\)\s*$", name)
    if found:
        return found[1].replace("_", "-").lower()
    plain = name.strip().lower()
    if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?", plain):
        return plain
    return _LANGUAGES.get(plain) or re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:35] or "xx"


def question_type(text: str) -> tuple[str, str, bool]:
    """Return (type, list or file, has "other") of a type cell; an unknown type comes back as it is.

    `select one from regions or specify other` -> ("select_one", "regions", True)
    """
    tidy = re.sub(r"\s+", " ", text.strip())
    plain = tidy.lower()
    underscored = plain.replace("_", " ")
    if plain in _TYPES or underscored in _TYPES:
        return _TYPES.get(plain) or _TYPES[underscored], "", False
    for start, kind in _SELECTS:
        if plain.startswith(start) and (plain == start or not plain[len(start)].isalnum()):
            rest = tidy[len(start) :].strip(" _")
            has_other = re.search(r"\s+or[_ ](?:specify[_ ])?other$", rest, re.IGNORECASE)
            if has_other:
                rest = rest[: has_other.start()]
            if rest.lower().startswith("from "):
                rest = rest[5:]
            return kind, rest.strip(), has_other is not None
    if plain.startswith("hidden "):
        return "hidden", plain.removeprefix("hidden ").strip(), False
    if plain.startswith("begin loop"):
        return "begin loop", "", False
    return plain, "", False


def yes_or_no(text: str) -> bool | None:
    """Return what a cell of yes and no says; None when it holds an expression."""
    plain = text.strip().lower()
    if plain in _YES:
        return True
    return False if plain in _NO else None


def parameters(text: str) -> dict[str, str]:
    """Return the parameters of a question: `start=1;end=5 step=1` -> {"start": "1", ...}."""
    found = re.findall(r"([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s;,]+)", text)
    return {key.lower(): value.strip("\"'") for key, value in found}
