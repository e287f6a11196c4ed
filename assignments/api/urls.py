"""Addresses of the assignments API, relative to api/v1/."""

from django.urls import path

from assignments.api.assignment_views import (
    AllowedActionsView,
    AssignmentListView,
    AssignmentView,
    HistoryView,
)
from assignments.api.attachment_views import AttachmentView
from assignments.api.kegiatan_list import KegiatanListView
from assignments.api.sync_views import ChangesView, OperationsView

urlpatterns = [
    path("kegiatan/", KegiatanListView.as_view(), name="kegiatan-list"),
    path("kegiatan/<uuid:kegiatan_id>/changes/", ChangesView.as_view(), name="changes"),
    path("kegiatan/<uuid:kegiatan_id>/operations/", OperationsView.as_view(), name="operations"),
    path(
        "kegiatan/<uuid:kegiatan_id>/assignments/", AssignmentListView.as_view(), name="assignments"
    ),
    path("assignments/<uuid:assignment_id>/", AssignmentView.as_view(), name="assignment"),
    path(
        "assignments/<uuid:assignment_id>/allowed-actions/",
        AllowedActionsView.as_view(),
        name="allowed-actions",
    ),
    path("assignments/<uuid:assignment_id>/history/", HistoryView.as_view(), name="history"),
    path(
        "assignments/<uuid:assignment_id>/attachments/<uuid:attachment_id>/",
        AttachmentView.as_view(),
        name="attachment",
    ),
]
