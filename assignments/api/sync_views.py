"""What phones call: changes and operations. Source: design, section 7."""

from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.api.parameters import limit_parameter, limit_schema
from assignments.api.serializers import (
    ChangesSerializer,
    OperationResultsSerializer,
    OperationsSerializer,
)
from assignments.selectors import membership_get
from assignments.sync.feed import PAGE_DEFAULT, PAGE_LIMIT, cursor_decode, feed_page
from assignments.sync.processing import Batch
from cerdas.api.base import ApiView
from cerdas.api.permissions import HasOffice, SignedIn
from cerdas.api.serializers import ErrorSerializer
from cerdas.errors import Invalid, NotFound
from cerdas.request_body import body_limit
from cerdas.tenancy import own_scope
from kegiatan.forms import CompiledForm, form_get
from kegiatan.selectors import newest_form_version
from masterdata.selectors import masterdata_manifest, wilayah_names


class ChangesView(ApiView):
    """`GET kegiatan/{id}/changes/`."""

    permission_classes = [HasOffice]

    @extend_schema(
        parameters=[
            OpenApiParameter("cursor", str, description="From the last reply; none: everything."),
            OpenApiParameter("limit", limit_schema(PAGE_LIMIT)),
        ],
        responses={200: ChangesSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, kegiatan_id: UUID) -> Response:
        """Return what changed for the caller's units as PPL or PML since the cursor."""
        user: Any = request.user
        cursor_text = request.query_params.get("cursor")
        cursor = cursor_decode(cursor_text) if cursor_text else None
        limit = limit_parameter(
            request.query_params.get("limit"), default=PAGE_DEFAULT, maximum=PAGE_LIMIT
        )
        membership = membership_get(user=user, kegiatan_id=kegiatan_id)
        if membership is None:
            raise NotFound
        version = newest_form_version(kegiatan_id)
        form = form_get(kegiatan_id, version) if version is not None else None
        page = feed_page(
            user_id=user.pk,
            kegiatan_id=kegiatan_id,
            satker_id=user.satker_id,
            access=membership.access,
            cursor=cursor,
            limit=limit,
        )
        codes = {d["region_code"] for d in page.documents if d["region_code"]}
        return Response(
            {
                "cursor": page.cursor,
                "more": page.more,
                "reset": page.reset,
                "server_time": timezone.now(),
                "form_version": form.version if form is not None else None,
                "masters": _masters(form),
                "wilayah": wilayah_names(codes) if codes else {},
                "assignments": page.documents,
                "removed": page.removed,
            }
        )


def _masters(form: CompiledForm | None) -> list[Any]:
    used = (form.schema.get("masters_used") or []) if form is not None else []
    wanted = [(master["type"], master["version"]) for master in used]
    return masterdata_manifest(wanted) if wanted else []


@method_decorator([own_scope, body_limit(settings.OPERATIONS_BODY_LIMIT_BYTES)], name="dispatch")
class OperationsView(ApiView):
    """`POST kegiatan/{id}/operations/`: for everyone who is signed in, with or without a role."""

    permission_classes = [SignedIn]

    @extend_schema(
        request=OperationsSerializer,
        responses={200: OperationResultsSerializer, 400: ErrorSerializer, 413: ErrorSerializer},
    )
    def post(self, request: Request, kegiatan_id: UUID) -> Response:
        """Carry out a batch in order, each operation in a transaction of its own."""
        user: Any = request.user
        operations = _operations(request.data)
        batch = Batch(
            user=user,
            kegiatan_id=kegiatan_id,
            operations=operations,
            body=request._request.body,
        )
        results = batch.process()
        documents = batch.documents(results)
        return Response(
            {
                "results": [
                    {
                        "id": _echo(operation_id),
                        "outcome": result.outcome,
                        "code": result.code,
                        "message": result.message,
                        "details": result.details,
                        "assignment": documents.get(result.show) if result.show else None,
                    }
                    for operation_id, result in results
                ],
                "server_time": timezone.now(),
            }
        )


def _echo(operation_id: Any) -> str | None:
    """Return the id as it was sent, if it can have been one."""
    if operation_id is None or (isinstance(operation_id, str) and len(operation_id) <= 100):
        return operation_id
    try:
        return orjson.dumps(operation_id, default=str).decode()[:100]
    except TypeError:  # nested deeper than orjson writes
        return None


def _operations(data: Any) -> list[Any]:
    """Return the operations of a request. Raises Invalid."""
    operations = data.get("operations") if isinstance(data, dict) else None
    if not isinstance(operations, list):
        raise Invalid(
            _("Send an object with a list of operations."), details={"field": "operations"}
        )
    if len(operations) > settings.OPERATIONS_PER_REQUEST:
        raise Invalid(
            _("At most %(limit)d operations fit in one request.")
            % {"limit": settings.OPERATIONS_PER_REQUEST},
            details={"field": "operations", "limit": settings.OPERATIONS_PER_REQUEST},
        )
    return operations
