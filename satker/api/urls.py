"""Addresses of sign-in, relative to api/v1/."""

from django.urls import path

from cerdas.tenancy import own_scope
from satker.api.views import GoogleTokenView, TokenView

# Without a transaction around it: a counter must not roll back with the refusal it causes.
urlpatterns = [
    path("auth/token/", own_scope(TokenView.as_view()), name="auth-token"),
    path("auth/google/", own_scope(GoogleTokenView.as_view()), name="auth-google"),
]
