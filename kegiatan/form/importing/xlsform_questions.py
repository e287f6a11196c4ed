"""One question of an XLSForm as an element of a form of ours."""

import re
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.names import Place, Refused
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.xlsform_choices import Lists
from kegiatan.form.importing.xlsform_names import KEPT_ELSEWHERE, UNKNOWN_TYPES
from kegiatan.form.importing.xlsform_rows import SURVEY, Item
from kegiatan.form.importing.xlsform_texts import Texts, as_html
from kegiatan.form.importing.xlsform_words import parameters

Element = dict[str, Any]
# What fills itself in when the form is begun.
MOMENTS = {
    "start": ("datetime-local", "dateTimeText(currentDate())"),
    "today": ("date", "dateText(today())"),
}
_INPUTS = {"date": "date", "time": "time", "dateTime": "datetime-local"}
_FILES = {"audio": "audio/*", "video": "video/*"}
# Appearances that are as good as followed: how the phone shows such a question anyway.
_FOLLOWED = frozenset({
    "multiline", "numbers", "masked", "minimal", "autocomplete", "search", "signature",
    "field-list", "counter", "url", "rating", "new", "new-front", "compact", "horizontal",
    "vertical", "columns",
    "columns-pack", "quick", "list", "no-ticks", "thousands-sep", "no-buttons",
})  # fmt: skip
_ADDRESS = re.compile(r"\b(?:https?|ftp|wss?):/{2}", re.IGNORECASE)
_COLUMNS = re.compile(r"(?:columns|compact|quickcompact|horizontal-compact|w)-?\d*")


class Questions:
    """Makes elements; what an element cannot say is noted in the report."""

    def __init__(self, texts: Texts, lists: Lists, report: Report) -> None:
        self.texts = texts
        self.lists = lists
        self.report = report

    def note(self, item: Item, column: str, code: str, message: str, remedy: str) -> None:
        """Note what is otherwise, but asked and judged as before."""
        self.report.note(SURVEY, item.row, column, Refused(code, message, remedy))

    def element(self, item: Item, place: Place) -> Element | None:
        """Return the element of a question without its rules; None when it is not asked here.

        Raises Refused when nothing here is like it.
        """
        assert item.target is not None
        kind = item.type
        if kind in KEPT_ELSEWHERE:
            message = _("%(type)s is not asked: Cerdas keeps who, when and on which device itself.")
            remedy = _("Nothing to do; it is in the history of each unit.")
            item.target.lost = _("Cerdas keeps it itself, outside the answers.")
            self.note(item, "type", "kept_elsewhere", message % {"type": kind}, remedy)
            return None
        if kind in ("csv-external", "xml-external"):
            message = _("The list %(name)s is not part of the form.") % {"name": item.name[:80]}
            remedy = _("Load it as master data, and ask with select_one_from_file.")
            self.note(item, "type", "list_to_load", message, remedy)
            return None
        made = self._typed(item, place)
        made["name"] = item.target.key
        self._texts(item, made, place)
        self.appearances(item)
        return made

    def _typed(self, item: Item, place: Place) -> Element:
        kind = item.type
        if kind == "text":
            return self._text(item)
        if kind in ("integer", "decimal"):
            made: Element = {"type": "text", "inputType": "number"}
            return {**made, "step": 1} if kind == "integer" else made
        if kind == "range":
            return self._range(item)
        if kind in _INPUTS:
            return {"type": "text", "inputType": _INPUTS[kind]}
        if kind in MOMENTS:
            input_type, expression = MOMENTS[kind]
            return {
                "type": "text", "inputType": input_type, "visible": False,
                "clearIfInvisible": "none", "defaultValueExpression": expression,
            }  # fmt: skip
        if kind.startswith("select") or kind == "rank":
            return self._select(item, place)
        if kind == "acknowledge":
            return {"type": "radiogroup", "choices": [{"value": "OK", "text": "OK"}]}
        if kind == "note":
            return {"type": "html"}
        return self._captured(item)

    def _text(self, item: Item) -> Element:
        words = _appearance(item)
        if "multiline" in words:
            return {"type": "comment"}
        if "numbers" in words:
            return {"type": "text", "inputType": "tel"}
        if "masked" in words:
            return {"type": "text", "inputType": "password"}
        return {"type": "text"}

    def _range(self, item: Item) -> Element:
        given = parameters(item.cell("parameters"))
        numbers = {key: _number(given.get(key, "")) for key in ("start", "end", "step")}
        start = numbers["start"] if numbers["start"] is not None else 1
        end = numbers["end"] if numbers["end"] is not None else 10
        step = numbers["step"] or 1
        if "rating" in _appearance(item) and start == 1 and isinstance(end, int) and step == 1:
            return {"type": "rating", "rateType": "stars", "rateMin": 1, "rateMax": end}
        return {"type": "text", "inputType": "range", "min": start, "max": end, "step": step}

    def _select(self, item: Item, place: Place) -> Element:
        words, kind = _appearance(item), item.type
        is_short = bool(words & {"minimal", "autocomplete", "search"})
        if kind == "rank":
            made: Element = {"type": "ranking"}
        elif kind.startswith("select_multiple"):
            made = {"type": "tagbox" if is_short else "checkbox"}
        else:
            is_short = is_short or kind == "select_one_external"
            made = {"type": "dropdown" if is_short else "radiogroup"}
        self.lists.give(item, made, place)
        if len(made.get("choices", ())) > 30 and made["type"] == "radiogroup":
            made["type"] = "dropdown"
        if parameters(item.cell("parameters")).get("randomize", "").lower().startswith("true"):
            message = _("Choices keep their order: a questionnaire is the same for everybody.")
            self.note(item, "parameters", "order_not_random", message, _("Nothing to do."))
        return made

    def _captured(self, item: Item) -> Element:
        kind, words = item.type, _appearance(item)
        if kind == "geopoint":
            given = parameters(item.cell("parameters")).get("capture-accuracy", "")
            accuracy = _number(given)
            return {"type": "geotag", **({"minAccuracy": accuracy} if accuracy else {})}
        if kind == "image":
            if words & {"signature"}:
                return {"type": "signature"}
            if words & {"draw", "annotate"}:
                message = _("Drawing on a picture is not there: a photo is taken.")
                self.note(item, "appearance", "drawn_as_photo", message, _("Nothing to do."))
            return {"type": "photo", "maxCount": 1}
        if kind in _FILES:
            return {"type": "file", "acceptedTypes": _FILES[kind], "storeDataAsText": False}
        if kind == "file":
            return {"type": "file", "storeDataAsText": False}
        if kind == "barcode":
            return {"type": "barcode"}
        message = _("The question type %(type)s has no equal here.") % {"type": kind[:80]}
        if kind not in UNKNOWN_TYPES:
            message = _("The question type %(type)s is not known.") % {"type": kind[:80]}
        remedy = _("Ask it as another type, or leave it out.")
        raise Refused("unknown_question_type", message, remedy)

    def _texts(self, item: Item, made: Element, place: Place) -> None:
        """Put label and hint in; a note is shown as its label."""
        row = item.row
        label = self.texts.of(item.texts, "label", row, SURVEY, place)
        hints = [
            self.texts.of(item.texts, column, row, SURVEY, place)
            for column in ("hint", "guidance_hint")
        ]
        hint = _together([text for text in hints if text])
        if item.type == "note":
            text = _together([text for text in (label, hint) if text])
            made["html"] = as_html(text if text is not None else item.name)
        elif made.get("visible") is not False:
            if label is not None:
                made["title"] = label
            if hint is not None:
                made["description"] = hint
        for column in ("image", "audio", "video", "big-image"):
            if item.cell(column):
                message = _("The %(what)s of the label is not shown.") % {"what": column}
                remedy = _("Say it in the label, or show it on paper.")
                self.report.loss(SURVEY, row, column, Refused("media_left_out", message, remedy))

    def appearances(self, item: Item) -> None:
        """Note the appearances that change what a person sees or does."""
        words = sorted(
            word for word in _appearance(item)
            if word not in _FOLLOWED and not _COLUMNS.fullmatch(word)
        )  # fmt: skip
        is_drawn = item.type == "image" and set(words) & {"draw", "annotate"}
        if not words or is_drawn:
            return
        message = _("The appearance %(words)s is not followed; the question is asked plainly.")
        shown = message % {"words": " ".join(words)[:100]}
        self.note(item, "appearance", "appearance_left_out", shown, _("Nothing to do."))


