"""The corpus in V8: the office gives the verdict that the phone gives."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

import pytest

from kegiatan.form.canonical import canonical_answers
from kegiatan.form.editing import answer_changes, merge_editable
from kegiatan.form.elements import ELEMENT_TYPES
from kegiatan.form.engine import Engine, checksum
from kegiatan.form.engine_results import Finding, Verdict
from kegiatan.form.label import label_from_template
from kegiatan.form.questions import form_scope
from tests.kegiatan.engine_corpus import Case, read_cases

CASES = read_cases()
OPTIONS = {"locale": "locale", "now": "now", "assignmentId": "assignment_id", "known": "known"}


@pytest.fixture(scope="module")
def v8() -> Iterator[Engine]:
    found = Engine(timeout_seconds=60)  # not a test of speed, and the machine may be busy
    yield found
    found.close()


def verdict_of(v8: Engine, case: Case, answers: dict[str, Any]) -> Verdict:
    options: Any = {OPTIONS[key]: value for key, value in (case.options or {}).items()}
    key = checksum(case.form)
    return v8.evaluate(case.form, answers, case.prefilled, key=key, **options)


def cut_down(findings: tuple[Finding, ...], wanted: list[dict[str, str]]) -> list[dict[str, str]]:
    result = []
    for index, finding in enumerate(findings):
        keys = set(wanted[index]) if index < len(wanted) else {"path", "code"}
        keys |= {"part"} if finding.part else set()
        result.append({key: value for key, value in asdict(finding).items() if key in keys})
    return result


def other(v8: Engine, case: Case, key: str) -> Any:
    before = case.before or {}
    if key in ("kept", "refused"):
        edited = v8.run("editable", case.form, case.role, before, case.answers)
        return edited["answers" if key == "kept" else "refused"]
    if key == "changes":
        found = v8.run("compare", case.form, before, case.answers)
        return [{name: item[name] for name in ("path", "old", "new")} for item in found]
    assert key == "read_only"
    return locked_names(v8.run("prepare", case.form, case.role))


def locked_names(prepared: dict[str, Any]) -> list[str]:
    names: list[str] = []

    def visit(element: dict[str, Any]) -> None:
        if element.get("readOnly") is True:
            names.append(element["name"])
        if element.get("allowAddPanel") is False or element.get("allowAddRows") is False:
            names.append(f"{element['name']}[]")
        for key in ("elements", "templateElements", "columns"):
            for child in element.get(key, []):
                visit(child)

    for page in prepared["pages"]:
        visit(page)
    return names


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_case(v8: Engine, case: Case) -> None:
    verdict = verdict_of(v8, case, case.answers) if "errors" in case.expect else None
    found: dict[str, Any] = {}
    for key, wanted in case.expect.items():
        if verdict is None:
            found[key] = other(v8, case, key)
        elif key in ("errors", "warnings"):
            found[key] = cut_down(getattr(verdict, key), wanted)
        elif key == "progress":
            found[key] = {"answered": verdict.answered, "total": verdict.total}
        elif key == "lookups":
            found[key] = [asdict(lookup) for lookup in verdict.lookups]
        else:
            value = getattr(verdict, key)
            found[key] = list(value) if isinstance(value, tuple) else value
    assert found == case.expect


def test_the_corpus_covers_every_kind_of_question() -> None:
    kinds = {question.kind for case in CASES for question in form_scope(case.form).walk()}
    kinds |= {kind for case in CASES for kind in display_kinds(case.form)}
    assert kinds >= ELEMENT_TYPES - {"panel"}
    assert len(CASES) >= 150


def display_kinds(form: dict[str, Any]) -> set[str]:
    elements = [element for page in form["pages"] for element in page["elements"]]
    return {element["type"] for element in elements if element["type"] in ("html", "image")}


JUDGED = [case for case in CASES if "errors" in case.expect]


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: f"{case.file}: {case.name}")
def test_python_and_the_engine_agree_on_answers_and_label(v8: Engine, case: Case) -> None:
    nowhere = "00000000-0000-0000-0000-000000000000"
    assignment = (case.options or {}).get("assignmentId", nowhere)
    scope = form_scope(case.form)
    ours = canonical_answers(case.answers, scope=scope, assignment_id=UUID(assignment))
    assert v8.run("canonical", case.form, case.answers, assignment) == ours.answers
    template = case.form.get("assignment_label_template", "")
    verdict = verdict_of(v8, case, case.answers)
    label = label_from_template(template, verdict.answers, case.prefilled, scope=scope)
    assert verdict.label == label
    again = canonical_answers(verdict.answers, scope=scope, assignment_id=UUID(assignment))
    assert again.answers == verdict.answers


EDITED = [case for case in CASES if "errors" not in case.expect]


@pytest.mark.parametrize("case", EDITED, ids=lambda case: f"{case.file}: {case.name}")
def test_python_and_the_engine_agree_on_edits(v8: Engine, case: Case) -> None:
    scope, before = form_scope(case.form), case.before or {}
    merged = merge_editable(scope, case.role, before, case.answers)
    edited = v8.run("editable", case.form, case.role, before, case.answers)
    assert edited == {"answers": merged.answers, "refused": list(merged.refused_paths)}
    found = v8.run("compare", case.form, before, case.answers)
    expected = [asdict(diff) for diff in answer_changes(before, case.answers)]
    assert [{key: item[key] for key in ("path", "old", "new")} for item in found] == expected
