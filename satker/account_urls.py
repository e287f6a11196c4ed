"""Pages of one's own account, relative to /account/: those of allauth that are used, by name.

Left out on purpose: sign-up by form, several email addresses, sign-in by mailed code, passkeys.
No transaction is open around them: nobody waits for a password hash with one open.
"""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as socialaccount
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.urls import URLPattern, path, re_path

from cerdas.tenancy import own_scope
from satker.google import PROVIDER
from satker.views_devices import DevicesView
from satker.views_phone_sign_in import for_a_page, phone_done, phone_start
from satker.views_sign_in import GoogleLinkView, SignInView, answers_without_google

_GOOGLE = {"provider_id": PROVIDER}


def _page(route: str, view: Any, name: str, kwargs: Any = None) -> URLPattern:
    return path(route, own_scope(view), kwargs, name=name)


urlpatterns = [
    _page("login/", SignInView.as_view(), "account_login"),
    _page("logout/", account.logout, "account_logout"),
    _page("inactive/", account.account_inactive, "account_inactive"),
    _page("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    _page("password/change/", account.password_change, "account_change_password"),
    _page("password/set/", account.password_set, "account_set_password"),
    _page("password/reset/", account.password_reset, "account_reset_password"),
    _page("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    _page(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        own_scope(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    _page("2fa/", mfa.index, "mfa_index"),
    _page("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    _page("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    _page("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _page("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _page("2fa/recovery-codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _page(
        "2fa/recovery-codes/generate/",
        recovery_codes.generate_recovery_codes,
        "mfa_generate_recovery_codes",
    ),
    _page(
        "2fa/recovery-codes/download/",
        recovery_codes.download_recovery_codes,
        "mfa_download_recovery_codes",
    ),
    _page("google/", GoogleLinkView.as_view(), "socialaccount_connections"),
    _page("google/cancelled/", socialaccount.login_cancelled, "socialaccount_login_cancelled"),
    _page("google/error/", socialaccount.login_error, "socialaccount_login_error"),
    _page(
        "google/login/",
        answers_without_google(for_a_page(openid_connect.login)),
        "openid_connect_login",
        _GOOGLE,
    ),
    _page("google/login/callback/", openid_connect.callback, "openid_connect_callback", _GOOGLE),
    _page("phone/", phone_start, "phone_sign_in"),
    _page("phone/done/", phone_done, "phone_sign_in_done"),
    _page("sessions/", DevicesView.as_view(), "usersessions_list"),
]
