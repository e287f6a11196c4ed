"""What an XLSForm says about its questions: when asked, what is required, what is right."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kegiatan.form import caps
from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.names import Place, Refused
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.surveyjs import Piece
from kegiatan.form.importing.xlsform_questions import Element, default_of, is_dynamic, shown_when
from kegiatan.form.importing.xlsform_rows import SURVEY, Item
from kegiatan.form.importing.xlsform_texts import Texts
from kegiatan.form.importing.xlsform_words import COLUMNS, yes_or_no
from kegiatan.form.importing.xpath import CURRENT, Call, Node, Ref, String, operands, walk
from kegiatan.form.importing.xpath_translation import Translator, parsed

_NOT_MET = gettext_noop("The answer does not meet the rule.")
_WRONG_COUNT = gettext_noop("The number of rows is not the number given.")
_NO_ANSWER = ("html",)
_SAYS_NOTHING = frozenset({
    "type", "name", "label", "note", "disabled", "relevant", "trigger", "constraint_message",
    "required_message",
})  # fmt: skip
# What decides answers; left out, the form does otherwise.
_JUDGING = frozenset({"required", "constraint", "calculation", "default", "read_only"})
# Of a row that nobody answers only what would give it a value: nothing there is judged.
_GIVING = frozenset({"calculation", "default"})
# What a note, or a row that fills itself in, says elsewhere or needs nothing for.
_OF_MOMENTS = ("required", "read_only", "hint", "guidance_hint", "appearance", "choice_filter")
_OF_NOTES = (*_OF_MOMENTS, "image", "audio", "video", "big-image")


class Rules:
    """Puts rules into elements; what cannot be said is noted in the report."""

    def __init__(self, translator: Translator, texts: Texts, report: Report) -> None:
        self.translator = translator
        self.texts = texts
        self.report = report

    def place(self, item: Item) -> Place:
        """Return where the expressions of a row stand."""
        assert item.target is not None
        return Place(item.target.rosters, item.target)

    def _condition(self, item: Item, column: str, place: Place) -> Piece | None:
        """Return a condition; None when it has no equal, which is noted."""
        text = item.cell(column)
        plain = yes_or_no(text)
        if plain is not None:
            return js.truth(plain)
        try:
            return self.translator.condition(text, place)
        except Refused as refused:
            self.report.loss(SURVEY, item.row, column, refused)
            return None

    def relevance(self, item: Item, made: Element, place: Place) -> None:
        """Put in when it is asked."""
        if not item.cell("relevant"):
            return
        found = self._condition(item, "relevant", place)
        if found == js.FALSE:
            made["visible"] = False
        elif found is not None and found != js.TRUE:
            made["visibleIf"] = found.text

    def when_asked(self, item: Item, place: Place) -> Piece:
        """Return when a row and all groups around it are asked; for what is not shown."""
        parts = []
        for each in (item, *item.above):
            if each.kind == "repeat":
                break
            if each.cell("relevant"):
                at = place if each is item else self.place(each)
                found = self._condition(each, "relevant", at)
                parts += [found] if found is not None else []
        return shown_when(parts)

    def calculation(self, item: Item, place: Place) -> Piece:
        """Return a calculation as a value. Raises Refused."""
        text, default = item.cell("calculation"), item.cell("default")
        if not text and default and not is_dynamic(default):
            return js.text_literal(default)
        if not text and not default:
            message = _("The calculation is empty.")
            remedy = _("Write it in the column calculation.")
            raise Refused("calculation_missing", message, remedy)
        return self.translator.value(text or default, place)

    def misplaced_filter(self, item: Item, place: Place) -> None:
        """Note a choice_filter of what has no choices; what it names has to exist all the same."""
        text = item.cell("choice_filter")
        if not text or item.type.startswith("select") or item.type == "rank":
            return
        message = _("Only questions with choices have a choice_filter.")
        refused = Refused("filter_without_choices", message, _("Take it out."))
        try:
            for name in sorted(names_in(parsed(text))):
                self.translator.names.find(name, place)
        except Refused as broken:
            self.report.loss(SURVEY, item.row, "choice_filter", broken)
        else:
            self.report.note(SURVEY, item.row, "choice_filter", refused)

    def answers(self, item: Item, made: Element, place: Place) -> None:
        """Put in what is required, right, written by itself and read-only."""
        if made["type"] in _NO_ANSWER:
            self._note_has_none(item)
            self.trigger(item)
            self.unused(item, _OF_NOTES, _GIVING)
            return
        self._required(item, made, place)
        self._constraint(item, made, place)
        self._default(item, made, place)
        self._calculated(item, made, place)
        self.read_only(item, made, place)
        self.trigger(item)

    def moment(self, item: Item) -> None:
        """List what a row says that fills itself in when the form is begun: nobody is asked."""
        if item.cell("relevant"):
            message = _("%(type)s is kept at every interview, also when the condition is not met.")
            remedy = _("Take the condition out, or ask for the time in a question of its own.")
            refused = Refused("relevant_left_out", message % {"type": item.type}, remedy)
            self.report.loss(SURVEY, item.row, "relevant", refused)
        self.trigger(item)
        self.unused(item, _OF_MOMENTS, _GIVING)

    def read_only(self, item: Item, made: Element, place: Place) -> None:
        """Put in whether answers can be changed; a group or repeat says it for all in it."""
        if not item.cell("read_only"):
            return
        found = self._condition(item, "read_only", place)
        if found == js.TRUE and made["type"] != "expression":
            made["readOnly"] = True
        elif found not in (None, js.TRUE, js.FALSE):
            assert found is not None
            made["enableIf"] = js.negated(found).text

    def trigger(self, item: Item) -> None:
        """List a calculation that waits for another answer."""
        if item.cell("trigger"):
            message = _("A calculation that waits for another answer (trigger) has no equal.")
            refused = Refused("trigger_left_out", message, _("Calculate it without the trigger."))
            self.report.loss(SURVEY, item.row, "trigger", refused)

    def unused(
        self, item: Item, used: Collection[str], judging: Collection[str] = _JUDGING
    ) -> None:
        """List the columns of a row that say nothing here; those of `judging` are losses."""
        for column in sorted(COLUMNS - _SAYS_NOTHING - frozenset(used)):
            text = item.cell(column)
            if not text or (column in judging and yes_or_no(text) is False):
                continue
            message = _("The column %(name)s is not used on this row.") % {"name": column}
            refused = Refused("cell_left_out", message, _("Say it on a question."))
            listed = self.report.loss if column in judging else self.report.note
            listed(SURVEY, item.row, column, refused)

    def _note_has_none(self, item: Item) -> None:
        """A required note stops an interview in ODK for as long as it is shown."""
        if yes_or_no(item.cell("required")) is False:
            return
        message = _("A required note stops the interview in ODK; here it is only shown.")
        remedy = _("Write the rule as a constraint of the question it is about.")
        self.report.loss(SURVEY, item.row, "required", Refused("note_required", message, remedy))

    def _required(self, item: Item, made: Element, place: Place) -> None:
        if not item.cell("required"):
            return
        found = self._condition(item, "required", place)
        if found is None or found == js.FALSE:
            return
        if found == js.TRUE:
            made["isRequired"] = True
        else:
            made["requiredIf"] = found.text
        words = self.texts.of(item.texts, "required_message", item.row, SURVEY, place)
        if words:
            made["requiredErrorText"] = words

    def _constraint(self, item: Item, made: Element, place: Place) -> None:
        text = item.cell("constraint")
        if not text:
            return
        words = self.texts.of(item.texts, "constraint_message", item.row, SURVEY, place)
        words = words or self.texts.words(_NOT_MET)
        try:
            validators = self._validators(parsed(text), place, words)
        except Refused as refused:
            self.report.loss(SURVEY, item.row, "constraint", refused)
            return
        if validators:
            made["validators"] = validators

    def _validators(self, tree: Node, place: Place, words: Any) -> list[Element]:
        """Return a rule per pattern, and one for the rest; ODK judges no empty answer."""
        patterns, rest = [], []
        for node in operands(tree, "and"):
            pattern = _pattern_of(node, place)
            if pattern is None:
                rest.append(js.as_condition(self.translator.piece(node, place)))
            else:
                patterns.append({"type": "regex", "regex": f"^(?:{pattern})$", "text": words})
        found = js.joined(rest, "and")
        if found == js.TRUE:
            return patterns
        assert place.current is not None
        own = self.translator.piece(CURRENT, place)
        empty = Piece(f"{own.text} empty", "boolean", js.COMPARED)
        rule = js.joined([empty, found], "or") if found != js.FALSE else empty
        return [*patterns, {"type": "expression", "expression": rule.text, "text": words}]

    def _default(self, item: Item, made: Element, place: Place) -> None:
        text = item.cell("default")
        if not text:
            return
        try:
            if is_dynamic(text):
                made["defaultValueExpression"] = self.translator.value(text, place).text
            else:
                made["defaultValue"] = default_of(item, made, text)
        except Refused as refused:
            self.report.loss(SURVEY, item.row, "default", refused)

    def _calculated(self, item: Item, made: Element, place: Place) -> None:
        """A calculation of a question that is shown: computed when read-only, else written in."""
        text = item.cell("calculation")
        if not text:
            return
        try:
            found = self.translator.value(text, place)
        except Refused as refused:
            self.report.loss(SURVEY, item.row, "calculation", refused)
            return
        if yes_or_no(item.cell("read_only")) and made["type"] in ("text", "comment"):
            for key in ("inputType", "step", "isRequired", "validators"):
                made.pop(key, None)
            made["type"], made["expression"] = "expression", found.text
        else:
            made["setValueExpression"] = found.text

    def count_of_rows(self, item: Item, made: Element, place: Place) -> None:
        """Put in how many rows there are: as many as said, or a rule that asks for that number."""
        text = item.cell("repeat_count")
        if not text:
            return
        around = Place(place.rosters)
        try:
            found = js.settled(js.as_number(self.translator.piece(parsed(text), around)))
            if isinstance(found.literal, float):
                count = int(found.literal)
                if not 1 <= count <= caps.PANEL_ROWS:
                    message = _("A repeat can have 1 to %(cap)d rows.") % {"cap": caps.PANEL_ROWS}
                    raise Refused("bad_repeat_count", message, _("Correct the number."))
                made["minPanelCount"] = made["maxPanelCount"] = count
                return
        except Refused as refused:
            self.report.loss(SURVEY, item.row, "repeat_count", refused)
            return
        own = f"panel.{made['name']}" if place.rosters else made["name"]
        whole = found.text if js.is_name(found.text) else f"toInteger({found.text})"
        rule = f"countRows({{{own}}}) = max({whole}, 0)"
        words = self.texts.words(_WRONG_COUNT)
        made["validators"] = [{"type": "expression", "expression": rule, "text": words}]
        message = _("Rows are added by hand; a rule asks for exactly the number given.")
        by_hand = Refused("rows_by_hand", message, _("Nothing to do."))
        self.report.note(SURVEY, item.row, "repeat_count", by_hand)


def _pattern_of(node: Node, place: Place) -> str | None:
    """Return the pattern of `regex(., 'pattern')`, None for anything else."""
    if not isinstance(node, Call) or node.name != "regex" or len(node.arguments) != 2:
        return None
    value, pattern = node.arguments
    is_own = value == CURRENT or (
        isinstance(value, Ref) and place.current is not None and value.name == place.current.name
    )
    return pattern.value if is_own and isinstance(pattern, String) else None


def names_in(node: Node) -> set[str]:
    """Return the names that an expression reads as ${name}."""
    return {item.name for item in walk(node) if isinstance(item, Ref)}
