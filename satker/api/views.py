"""Sign-in and sign-out of devices. Source: design, section 7."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import logout
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from cerdas.api.base import ApiView
from cerdas.api.permissions import Anyone, SignedIn
from cerdas.api.serializers import ErrorSerializer
from satker.api.client_address import client_address
from satker.api.serializers import SignedInSerializer, SignInSerializer
from satker.services.sign_in import sign_in, sign_out


class TokenView(ApiView):
    """Bearer tokens: one per device, until sign-out or expiry."""

    permission_classes = [SignedIn]

    def get_permissions(self) -> Sequence[Any]:
        """Let anyone sign in."""
        if self._signs_in():
            return [Anyone()]
        return super().get_permissions()

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Ask nobody who they are when they come to say it."""
        return [] if self._signs_in() else super().get_authenticators()

    def _signs_in(self) -> bool:
        return getattr(getattr(self, "request", None), "method", None) == "POST"

    @extend_schema(
        operation_id="auth_token_create",
        summary="Sign in with email and password",
        auth=[],
        request=SignInSerializer,
        responses={
            200: SignedInSerializer,
            400: ErrorSerializer,
            401: OpenApiResponse(
                ErrorSerializer, description="wrong_credentials, otp_required, otp_wrong"
            ),
            429: OpenApiResponse(ErrorSerializer, description="too_many_requests, Retry-After"),
        },
    )
    def post(self, request: Request) -> Response:
        """Give the device a token."""
        given = SignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        signed_in = sign_in(address=client_address(request._request), **given.validated_data)
        response = Response(SignedInSerializer(signed_in).data)
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(
        operation_id="auth_token_destroy",
        summary="Sign out",
        request=None,
        responses={204: None, 401: ErrorSerializer},
    )
    def delete(self, request: Request) -> Response:
        """End the token, or the session, that the request came with."""
        token: Any = request.auth
        if token is None:
            logout(request._request)
        else:
            sign_out(token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
