"""Publishing a questionnaire from a file: faults refuse it, warnings are asked about."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from cerdas.admin_base import error_text
from cerdas.errors import CerdasError
from cerdas.request_body import body_limit
from kegiatan.admin_forms import FILE_LIMIT_BYTES, PublishForm
from kegiatan.errors import FormDoubtful, FormFaulty
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.services.publishing import form_publish


class PublishPages:
    """For the admin of activities."""

    page: Any
    fetch: Any
    _change: Any
    _link: Any

    @body_limit(2 * FILE_LIMIT_BYTES)
    def publish_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Publish a questionnaire from a file; all faults are shown at once.

        With warnings alone it is asked once more, and the file goes along with the question.
        """
        kegiatan: KegiatanStatistik = self.fetch(request, kegiatan_id)
        form = PublishForm(request.POST or None, request.FILES or None)
        faults: list[dict[str, Any]] = []
        checked = ""
        if request.method == "POST" and form.is_valid():
            try:
                return self._publish(request, kegiatan, form)
            except FormDoubtful as error:
                faults = list(error.details["faults"])
                schema = form.cleaned_data["schema"]
                checked = json.dumps(schema, separators=(",", ":"))  # half a symbol too
            except FormFaulty as error:
                faults = list(error.details["faults"])
            except CerdasError as error:
                form.add_error(None, error_text(error))
        response: HttpResponse = self.page(
            request, "kegiatan/admin/publish.html", _("Publish a questionnaire"),
            kegiatan=kegiatan, form=form, faults=faults, checked=checked,
            errors=sum(fault["severity"] == "error" for fault in faults),
            notes=form.cleaned_data.get("notes", "") if checked else "",
            again=self._link("form_publish", kegiatan.pk), back=self._change(kegiatan),
        )  # fmt: skip
        return response

    def _publish(
        self, request: HttpRequest, kegiatan: KegiatanStatistik, form: PublishForm
    ) -> HttpResponse:
        actor: Any = request.user
        before = FormVersion.objects.filter(kegiatan=kegiatan).count()
        published = form_publish(
            actor=actor,
            kegiatan=kegiatan,
            schema=form.cleaned_data["schema"],
            notes=form.cleaned_data["notes"],
            accepts_warnings=bool(form.cleaned_data["checked"]),
        )
        if FormVersion.objects.filter(kegiatan=kegiatan).count() == before:
            words = _("Nothing was published: the file is the same as version %(n)d.")
            messages.warning(request, words % {"n": published.version})
        else:
            messages.success(request, _("Version %(n)d is published.") % {"n": published.version})
        return HttpResponseRedirect(self._link("form_version", kegiatan.pk, published.version))
