"""The signed-in person, invitations and questionnaires. Source: design, section 7."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cerdas.api.base import ApiView
from cerdas.api.permissions import HasOffice, SignedIn
from cerdas.api.serializers import ErrorSerializer
from cerdas.errors import NotFound
from kegiatan.access import access_kegiatan_form
from kegiatan.api.serializers import (
    FormSerializer,
    InvitationListSerializer,
    InvitationSerializer,
    MeSerializer,
    RoleSerializer,
)
from kegiatan.selectors import (
    InvitationShown,
    form_version_get,
    invitation_shown,
    invitations_shown,
    kegiatan_roles_of,
)
from kegiatan.services.recruiting import invitation_accept, invitation_decline
from satker.api.serializers import UserSerializer
from satker.selectors import satker_roles_of


class MeView(ApiView):
    """Who is signed in."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="me", summary="Who is signed in", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Answer the person with office and roles."""
        user: Any = request.user
        roles = [*satker_roles_of(user), *kegiatan_roles_of(user)]
        return Response(
            {
                **UserSerializer(user).data,
                "roles": RoleSerializer(roles, many=True).data,
                "server_time": timezone.now(),
            }
        )


class InvitationListView(ApiView):
    """Invitations of the signed-in person."""

    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="invitations_list",
        summary="Invitations that wait for you",
        responses=InvitationListSerializer,
    )
    def get(self, request: Request) -> Response:
        """List what waits for an answer."""
        user: Any = request.user
        return Response(InvitationListSerializer({"results": invitations_shown(user)}).data)


_ANSWERED = {200: InvitationSerializer, 404: ErrorSerializer, 409: ErrorSerializer}


class InvitationAcceptView(ApiView):
    """Yes to an invitation."""

    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="invitations_accept",
        summary="Join the office that invites you",
        request=None,
        responses=_ANSWERED,
    )
    def post(self, request: Request, invitation_id: UUID) -> Response:
        """Join the office with the role it offers; repeating gives the same."""
        user: Any = request.user
        return _invitation(
            invitation_shown(invitation_accept(actor=user, invitation_id=invitation_id))
        )


class InvitationDeclineView(ApiView):
    """No to an invitation."""

    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="invitations_decline",
        summary="Turn an invitation down",
        request=None,
        responses=_ANSWERED,
    )
    def post(self, request: Request, invitation_id: UUID) -> Response:
        """Turn it down; repeating gives the same."""
        user: Any = request.user
        return _invitation(
            invitation_shown(invitation_decline(actor=user, invitation_id=invitation_id))
        )


def _invitation(shown: InvitationShown) -> Response:
    return Response(InvitationSerializer(shown).data)


class FormQuerySerializer(serializers.Serializer):
    """Which version; the newest by default."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class FormView(ApiView):
    """Published questionnaires."""

    permission_classes = [HasOffice]

    @extend_schema(
        operation_id="kegiatan_form",
        summary="A published questionnaire",
        parameters=[
            FormQuerySerializer,
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER),
        ],
        responses={
            200: OpenApiResponse(FormSerializer, description="ETag: the checksum."),
            304: OpenApiResponse(description="The caller has it already."),
            400: ErrorSerializer,
            404: ErrorSerializer,
        },
    )
    def get(self, request: Request, kegiatan_id: UUID) -> HttpResponseBase:
        """Send a version as stored, or 304."""
        query = FormQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user: Any = request.user
        kegiatan = access_kegiatan_form(user, kegiatan_id)
        form = form_version_get(
            kegiatan_id, query.validated_data.get("version", kegiatan.form_version)
        )
        if form is None:
            raise NotFound
        etag = f'"{form.checksum}"'
        response = get_conditional_response(request._request, etag=etag) or Response(
            {
                "kegiatan": form.kegiatan_id,
                "version": form.version,
                "schema": orjson.Fragment(form.text),
                "checksum": form.checksum,
                "engine": None,
            }
        )
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        return response
