"""Upload and download of a unit's files. Source: design, section 7."""

import base64
import binascii
import re
from http import HTTPStatus
from typing import IO, Any, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header, parse_header_parameters
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.access import access_assignment
from assignments.api.serializers import StoredAttachmentSerializer
from assignments.models import AssignmentAttachment
from assignments.services.attachments import PARKED, attachment_put
from assignments.services.media import received_file
from cerdas.api.base import ApiView
from cerdas.api.permissions import SignedIn
from cerdas.api.serializers import ErrorSerializer
from cerdas.errors import Invalid, NotFound
from cerdas.request_body import LengthRequired, announced_bytes, streams_body
from cerdas.tenancy import own_scope, user_scope

_SHA256 = re.compile(r"sha-256=:([A-Za-z0-9+/=]{1,100}):")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")


@method_decorator([own_scope, streams_body], name="dispatch")
class AttachmentView(ApiView):
    """`assignments/{id}/attachments/{uuid}/`: PUT for everyone whose unit it is or was.

    GET is for those who may see the unit. No transaction is open while a phone sends.
    """

    permission_classes = [SignedIn]
    parser_classes: list[Any] = []

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter(
                "Repr-Digest", str, OpenApiParameter.HEADER, description="sha-256=:<base64>:"
            ),
            OpenApiParameter(
                "Content-Disposition", str, OpenApiParameter.HEADER, description="filename"
            ),
        ],
        responses={
            200: StoredAttachmentSerializer,
            201: StoredAttachmentSerializer,
            202: StoredAttachmentSerializer,
            400: ErrorSerializer,
            404: ErrorSerializer,
            409: ErrorSerializer,
            411: ErrorSerializer,
            413: ErrorSerializer,
            415: ErrorSerializer,
        },
    )
    def put(self, request: Request, assignment_id: UUID, attachment_id: UUID) -> Response:
        """Store the body as a file of the unit. The same bytes again change nothing."""
        user: Any = request.user
        with received_file(
            cast(IO[bytes], request._request),
            length_bytes=_length(request),
            sha256=_digest(request),
        ) as upload:
            stored = attachment_put(
                user=user,
                assignment_id=assignment_id,
                attachment_id=attachment_id,
                filename=_filename(request),
                upload=upload,
            )
        code = "parked" if stored.status == PARKED else "stored"
        body = {"code": code, "reason": stored.reason, "sha256": stored.sha256}
        return Response(body, status=stored.status)

    @extend_schema(
        parameters=[
            OpenApiParameter("size", str, enum=["thumb"]),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER),
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="The caller has it already."),
            404: ErrorSerializer,
        },
    )
    def get(self, request: Request, assignment_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        """Return the file, or a small JPEG of an image with `?size=thumb`."""
        user: Any = request.user
        with user_scope(user):
            accessed = access_assignment(user, assignment_id)
            row = AssignmentAttachment.objects.filter(
                pk=attachment_id, assignment_id=accessed.assignment.pk
            ).first()
        if row is None:
            raise NotFound
        is_small = request.query_params.get("size") == "thumb" and bool(row.thumbnail_path)
        etag = f'"{row.sha256}{"-thumb" if is_small else ""}"'
        answer = get_conditional_response(request._request, etag=etag)
        if answer is not None and answer.status_code == HTTPStatus.NOT_MODIFIED:
            response: HttpResponseBase = answer
        else:
            response = _file_response(row, is_small=is_small)
        response["ETag"] = etag
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        return response


def _length(request: Request) -> int:
    length = announced_bytes(request._request)
    if not length:
        raise LengthRequired(_("Send the file's length in Content-Length, and its content."))
    return length


def _digest(request: Request) -> str | None:
    """Return the SHA-256 in hex of the Repr-Digest header, or None without one."""
    header = request.META.get("HTTP_REPR_DIGEST")
    if not header:
        return None
    match = _SHA256.search(header)
    try:
        digest = base64.b64decode(match[1], validate=True) if match else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise Invalid(
            _("Repr-Digest must be sha-256=:<base64>:."), details={"field": "Repr-Digest"}
        )
    return digest.hex()


def _filename(request: Request) -> str:
    header = request.META.get("HTTP_CONTENT_DISPOSITION", "")
    try:
        parameters = parse_header_parameters(header)[1]
    except ValueError:  # an unknown encoding: the photo is worth more than its name
        parameters = {}
    name = _UNSAFE.sub("_", parameters.get("filename", ""))[:255].strip()
    return name or "file"


def _file_response(row: AssignmentAttachment, *, is_small: bool) -> FileResponse:
    path = row.thumbnail_path if is_small else row.stored_path
    mime_type = "image/jpeg" if is_small else row.mime_type
    try:
        file = default_storage.open(path)
    except FileNotFoundError as error:
        raise NotFound(_("The file is not there any more. Tell the help desk.")) from error
    response = FileResponse(file, content_type=mime_type)
    as_attachment = not mime_type.startswith("image/")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment, row.original_filename) or "inline"
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
