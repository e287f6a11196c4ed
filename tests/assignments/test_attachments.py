"""Photos over HTTP: idempotent, private, sniffed, kept, swept."""

import base64
import hashlib
import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from assignments.models import AssignmentAttachment, ParkedOperation
from assignments.services.attachments import attachments_sweep
from assignments.services.parked import parked_apply, parked_list
from cerdas.errors import CerdasError
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import create, outcomes, send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def photo(colour: str = "red", size: tuple[int, int] = (640, 480)) -> bytes:
    """A real JPEG."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    return stream.getvalue()


def put(client, assignment_id, attachment_id, content, **headers):
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return client.generic(
        "PUT",
        f"/api/v1/assignments/{assignment_id}/attachments/{attachment_id}/",
        content,
        content_type=headers.pop("content_type", "image/jpeg"),
        HTTP_REPR_DIGEST=headers.pop("digest", f"sha-256=:{digest}:"),
        HTTP_CONTENT_DISPOSITION='attachment; filename="rumah.jpg"',
    )


def test_a_photo_is_stored_once_and_comes_back_whole_and_small(
    api, satker, assignment, enumerator, supervisor
):
    content, key = photo(), uuid4()

    statuses = [put(api(enumerator), assignment.pk, key, content).status_code for _ in range(2)]
    assert statuses == [201, 200]
    url = f"/api/v1/assignments/{assignment.pk}/attachments/{key}/"
    whole = api(supervisor).get(url)
    small = api(supervisor).get(url, {"size": "thumb"})

    assert b"".join(whole.streaming_content) == content
    assert whole["Content-Type"] == "image/jpeg"
    assert whole["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(b"".join(small.streaming_content))) as image:
        assert max(image.size) == 320
    with tenant_scope(satker):
        row = AssignmentAttachment.objects.get()
    assert (row.original_filename, row.mime_type, row.file_size_bytes) == (
        "rumah.jpg", "image/jpeg", len(content),
    )  # fmt: skip


def test_other_bytes_under_the_same_id_are_refused(api, assignment, enumerator, satker):
    key = uuid4()
    put(api(enumerator), assignment.pk, key, photo())

    again = put(api(enumerator), assignment.pk, key, photo("blue"))

    assert (again.status_code, again.json()["code"]) == (409, "other_bytes")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"#!/bin/sh\necho halo\n", "unsupported_media_type"),
        (b"<svg onload=alert(1)></svg>", "unsupported_media_type"),
        (b"\xff\xd8\xff\xe0 this is not a photo", "unreadable_file"),
        (photo()[:2000], "unreadable_file"),
    ],
)
def test_content_that_is_not_what_it_claims_is_refused(
    api, satker, assignment, enumerator, content, code
):
    response = put(api(enumerator), assignment.pk, uuid4(), content)

    assert 400 <= response.status_code < 500
    assert response.json()["code"] == code
    with tenant_scope(satker):
        assert not AssignmentAttachment.objects.exists()


def test_damaged_bytes_are_asked_for_again(api, assignment, enumerator):
    wrong = base64.b64encode(b"0" * 32).decode()

    response = put(api(enumerator), assignment.pk, uuid4(), photo(), digest=f"sha-256=:{wrong}:")

    assert (response.status_code, response.json()["code"]) == (400, "digest_mismatch")
    assert response.json()["retryable"] is True


def test_a_photo_is_for_those_who_may_see_its_unit(
    api, satker, kegiatan, assignment, enumerator, satker_admin, kegiatan_admin, other_satker
):
    key = uuid4()
    put(api(enumerator), assignment.pk, key, photo())
    url = f"/api/v1/assignments/{assignment.pk}/attachments/{key}/"
    stranger = factories.person(satker)
    factories.member(stranger, kegiatan, satker, "PPL")
    foreign = factories.person(other_satker)
    factories.satker_role(foreign, other_satker, "admin_satker")

    assert [api(who).get(url).status_code for who in (satker_admin, kegiatan_admin)] == [200, 200]
    assert [api(who).get(url).status_code for who in (stranger, foreign)] == [404, 404]
    assert api().get(url).status_code == 401
    for who in (stranger, foreign):
        assert put(api(who), assignment.pk, uuid4(), photo()).status_code == 404


def test_missing_photos_are_listed_until_they_come(api, kegiatan, assignment, enumerator):
    key = str(uuid4())
    [result] = send(api(enumerator), kegiatan, submit(assignment, {"foto_rumah": [key]}))
    assert result["assignment"]["response"]["missing_attachments"] == [key]

    put(api(enumerator), assignment.pk, key, photo())

    detail = api(enumerator).get(f"/api/v1/assignments/{assignment.pk}/").json()
    assert detail["response"]["missing_attachments"] == []


def test_a_photo_of_a_unit_that_left_the_hands_waits_for_the_office(
    api, satker, kegiatan, assignment, enumerator, kegiatan_admin
):
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL")
    with tenant_scope(satker):
        assignment.ppl = other
        assignment.save()
    key, content = uuid4(), photo()

    first = put(api(enumerator), assignment.pk, key, content)
    again = put(api(enumerator), assignment.pk, key, content)

    assert (first.status_code, first.json()["code"], first.json()["reason"]) == (
        202, "parked", "reassigned",
    )  # fmt: skip
    assert again.status_code == 202
    with tenant_scope(satker):
        [row] = parked_list(actor=kegiatan_admin, satker=satker)
        assert default_storage.exists(row.stored_path)
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=row.pk)
        assert AssignmentAttachment.objects.get().uploaded_by == enumerator
    assert put(api(enumerator), assignment.pk, key, content).status_code == 200


def test_a_parked_photo_that_the_unit_has_already_counts_as_applied(
    api, satker, kegiatan, assignment, enumerator, kegiatan_admin, supervisor
):
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL")
    with tenant_scope(satker):
        assignment.ppl = other
        assignment.save()
    same, content, taken = uuid4(), photo(), uuid4()
    for key in (same, taken):
        assert put(api(enumerator), assignment.pk, key, content).status_code == 202
    assert put(api(other), assignment.pk, same, content).status_code == 201
    assert put(api(other), assignment.pk, taken, photo("blue")).status_code == 201
    with tenant_scope(satker):
        parked = {row.operation_id: row for row in ParkedOperation.objects.all()}
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked[same].pk)
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked[taken].pk)
        assert refusal.value.code == "id_taken"
        assert ParkedOperation.objects.get(operation_id=same).state == "applied"
        assert AssignmentAttachment.objects.count() == 2


def test_a_photo_of_a_parked_new_unit_is_parked_with_it(api, satker, kegiatan, enumerator):
    kegiatan.allow_new_assignments = False
    kegiatan.save()
    unit_id, phone = uuid4(), api(enumerator)
    made = create(unit_id)
    results = send(phone, kegiatan, made, submit(unit_id, after=made["id"]))

    response = put(phone, unit_id, uuid4(), photo())

    assert [result["outcome"] for result in results] == ["parked", "parked"]
    assert outcomes(results)[0] == ("parked", "new_units_not_allowed")
    assert response.status_code == 202
    with tenant_scope(satker):
        assert sorted(ParkedOperation.objects.values_list("kind", flat=True)) == [
            "attachment", "create", "submit",
        ]  # fmt: skip


def test_the_sweep_takes_old_files_without_a_row_and_no_others(
    api, satker, other_satker, assignment, enumerator
):
    put(api(enumerator), assignment.pk, uuid4(), photo())
    with tenant_scope(satker):
        named = AssignmentAttachment.objects.get().stored_path
    orphan = f"{satker.pk}/{'0' * 64}.jpg"
    young = f"{satker.pk}/{'1' * 64}.jpg"
    foreign = f"{other_satker.pk}/{'2' * 64}.jpg"
    for path in (orphan, young, foreign):
        os.makedirs(os.path.dirname(default_storage.path(path)), exist_ok=True)
        with open(default_storage.path(path), "wb") as file:
            file.write(b"x")
    two_days_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for path in (orphan, named, foreign):
        os.utime(default_storage.path(path), (two_days_ago, two_days_ago))

    assert attachments_sweep(satker=satker) == 1

    assert not default_storage.exists(orphan)
    assert all(default_storage.exists(path) for path in (named, young, foreign))
