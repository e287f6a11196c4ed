"""Whatever comes: a clear 4xx or an outcome with a code, never a 5xx, and nothing stored.

Except field work: a submit or create of the unit's own PPL that cannot be used is kept byte for
byte. Source: design, section 7; issue 2, "Bad input".
"""

import csv
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments.exporting.running import export_responses
from assignments.models import Assignment, AssignmentResponse, OperationType, ParkedOperation
from assignments.sync.reading import operation_bytes
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.junk import (
    BODIES,
    CONTENT_TYPES,
    JUNK,
    ODD_BODIES,
    garbage,
    json_values,
)
from tests.assignments.sending import LISTING, create, operation, outcomes, send, submit
from tests.contracts.stored import everything_stored
from tests.contracts.test_isolation import undone

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
TOP = ("id", "type", "assignment", "base_version", "after", "at", "data")
DATA = {
    "open": ("x",),
    "submit": (
        "responses", "form_version_used", "visit_outcome", "label", "verdict", "engine",
    ),
    "edit": ("responses",),
    "approve": ("notes",),
    "reject": ("notes", "comments"),
    "revert_approval": ("notes",),
    "create": ("assignment",),
}  # fmt: skip
UNIT = (
    "id", "label", "near", "prefilled_data", *(f"level_{n}_code" for n in range(1, 7)),
)  # fmt: skip
ANSWERS = (*LISTING, "foto_rumah", "geotag_rumah", "tidak_dikenal", "_archived", "_id", "\x00")


@pytest.fixture
def unit(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, other_satker: Any) -> Any:
    """A unit with answers; another office holds rows."""
    return factories.assignment(satker, kegiatan, enumerator, supervisor, responses=dict(LISTING))


def post(client: Any, kegiatan: Any, body: bytes, content_type: str = "application/json") -> Any:
    """Post bytes to operations/."""
    return client.generic(
        "POST", f"/api/v1/kegiatan/{kegiatan.pk}/operations/", body, content_type=content_type
    )


def good(kind: str, unit: Any) -> dict[str, Any]:
    """An operation that is right in every field."""
    if kind == "submit":
        made = submit(unit, data={"label": "Rumah", "verdict": {}, "engine": "e"})
    elif kind == "create":
        made = create(uuid4())
    else:
        made = operation(kind, unit, data={"notes": "alasan"})
    if kind == "edit":
        made["data"] = {"responses": {"nama_krt": "Nama Baru"}}
    return deepcopy(made)


