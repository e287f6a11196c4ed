"""Addresses of the global site; offices have theirs in urls_satker.py."""

from django.urls import include, path
from django.views.i18n import set_language

from cerdas import place_views, views
from cerdas.admin_sites import global_site
from cerdas.engine_file import engine_script
from cerdas.mobile_app import mobile_app
from cerdas.office_app import office_file
from cerdas.tenancy import own_scope
from satker.views_links import account_link

urlpatterns = [
    # first, since phones ask most; what follows is in the order of the pages
    path("api/v1/", include("cerdas.api.urls")),
    path("", place_views.landing, name="landing"),
    path("app/", mobile_app, name="mobile_app"),
    path("app/<path:address>", mobile_app),
    path("home/", place_views.home, name="home"),
    path("mobile/", place_views.mobile, name="mobile"),
    path(
        "home/invitations/<uuid:invitation_id>/accept/",
        place_views.invitation_yes,
        name="invitation_yes",
    ),
    path(
        "home/invitations/<uuid:invitation_id>/decline/",
        place_views.invitation_no,
        name="invitation_no",
    ),
    path("account/", include("satker.account_urls")),
    path("akun/<str:uid>/<str:token>/", account_link, name="account_link"),
    path("_allauth/browser/v1/", include("satker.headless_urls")),
    path("satker/", views.office_sign_in, name="office_sign_in"),
    path("i18n/setlang/", own_scope(set_language), name="set_language"),
    path("office/<path:address>", office_file, name="office_file"),
    path("engine/<slug:name>.js", engine_script, name="engine_script"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/", global_site.urls),
]

handler400 = "cerdas.views.bad_request"
handler403 = "cerdas.views.permission_denied"
handler404 = "cerdas.views.page_not_found"
handler500 = "cerdas.views.server_error"
