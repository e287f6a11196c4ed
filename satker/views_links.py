"""The page behind a one-time link: choose the password of one's own account."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cerdas.errors import CerdasError, Invalid
from cerdas.tenancy import own_scope
from satker.api.client_address import client_address
from satker.errors import TooManyRequests
from satker.services.account_links import account_link_user, account_password_set

PASSWORD_LENGTH = 4096  # Django's own limit of what it hashes


class PasswordForm(forms.Form):
    """The password, twice."""

    password = forms.CharField(
        label=_("New password"), strip=False, max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("The same password again"), strip=False, max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, str]:
        """Refuse two different passwords."""
        given = self.cleaned_data
        if given.get("password") and given.get("again") not in (None, given["password"]):
            self.add_error("again", _("The two passwords are not the same."))
        return given


@own_scope
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def account_link(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Show the form, or set the password. Its address is a secret: no referrers, no cache."""
    address = client_address(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    try:
        user = account_link_user(uid=uid, token=token, address=address)
        if form.is_bound and form.is_valid():
            password = form.cleaned_data["password"]
            account_password_set(uid=uid, token=token, password=password, address=address)
            return _page(request, {"user_of_link": user, "is_done": True})
    except Invalid as error:
        for text in error.details["fields"]["password"]:
            form.add_error("password", text)
    except CerdasError as error:
        return _refused(request, error)
    status = 400 if form.is_bound else 200
    return _page(request, {"user_of_link": user, "form": form}, status)


def _refused(request: HttpRequest, error: CerdasError) -> HttpResponse:
    response = _page(request, {"error": error}, error.status)
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.details["retry_after_seconds"])
    return response


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, "satker/account_link.html", context, status=status)
    # never the path; the origin must be sent, or browsers post the form with "Origin: null", which
    # the check of forged requests refuses
    response["Referrer-Policy"] = "strict-origin"
    return response