def _appearance(item: Item) -> set[str]:
    text = item.cell("appearance")
    if text.startswith(("ex:", "intent:")):
        return {text.split("(")[0]}
    return set(text.lower().split())


def _number(text: str) -> int | float | None:
    try:
        value = js.written_number(text)
    except Refused:
        return None
    if value is None or not abs(value) < 1e15:
        return None
    return int(value) if value.is_integer() else value


def _together(texts: list[Any]) -> Any:
    """Return several texts as one, in each language that one of them has."""
    if not texts:
        return None
    if all(isinstance(text, str) for text in texts):
        return "\n\n".join(texts)
    languages = dict.fromkeys(code for text in texts if isinstance(text, dict) for code in text)
    plain = [text if isinstance(text, dict) else dict.fromkeys(languages, text) for text in texts]
    return {code: "\n\n".join(text[code] for text in plain if code in text) for code in languages}


def default_of(item: Item, made: Element, text: str) -> Any:
    """Return a default as an answer is stored. Raises Refused when no answer can look so."""
    kind = made["type"]
    value: Any = text
    if _ADDRESS.search(text):
        message = _("The default %(value)s points to another address.") % {"value": text[:80]}
        raise Refused("bad_default", message, _("Correct it, or take it out."))
    if made.get("inputType") in ("number", "range") or kind == "rating":
        value = _number(text)
    elif kind in ("checkbox", "tagbox", "ranking"):
        value = text.split()
    elif kind in ("geotag", "photo", "signature", "file"):
        value = None
    if item.target is not None and item.target.values and kind != "file":
        given = value if isinstance(value, list) else [value]
        if not set(given) <= item.target.values:
            value = None
    if value is None:
        message = _("The default %(value)s cannot be an answer here.") % {"value": text[:80]}
        raise Refused("bad_default", message, _("Correct it, or take it out."))
    return value


def is_dynamic(text: str) -> bool:
    """Return whether a default is an expression, as pyxform decides it: names or calls in it."""
    return "${" in text or re.search(r"[A-Za-z][\w:-]*\s*\(", text) is not None


def shown_when(pieces: list[js.Piece]) -> js.Piece:
    """Return the condition under which all of these hold."""
    return js.joined(pieces, "and") if pieces else js.TRUE
