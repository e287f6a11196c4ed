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
from satker.api.serializers import (
    GoogleOfferSerializer,
    GoogleSignInSerializer,
    SignedInSerializer,
    SignInSerializer,
)
from satker.google import google_enabled
from satker.services.phone_sign_in import phone_code_exchange
from satker.services.sign_in import SignedIn as NewToken
from satker.services.sign_in import sign_in, sign_out


def _token_shown(signed_in: NewToken) -> Response:
    response = Response(SignedInSerializer(signed_in).data)
    response["Cache-Control"] = "no-store"
    return response


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
        return _token_shown(
            sign_in(address=client_address(request._request), **given.validated_data)
        )

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


class GoogleTokenView(ApiView):
    """The bearer token of a phone whose person came back from Google. Asks nobody who they are."""

    permission_classes = [Anyone]
    authentication_classes: list[type[BaseAuthentication]] = []

    @extend_schema(
        operation_id="auth_google_retrieve",
        summary="Whether people sign in with Google here",
        description="Then the app opens `/account/phone/?challenge=`; see docs/sync.md.",
        auth=[],
        responses={200: GoogleOfferSerializer},
    )
    def get(self, request: Request) -> Response:
        """Say whether there is a Google button."""
        return Response(GoogleOfferSerializer({"is_offered": google_enabled()}).data)

    @extend_schema(
        operation_id="auth_google_create",
        summary="Sign in with what the browser brought back from Google",
        auth=[],
        request=GoogleSignInSerializer,
        responses={
            200: SignedInSerializer,
            400: ErrorSerializer,
            401: OpenApiResponse(ErrorSerializer, description="sign_in_code_invalid"),
            429: OpenApiResponse(ErrorSerializer, description="too_many_requests, Retry-After"),
        },
    )
    def post(self, request: Request) -> Response:
        """Give the device a token."""
        given = GoogleSignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _token_shown(
            phone_code_exchange(address=client_address(request._request), **given.validated_data)
        )
