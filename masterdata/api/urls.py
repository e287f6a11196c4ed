"""Addresses of the master data, included under api/v1/."""

from django.urls import path

from .views import DatasetView, WilayahView

urlpatterns = [
    path("masterdata/<str:type>/<int:version>/", DatasetView.as_view(), name="masterdata"),
    path("wilayah/", WilayahView.as_view(), name="wilayah"),
]
