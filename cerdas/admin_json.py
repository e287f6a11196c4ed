"""Doors of the admin for scripts of its own pages: JSON in, JSON out, also when refused.

A door is a view of the admin like any other (rights, CSRF, scope). What a page would answer with
another page, a door answers as `{code, message, details, retryable}`.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.api.authentication import TokenRefused
from cerdas.api.parsers import Unparsable
from cerdas.errors import CerdasError, Invalid, NotFound

PERSON_HEADER = "X-Cerdas-Person"
View = Callable[..., HttpResponse]
_DEPTH = 100  # of a body; texts and answers have caps of their own below it


class WrongMethod(CerdasError):
    """The door does not know the method."""

    code = "method_not_allowed"
    status = 405
    default_message = gettext_lazy("This address cannot be used in this way.")


class OtherPerson(CerdasError):
    """The page was opened by somebody else than who is signed in now."""

    code = "other_person"
    status = 409
    default_message = gettext_lazy(
        "Somebody else is signed in in this browser now. Nothing was stored. Sign in again as"
        " before in another tab, then go on."
    )


def json_door(view: View, *methods: str) -> View:
    """Make a view of the admin, already wrapped by its site, a door for these methods.

    Who is not signed in gets 401 instead of the sign-in page. A page that lives longer than its
    session says in `X-Cerdas-Person` whose it is: it never writes as somebody else.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        try:
            if not user.is_authenticated:
                words = _("You are signed out. Sign in again in another tab, then go on.")
                raise TokenRefused(words)
            if request.method not in methods:
                raise WrongMethod
            if request.headers.get(PERSON_HEADER, str(user.pk)) != str(user.pk):
                raise OtherPerson
            return view(request, *args, **kwargs)
        except Http404:
            return refused(NotFound())
        except CerdasError as error:
            return refused(error)

    return door


def refused(error: CerdasError, **more: Any) -> JsonResponse:
    """Return a refusal as JSON. more: what the door adds to the envelope."""
    response = JsonResponse({**error.envelope(), **more}, status=error.status)
    response["Cache-Control"] = "no-store"
    return response


def body_object(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of a request. Raises Unparsable, also where it nests too deeply."""
    words = _("The request is no JSON object.")
    if request.content_type != "application/json":
        raise Unparsable(words)
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Unparsable(words) from error
    if not isinstance(found, dict) or _is_deep(found):
        raise Unparsable(words)
    return found


def _is_deep(found: Any) -> bool:
    level = [found]
    for _depth in range(_DEPTH):
        level = [
            below
            for item in level
            for below in (item.values() if isinstance(item, dict) else item)
            if isinstance(below, (dict, list))
        ]
        if not level:
            return False
    return True


def text_of(body: dict[str, Any], name: str) -> str:
    """Return a text of a body. Raises Invalid."""
    found = body.get(name)
    if not isinstance(found, str):
        raise _wrong(name)
    return found


def number_of(body: dict[str, Any], name: str) -> int:
    """Return a whole number, 0 or more, of a body. Raises Invalid."""
    found = body.get(name)
    if type(found) is not int or not 0 <= found < 2**31:
        raise _wrong(name)
    return found


def number_or_null_of(body: dict[str, Any], name: str) -> int | None:
    """Return a whole number of a body, None for null. Raises Invalid, also when it is absent."""
    return None if name in body and body[name] is None else number_of(body, name)


def object_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object of a body; {} for one that is absent or null. Raises Invalid."""
    found = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise _wrong(name)
    return found


def _wrong(name: str) -> Invalid:
    words = _("The field has the wrong form.")
    return Invalid(details={"fields": {name: [words]}})
