"""Pages by name, and what is done on them before they are looked at: public ones and accounts."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cerdas import views
from cerdas.demo.world import PASSWORD
from tests.e2e.pages.gallery_world import CODE, link_path
from tests.e2e.pages.steps import Step, forget_token, send, shown_instead

OFFICE = f"/satker/{CODE}/admin/"


@dataclass(frozen=True)
class Shot:
    """A page as it is looked at. status: of the first answer; do: what is done on it then.

    is_judged: axe-core looks at it too; a page that differs from another by a message is only
    pictured.
    """

    path: str
    do: Step | None = None
    status: int = 200
    is_judged: bool = True


Shots = dict[str, Shot]


def address(name: str, *args: Any, site: str = "satker_admin", code: str = CODE) -> str:
    """Return the address of a page of an office, or of the site of super_admin."""
    if site == "global_admin":
        return reverse(f"{site}:{name}", urlconf="cerdas.urls", args=args)
    return f"/satker/{code}" + reverse(f"{site}:{name}", urlconf="cerdas.urls_satker", args=args)


def public_pages() -> Shots:
    """Return what somebody sees who is not signed in."""
    login, link = "/account/login/", link_path()
    wrong = send(button="Masuk", login=f"ppl1.{CODE}@demo.cerdas.id", password="salah-sekali")
    office_wrong = send("#login-form", username="siapa@demo.cerdas.id", password="salah-sekali")
    weak = send(button="Simpan", password="123", again="1234")
    return {
        "landing": Shot("/"),
        "sign-in": Shot(login),
        "sign-in-wrong": Shot(login, wrong),
        "office-sign-in": Shot(f"{OFFICE}login/"),
        "office-sign-in-wrong": Shot(f"{OFFICE}login/", office_wrong),
        "global-sign-in": Shot("/admin/login/"),
        "office-code-wrong": Shot("/satker/?kode=%3C61", status=400),
        "password-reset": Shot("/account/password/reset/"),
        "password-reset-wrong": Shot("/account/password/reset/", send(email="bukan surel")),
        "password-reset-done": Shot("/account/password/reset/done/"),
        "password-reset-link-old": Shot("/account/password/reset/key/1-set-password/"),
        "password-new-done": Shot("/account/password/reset/key/done/"),
        "inactive": Shot("/account/inactive/"),
        "google-cancelled": Shot("/account/google/cancelled/"),
        "google-error": Shot("/account/google/error/", status=401),
        "one-time-link": Shot(link),
        "one-time-link-weak": Shot(link, weak),
        "one-time-link-old": Shot("/akun/MQ/abc-def/", status=410),
        "absent": Shot("/tidak-ada/", status=404),
        "absent-office": Shot("/satker/9999/admin/tidak-ada/"),
        "forged": Shot(login, forget_token),
        "server-error": Shot("/", shown_instead(views.server_error)),
    }


def account_pages() -> Shots:
    """Return the pages of one's own account, for somebody in the field."""
    change = "/account/password/change/"
    return {
        "place": Shot("/home/"),
        "mobile": Shot("/mobile/"),
        "landing-signed-in": Shot("/"),
        "sessions": Shot("/account/sessions/"),
        "password-change": Shot(change),
        "password-change-wrong": Shot(change, send(".fields", oldpassword="salah")),
        "second-factor": Shot("/account/2fa/"),
        "second-factor-asks": Shot("/account/2fa/totp/activate/"),
        "second-factor-setup": Shot("/account/2fa/totp/activate/", send(password=PASSWORD)),
        "second-factor-wrong": Shot("/account/2fa/totp/activate/", send(code="000000")),
        "google": Shot("/account/google/"),
        "sign-out": Shot("/account/logout/"),
        "other-office": Shot(OFFICE, status=403),
    }


def secured_pages() -> Shots:
    """Return the pages of somebody who has a second factor."""
    return {
        "second-factor-on": Shot("/account/2fa/"),
        "reauthenticate": Shot("/account/reauthenticate/?next=/home/"),
        "reauthenticate-code": Shot("/account/2fa/reauthenticate/?next=/home/"),
        "recovery-codes": Shot("/account/2fa/recovery-codes/", send(password=PASSWORD)),
        "recovery-codes-new": Shot("/account/2fa/recovery-codes/generate/"),
        "second-factor-off": Shot("/account/2fa/totp/deactivate/"),
    }
