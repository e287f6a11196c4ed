"""Views that forget every filter, as a careless change could: only the database protects them."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from assignments.models import Assignment, AssignmentResponse, ResponseHistory

_SOURCE = "{% for unit in units %}[{{ unit.assignment_label }}]{% endfor %}"


def _units() -> Any:
    return Assignment.objects.order_by("assignment_label")


def lazy(request: HttpRequest) -> HttpResponse:
    """Leave the query to the rendering, which happens after the view."""
    return TemplateResponse(request, engines["django"].from_string(_SOURCE), {"units": _units()})


def text(request: HttpRequest) -> HttpResponse:
    """Answer every label there is."""
    return HttpResponse("".join(f"[{unit.assignment_label}]" for unit in _units()))


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    """Leave the query to the sending, which happens after the scope."""

    def rows() -> Iterator[str]:
        for unit in _units():
            yield f"[{unit.assignment_label}]"

    return StreamingHttpResponse(rows())


def raises(request: HttpRequest) -> HttpResponse:
    """Die between reading and answering."""
    list(_units())
    raise RuntimeError("in the middle")


def breaks(request: HttpRequest) -> HttpResponse:
    """Leave the transaction broken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    return HttpResponse("never")


def template_fails(request: HttpRequest) -> HttpResponse:
    """Die while rendering."""
    return render(request, "tidak/ada.html", {"units": _units()})


def counts(request: HttpRequest) -> HttpResponse:
    """Count rows of several tables, and by raw SQL."""
    numbers = [model.objects.count() for model in (Assignment, AssignmentResponse, ResponseHistory)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM assignment_feed")
        numbers.append(cursor.fetchone()[0])
    return HttpResponse(" ".join(map(str, numbers)))


urlpatterns = [
    path(f"api/{view.__name__}/", view)  # tokens count below /api/ only
    for view in (lazy, text, streamed, raises, breaks, template_fails, counts)
]
handler500 = "cerdas.views.server_error"
