"""Operations that look new, since their base version is the current one, but were kept before."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assignments.models import AppliedOperation, AssignmentResponse, ParkedOperation
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from tests.assignments.sending import LISTING, outcomes, send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def _end(kegiatan: Any, days_from_now: int) -> None:
    today = timezone.localdate()
    KegiatanStatistik.objects.filter(pk=kegiatan.pk).update(
        start_date=today - timedelta(days=90), end_date=today + timedelta(days=days_from_now)
    )


@pytest.fixture
def parked(api: Any, kegiatan: Any, assignment: Any, enumerator: Any) -> dict[str, Any]:
    """A submit that came after the period, which is then extended: it would fit now."""
    operation = submit(assignment)
    _end(kegiatan, -60)
    assert outcomes(send(api(enumerator), kegiatan, operation)) == [("parked", "period_closed")]
    _end(kegiatan, 30)
    return operation


def _is_untouched(satker: Any, assignment: Any) -> bool:
    with tenant_scope(satker):
        response = AssignmentResponse.objects.get(pk=assignment.pk)
        return (
            (response.status, response.version, response.responses) == ("Assigned", 1, None)
            and AppliedOperation.objects.count() == 1
            and ParkedOperation.objects.count() == 1
        )


def test_parked_work_that_would_fit_now_still_waits_for_the_office(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, parked: dict[str, Any]
) -> None:
    assert outcomes(send(api(enumerator), kegiatan, parked)) == [("parked", "period_closed")]
    assert _is_untouched(satker, assignment)


def test_discarded_work_that_would_fit_now_stays_discarded(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, parked: dict[str, Any]
) -> None:
    with tenant_scope(satker):
        AppliedOperation.objects.update(outcome=AppliedOperation.Outcome.DISCARDED)
    assert outcomes(send(api(enumerator), kegiatan, parked)) == [("refused", "discarded")]
    assert _is_untouched(satker, assignment)


@pytest.mark.parametrize("fits", [True, False])
def test_the_id_of_parked_work_is_not_used_for_another_payload(
    api: Any,
    satker: Any,
    kegiatan: Any,
    assignment: Any,
    enumerator: Any,
    parked: dict[str, Any],
    fits: bool,
) -> None:
    answers = {**LISTING, "jumlah_art": 5 if fits else "lima"}
    other = submit(assignment, answers, id=parked["id"])
    results = send(api(enumerator), kegiatan, other)
    assert outcomes(results) == [("refused", "operation_id_reused")]
    assert _is_untouched(satker, assignment)
