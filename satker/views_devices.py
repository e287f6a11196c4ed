"""Where a person is signed in: browsers and phones, and ending that."""

from typing import Any

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from satker.browsers import browser_name
from satker.models import DeviceToken, TimeZone


class DevicesView(LoginRequiredMixin, TemplateView):
    """Browsers (sessions) and phones (bearer tokens) of the signed-in person."""

    template_name = "usersessions/usersession_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """List both, newest first, the browser in use on top."""
        user: Any = self.request.user
        sessions = UserSession.objects.purge_and_list(user)
        sessions.sort(key=lambda s: (s.is_current(), s.last_seen_at), reverse=True)
        browsers = [{"row": s, "name": browser_name(s.user_agent)} for s in sessions]
        phones = DeviceToken.objects.filter(user=user).order_by("-last_seen_at", "-created")
        zone = user.satker.time_zone if user.satker is not None else TimeZone.WIB
        return {
            **super().get_context_data(**kwargs),
            "browsers": browsers,
            "phones": phones,
            "zone": zone,
            "zone_name": TimeZone(zone).name,
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out one browser, one phone, or everything but this browser."""
        kind, _sign, key = request.POST.get("end", "").partition(":")
        user: Any = request.user
        if kind == "browser" and key.isdecimal():
            end_sessions(request, UserSession.objects.filter(user=user, pk=int(key[:18])))
        elif kind == "phone":
            DeviceToken.objects.filter(user=user, digest=key).delete()
        elif kind == "others":
            end_other_sessions(request, user)
            DeviceToken.objects.filter(user=user).delete()
        else:
            return redirect("usersessions_list")
        messages.success(request, _("Signed out."))
        return redirect("usersessions_list")
