"""No address of the API is open by forgetting: each says itself who may call it."""

import pytest
from django.test import Client
from rest_framework.views import APIView

from cerdas.api.base import ApiView
from cerdas.api.permissions import Anyone, HasOffice, SignedIn
from tests.contracts.routes import Route, all_routes

API = [route for route in all_routes() if route.template.startswith("/api/")]
# Third parties' views, open to all on purpose: settings, SPECTACULAR_SETTINGS.
OPEN_TO_ALL = {"/api/v1/schema/", "/api/v1/docs/", "/api/v1/auth/google/"}


@pytest.mark.parametrize("route", API, ids=str)
def test_the_view_declares_its_permission_itself(route: Route) -> None:
    view = route.view_class
    assert view is not None
    assert issubclass(view, APIView)
    if route.template in OPEN_TO_ALL:
        assert list(view.permission_classes) == [Anyone]
        return
    assert issubclass(view, ApiView), f"{view} has to be an ApiView"
    assert "permission_classes" in vars(view)
    assert set(view.permission_classes) <= {SignedIn, HasOffice}
    assert view.permission_classes


def test_a_view_without_permission_stops_the_start() -> None:
    with pytest.raises(TypeError, match="permission_classes"):
        type("Forgetful", (ApiView,), {})


@pytest.mark.django_db(databases=["default", "direct"])
def test_only_signing_in_is_open_to_strangers() -> None:
    stranger = Client(raise_request_exception=False)
    for route in API:
        if route.template in OPEN_TO_ALL:
            continue
        zeros = "00000000-0000-0000-0000-000000000000"
        path = route.path(
            {kwarg: "1" if kwarg in ("type", "version") else zeros for kwarg in route.kwargs}
        )
        for method in ("get", "post", "put", "delete", "patch"):
            if not hasattr(route.view_class, method):
                continue
            if (route.template, method) == ("/api/v1/auth/token/", "post"):
                continue
            assert getattr(stranger, method)(path).status_code == 401, (method, path)
