"""What strict readers refuse or round is field work all the same: kept, applied, read later."""

import json
import time
from contextlib import suppress
from io import StringIO
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.management import call_command

from assignments.models import Assignment, AssignmentResponse, ParkedOperation
from assignments.services.parked import parked_apply
from cerdas.errors import CerdasError
from cerdas.json_reading import read_json
from cerdas.tenancy import tenant_scope
from kegiatan.form.json_value import clean_foreign, json_text
from tests.assignments.sending import LISTING, create, operation, outcomes, send, submit
from tests.assignments.test_admin_parked import browse as browse

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
LARGE = "99999999999999999999"


def post(client: Any, kegiatan: Any, *operations: str) -> Any:
    """Post operations as they are written."""
    body = '{ "operations": [' + ", ".join(operations) + "] }"
    return client.post(
        f"/api/v1/kegiatan/{kegiatan.pk}/operations/", body, content_type="application/json"
    )


def written(made: Any, **raw: str) -> str:
    """Return an operation as JSON with "@name" replaced by raw text."""
    text = json.dumps(made)
    for name, value in raw.items():
        text = text.replace(f'"@{name}"', value)
    return text


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"[1, 2.5, 1e3, 9223372036854775807]", [1, 2.5, 1e3, 2**63 - 1]),
        (b"[9223372036854775808, -1e19]", ["9223372036854775808", "-1e19"]),
        (b"[1e400, -Infinity, NaN]", ["1e400", "-Infinity", "NaN"]),
        (rb'["\ud83d", "\ud83d\ude00", "\\ud83d"]', ["\ufffd", "\U0001f600", "\\ud83d"]),
        (rb'{"\udc00": " 1e400, 99999999999999999999"}', {"\ufffd": " 1e400, " + LARGE}),
        (b'["3e4", ": 1e30"]', ["3e4", ": 1e30"]),
    ],
)
def test_numbers_beyond_64_bits_come_as_text_and_half_emoji_as_a_sign(
    sent: bytes, read: Any
) -> None:
    assert read_json(sent) == read


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"[01]", b"[nan]", b'["\x01"]', b'{"a": "\\ud83d', b"[1.]", b"[1e400", b"\xff"],
)
def test_what_is_no_json_stays_refused(sent: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        read_json(sent)


@pytest.mark.parametrize(
    "sent",
    [b'"\\' * 1_500_000, b'"' * 3_000_000, b"[" + b"1," * 1_500_000 + b"1e400]", b"-" * 3_000_000],
    ids=["escapes", "quotes", "numbers", "signs"],
)
def test_a_hostile_body_costs_no_more_than_its_size(sent: bytes) -> None:
    began = time.process_time()
    with suppress(orjson.JSONDecodeError):
        read_json(sent)
    assert time.process_time() - began < 8


@pytest.mark.parametrize("value", [1e20, 10**30, float("nan"), {"a": [2.0**63]}, -1e300])
def test_foreign_values_become_what_every_reader_takes(value: Any) -> None:
    once = clean_foreign(value)
    assert clean_foreign(once) == once
    orjson.loads(orjson.dumps(once))
    assert "1e" not in str(clean_foreign(1e20))


def test_json_text_never_raises() -> None:
    deep: Any = "x"
    for _level in range(3_000):
        deep = [deep]
    for value in (10**400, {"a": deep}, "\ud83d", {1: object()}, float("inf")):
        for indent in (False, True):
            assert json_text(value, indent=indent).encode()
    assert json.loads(json_text({"a": 10**30})) == {"a": 10**30}


def exported(satker: Any, kegiatan: Any, actor: Any, folder: Any) -> str:
    """Return the exported file of units."""
    call_command(
        "export_responses", str(kegiatan.pk), "--satker", satker.code, "--actor", actor.email,
        "--out", str(folder), stdout=StringIO(),
    )  # fmt: skip
    return "".join(path.read_text() for path in sorted(folder.rglob("*.csv")))


def test_a_number_beyond_64_bits_is_kept_to_the_digit_and_shown_and_exported(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, kegiatan_admin: Any,
    browse: Any, tmp_path: Any,
) -> None:  # fmt: skip
    wrong = submit(assignment, {**LISTING, "jumlah_art": "@n"})
    assert outcomes(post(api(enumerator), kegiatan, written(wrong, n=LARGE)).json()["results"]) == [
        ("parked", "wrong_shape")
    ]
    with tenant_scope(satker):
        [parked] = ParkedOperation.objects.all()
        assert f'"jumlah_art": {LARGE}'.encode() in bytes(parked.payload)
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked.pk)
        assert refusal.value.details["faults"][0]["code"] == "out_of_range"
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked.pk, archive_faulty=True)
        response = AssignmentResponse.objects.get(pk=assignment.pk)
        assert response.responses["_archived"] == {"jumlah_art": LARGE}
    page = browse(kegiatan_admin).get(
        f"/satker/6104/admin/assignments/assignment/{assignment.pk}/change/"
    )
    assert page.status_code == 200
    assert LARGE in page.content.decode()
    assert LARGE in exported(satker, kegiatan, kegiatan_admin, tmp_path / "out")


