"""Publishing questionnaires: numbered, immutable, refused whole when faulty."""

import copy
import hashlib
import json
import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from cerdas.errors import Invalid, NotAllowed
from kegiatan.errors import FormFaulty
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.selectors import form_version_get
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_update
from kegiatan.services.publishing import form_publish
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def unpublished(db: None) -> KegiatanStatistik:
    made: KegiatanStatistik = factories.KegiatanFactory(form_schema=None)
    return made


def changed(schema: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the form with another title on its first page."""
    other = copy.deepcopy(schema)
    other["pages"][0]["title"] = title
    return other


def test_versions_are_numbered_from_one_and_mirrored(
    super_admin: Any, unpublished: KegiatanStatistik
) -> None:
    schema = factories.form()
    first = form_publish(actor=super_admin, kegiatan=unpublished, schema=schema, notes="awal")
    second = form_publish(actor=super_admin, kegiatan=unpublished, schema=changed(schema, "Baru"))
    assert [first.version, second.version] == [1, 2]
    assert (first.notes, first.published_by) == ("awal", super_admin)
    unpublished.refresh_from_db()
    assert unpublished.form_version == 2
    assert unpublished.form_schema == changed(schema, "Baru")
    assert FormVersion.objects.get(pk=first.pk).schema == schema


def test_the_same_form_again_publishes_nothing(
    super_admin: Any, unpublished: KegiatanStatistik
) -> None:
    schema = factories.form()
    first = form_publish(actor=super_admin, kegiatan=unpublished, schema=schema)
    reordered = dict(reversed(schema.items()))
    again = form_publish(actor=super_admin, kegiatan=unpublished, schema=reordered)
    assert again.pk == first.pk
    form_publish(actor=super_admin, kegiatan=unpublished, schema=changed(schema, "Baru"))
    back = form_publish(actor=super_admin, kegiatan=unpublished, schema=schema)
    assert back.version == 3, "an older form is a new version again"


def test_the_checksum_is_of_the_stored_text(
    super_admin: Any, unpublished: KegiatanStatistik, django_assert_num_queries: Any
) -> None:
    published = form_publish(actor=super_admin, kegiatan=unpublished, schema=factories.form())
    stored = form_version_get(unpublished.pk, 1)
    assert stored is not None
    assert json.loads(stored.text) == factories.form()
    assert hashlib.sha256(stored.text).hexdigest() == stored.checksum == published.checksum
    with django_assert_num_queries(0):
        assert form_version_get(unpublished.pk, 1) is stored
    assert form_version_get(unpublished.pk, 2) is None


def test_every_fault_is_named_at_once_and_nothing_is_stored(
    super_admin: Any, unpublished: KegiatanStatistik
) -> None:
    schema = factories.form()
    schema["assignment_table_grouping_levels"] = ["level_9_code"]
    del schema["pages"][0]["elements"][0]["name"]
    with pytest.raises(FormFaulty) as refused:
        form_publish(actor=super_admin, kegiatan=unpublished, schema=schema)
    faults = refused.value.details["faults"]
    assert refused.value.code == "invalid"
    assert len(faults) >= 2
    told = {"path", "code", "message", "remedy", "severity", "sheet", "row", "column"}
    assert all(told == set(fault) for fault in faults)
    assert not FormVersion.objects.exists()
    unpublished.refresh_from_db()
    assert unpublished.form_schema is None


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_characters_that_cannot_be_stored_are_a_fault(
    super_admin: Any, unpublished: KegiatanStatistik, text: str
) -> None:
    with pytest.raises(FormFaulty) as refused:
        form_publish(
            actor=super_admin, kegiatan=unpublished, schema=changed(factories.form(), text)
        )
    assert refused.value.details["faults"]
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("schema", [None, [], "teks", {}, {"pages": []}])
def test_what_is_no_form_is_refused(
    super_admin: Any, unpublished: KegiatanStatistik, schema: Any
) -> None:
    with pytest.raises(FormFaulty):
        form_publish(actor=super_admin, kegiatan=unpublished, schema=schema)


def test_only_super_admin_publishes_and_makes_activities(
    satker_admin: Any, kegiatan_admin: Any, kegiatan: Any
) -> None:
    dates = {"start_date": date(2026, 1, 1), "end_date": date(2026, 1, 31)}
    for actor in (satker_admin, kegiatan_admin):
        with pytest.raises(NotAllowed):
            form_publish(actor=actor, kegiatan=kegiatan, schema=factories.form())
        with pytest.raises(NotAllowed):
            kegiatan_create(actor=actor, name="Sensus", year=2026, **dates)
        with pytest.raises(NotAllowed):
            kegiatan_update(actor=actor, kegiatan=kegiatan, name="Lain")
    assert KegiatanStatistik.objects.count() == 1
    assert FormVersion.objects.count() == 1


def test_a_published_form_never_changes(super_admin: Any, unpublished: KegiatanStatistik) -> None:
    published = form_publish(actor=super_admin, kegiatan=unpublished, schema=factories.form())
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.filter(pk=published.pk).update(schema={})
    with pytest.raises(IntegrityError), transaction.atomic():
        published.delete()


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_date": date(2025, 12, 31)},
        {"extended_end_date": date(2026, 1, 30)},
        {"year": 1900},
        {"name": ""},
        {"sync_grace_days": -1},
    ],
)
def test_an_activity_with_impossible_fields_is_refused(
    super_admin: Any, wrong: dict[str, Any]
) -> None:
    fields: dict[str, Any] = {
        "name": "Sensus", "year": 2026,
        "start_date": date(2026, 1, 1), "end_date": date(2026, 1, 31),
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        kegiatan_create(actor=super_admin, **(fields | wrong))
    assert refused.value.details["fields"]
    made = kegiatan_create(actor=super_admin, **fields)
    with pytest.raises(Invalid):
        kegiatan_update(actor=super_admin, kegiatan=made, **wrong)
    made.refresh_from_db()
    assert (made.name, made.year, made.end_date) == ("Sensus", 2026, date(2026, 1, 31))
    extended = kegiatan_update(actor=super_admin, kegiatan=made, extended_end_date=date(2026, 2, 7))
    assert extended.extended_end_date == date(2026, 2, 7)


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_two_publishers_at_once_get_numbers_of_their_own(
    super_admin: Any, unpublished: KegiatanStatistik
) -> None:
    schema = factories.form()
    barrier = threading.Barrier(6)
    versions: list[int] = []

    def publish(number: int) -> None:
        barrier.wait()
        try:
            form = changed(schema, f"Judul {number}")
            versions.append(
                form_publish(actor=super_admin, kegiatan=unpublished, schema=form).version
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(versions) == [1, 2, 3, 4, 5, 6]
    unpublished.refresh_from_db()
    newest = FormVersion.objects.get(version=6)
    assert (unpublished.form_version, unpublished.form_schema) == (6, newest.schema)
    assert not connection.in_atomic_block
