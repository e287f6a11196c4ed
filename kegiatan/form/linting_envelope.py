"""Faults around the questions: columns, label template, master data."""

from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext as _

from kegiatan.form import elements as el
from kegiatan.form.expression import names_in_text, path_parts
from kegiatan.form.form_fault import WARNING, FormFault
from kegiatan.form.linting_names import computed_names, in_names
from kegiatan.form.linting_tree import FormTree
from kegiatan.form.questions import LEVEL_KEYS

# {type: versions that are loaded}
Masters = Mapping[str, Collection[int]]
COLUMN_KEYS = frozenset(LEVEL_KEYS) | {
    "assignment_label", "status", "visit_outcome", "notes", "ppl", "pml", "region_code",
    "level_4_code_full", "level_6_code_full", "form_version_used", "version",
    "submitted_by_ppl_at", "reviewed_by_pml_at", "reviewed_by_admin_at",
}  # fmt: skip
_RESPONSES, _PREFILLED = "responses.", "prefilled."


def envelope_faults(tree: FormTree, masters: Masters | None) -> Iterator[FormFault]:
    """Yield what points nowhere around the questions. masters: None when nobody can say."""
    yield from _column_faults(tree)
    yield from _label_faults(tree)
    yield from _master_faults(tree, masters)


def _column_faults(tree: FormTree) -> Iterator[FormFault]:
    seen: set[str] = set()
    for number, column in enumerate(el.items_of(tree.schema.get("assignment_table_columns"))):
        key = column.get("key") if isinstance(column, dict) else None
        if not isinstance(key, str):
            continue
        path = f"assignment_table_columns[{number}].key"
        if key in seen:
            message = _("The column %(key)s is listed twice.") % {"key": key[:80]}
            yield FormFault(path, "duplicate_column", message, _("List it once."))
        seen.add(key)
        if not _column_is_known(tree, key):
            message = _("The column %(key)s points to nothing.") % {"key": key[:80]}
            yield FormFault(path, "unknown_column", message, _column_remedy(tree, key))


def _column_is_known(tree: FormTree, key: str) -> bool:
    if key in COLUMN_KEYS or (key.startswith(_PREFILLED) and len(key) > len(_PREFILLED)):
        return True
    return key.startswith(_RESPONSES) and _is_answer(tree, key.removeprefix(_RESPONSES))


def _is_answer(tree: FormTree, name: str) -> bool:
    found = in_names(tree.root, path_parts(name))
    return (found is not None and "[" not in name) or name.lower() in computed_names(tree)


def _column_remedy(tree: FormTree, key: str) -> str:
    name = key.removeprefix(_RESPONSES)
    if name == key and _is_answer(tree, name):
        return _("Write %(name)s.") % {"name": _RESPONSES + name}
    if any(node.key.lower() == name.lower() for node in tree.questions):
        return _("Choose a question outside rosters: a unit has one value per column.")
    allowed = ", ".join(sorted(COLUMN_KEYS))
    message = _("Use responses.<question>, prefilled.<name>, or one of: %(allowed)s.")
    return message % {"allowed": allowed}


def _label_faults(tree: FormTree) -> Iterator[FormFault]:
    template = tree.schema.get("assignment_label_template")
    if not isinstance(template, str):
        return
    path, known = "assignment_label_template", _prefilled_names(tree)
    for name in names_in_text(template):
        plain = name.removeprefix(_RESPONSES)
        if name.startswith(_PREFILLED) or plain in known or _is_label_name(tree, plain):
            continue
        message = _("The label shows {%(name)s}, which is no question of the unit.")
        remedy = _("Use the name of a question outside rosters, or {prefilled.name}.")
        yield FormFault(path, "unknown_label_name", message % {"name": name[:80]}, remedy)


def _is_label_name(tree: FormTree, name: str) -> bool:
    """Return whether the server finds the answer: the label knows names exactly as written."""
    node = tree.root.nodes.get(name.lower())
    return (node is not None and node.key == name) or name.lower() in computed_names(tree)


def _prefilled_names(tree: FormTree) -> set[str]:
    names = {
        str(node.element.get("path") or node.element.get("dataKey") or node.key)
        for node in tree.questions
        if node.kind == "prefilled"
    }
    for column in el.mappings_of(tree.schema.get("assignment_table_columns")):
        key = str(column.get("key"))
        if key.startswith(_PREFILLED):
            names.add(key.removeprefix(_PREFILLED))
    return names


def _master_faults(tree: FormTree, masters: Masters | None) -> Iterator[FormFault]:
    used = [node.element.get("master") for node in tree.questions]
    for number, master in enumerate(el.items_of(tree.schema.get("masters_used"))):
        if not isinstance(master, dict) or not isinstance(master.get("type"), str):
            continue
        path, kind, version = f"masters_used[{number}]", master["type"], master.get("version")
        named = {"type": kind[:80], "version": str(version)[:20]}
        if kind not in used:
            message = _("No question uses the master data %(type)s.") % named
            remedy = _("Take it out: every phone would download it.")
            yield FormFault(path, "unused_master", message, remedy, WARNING)
        if masters is None:
            continue
        if kind not in masters:
            message = _("There is no master data %(type)s.") % named
            remedy = _("Load it first, or correct the name.")
            yield FormFault(f"{path}.type", "missing_master", message, remedy)
        elif isinstance(version, int) and version not in masters[kind]:
            message = _("Version %(version)s of the master data %(type)s is not loaded.") % named
            loaded = ", ".join(map(str, sorted(masters[kind])))
            remedy = _("Load it, or use one of: %(values)s.") % {"values": loaded}
            yield FormFault(f"{path}.version", "missing_master_version", message, remedy, WARNING)
