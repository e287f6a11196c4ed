"""Names of an XLSForm made fit for a form of ours: one per unit or row, and nothing reserved."""

import re

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form import elements as el
from kegiatan.form.importing.names import Kind, Names, Refused, Target
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.surveyjs import Type
from kegiatan.form.importing.xlsform_rows import SURVEY, Book, Item
from kegiatan.form.json_value import PROTOTYPE_NAMES

_RESERVED = {name.lower() for name in PROTOTYPE_NAMES} | {
    "tostring", "valueof", "hasownproperty", "panel", "row", "prefilled", "item", "choice", "self",
    "panelindex", "rowindex", "parentpanel", "prevpanel", "nextpanel", "visiblepanelindex",
    "pageno", "pagecount", "locale", "timespent", "questioncount", "isdisplaymode", "state",
}  # fmt: skip
_NAME = re.compile(r"[^\W\d][\w.:-]*", re.UNICODE)
TYPES: dict[str, Type] = {
    "integer": "number", "decimal": "number", "range": "number", "text": "text",
    "barcode": "text", "select_one": "choice", "select_one_external": "choice",
    "select_one_from_file": "choice", "select_multiple": "choices", "rank": "choices",
    "select_multiple_from_file": "choices", "acknowledge": "choice", "date": "date",
    "time": "time", "dateTime": "datetime", "today": "date", "start": "datetime",
}  # fmt: skip
# What Cerdas keeps with every answer by itself: who, when, on what device.
KEPT_ELSEWHERE = frozenset({
    "end", "deviceid", "username", "email", "phonenumber", "simserial", "subscriberid", "audit",
})  # fmt: skip
UNKNOWN_TYPES = frozenset({
    "geotrace", "geoshape", "background-audio", "background-geopoint", "start-geopoint",
    "begin loop",
})  # fmt: skip
CALCULATED = frozenset({"calculate", "hidden"})


def name_everything(book: Book, report: Report) -> Names:
    """Give every row a target with the key it gets here; note what had to be renamed."""
    names = Names()
    book.root.target = names.root
    pools: dict[tuple[str, ...], set[str]] = {}
    groups: list[Item] = []
    for item in book.root.walk():
        parent = item.parent.target if item.parent is not None else None
        assert parent is not None
        rosters = (*parent.rosters, parent.key) if parent.kind == "roster" else parent.rosters
        target = Target(item.name, "", _kind(item), rosters, parent=parent)
        item.target = target
        if item.kind == "group":
            target.key = item.name
            groups.append(item)
        else:
            target.key = _key(item, pools.setdefault(rosters, set()), report)
        _describe(item, target, book)
        if item.name:
            names.add(target)
    _name_groups(groups, pools)
    return names


def _kind(item: Item) -> Kind:
    if item.kind == "repeat":
        return "roster"
    return "group" if item.kind == "group" else "question"


def _describe(item: Item, target: Target, book: Book) -> None:
    target.type = TYPES.get(item.type, "any")
    target.is_calculated = item.type in CALCULATED
    chosen = book.external if item.type == "select_one_external" else book.lists
    if target.type in ("choice", "choices"):
        values = [choice.name for choice in chosen.get(item.list_name, ())]
        target.values = frozenset([*values, *(["other"] if item.has_other else [])])
    if item.type == "acknowledge":
        target.values = frozenset({"OK"})
    around = [item]
    for above in item.above:
        if above.kind == "repeat":
            break
        around.append(above)
    target.hides = any(each.cell("relevant") for each in around)


def _key(item: Item, taken: set[str], report: Report) -> str:
    """Return the name of a question or roster here; unique in its scope without regard to case."""
    wanted = item.name
    if not wanted and item.type == "note":
        wanted = f"note_{item.row.number}"  # a note needs no name in an XLSForm
    elif not wanted:
        message = _("The question has no name.")
        remedy = _("Give it a name: it is what answers are stored under.")
        report.loss(SURVEY, item.row, "name", Refused("question_without_name", message, remedy))
        wanted = f"{item.type.split()[0]}_{item.row.number}"
    elif not _NAME.fullmatch(wanted):
        message = _("The name %(name)s cannot be used.") % {"name": wanted[:80]}
        remedy = _("Begin with a letter; then letters, digits and _ only.")
        report.loss(SURVEY, item.row, "name", Refused("bad_question_name", message, remedy))
        wanted = re.sub(r"\W+", "_", wanted).strip("_") or "q"
    made = wanted.strip("_:.-").replace(":", "_")[: caps.NAME_LENGTH - 20] or "q"
    if made.lower() in _RESERVED or made.endswith((el.COMMENT_SUFFIX, el.TOTAL_SUFFIX)):
        made += "_"
    if made.lower() in taken and _siblings_share(item):
        message = _("The name %(name)s is used twice beside one another.") % {"name": wanted[:80]}
        remedy = _("Rename one of the two.")
        report.loss(SURVEY, item.row, "name", Refused("duplicate_question", message, remedy))
    if made.lower() in taken:
        around = next((above.name for above in item.above if above.name), "")
        made = f"{around}_{made}" if around else made
    number, base = 2, made
    while made.lower() in taken:
        made = f"{base}_{number}"
        number += 1
    taken.add(made.lower())
    if made != item.name and item.name and _NAME.fullmatch(item.name):
        message = _("%(name)s is called %(made)s here.") % {"name": item.name[:80], "made": made}
        remedy = _("Nothing to do; expressions follow. Exports show the new name.")
        report.note(SURVEY, item.row, "name", Refused("renamed", message, remedy))
    return made


def _siblings_share(item: Item) -> bool:
    siblings = item.parent.children if item.parent is not None else []
    named = [other for other in siblings if other.name.lower() == item.name.lower()]
    return len(named) > 1 and bool(item.name)


def _name_groups(groups: list[Item], pools: dict[tuple[str, ...], set[str]]) -> None:
    """Give groups names that no question has: conditions could mean either otherwise."""
    taken = {name for pool in pools.values() for name in pool}
    for number, item in enumerate(groups, start=1):
        assert item.target is not None
        base = re.sub(r"\W+", "_", item.target.key).strip("_") or f"group_{number}"
        made, again = base, 2
        while made.lower() in taken:
            made = f"{base}_group" if again == 2 else f"{base}_group_{again}"
            again += 1
        taken.add(made.lower())
        item.target.key = made
