"""The zone in which pages show times: that of the office, else of the head office (WIB).

The database and the API keep UTC. Source: issue 3.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from satker.models import Satker, TimeZone

HEAD_OFFICE_ZONE = ZoneInfo(TimeZone.WIB)
_IN_UTC = ("/api/", "/_allauth/", "/app/", "/healthz", "/readyz")


def office_zone(satker: Satker | None) -> ZoneInfo:
    """Return the zone of an office; without one that of the head office."""
    return ZoneInfo(satker.time_zone) if satker is not None else HEAD_OFFICE_ZONE


def zone_of_page(request: HttpRequest) -> AbstractContextManager[Any]:
    """Show times in the zone of the office that a page is about, or of the person's own.

    Does nothing for the API, which speaks UTC, and for the app, which shows times in the phone's.
    """
    if request.path_info.startswith(_IN_UTC):
        return nullcontext()
    return timezone.override(office_zone(_office_of(request)))


def _office_of(request: HttpRequest) -> Satker | None:
    found: Satker | None = getattr(request, "satker", None)
    user: Any = request.user
    if found is None and user.is_authenticated:  # pages of the account run without scope
        found = user.satker
    return found
