"""What runs by itself or after a restore: pruning, the nightly jobs, feed_reset."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from assignments.models import AppliedOperation
from assignments.services.pruning import operations_prune
from assignments.tasks import attachments_sweep_all, operations_prune_all
from cerdas.tenancy import tenant_scope
from satker.tasks import sign_in_attempts_prune_all
from tests import factories
from tests.assignments.sending import send, submit
from tests.assignments.test_changes import ids, pull

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)


def test_operation_ids_are_forgotten_90_days_after_the_end_and_not_before(
    api, satker, kegiatan, assignment, enumerator, other_satker
):
    send(api(enumerator), kegiatan, submit(assignment))
    ninety = kegiatan.end_date + timedelta(days=90)

    assert operations_prune(satker=satker, today=ninety) == 0
    assert operations_prune(satker=other_satker, today=ninety + timedelta(days=1)) == 0
    assert operations_prune(satker=satker, today=ninety + timedelta(days=1)) == 1


def test_the_nightly_jobs_go_through_all_offices(
    api, satker, kegiatan, assignment, enumerator, other_satker
):
    send(api(enumerator), kegiatan, submit(assignment))
    kegiatan.start_date = kegiatan.end_date = timezone.localdate() - timedelta(days=200)
    kegiatan.save()

    attachments_sweep_all(timestamp=0)
    operations_prune_all(timestamp=0)
    sign_in_attempts_prune_all(timestamp=0)

    with tenant_scope(satker):
        assert not AppliedOperation.objects.exists()


def test_after_feed_reset_every_device_fetches_everything(api, satker, kegiatan, assignment):
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL")
    phone = api(assignment.ppl)
    page = pull(phone, kegiatan)

    call_command("feed_reset", stdout=StringIO())

    anew = pull(phone, kegiatan, page["cursor"])
    assert (anew["reset"], ids(anew)) == (True, {str(assignment.pk)})