def test_unknown_names_and_prelists_with_such_numbers_are_applied_as_text(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any
) -> None:
    made = create(uuid4(), unit={"prefilled_data": {"x": "@x"}})
    sent = submit(assignment, {**LISTING, "lama": "@y"})
    results = post(
        api(enumerator), kegiatan, written(made, x="1e22"), written(sent, y=LARGE)
    ).json()["results"]
    assert [result["outcome"] for result in results] == ["applied", "applied"]
    with tenant_scope(satker):
        assert Assignment.objects.get(pk=made["assignment"]).prefilled_data == {"x": "1e22"}
        answers = AssignmentResponse.objects.get(pk=assignment.pk).responses
    assert answers["_archived"] == {"lama": LARGE}


def test_rows_that_hold_such_numbers_already_are_shown_and_exported(
    satker: Any, kegiatan: Any, assignment: Any, kegiatan_admin: Any, browse: Any, tmp_path: Any
) -> None:
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=assignment.pk).update(
            status="Submitted by PPL", responses={"nama_krt": "A", "_archived": {"lama": 10**30}}
        )
        Assignment.objects.filter(pk=assignment.pk).update(prefilled_data={"x": [10**25]})
    page = browse(kegiatan_admin).get(
        f"/satker/6104/admin/assignments/assignment/{assignment.pk}/change/"
    )
    assert page.status_code == 200
    assert str(10**30) in exported(satker, kegiatan, kegiatan_admin, tmp_path / "out")


@pytest.mark.parametrize("raw", [r'"Siti \ud83d"', r'"\udc00"'])
def test_a_text_that_ends_in_half_an_emoji_is_applied(
    raw: str, api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any
) -> None:
    sent = submit(assignment, {**LISTING, "nama_krt": "@n"})
    other = create(uuid4())
    results = post(api(enumerator), kegiatan, written(sent, n=raw), json.dumps(other)).json()
    assert [result["outcome"] for result in results["results"]] == ["applied", "applied"]
    with tenant_scope(satker):
        answers = AssignmentResponse.objects.get(pk=assignment.pk).responses
    assert answers["nama_krt"].endswith("\ufffd")


@pytest.mark.parametrize("raw", ["1e400", "NaN", "-Infinity", "9" * 400, r'[{"\ud83d": 1}]'])
def test_one_odd_value_parks_its_operation_byte_for_byte_and_no_other(
    raw: str, api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any,
    kegiatan_admin: Any,
) -> None:  # fmt: skip
    sent = written(submit(assignment, {**LISTING, "jumlah_art": "@n"}), n=raw)
    phone, other = api(enumerator), json.dumps(create(uuid4()))
    first = post(phone, kegiatan, other, sent).json()["results"]
    again = post(phone, kegiatan, sent).json()["results"]
    assert outcomes(first) == [("applied", ""), ("parked", "wrong_shape")]
    assert outcomes(again) == [("parked", "wrong_shape")]
    with tenant_scope(satker):
        [parked] = ParkedOperation.objects.all()
        assert bytes(parked.payload).decode() == sent
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked.pk, archive_faulty=True)
        assert AssignmentResponse.objects.get(pk=assignment.pk).version == 2


def test_what_is_no_json_is_refused_with_the_place_and_in_the_readers_language(
    api: Any, kegiatan: Any, enumerator: Any
) -> None:
    refused = post(api(enumerator), kegiatan, '{"id": }')
    assert (refused.status_code, refused.json()["code"]) == (400, "unparsable")
    assert refused.json()["details"] == {"position": 24}
    assert "JSON" in refused.json()["message"]
    assert "expected" not in refused.json()["message"]


def test_a_body_without_length_is_refused_and_not_taken_for_an_empty_one(
    api: Any, kegiatan: Any, enumerator: Any
) -> None:
    client = api(enumerator)
    address = f"/api/v1/kegiatan/{kegiatan.pk}/operations/"
    refused = client.generic(
        "POST", address, b"", content_type="application/json",
        HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="",
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (411, "length_required")


def test_a_large_number_where_a_version_belongs_is_parked_as_invalid(
    api: Any, kegiatan: Any, assignment: Any, enumerator: Any
) -> None:
    sent = written(submit(assignment, base_version="@v"), v="1e400")
    assert outcomes(post(api(enumerator), kegiatan, sent).json()["results"]) == [
        ("parked", "invalid")
    ]
    opened = written(operation("open", assignment, base_version="@v"), v="1e400")
    assert outcomes(post(api(enumerator), kegiatan, opened).json()["results"]) == [
        ("refused", "invalid")
    ]
    assert send(api(enumerator), kegiatan, submit(assignment))[0]["outcome"] == "applied"
