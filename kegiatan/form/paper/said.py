"""What stands beside a question on paper: when it is asked, its limits, where its answers lead."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form import elements as el
from kegiatan.form.exporting.condition_words import condition_words, question_number
from kegiatan.form.exporting.skips import Skip, Value, is_passed_over, skips_after
from kegiatan.form.exporting.variables import Variable
from kegiatan.form.linting_tree import FormTree, Node
from kegiatan.form.questions import Question

NAMED = 40  # questions named one by one


class Sayings:
    """Words beside the questions of one form, in the active language."""

    def __init__(self, tree: FormTree, variables: Mapping[str, Variable]) -> None:
        self.variables = variables
        self.names: dict[str, Question] = {}
        for variable in variables.values():
            if variable.path == variable.question.path:
                self.names.setdefault(variable.question.key.lower(), variable.question)
        self.among: dict[int, list[Node]] = {}
        for node in tree.questions:
            if node.full_key in variables:
                self.among.setdefault(id(node.names), []).append(node)
        self.by_row: dict[int, dict[str, Question]] = {}
        self.index = {
            node: number for nodes in self.among.values() for number, node in enumerate(nodes)
        }
        self.outcome: dict[str, Any] = {}
        for question in self.names.values():
            if question.visit_outcome:
                done = question.element.get("visitOutcomeDone", "selesai")
                done = done if isinstance(done, list) else [done]
                self.outcome = {"key": question.key, "done": done}

    def above(self, node: Node) -> list[str]:
        """Return the condition of a question, panel or page itself, as an instruction."""
        condition = node.element.get("visibleIf")
        if not isinstance(condition, str) or not condition.strip():
            return []
        names = ChainMap(self._row_names(node), self.names)
        return [_("Only if %(condition)s") % {"condition": condition_words(condition, names)}]

    def below(self, node: Node) -> list[str]:
        """Return the limits of an answer."""
        variable = self.variables[node.full_key]
        low, high = variable.minimum, variable.maximum
        is_counted = variable.value_type in ("number", "rows", "codes")
        if is_counted and low and high:
            return [_("From %(low)s to %(high)s") % {"low": low, "high": high}]
        if is_counted and (low or high):
            said = _("At least %(limit)s") if low else _("At most %(limit)s")
            return [said % {"limit": low or high}]
        return []

    def skips(self, node: Node) -> list[str]:
        """Return the skip instructions below the answer of a question."""
        variable = self.variables[node.full_key]
        question = variable.question
        if variable.value_type not in ("code", "truth"):
            return []
        values = [choice.value for choice in question.choices]
        among = self.among[id(node.names)]
        following = among[self.index[node] + 1 :]
        made = [
            self._skip(variable, skip)
            for skip in skips_after(node, values, following, self.outcome)
            if len(skip.values) < len(values)
        ]
        if question.visit_outcome:
            made += self._ended(variable, node, following)
        return made

    def _row_names(self, node: Node) -> dict[str, Question]:
        place = id(node.names)
        if place not in self.by_row:
            self.by_row[place] = {
                near.key.lower(): self.variables[near.full_key].question
                for near in self.among.get(place, [])
            }
        return self.by_row[place]

    def _skip(self, variable: Variable, skip: Skip) -> str:
        name, answers = _name(variable), _answers(variable, skip.values)
        if skip.target is not None:
            target = _name(self.variables[skip.target.full_key])
            words = _("If %(name)s = %(answers)s, go to %(target)s")
            return words % {"name": name, "answers": answers, "target": target}
        if variable.question.roster:
            words = _("If %(name)s = %(answers)s, go to the next line")
        else:
            words = _("If %(name)s = %(answers)s, the interview ends")
        return words % {"name": name, "answers": answers}

    def _ended(self, variable: Variable, node: Node, following: list[Node]) -> Iterator[str]:
        """Yield what is still asked when the visit was not finished."""
        others = [c.value for c in variable.question.choices if c.value not in self.outcome["done"]]
        if not others:
            return
        asked = [
            _name(self.variables[after.full_key])
            for after in following
            if not all(
                is_passed_over(after, node, {node.key.lower(): value}, self.outcome)
                for value in others
            )
        ]
        words = _("If %(name)s = %(answers)s, fill in only: %(asked)s")
        yield words % {
            "name": _name(variable), "answers": _answers(variable, others),
            "asked": ", ".join(asked[:NAMED]) or "–",
        }  # fmt: skip


def _name(variable: Variable) -> str:
    return question_number(variable.label) or variable.name


def _answers(variable: Variable, values: Any) -> str:
    """Return answers as they are written on paper: codes, or words where words are ticked."""
    labels = {str(value).lower(): label for value, label in variable.values}
    said = []
    for value in values:
        text = _text(value)
        is_word = variable.value_type == "truth" or len(text) > 3
        said.append(labels.get(text.lower(), text) if is_word else text)
    return " / ".join(el.localized(word) for word in said)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
