"""Units for the office and in detail. Source: design, section 7."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.access import access_assignment, is_admin_satker
from assignments.api.parameters import (
    NO_NUL,
    limit_parameter,
    limit_schema,
    place_decode,
    place_encode,
)
from assignments.api.serializers import (
    AllowedActionsSerializer,
    AssignmentPageSerializer,
    AssignmentSerializer,
    HistorySerializer,
)
from assignments.models import Assignment, OperationType, ResponseHistory, ResponseStatus
from assignments.selectors import assignments_of_kegiatan, prefix_range
from assignments.services.responses import Unit, check_action
from assignments.sync.documents import assignment_documents
from cerdas.api.base import ApiView
from cerdas.api.permissions import HasOffice
from cerdas.api.serializers import ErrorSerializer
from cerdas.errors import CerdasError, Invalid, NotAllowed, NotFound
from kegiatan.models import KegiatanSatker
from kegiatan.selectors import kegiatan_roles
from satker.permissions import ADMIN_KEGIATAN

PAGE_DEFAULT = 100
PAGE_LIMIT = 500


class AssignmentFilter(django_filters.FilterSet):
    """Filters of the office's list; `status` may be repeated."""

    status = django_filters.MultipleChoiceFilter(
        field_name="response__status", choices=ResponseStatus.choices
    )
    ppl = django_filters.UUIDFilter(field_name="ppl_id")
    pml = django_filters.UUIDFilter(field_name="pml_id")
    region = django_filters.CharFilter(method="by_region", max_length=100)

    class Meta:
        model = Assignment
        fields: list[str] = []

    def by_region(
        self, queryset: QuerySet[Assignment], name: str, value: str
    ) -> QuerySet[Assignment]:
        """Keep the units whose region code begins with the value."""
        return queryset.filter(prefix_range(value))


class AssignmentListView(ApiView):
    """`GET kegiatan/{id}/assignments/`: for admin_kegiatan and admin_satker."""

    permission_classes = [HasOffice]

    @extend_schema(
        parameters=[
            OpenApiParameter("status", str, many=True, enum=ResponseStatus.values),
            OpenApiParameter("ppl", UUID),
            OpenApiParameter("pml", UUID),
            OpenApiParameter(
                "region",
                {"type": "string", "maxLength": 100, "pattern": NO_NUL},
                description="Beginning of the region code.",
            ),
            OpenApiParameter("cursor", str, description="From the last reply."),
            OpenApiParameter("limit", limit_schema(PAGE_LIMIT)),
        ],
        responses={200: AssignmentPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, kegiatan_id: UUID) -> Response:
        """Return one page of the office's units, in the order of their ids."""
        user: Any = request.user
        _check_may_list(user, kegiatan_id)
        units = _filtered(request, user, kegiatan_id)
        limit = limit_parameter(
            request.query_params.get("limit"), default=PAGE_DEFAULT, maximum=PAGE_LIMIT
        )
        after = request.query_params.get("cursor")
        if after:
            units = units.filter(pk__gt=place_decode(after))
        ids = list(units.order_by("pk").values_list("pk", flat=True)[: limit + 1])
        shown = ids[:limit]
        documents = assignment_documents(user_id=user.pk, ids=shown)
        return Response(
            {
                "results": [documents[key] for key in shown],
                "cursor": place_encode(shown[-1]) if len(ids) > limit else None,
            }
        )


def _check_may_list(user: Any, kegiatan_id: UUID) -> None:
    """Raise NotFound where the office takes no part, NotAllowed for people without the right."""
    if user.satker_id is None:
        raise NotFound
    roles = kegiatan_roles(user.pk, kegiatan_id, user.satker_id)
    if ADMIN_KEGIATAN in roles:
        return
    takes_part = KegiatanSatker.objects.filter(
        satker_id=user.satker_id, kegiatan_statistik_id=kegiatan_id
    ).exists()
    if takes_part and is_admin_satker(user, user.satker_id):
        return
    raise NotAllowed if roles else NotFound


def _filtered(request: Request, user: Any, kegiatan_id: UUID) -> QuerySet[Assignment]:
    filters = AssignmentFilter(
        request.query_params,
        queryset=assignments_of_kegiatan(satker=user.satker, kegiatan_id=kegiatan_id),
    )
    if not filters.is_valid():
        raise Invalid(details={"fields": filters.errors.get_json_data()})
    found: QuerySet[Assignment] = filters.qs
    return found


class AssignmentView(ApiView):
    """`GET assignments/{id}/`."""

    permission_classes = [HasOffice]

    @extend_schema(responses={200: AssignmentSerializer, 404: ErrorSerializer})
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Return one unit with its response."""
        user: Any = request.user
        accessed = access_assignment(user, assignment_id)
        key = accessed.assignment.pk
        return Response(assignment_documents(user_id=user.pk, ids=[key])[key])


class AllowedActionsView(ApiView):
    """`GET assignments/{id}/allowed-actions/`."""

    permission_classes = [HasOffice]

    @extend_schema(responses={200: AllowedActionsSerializer, 404: ErrorSerializer})
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Return what the caller may do with the unit now, by the server's clock."""
        user: Any = request.user
        accessed = access_assignment(user, assignment_id)
        unit = Unit(
            actor=user,
            satker=accessed.assignment.satker,
            kegiatan=accessed.assignment.kegiatan_statistik,
            assignment=accessed.assignment,
            response=accessed.assignment.response,
            roles=accessed.roles,
        )
        return Response({"actions": [a for a in OperationType.values if _is_possible(unit, a)]})


def _is_possible(unit: Unit, action: str) -> bool:
    now = timezone.now()
    try:
        check_action(unit=unit, action=action, device_at=now, now=now)
    except CerdasError:
        return False
    return True


class HistoryView(ApiView):
    """`GET assignments/{id}/history/`."""

    permission_classes = [HasOffice]

    @extend_schema(responses={200: HistorySerializer, 404: ErrorSerializer})
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Return every change of status, oldest first."""
        user: Any = request.user
        accessed = access_assignment(user, assignment_id)
        rows = ResponseHistory.objects.filter(
            assignment_response_id=accessed.assignment.pk
        ).select_related("user")
        return Response(
            {
                "results": [
                    {
                        "at": row.created_at,
                        "by": {"id": row.user.pk, "name": row.user.name} if row.user else None,
                        "from_status": row.from_status,
                        "to_status": row.to_status,
                        "notes": row.notes,
                        "version": row.version,
                    }
                    for row in rows.order_by("id")
                ]
            }
        )
