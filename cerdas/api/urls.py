"""Addresses of version 1 of the API, relative to api/v1/."""

from django.urls import include, path

from cerdas.api.openapi import DocsView, SchemaView
from cerdas.tenancy import own_scope

APPS = ("satker", "kegiatan", "masterdata", "assignments")

urlpatterns = [
    path("schema/", own_scope(SchemaView.as_view()), name="schema"),
    path("docs/", own_scope(DocsView.as_view()), name="docs"),
    *(path("", include(f"{app}.api.urls")) for app in APPS),
]
