"""The OpenAPI document: how callers sign in, and the views that serve it."""

from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from cerdas.api.renderers import OrjsonRenderer


class TenantAuthenticationScheme(OpenApiAuthenticationExtension):
    """A device's bearer token, or the session cookie of the browser with its CSRF token."""

    target_class = "cerdas.api.authentication.TenantAuthentication"
    name = ["bearerToken", "sessionCookie"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Return one definition per name; either one is enough."""
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "Token of POST /api/v1/auth/token/.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "Session of a browser; writes also need the CSRF token.",
            },
        ]


# What any call may meet besides its own refusals, and when; all in the one envelope.
_REFUSALS = {
    "400": "The request was not understood; `details` names the field.",
    "401": "Nobody is signed in, or the token does not count any more.",
    "403": "The role does not allow this.",
    "404": "Absent, or not the caller's to see.",
    "406": "Only JSON is spoken here.",
    "409": "It does not fit what is stored; `code` says why.",
    "411": "Content-Length is needed.",
    "413": "The body is larger than this address takes.",
    "415": "The body is not of a type that this address takes.",
    "429": "Too many requests; Retry-After says how long to wait.",
    "503": "The server is busy; nothing was stored. Send again.",
}
_ENVELOPE = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def document_refusals(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Add to every call the refusals that it does not document itself, and say who may call.

    A hook of drf-spectacular. Token or session: either one is enough.
    """
    for methods in result["paths"].values():
        for operation in methods.values():
            either = [
                {name: scopes}
                for entry in operation.get("security", [])
                for name, scopes in entry.items()
            ]
            if either:
                operation["security"] = either
            for status in {*_statuses_of(operation), *operation["responses"]} & set(_REFUSALS):
                documented = operation["responses"].setdefault(status, {})
                documented.setdefault("content", _ENVELOPE)
                if not documented.get("description"):
                    documented["description"] = _REFUSALS[status]
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _statuses_of(operation: dict[str, Any]) -> list[str]:
    statuses = ["400", "406", "503"]
    if operation.get("security"):
        statuses += ["401", "403"]
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        statuses.append("404")
    if "requestBody" in operation:
        statuses += ["413", "415"]
    return statuses


@cache
def openapi_document() -> Any:
    """Return the document; the same for everybody, so made once per process (about a second)."""
    return SchemaGenerator().get_schema(request=None, public=True)


class _JsonErrors:
    """Refusals in the envelope, whatever the view renders otherwise."""

    request: Any

    def handle_exception(self, exc: Exception) -> Response:
        """Answer as every other view of the API."""
        self.request.accepted_renderer = OrjsonRenderer()
        self.request.accepted_media_type = OrjsonRenderer.media_type
        response: Response = super().handle_exception(exc)  # type: ignore[misc]
        return response


class SchemaView(_JsonErrors, SpectacularAPIView):
    """`GET schema/`: the OpenAPI document, as YAML or JSON."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the document in the format asked for."""
        filename = self._get_filename(request, None)
        headers = {"Content-Disposition": f'inline; filename="{filename}"'}
        return Response(openapi_document(), headers=headers)


class DocsView(_JsonErrors, SpectacularSwaggerSplitView):
    """`GET docs/`: Swagger UI; its script is a request of its own, so that no CSP is relaxed."""

    template_name = "api_docs.html"
    url_name = "schema"
    metadata_class = None  # OPTIONS: this page has no template for it
