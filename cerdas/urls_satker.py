"""Addresses below /satker/<code>/, which the first middleware has moved into the script prefix."""

from django.urls import path

from cerdas import views
from cerdas.admin_sites import satker_site

urlpatterns = [
    path("", views.office_home, name="office_home"),
    path("admin/", satker_site.urls),
]

handler400 = "cerdas.views.bad_request"
handler403 = "cerdas.views.permission_denied"
handler404 = "cerdas.views.page_not_found"
handler500 = "cerdas.views.server_error"
