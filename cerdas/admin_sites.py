"""The two admin sites: one object for all offices, the office comes from the URL; one global.

Source: design, section 4.
"""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cerdas.admin_home import global_home, office_home
from cerdas.admin_menu import GLOBAL_TASKS, OFFICE_TASKS, TaskGroup, menu
from cerdas.admin_rights import office_of, office_rights
from cerdas.admin_theme import AuthenticationForm, Favicon, UnfoldAdminSite
from cerdas.admin_waiting import global_badges, office_badges
from cerdas.tenancy import own_scope
from satker.adapters import sign_in_with_password
from satker.api.client_address import client_address
from satker.errors import TooManyRequests, WrongCredentials
from satker.models import User
from satker.services.sign_in import credentials_check

# unfold's Alpine compiles the expressions in its templates.
_allow_eval = csp_update({"script-src": ["'unsafe-eval'"]})
_GREEN = {
    "50": "oklch(97.5% .015 180)",
    "100": "oklch(94% .035 180)",
    "200": "oklch(88% .06 181)",
    "300": "oklch(80% .085 182)",
    "400": "oklch(71% .1 184)",
    "500": "oklch(60% .098 186)",
    "600": "oklch(50% .085 189)",
    "700": "oklch(43.5% .073 190)",
    "800": "oklch(37.5% .062 191)",
    "900": "oklch(32.5% .052 192)",
    "950": "oklch(23% .04 194)",
}


class SignInForm(AuthenticationForm):
    """Email and password of anybody active; what they may see is decided per office."""

    throttled: TooManyRequests | None = None

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("Email")
        self.fields["password"].label = _("Password")
        self.fields["username"].widget.input_type = "email"
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict[str, Any]:
        """Check the password under the limits of every sign-in."""
        email = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        try:
            user = credentials_check(
                email=email, password=password, address=client_address(self.request)
            )
        except TooManyRequests as error:
            self.throttled = error
            raise ValidationError(error.message, code=error.code) from error
        except WrongCredentials as error:
            raise ValidationError(error.message, code=error.code) from error
        self.user_cache = user
        return self.cleaned_data

    def get_user(self) -> User:
        """Leave the session to `CerdasSite.login`, which asks the second factor first."""
        raise _PasswordAccepted(self.user_cache)


class _PasswordAccepted(Exception):
    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.user = user


class CerdasSite(UnfoldAdminSite):
    """What both sites share: sign-in under the lock-out, name and colours, tasks in the menu."""

    login_form = SignInForm
    login_template = "satker_admin/login.html"
    site_title = "Cerdas"
    site_header = "Cerdas"
    tasks: tuple[TaskGroup, ...] = ()

    def get_urls(self) -> list[Any]:
        """Leave out the shortcut to any object by its id; let everybody sign out."""
        from django.urls import path

        left_out = ("view_on_site", "logout")
        kept = [p for p in super().get_urls() if getattr(p, "name", None) not in left_out]
        return [path("logout/", self.logout, name="logout"), *kept]

    @method_decorator(never_cache)
    @method_decorator(_allow_eval)
    @own_scope
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the sign-in page, the same for every code; 429 when a limit is reached.

        Runs without a transaction: nobody waits for the password hash with one open.
        """
        try:
            response: HttpResponse = super().login(request, extra_context)
        except _PasswordAccepted as accepted:
            return sign_in_with_password(request, accepted.user, self._next(request))
        form = (getattr(response, "context_data", None) or {}).get("form")
        throttled: TooManyRequests | None = getattr(form, "throttled", None)
        if throttled is not None:
            response.status_code = throttled.status
            response["Retry-After"] = str(throttled.details["retry_after_seconds"])
        return response

    def _next(self, request: HttpRequest) -> str:
        """Return where the person wanted to go on this host, else the home page of the site."""
        asked = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
        hosts = {request.get_host()}
        if url_has_allowed_host_and_scheme(asked, hosts, require_https=request.is_secure()):
            return asked
        return reverse("admin:index", current_app=self.name)

    @method_decorator(never_cache)
    @own_scope
    def password_change(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponseRedirect:
        """Lead to the one page that changes passwords, under the lock-out."""
        return HttpResponseRedirect("/account/password/change/")

    @method_decorator(never_cache)
    @own_scope
    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """End the session and show the sign-in page of the same site."""
        next_page = reverse("admin:login", current_app=self.name)
        return LogoutView.as_view(next_page=next_page)(request)

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the menu: groups of tasks, only those that the person may do."""
        return menu(self, request)

    def badges(self, request: HttpRequest) -> dict[str, str]:
        """Return the numbers beside entries of the menu."""
        return {}

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add our name and colours."""
        context: dict[str, Any] = super().each_context(request)
        context.update(site_title="Cerdas", site_header="Cerdas", site_symbol="fact_check")
        context["site_subheader"] = getattr(request, "satker_code", "") or ""
        icon = Favicon(
            href=static("cerdas/icon.svg"), rel="icon", type="image/svg+xml", sizes="any"
        )
        context["site_favicons"] = [icon]
        context["colors"] = {**context["colors"], "primary": _GREEN}
        context["styles"] = [*context["styles"], static("cerdas/admin.css")]
        # absolute: the address is mounted once, not below the office's prefix
        context.update(show_languages=True, languages_action="/i18n/setlang/")
        return context


class SatkerSite(CerdasSite):
    """Admin of the office in the URL."""

    index_template = "satker_admin/index.html"
    tasks = OFFICE_TASKS

    def badges(self, request: HttpRequest) -> dict[str, str]:
        """Return what waits in the office."""
        return office_badges(request)

    def has_permission(self, request: HttpRequest) -> bool:
        """Decide by role in this office; `is_staff` plays no part."""
        rights = office_rights(request)
        return rights is not None and rights.any

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Refuse whoever is signed in without a role here; send everybody else to the sign-in.

        Another office and no office answer alike: 404.
        """

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                if office_of(request) is None:
                    raise Http404
                raise PermissionDenied
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        inner = super().admin_view(view, cacheable)
        checked.__dict__.update(inner.__dict__)
        decorated: Callable[..., Any] = _allow_eval(checked)
        return decorated

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what needs doing in the office."""
        office = office_of(request)
        home = office_home(request)
        context = {"office": office, "title": str(office), "home": home, **(extra_context or {})}
        response: HttpResponse = super().index(request, context)
        return response


class GlobalSite(CerdasSite):
    """Admin of super_admin at /admin/. To everybody else who is signed in it does not exist."""

    index_template = "global_admin/index.html"
    tasks = GLOBAL_TASKS

    def badges(self, request: HttpRequest) -> dict[str, str]:
        """Return what waits in the installation."""
        return global_badges(request)

    def has_permission(self, request: HttpRequest) -> bool:
        """Return True for an active super_admin."""
        user: Any = request.user
        return bool(user.is_authenticated and user.is_active and user.is_superuser)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Answer 404 to whoever is signed in and not super_admin."""

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        inner = super().admin_view(view, cacheable)
        checked.__dict__.update(inner.__dict__)
        decorated: Callable[..., Any] = _allow_eval(checked)
        return decorated

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what needs doing in the installation."""
        context = {"title": _("Head office"), "home": global_home(), **(extra_context or {})}
        response: HttpResponse = super().index(request, context)
        return response


satker_site = SatkerSite(name="satker_admin")
global_site = GlobalSite(name="global_admin")
