"""The page on which the office makes one unit."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from assignments.admin.forms import AddUnitForm
from assignments.admin_selection import as_uuid
from assignments.services.creating import AssignmentSpec, assignment_create
from assignments.services.crew import check_manages_units
from cerdas.errors import CerdasError
from kegiatan.models import KegiatanStatistik


class AddPages:
    """Making a unit, for AssignmentAdmin."""

    rights: Any
    page: Any
    message_user: Any
    administered: Any
    unit_url: Any

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Choose the activity, then describe the unit."""
        activities: list[KegiatanStatistik] = self.administered(request)
        if not activities:
            raise PermissionDenied
        wanted = as_uuid(request.GET.get("kegiatan", ""))
        chosen = next((row for row in activities if row.pk == wanted), None)
        if chosen is None and len(activities) == 1:
            chosen = activities[0]
        if chosen is None:
            answer: HttpResponse = self.page(
                request, "assignments/admin/choose.html", _("New unit"), activities=activities
            )
            return answer
        return self._describe(request, chosen)

    def _describe(self, request: HttpRequest, kegiatan: KegiatanStatistik) -> HttpResponse:
        rights = self.rights(request)
        form = AddUnitForm(request.POST or None, satker=rights.satker, kegiatan=kegiatan)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    return self._make(request, kegiatan, form)
            except CerdasError as error:
                form.add_error(None, error.message)
        answer: HttpResponse = self.page(
            request, "assignments/admin/add.html", _("New unit"), form=form, kegiatan=kegiatan
        )
        return answer

    def _make(
        self, request: HttpRequest, kegiatan: KegiatanStatistik, form: AddUnitForm
    ) -> HttpResponse:
        rights = self.rights(request)
        check_manages_units(actor=rights.user, satker=rights.satker, kegiatan=kegiatan)
        unit = assignment_create(
            actor=rights.user,
            satker=rights.satker,
            kegiatan=kegiatan,
            spec=AssignmentSpec(
                label=form.cleaned_data["label"],
                levels=form.levels,
                prefilled_data=form.prefilled,
            ),
            ppl_id=UUID(form.cleaned_data["ppl"]),
            pml_id=UUID(form.cleaned_data["pml"]),
        )
        words = _("“%(label)s” was made.") % {"label": unit.assignment_label}
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self.unit_url(unit.pk))
