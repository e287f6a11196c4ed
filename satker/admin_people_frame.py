"""What all pages about the people of an office share."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cerdas.admin_base import error_text
from cerdas.admin_pages import OwnPages
from cerdas.admin_rights import OfficeRights
from cerdas.errors import CerdasError
from satker.models import User

Page = Callable[..., HttpResponse]


def letters_arguments(request: HttpRequest, ids: Iterable[UUID]) -> dict[str, Any]:
    """Return the arguments of a job that sends letters (satker/background.py): no links."""
    return {
        "ids": [str(each) for each in ids],
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }


class PeopleFrame(OwnPages):
    """For mixins of the people admin. Who may not do a thing gets 403, absent people 404."""

    rights: Callable[[HttpRequest], OfficeRights]
    link: Callable[..., str]
    get_queryset: Callable[[HttpRequest], QuerySet[User]]

    def office_rights_only(self, request: HttpRequest) -> OfficeRights:
        """Return the rights of those who manage accounts. Raises PermissionDenied."""
        rights = self.rights(request)
        if not rights.sees_all:
            raise PermissionDenied
        return rights

    def tried(self, request: HttpRequest, work: Callable[[], HttpResponse], back: str) -> Any:
        """Run; a refusal undoes the work and is shown on the page `back`."""
        try:
            with transaction.atomic():
                return work()
        except CerdasError as error:
            messages.error(request, error_text(error))
            return HttpResponseRedirect(back)
