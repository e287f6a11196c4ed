"""`GET kegiatan/`: the person's activities with counts of units. Source: design, section 7."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.selectors import office_counts, own_counts
from cerdas.api.base import ApiView
from cerdas.api.permissions import SignedIn
from kegiatan.api.serializers import KegiatanListSerializer
from kegiatan.selectors import KegiatanInList, kegiatan_list_for
from satker.models import User


class KegiatanListView(ApiView):
    """Activities of the signed-in person."""

    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="kegiatan_list",
        summary="Your activities with counts by status",
        responses=KegiatanListSerializer,
    )
    def get(self, request: Request) -> Response:
        """List the activities in which the person has a role."""
        user: Any = request.user
        listed = kegiatan_list_for(user, counts=counts_for)
        return Response(KegiatanListSerializer({"results": listed}).data)


def counts_for(user: User, listed: list[KegiatanInList]) -> Mapping[UUID, Mapping[str, int]]:
    """Return {kegiatan: {status: units}}: of the office for its admins, else of the person.

    At most two queries, each grouped.
    """
    if user.satker is None:
        return {}
    counts: dict[UUID, Mapping[str, int]] = {}
    if any(not item.sees_all_units for item in listed):
        counts.update(own_counts(user=user, satker=user.satker))
    whole = [item.kegiatan.pk for item in listed if item.sees_all_units]
    if whole:
        numbers = office_counts(satker=user.satker, kegiatan_ids=whole)
        counts.update({pk: numbers.get(pk, {}) for pk in whole})
    return counts
