"""Addresses of the signed-in person, invitations and questionnaires, relative to api/v1/."""

from django.urls import path

from kegiatan.api.views import (
    FormView,
    InvitationAcceptView,
    InvitationDeclineView,
    InvitationListView,
    MeView,
)

urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("invitations/", InvitationListView.as_view(), name="invitations"),
    path(
        "invitations/<uuid:invitation_id>/accept/",
        InvitationAcceptView.as_view(),
        name="invitation-accept",
    ),
    path(
        "invitations/<uuid:invitation_id>/decline/",
        InvitationDeclineView.as_view(),
        name="invitation-decline",
    ),
    path("kegiatan/<uuid:kegiatan_id>/form/", FormView.as_view(), name="kegiatan-form"),
]
