"""Master data for phones: datasets by version, areas by prefix. Source: design, section 7."""

from dataclasses import asdict

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cerdas.api.base import ApiView
from cerdas.api.permissions import HasOffice
from cerdas.errors import NotFound
from masterdata.selectors import masterdata_checksum, masterdata_read, wilayah_children

from .serializers import PREFIX_PATTERN, WilayahListSerializer, WilayahQuerySerializer

# A published version never changes, so a phone need not ask again; private: it needs a sign-in.
_CACHE_CONTROL = "private, max-age=31536000, immutable"


class DatasetView(ApiView):
    """One version of a dataset."""

    permission_classes = (HasOffice,)

    @extend_schema(
        operation_id="masterdata_read",
        summary="One version of a dataset, whole",
        parameters=[
            OpenApiParameter("type", OpenApiTypes.STR, OpenApiParameter.PATH),
            OpenApiParameter("version", OpenApiTypes.INT, OpenApiParameter.PATH),
            OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER),
        ],
        responses={
            200: OpenApiResponse(
                {"type": "array", "items": {"type": "object"}},
                description="The stored JSON text. ETag: SHA-256 of that text.",
            ),
            304: OpenApiResponse(description="The caller has it already."),
            404: OpenApiResponse(description="No such type or version."),
        },
    )
    def get(self, request: Request, type: str, version: int) -> HttpResponseBase:
        """Send the dataset as stored, or 304."""
        checksum = masterdata_checksum(type, version)
        if checksum is None:
            raise NotFound
        etag = f'"{checksum}"'
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            dataset = masterdata_read(type, version)
            if dataset is None:
                raise NotFound
            response = HttpResponse(dataset.text, content_type="application/json")
        response["ETag"] = etag
        response["Cache-Control"] = _CACHE_CONTROL
        return response


class WilayahView(ApiView):
    """Areas below a prefix."""

    permission_classes = (HasOffice,)

    @extend_schema(
        operation_id="wilayah_list",
        summary="Areas directly below a code",
        parameters=[
            OpenApiParameter(
                "prefix",
                {"type": "string", "pattern": PREFIX_PATTERN, "default": ""},
                description="Code of the area above, 0, 2, 4, 7, 10 or 14 digits; empty: country.",
            )
        ],
        responses={200: WilayahListSerializer, 400: OpenApiResponse(description="invalid")},
    )
    def get(self, request: Request) -> Response:
        """List the children of `prefix`."""
        query = WilayahQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        children = wilayah_children(query.validated_data["prefix"])
        return Response({"results": [asdict(child) for child in children]})
