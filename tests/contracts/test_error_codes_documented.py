"""Every code that a person or a program can meet is in docs/errors.md, and nothing else is.

Every setting that is read from the environment is in docs/operations.md.
"""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

from assignments.models import ParkedOperation
from cerdas.api.errors import _CODES as CODES_OF_STATUS
from cerdas.errors import CerdasError

ROOT: Path = settings.BASE_DIR
APPS = ("cerdas", "satker", "kegiatan", "assignments", "masterdata")
# Where the code stands in the call that says it: position, or keyword.
CODE_AT = {
    "Refusal": 3,
    "Refused": 0,
    "_Rule": 2,
    "_Fault": 1,
    "FormFault": 1,
    "ShapeFault": 1,
    "FileUnreadable": 1,
    "add_row": 1,
    "_add": 1,
    "parked": 0,
    "retry": 0,
    "conflict": 0,
}
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")


def modules() -> Iterator[ModuleType]:
    """Import every module of every app, so that every class exists."""
    for app in APPS:
        package = importlib.import_module(app)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{app}."):
            # not meant to be imported: they do their work when they are
            if found.name in ("cerdas.wsgi", "assignments.services.image_check"):
                continue
            if ".migrations" in found.name or ".settings" in found.name:
                continue
            if found.name.endswith(("_worker", "__main__", "subprocess_limits")):
                continue
            yield importlib.import_module(found.name)


def subclasses(base: type) -> Iterator[type]:
    """Give all classes below a class, of our own apps."""
    for below in base.__subclasses__():
        if below.__module__.split(".")[0] in APPS:
            yield below
        yield from subclasses(below)


def error_classes() -> dict[str, list[type[CerdasError]]]:
    """Return {code: classes}."""
    list(modules())
    found: dict[str, list[type[CerdasError]]] = defaultdict(list)
    found[CerdasError.code].append(CerdasError)
    for error in subclasses(CerdasError):
        found[error.code].append(error)
    return found


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Give (path, syntax tree) of all our code."""
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in file.parts and "demo" not in file.parts:
                yield str(file.relative_to(ROOT)), ast.parse(file.read_text())


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def texts(node: ast.AST) -> Iterator[str]:
    """Give the texts in an expression that could be codes."""
    for inner in ast.walk(node):
        value = inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(value, str) and _CODE.fullmatch(value):
            yield value


def codes_in_calls() -> dict[str, set[str]]:
    """Return {code: places} of codes that are no class: rows, faults, reasons."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in CODE_AT:
                place = CODE_AT[called(node)]
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    for code in texts(node.args[place]):
                        found[code].add(path)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("_why"):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        for code in _returned(inner.value):
                            found[code].add(path)
    return found


def _returned(value: ast.expr) -> Iterator[str]:
    """Give the texts that an expression can be."""
    if isinstance(value, ast.IfExp):
        yield from _returned(value.body)
        yield from _returned(value.orelse)
    elif isinstance(value, ast.Constant):
        yield from texts(value)


def documented() -> dict[str, list[list[str]]]:
    """Return {code: rows of docs/errors.md in which it comes first}."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for line in (ROOT / "docs" / "errors.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            found[cells[0].strip("`")].append(cells)
    return found


def refusals() -> dict[str, list[str]]:
    """Return {code: row} of the table of refusals, which alone has five columns."""
    return {code: row for code, rows in documented().items() for row in rows if len(row) == 5}


def test_every_refusal_is_documented_with_its_status() -> None:
    table = refusals()
    for code, classes in error_classes().items():
        assert code in table, f"{code} ({classes[0].__module__}) is missing in docs/errors.md"
        _code, status, retryable, meaning, remedy = table[code]
        assert "" not in (meaning, remedy), code
        for error in classes:
            assert int(status) == error.status, f"{code}: {error} answers {error.status}"
            assert (retryable == "yes") == error.retryable, f"{code}: {error}"
    for status, code in CODES_OF_STATUS.items():
        assert table[code][1] == str(status)


def test_a_code_has_one_meaning() -> None:
    # One row says what a code means; classes that share it say the same to different people.
    shared = {code: classes for code, classes in error_classes().items() if len(classes) > 1}
    assert {code: {error.__name__ for error in classes} for code, classes in shared.items()} == {
        "invalid": {"Invalid", "FormFaulty"},
        "not_allowed": {"NotAllowed", "NotEditable"},
        "predecessor_failed": {"PredecessorFailed", "PredecessorWaits"},
        "file_unreadable": {"FileUnreadable", "CannotRead"},
    }
    repeated = [
        code for code, row in documented().items() if len([r for r in row if len(r) == 5]) > 1
    ]
    assert not repeated


def test_every_code_of_a_row_a_fault_and_a_reason_is_documented() -> None:
    missing = {
        code: sorted(places)
        for code, places in codes_in_calls().items()
        if code not in documented()
    }
    assert not missing, f"add these to docs/errors.md: {missing}"
    assert {"reassigned", "cancelled", "role_gone", "left_satker"} <= set(codes_in_calls())


def section(heading: str) -> set[str]:
    """Return the codes in the table below a heading of docs/errors.md, and those it refers to."""
    text = (ROOT / "docs" / "errors.md").read_text().split(f"\n## {heading}", 1)[1]
    return set(re.findall(r"`([a-z_0-9]+)`", text.split("\n## ", 1)[0]))


def test_every_code_of_a_row_of_units_is_among_those_of_rows() -> None:
    tree = ast.parse((ROOT / "assignments" / "importing" / "rows.py").read_text())
    codes = {
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "add" and len(node.args) == 3
        and isinstance(node.args[1], ast.Constant)
    }  # fmt: skip
    assert {"missing", "too_long"} <= codes
    assert codes <= section("Rows of a file (")


def test_every_documented_code_exists() -> None:
    written = {code for _path, tree in sources() for code in texts(tree)}
    gone = set(documented()) - written
    assert not gone, f"docs/errors.md names codes that the code does not know: {gone}"


def test_every_code_fits_its_column() -> None:
    longest = ParkedOperation._meta.get_field("reason").max_length
    assert longest is not None
    assert all(len(code) <= longest for code in {*error_classes(), *codes_in_calls()})


def settings_read() -> dict[str, set[str]]:
    """Return {variable: files} of what our code reads from the environment."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in sources():
        for node in ast.walk(tree):
            name: ast.AST | None = None
            if isinstance(node, ast.Call) and node.args:
                function = ast.unparse(node.func)
                if function in ("os.environ.get", "os.getenv", "environ.get", "env_list"):
                    name = node.args[0]
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                name = node.slice if ast.unparse(node.value) in ("os.environ", "environ") else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found[name.value].add(path)
    return found


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    known = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", text))
    missing = {name: sorted(at) for name, at in settings_read().items() if name not in known}
    assert not missing, f"add these to docs/operations.md: {missing}"
    assert {"DATABASE_URL", "SECRET_KEY", "NUM_PROXIES"} <= set(settings_read())


@pytest.mark.parametrize("reader", ["cerdas/settings/"])
def test_settings_are_read_in_one_place(reader: str) -> None:
    # The embedded PostgreSQL, commands and the launcher of the demo run before or beside settings.
    elsewhere = {
        name: {path for path in at if not path.startswith(reader)}
        for name, at in settings_read().items()
    }
    allowed = {
        "cerdas/wsgi.py",
        "cerdas/embedded_postgres",
        "cerdas/management/",
        "satker/management/",
    }
    wrong = {
        name: at
        for name, at in elsewhere.items()
        if any(not path.startswith(tuple(allowed)) for path in at)
    }
    assert not wrong
