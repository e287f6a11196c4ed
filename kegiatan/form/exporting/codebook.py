"""The codebook of a form as CSV: one row per variable, texts in every language of the form."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from cerdas.tables import neutralised
from kegiatan.form.exporting.variables import Variable, form_variables
from kegiatan.form.questions import form_languages

BYTE_ORDER_MARK = "\ufeff"  # tells Excel that the file is UTF-8
LANGUAGES = ("id", "en")
_PLAIN = (
    "path", "roster", "name", "type", "value_type", "minimum", "maximum", "step", "max_length",
    "required", "editable_by", "master",
)  # fmt: skip
_PER_LANGUAGE = (
    "page",
    "label",
    "description",
    "unit",
    "values",
    "universe",
    "required_if",
    "rules",
)


def codebook_languages(schema: Mapping[str, Any]) -> list[str]:
    """Return the languages of a codebook: those of the form, Indonesian and English at least."""
    return list(dict.fromkeys((*form_languages(schema), *LANGUAGES)))


def codebook_variables(schema: Mapping[str, Any]) -> dict[str, list[Variable]]:
    """Return the variables by language, in the same order in each."""
    return {language: form_variables(schema, language) for language in codebook_languages(schema)}


def codebook_csv(schema: Mapping[str, Any]) -> bytes:
    """Return the codebook of a form that passed `check_envelope`, as UTF-8 with a byte order mark.

    Lists in a cell are parted by `; `, codes written `code = label`. Formulas are neutralised as
    in the export of answers.
    """
    by_language = codebook_variables(schema)
    stream = io.StringIO(newline="")
    stream.write(BYTE_ORDER_MARK)
    sheet = csv.writer(stream)
    headers = [f"{name}_{language}" for name in _PER_LANGUAGE for language in by_language]
    sheet.writerow([*_PLAIN, *headers])
    for row in zip(*by_language.values(), strict=True):
        sheet.writerow([_cell(text) for text in (*_plain(row[0]), *_texts(row))])
    return stream.getvalue().encode("utf-8", "replace")


def _cell(text: str) -> str:
    return neutralised(text.replace("\x00", "\ufffd"))


def _plain(variable: Variable) -> tuple[str, ...]:
    required = "" if not variable.required else "yes" if variable.required == "yes" else "if"
    return (
        variable.path, variable.file, variable.name, variable.kind, variable.value_type,
        variable.minimum, variable.maximum, variable.step, variable.length, required,
        " ".join(variable.editable_by), variable.master,
    )  # fmt: skip


def _texts(row: Sequence[Variable]) -> list[str]:
    columns = (
        [v.page for v in row],
        [v.label for v in row],
        [v.description for v in row],
        [v.unit for v in row],
        ["; ".join(f"{value} = {label}" for value, label in v.values) for v in row],
        [v.universe for v in row],
        ["" if v.required == "yes" else v.required for v in row],
        ["; ".join(v.rules) for v in row],
    )
    return [text for column in columns for text in column]
