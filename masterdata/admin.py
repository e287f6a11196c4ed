"""Master data in /admin/, for super_admin alone: the region master and the datasets."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from cerdas.admin_base import GlobalAdmin
from cerdas.admin_sites import global_site
from cerdas.request_body import body_limit
from masterdata.admin_forms import DatasetUploadForm, SlsUploadForm
from masterdata.admin_loading import UPLOAD_LIMIT_BYTES, LoadPages
from masterdata.background import DATASET_LOAD, SLS_CHECK
from masterdata.browsing import (
    DESA_DIGITS,
    areas_above,
    areas_below,
    areas_named,
    is_area,
    sls_below,
)
from masterdata.dataset_browsing import (
    CHANGES,
    ROWS_PER_PAGE,
    dataset_csv,
    dataset_search,
    dataset_types,
    datasets_compare,
)
from masterdata.models import MasterData, MasterSls
from masterdata.services import masterdata_activate

_PAGE_MAX = 100_000
_CODE_SIGNS = str.maketrans("", "", " .-")


class MasterPages(LoadPages, GlobalAdmin):
    """What both pages share: no forms of Django, addresses of their own."""

    def own(self, route: str, view: Any, name: str) -> Any:
        """Return an address of this admin."""
        return path(route, self.admin_site.admin_view(view), name=f"{self.page_prefix}_{name}")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Rows come from files; no form adds or changes one."""
        raise Http404

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was done is in the jobs and the audit trail."""
        raise Http404

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing is deleted by hand."""
        raise Http404

    def check_view_right(self, request: HttpRequest) -> None:
        """Refuse whoever is not super_admin. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied


@admin.register(MasterSls, site=global_site)
class MasterSlsAdmin(MasterPages):
    """The region master as a tree, and the upload of files."""

    page_prefix = "masterdata_mastersls"

    def get_urls(self) -> list[Any]:
        """Add upload and outcome."""
        return [
            self.own("upload/", self.upload_view, "upload"),
            self.own("upload/<uuid:job_id>/", self.outcome_view, "outcome"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the areas below `code`, the SLS of a desa, or what `q` finds inside `code`."""
        self.check_view_right(request)
        code, text = request.GET.get("code", ""), request.GET.get("q", "").strip()[:100]
        if not is_area(code) or "\0" in text:
            raise Http404
        above = areas_above(code)
        if above and above[-1].name == "?":
            raise Http404
        number = page_number(request)
        context: dict[str, Any] = {"code": code, "above": above, "text": text}
        digits = text.translate(_CODE_SIGNS)
        if digits.isascii() and digits.isdigit():
            context |= {"found": sls_below(digits, page=number), "by_code": True}
        elif text:
            context["areas"] = areas_named(text, inside=code)
            if code:
                context["found"] = sls_below(code, name=text, page=number)
        elif len(code) == DESA_DIGITS:
            context["found"] = sls_below(code, page=number)
        else:
            context["children"] = areas_below(code)
            context["total"] = sum(area.sls for area in context["children"])
        context |= {"upload": self.link("upload"), **(extra_context or {})}
        title = above[-1].name if above else _("Region master")
        return self.page(request, "masterdata/regions.html", title, **context)

    @body_limit(UPLOAD_LIMIT_BYTES + 2**20)
    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file and start its dry run."""
        self.check_view_right(request)
        form = SlsUploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            return self.start(
                request, kind=SLS_CHECK, title=_("Check %(name)s") % {"name": file.name},
                arguments={"replace": form.cleaned_data["replace"]}, file=file, name=file.name,
            )  # fmt: skip
        context = {"form": form, "back": self.link("changelist")}
        return self.page(
            request, "masterdata/upload.html", _("Upload the region master"), **context
        )


@admin.register(MasterData, site=global_site)
class MasterDataAdmin(MasterPages):
    """Datasets such as KBLI: versions, one of each type in use."""

    page_prefix = "masterdata_masterdata"

    def get_urls(self) -> list[Any]:
        """Add upload, outcome, activate, compare and download."""
        return [
            self.own("upload/", self.upload_view, "upload"),
            self.own("upload/<uuid:job_id>/", self.outcome_view, "outcome"),
            self.own("<int:object_id>/activate/", self.activate_view, "activate"),
            self.own("<int:object_id>/compare/<int:other_id>/", self.compare_view, "compare"),
            self.own("<int:object_id>/download/<str:form>/", self.download_view, "download"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List the types with their versions."""
        self.check_view_right(request)
        context = {"types": dataset_types(), "upload": self.link("upload")}
        return self.page(request, "masterdata/datasets.html", _("Datasets"), **context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one version and search inside."""
        dataset: MasterData = self.fetch(request, object_id)
        text = request.GET.get("q", "").strip()[:100]
        others = MasterData.objects.filter(type=dataset.type).exclude(pk=dataset.pk)
        context = {
            "dataset": dataset,
            "text": text,
            "found": dataset_search(dataset, text=text, page=page_number(request)),
            "others": others.defer("data").order_by("-version"),
            "back": self.link("changelist"),
        }
        return self.page(request, "masterdata/dataset.html", str(dataset), **context)

    @body_limit(UPLOAD_LIMIT_BYTES + 2**20)
    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file and start the dry run of publishing it."""
        self.check_view_right(request)
        initial = {"type": request.GET.get("type", "")[:64], "activate": True}
        form = DatasetUploadForm(request.POST or None, request.FILES or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            file, arguments = form.cleaned_data["file"], form.arguments()
            return self.start(
                request, kind=DATASET_LOAD, title=_("Check %(type)s %(version)s") % arguments,
                arguments=arguments | {"dry_run": True}, file=file, name=file.name,
            )  # fmt: skip
        context = {"form": form, "back": self.link("changelist")}
        return self.page(request, "masterdata/upload.html", _("Upload a new version"), **context)

    def activate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask, then use a version from now on."""
        dataset: MasterData = self.fetch(request, object_id)
        if request.method == "POST":
            masterdata_activate(kind=dataset.type, version=dataset.version)
            messages.success(request, _("%(dataset)s is used from now on.") % {"dataset": dataset})
            return HttpResponseRedirect(self.link("changelist"))
        active = MasterData.objects.filter(type=dataset.type, is_active=True).defer("data").first()
        context = {"dataset": dataset, "active": active, "back": self.link("changelist")}
        title = _("Use %(dataset)s?") % {"dataset": dataset}
        return self.page(request, "masterdata/activate.html", title, **context)

    def compare_view(self, request: HttpRequest, object_id: int, other_id: int) -> HttpResponse:
        """Show what became of each code from the first version to the other."""
        before: MasterData = self.fetch(request, object_id)
        after: MasterData = self.fetch(request, other_id)
        if before.type != after.type:
            raise Http404
        compared = datasets_compare(before, after)
        lists = {name: getattr(compared, name) for name in CHANGES}
        shown = request.GET.get("change") or next((n for n in CHANGES if lists[n]), CHANGES[0])
        if shown not in CHANGES:
            raise Http404
        number = page_number(request)
        rows = lists[shown][(number - 1) * ROWS_PER_PAGE : number * ROWS_PER_PAGE]
        context = {
            "before": before,
            "after": after,
            "unchanged": compared.unchanged,
            "tabs": [(name, title, len(lists[name])) for name, title in _change_titles()],
            "shown": shown,
            "rows": rows,
            "found": {"number": number, "has_next": number * ROWS_PER_PAGE < len(lists[shown])},
            "back": self.link("change", before.pk),
        }
        title = _("%(before)s and %(after)s") % {"before": before, "after": after}
        return self.page(request, "masterdata/compare.html", title, **context)

    def download_view(self, request: HttpRequest, object_id: int, form: str) -> HttpResponse:
        """Give a version as JSON, as stored, or as CSV."""
        dataset: MasterData = self.fetch(request, object_id)
        content = {"json": lambda: dataset.data, "csv": lambda: dataset_csv(dataset)}.get(form)
        if content is None:
            raise Http404
        types = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
        response = HttpResponse(content(), content_type=types[form])
        name = f"{dataset.type}-{dataset.version}.{form}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def page_number(request: HttpRequest) -> int:
    """Return the page that is asked for. Raises Http404 for what is no page."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= _PAGE_MAX):
        raise Http404
    return int(text)


def _change_titles() -> list[tuple[str, str]]:
    return [("added", _("Added")), ("removed", _("Removed")), ("changed", _("Changed"))]