def spoilt(kind: str, unit: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give (what, operation) with one field after the other replaced by junk."""
    places: list[tuple[str, ...]] = [(name,) for name in TOP]
    places += [("data", name) for name in DATA[kind]]
    if kind == "create":
        places += [("data", "assignment", name) for name in UNIT]
    if kind in ("submit", "edit"):
        places += [("data", "responses", name) for name in ANSWERS]
    if kind == "reject":
        places += [("data", "comments", "0", name) for name in ("path", "text")]
    for place in places:
        for junk in JUNK:
            made = good(kind, unit)
            inner: Any = made
            if "comments" in place[:-1]:
                made["data"]["comments"] = [{"path": "nama_krt", "text": "keliru"}]
            for step in place[:-1]:
                inner = inner[int(step)] if isinstance(inner, list) else inner[step]
            inner[place[-1]] = junk
            yield f"{kind} {'.'.join(place)} = {junk!r:.60}", made


def check_kept_or_unchanged(
    what: str, raw: bytes, response: Any, before: dict[str, Any], kind: str = ""
) -> str:
    """Check the contract for one operation; return its outcome."""
    assert response.status_code == 200, f"{what}: {response.status_code} {response.content!r:.300}"
    [result] = response.json()["results"]
    outcome = result["outcome"]
    assert outcome != "retry", f"{what}: {result}"
    if outcome == "applied":
        return "applied"
    assert result["code"], f"{what}: {result}"
    assert result["message"], f"{what}: {result}"
    if outcome == "parked":
        assert kind in ("", "submit", "create"), what
        with tenant_scope(_the_office()):
            [parked] = ParkedOperation.objects.all()
            assert bytes(parked.payload) == raw, f"{what}: not byte for byte"
            assert parked.reason == result["code"]
        after = everything_stored()
        changed = {table for table in before if before[table] != after[table]}
        assert changed == {"applied_operations", "parked_operations"}, what
    else:
        assert everything_stored() == before, f"{what} stored something: {result}"
    return str(outcome)


def _the_office() -> Any:
    from satker.models import Satker

    return Satker.objects.get(code="6104")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_batch_is_refused(
    body: bytes, unit: Any, kegiatan: Any, enumerator: Any, api: Any
) -> None:
    before = everything_stored()
    for who in (enumerator, None):
        response = post(api(who), kegiatan, body)
        assert response.status_code in ((400, 413) if who else (401, 413)), response.content[:300]
        envelope = response.json()
        assert set(envelope) == {"code", "message", "details", "retryable"}
        assert envelope["code"] in {
            "unparsable", "invalid", "too_large", "not_authenticated"
        }  # fmt: skip
    assert everything_stored() == before


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_a_body_that_strict_readers_refuse_is_judged_operation_by_operation(
    body: bytes, unit: Any, kegiatan: Any, enumerator: Any, api: Any
) -> None:
    before = everything_stored()
    response = post(api(enumerator), kegiatan, body)
    assert response.status_code == 200, response.content[:300]
    results = response.json()["results"]
    assert results
    assert {(result["outcome"], result["code"]) for result in results} == {("refused", "invalid")}
    assert everything_stored() == before


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_another_content_type_is_refused(
    content_type: str, unit: Any, kegiatan: Any, enumerator: Any, api: Any
) -> None:
    before = everything_stored()
    body = json.dumps({"operations": [submit(unit)]}).encode()
    response = post(api(enumerator), kegiatan, body, content_type)
    assert response.status_code in (400, 415), response.content
    assert response.json()["code"] in ("unsupported_media_type", "invalid")
    assert everything_stored() == before


@pytest.mark.parametrize("kind", OperationType.values)
def test_a_wrong_value_in_any_field_gives_an_outcome_with_a_code(
    kind: str, unit: Any, kegiatan: Any, satker: Any, enumerator: Any, supervisor: Any, api: Any
) -> None:
    status = {"edit": "Submitted by PPL", "approve": "Submitted by PPL",
              "reject": "Submitted by PPL", "revert_approval": "Approved by PML"}  # fmt: skip
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(status=status.get(kind, "Assigned"))
    ours = {"open", "submit", "create"}
    client = api(enumerator if kind in ours else supervisor)
    before, seen = everything_stored(), set()
    for what, made in spoilt(kind, unit):
        raw = json.dumps(made, separators=(" ,", ":  ")).encode()
        with undone():
            response = post(client, kegiatan, b'{ "operations" :[\n' + raw + b" ]}")
            seen.add(check_kept_or_unchanged(what, raw, response, before, kind))
    assert {"applied", "refused"} <= seen
    assert ("parked" in seen) == (kind in ("submit", "create"))


@pytest.mark.parametrize("depth", [100, 250, 400, 1000])
@pytest.mark.parametrize("place", ["responses", "verdict", "prefilled_data", "after", "id"])
def test_deep_nesting_that_parses_gives_an_outcome(
    depth: int, place: str, unit: Any, kegiatan: Any, enumerator: Any, api: Any
) -> None:
    deep = "[" * depth + "]" * depth
    made = good("create" if place == "prefilled_data" else "submit", unit)
    if place in ("id", "after"):
        made[place] = "@"
    elif place == "responses":
        made["data"]["responses"] = {**LISTING, "tidak_dikenal": "@"}
    elif place == "verdict":
        made["data"]["verdict"] = "@"
    else:
        made["data"]["assignment"]["prefilled_data"] = {"a": "@"}
    raw = json.dumps(made).replace('"@"', deep).encode()
    before = everything_stored()
    response = post(api(enumerator), kegiatan, b'{"operations": [' + raw + b"]}")
    outcome = check_kept_or_unchanged(f"{place} {depth}", raw, response, before)
    assert outcome == "refused" if place == "id" else outcome in ("parked", "applied")


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("deep", [1, 1000])
def test_every_operation_is_kept_exactly_as_it_came(index: int, deep: int) -> None:
    inner = b"[" * deep + b"]" * deep
    made = [b'{"a" : "]},{[\\"" }', b' "x,y" '.strip(), b"-1.5e3", inner, b'{"b":{"c":null}}']
    body = (
        b'{"x":"operations","operations":[1],"y":[["operations"]],"oper\\u0061tions" :[\n'
        + b" , ".join(made)
        + b'],"z":{"operations":[2]}}'
    )
    assert len(orjson.loads(body)["operations"]) == len(made)
    assert operation_bytes(body, index) == made[index]


def test_one_bad_item_never_holds_up_the_good_ones(
    unit: Any, kegiatan: Any, enumerator: Any, api: Any
) -> None:
    bad: list[Any] = [None, 1, "x", [], {}, {"id": "x"}, {"id": str(uuid4()), "type": []}]
    results = send(api(enumerator), kegiatan, *bad, good("open", unit), *bad)
    assert len(results) == 2 * len(bad) + 1
    assert {result["outcome"] for result in results[: len(bad)]} == {"refused"}
    assert outcomes(results)[len(bad)] == ("applied", "")


def test_unknown_and_foreign_ids_are_refused_alike(
    unit: Any, kegiatan: Any, other_satker: Any, enumerator: Any, api: Any
) -> None:
    with tenant_scope(other_satker):
        theirs = Assignment.objects.first()
    elsewhere = factories.kegiatan(satkers=[other_satker])
    before, told = everything_stored(), []
    for key in (theirs.pk, uuid4()):
        ours = [good(kind, key) for kind in OperationType.values if kind != "create"]
        told.append(outcomes(send(api(enumerator), kegiatan, *ours)))
    assert told[0] == told[1] == [("refused", "not_found")] * 6
    for kegiatan_id in (uuid4(), elsewhere.pk):
        response = api(enumerator).post(
            f"/api/v1/kegiatan/{kegiatan_id}/operations/",
            {"operations": [good("submit", unit), good("create", unit)]},
            format="json",
        )
        assert outcomes(response.json()["results"]) == [("refused", "not_found")] * 2
    assert everything_stored() == before


def test_a_unit_id_of_another_office_is_taken(
    unit: Any, kegiatan: Any, other_satker: Any, enumerator: Any, api: Any
) -> None:
    with tenant_scope(other_satker):
        theirs = Assignment.objects.first()
    before = everything_stored()
    for key in (theirs.pk, unit.pk):
        assert outcomes(send(api(enumerator), kegiatan, create(key))) == [("refused", "id_taken")]
    assert everything_stored() == before


def test_stale_versions_conflict_and_change_nothing(
    unit: Any, kegiatan: Any, satker: Any, enumerator: Any, api: Any
) -> None:
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(version=5)
    before = everything_stored()
    for version in (1, 4, 6, 2**31 - 1):
        results = send(
            api(enumerator),
            kegiatan,
            submit(unit, base_version=version),
            operation("open", unit, base_version=version),
        )
        assert [result["outcome"] for result in results] == ["conflict", "conflict"]
        assert results[0]["assignment"]["response"]["version"] == 5
    assert everything_stored() == before


def test_a_closed_period_keeps_field_work_and_refuses_the_rest(
    unit: Any, kegiatan: Any, satker: Any, enumerator: Any, api: Any
) -> None:
    kegiatan.start_date = timezone.localdate() - timedelta(days=90)
    kegiatan.end_date = timezone.localdate() - timedelta(days=60)
    kegiatan.save()
    before = everything_stored()
    refused = send(api(enumerator), kegiatan, operation("open", unit))
    assert outcomes(refused) == [("refused", "period_closed")]
    assert everything_stored() == before
    for kind in ("submit", "create"):
        raw = json.dumps(good(kind, unit), indent=1).encode()
        with undone():
            response = post(api(enumerator), kegiatan, b'{"operations":[' + raw + b"]}")
            assert check_kept_or_unchanged(kind, raw, response, before) == "parked"
            assert response.json()["results"][0]["code"] == "period_closed"


def test_html_and_formulas_stay_text(
    unit: Any, kegiatan: Any, satker: Any, enumerator: Any, kegiatan_admin: Any, api: Any,
    tmp_path: Any,
) -> None:  # fmt: skip
    html, formula = "<img src=x onerror=alert(1)>", '=HYPERLINK("http://x","y")'
    answers = {**LISTING, "nama_krt": formula, "alamat": html}
    sent = submit(unit, answers, data={"label": "@SUM(1)", "visit_outcome": "+1"})
    assert outcomes(send(api(enumerator), kegiatan, sent)) == [("applied", "")]
    row = api(enumerator).get(f"/api/v1/assignments/{unit.pk}/")
    assert row["Content-Type"] == "application/json"
    assert row.json()["response"]["responses"]["alamat"] == html
    assert row.json()["response"]["responses"]["nama_krt"] == formula
    export_responses(actor=kegiatan_admin, satker=satker, kegiatan=kegiatan, out=tmp_path / "x")
    with (tmp_path / "x" / "units.csv").open(newline="") as stream:
        [cells] = csv.DictReader(stream)
    assert cells["nama_krt"] == "'" + formula
    assert cells["alamat"] == html
    assert cells["assignment_label"] == "'@SUM(1)"
    assert cells["visit_outcome"] == "'+1"
    assert not [c for c in cells.values() if c.startswith(("=", "+", "@", "-", "\t", "\r"))]


bounded = settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@bounded
@given(made=garbage | json_values)
def test_garbage_operations_give_outcomes(
    made: Any, unit: Any, kegiatan: Any, enumerator: Any, api: Callable[..., Any]
) -> None:
    if isinstance(made, dict) and made.get("assignment") == "own":
        made["assignment"] = str(unit.pk)
    raw, before = json.dumps(made).encode(), everything_stored()
    with undone():
        response = post(api(enumerator), kegiatan, b'{"operations":[' + raw + b"]}")
        check_kept_or_unchanged(repr(made)[:300], raw, response, before)


@bounded
@given(body=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_garbage_bodies_are_refused(
    body: bytes, unit: Any, kegiatan: Any, enumerator: Any, api: Callable[..., Any]
) -> None:
    before = everything_stored()
    with undone():
        response = post(api(enumerator), kegiatan, body)
        assert response.status_code in (200, 400), response.content
    assert response.status_code == 400 or response.json()["results"] == []
    assert everything_stored() == before
