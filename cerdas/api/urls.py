"""Addresses of version 1 of the API, relative to api/v1/."""

from django.urls import include, path

from cerdas.api.openapi import DocsView, SchemaView
from cerdas.tenancy import own_scope

urlpatterns = [
    path("", include("assignments.api.urls")),  # first, since phones ask most
    path("schema/", own_scope(SchemaView.as_view()), name="schema"),
    path("docs/", own_scope(DocsView.as_view()), name="docs"),
    path("", include("satker.api.urls")),
    path("", include("kegiatan.api.urls")),
    path("", include("masterdata.api.urls")),
]
