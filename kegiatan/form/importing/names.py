"""What names in an imported form point to, and how SurveyJS reads them from where they are used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from kegiatan.form.importing.refused import Refused as Refused
from kegiatan.form.importing.surveyjs import TEXTUAL, Piece, Type

Kind = Literal["question", "group", "roster"]


@dataclass(slots=True)
class Target:
    """A question, calculation, group or roster of the form that is being imported.

    key: its name here; rosters: keys of the rosters around it, outermost first; type: of its
    answers; values: what its choices are; hides: whether it or a group around it, up to its
    roster, is shown under a condition; lost: why it has no answer here, "" when it has.
    """

    name: str
    key: str
    kind: Kind
    rosters: tuple[str, ...] = ()
    type: Type = "any"
    values: frozenset[str] = field(default_factory=frozenset)
    hides: bool = False
    lost: str = ""
    is_calculated: bool = False
    parent: "Target | None" = None
    children: "dict[str, Target]" = field(default_factory=dict)


class Names:
    """The names of one form. root: the form itself, as a group."""

    def __init__(self) -> None:
        self.root = Target("", "", "group")
        self._by_name: dict[str, list[Target]] = {}

    def add(self, target: Target) -> None:
        """Take a name in; the first of several that are the same is found first."""
        self._by_name.setdefault(target.name, []).append(target)
        if target.parent is not None:
            target.parent.children.setdefault(target.name, target)

    @property
    def keys(self) -> set[str]:
        """Return every name that something has here."""
        return {target.key for targets in self._by_name.values() for target in targets}

    def named(self, name: str) -> list[Target]:
        """Return everything that has this name in the file."""
        return self._by_name.get(name, [])

    def find(self, name: str, place: "Place") -> Target:
        """Return what `${name}` means. Raises Refused: unknown_reference, ambiguous_reference."""
        found = self._by_name.get(name, [])
        if len(found) > 1:
            near = [target for target in found if target.rosters == place.rosters]
            found = near if len(near) == 1 else found
        if not found:
            message = _("${%(name)s} is no question of this form.") % {"name": name[:80]}
            raise Refused("unknown_reference", message, _("Correct the name, or add the question."))
        if len(found) > 1:
            message = _("${%(name)s} can mean several questions.") % {"name": name[:80]}
            raise Refused("ambiguous_reference", message, _("Give each question its own name."))
        return found[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands.

    rosters: keys of the rosters around it; current: the question that `.` means; columns: values of
    the choice whose filter it is, by column; row: names are read in the rows of this roster.
    """

    rosters: tuple[str, ...] = ()
    current: Target | None = None
    columns: Mapping[str, str] | None = None
    row: tuple[str, ...] | None = None


def read(target: Target, place: Place) -> Piece:
    """Return how the answer of a question is read. Raises Refused."""
    if target.lost:
        message = _("%(name)s was not taken over: %(why)s")
        shown = message % {"name": target.name[:80], "why": target.lost}
        remedy = _("Take the reference out, or ask the question in another way.")
        raise Refused("refers_to_lost", shown, remedy)
    if target.kind == "group":
        message = _("%(name)s is a group, which has no answer.") % {"name": target.name[:80]}
        raise Refused("group_as_value", message, _("Name a question in it."))
    path = _path(target, place)
    is_open = target.type in ("number", "digits", "any", "date", "time", "datetime")
    return Piece(
        f"{{{path}}}",
        target.type,
        raw=f"{{#{path}}}" if target.type in TEXTUAL else "",
        may_be_empty=is_open,
        values=target.values,
    )


def _path(target: Target, place: Place) -> str:
    if place.row is not None:
        if target.rosters == place.row:
            return target.key
        message = _("The condition on rows reads %(name)s, which stands outside these rows.")
        shown = message % {"name": target.name[:80]}
        remedy = _("Add a calculation to the rows that copies it, and compare with that.")
        raise Refused("outside_the_rows", shown, remedy)
    here, there = place.rosters, target.rosters
    if not there:
        return target.key
    if there == here:
        return f"panel.{target.key}"
    if there == here[: len(there)]:
        if len(here) - len(there) == 1:
            return f"parentPanel.{target.key}"
        message = _("%(name)s stands two rosters further out.") % {"name": target.name[:80]}
        remedy = _("Copy it into the roster between with a calculation.")
        raise Refused("too_far_out", message, remedy)
    message = _("%(name)s stands in the rows of %(roster)s: which row is meant is not said.")
    shown = message % {"name": target.name[:80], "roster": there[-1][:80]}
    remedy = _("Use sum, count, min, max, join or indexed-repeat.")
    raise Refused("row_not_said", shown, remedy)


def roster_of(target: Target, place: Place) -> str:
    """Return how the roster that holds `target`, or that it is, is read from outside its rows.

    Raises Refused when it does not lie directly inside the place.
    """
    chain = target.rosters
    keys = (*chain, target.key) if target.kind == "roster" else chain
    around, key = keys[:-1], keys[-1] if keys else ""
    if not keys:
        message = _("%(name)s stands in no repeat.") % {"name": target.name[:80]}
        raise Refused("not_in_a_roster", message, _("Name a question inside a repeat."))
    if not around:
        return f"{{{key}}}"
    here = place.rosters
    if around == here:
        return f"{{panel.{key}}}"
    if around == here[: len(around)] and len(here) - len(around) == 1:
        return f"{{parentPanel.{key}}}"
    message = _("The repeat %(roster)s lies inside other rows.") % {"roster": key[:80]}
    remedy = _("Add it up in the rows first, then add these up.")
    raise Refused("nested_aggregate", message, remedy)
