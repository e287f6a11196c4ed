"""The landing page, and where a person is led after signing in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.forms import LoginForm
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cerdas.errors import CerdasError
from cerdas.mobile_app import app_address
from cerdas.places import PlaceKind, place_of
from cerdas.tenancy import own_scope
from kegiatan.selectors import invitations_shown, kegiatan_list_for
from kegiatan.services.recruiting import invitation_accept, invitation_decline
from satker.google import google_enabled
from satker.models import Invitation


def landing_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the landing page shows: a sign-in form, or the place of who is signed in.

    Asks the database nothing for visitors without a session.
    """
    user: Any = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    if user is not None and user.is_authenticated:
        return {"place": place_of(user), "app_path": app_address()}
    return {
        "form": LoginForm(request=request),
        "google_enabled": google_enabled(),
        "app_path": app_address(),
    }


@own_scope
@never_cache
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Say what Cerdas is; sign people in, or lead who is signed in to their place."""
    return render(request, "landing.html", landing_context(request))


@never_cache
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead admins to their admin; show everybody else where they stand."""
    user: Any = request.user
    place = place_of(user)
    if place.kind in (PlaceKind.GLOBAL, PlaceKind.OFFICE):
        return redirect(place.path)
    if place.kind == PlaceKind.FIELD:
        return _mobile(request)
    context = {"place": place, "invitations": invitations_shown(user)}
    return render(request, "places/floating.html", context)


@never_cache
@login_required
@require_safe
def mobile(request: HttpRequest) -> HttpResponse:
    """Show a person's activities and the way to the phone app."""
    user: Any = request.user
    return redirect("home") if user.satker_id is None else _mobile(request)


def _mobile(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {
        "place": place_of(user),
        "activities": kegiatan_list_for(user),
        "invitations": invitations_shown(user),
        "app_path": app_address(),
    }
    return render(request, "places/field.html", context)


@own_scope
@login_required
@require_POST
def invitation_yes(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Join the office that invites."""
    return _answer(request, invitation_id, invitation_accept, _("Welcome to %(satker)s."))


@own_scope
@login_required
@require_POST
def invitation_no(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Turn an invitation down."""
    message = _("You have turned down the invitation of %(satker)s.")
    return _answer(request, invitation_id, invitation_decline, message)


def _answer(
    request: HttpRequest, invitation_id: UUID, answer: Callable[..., Invitation], message: str
) -> HttpResponse:
    try:
        invitation = answer(actor=request.user, invitation_id=invitation_id)
    except CerdasError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, message % {"satker": invitation.satker.name})
    return redirect("home")
