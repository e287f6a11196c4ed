"""Bases of every admin page: scoped to the office of the URL, writing through services only.

Source: design, section 4.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst

from cerdas.admin_history import TrailHistory
from cerdas.admin_rights import OfficeRights, office_choices, office_rights
from cerdas.admin_theme import ModelAdmin
from cerdas.errors import CerdasError
from cerdas.models import AuditEntry
from cerdas.selectors import audit_entries


class ScopedRelatedFilter(RelatedFieldListFilter):
    """A filter by a foreign key that offers only what the admin may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, Any]]:
        """Return (id, text) of the scoped rows."""
        rows = model_admin.related_choices(request, field.remote_field.model)
        return [(str(row.pk), str(row)) for row in rows]


# What the parameters of a filter by a field are called after the field, over all kinds of filters.
_FILTER_PARAMETERS = ("", "__exact", "__isnull", "__id__exact", "__in", "_from", "_to")


class ServiceModelAdmin(TrailHistory, ModelAdmin):
    """Writes through services: a subclass implements `save_model` or has no forms to save.

    Nothing is deleted. A CerdasError raised anywhere in a form or an action becomes a message, and
    what the request had begun is undone.
    """

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True
    # Parameters that links of our own pages use besides those of the filters.
    link_lookups: ClassVar[frozenset[str]] = frozenset()
    # What to do next, shown where the list has no rows.
    empty_words: ClassVar[Any] = ""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Return True for the parameters of the list's filters and of our own links.

        Django would filter by any field of the model, so that whoever sees a list could find out,
        letter by letter, what it does not show. Raises IncorrectLookupParameters for everything
        else, whether such a field exists or not: the answer is that to an unknown parameter.
        """
        filters = self.list_filter if request is None else self.get_list_filter(request)
        if lookup in self.link_lookups or lookup in filter_parameters(filters):
            return True
        raise IncorrectLookupParameters(lookup)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under the name of what it lists, unless a subclass names it."""
        title = capfirst(self.model._meta.verbose_name_plural)
        context = {"title": title, **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: rows end, they are not deleted."""
        return False

    def related_choices(self, request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
        """Return which rows of a related model may be chosen or filtered by."""
        raise NotImplementedError

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only scoped rows."""
        kwargs.setdefault("queryset", self.related_choices(request, db_field.remote_field.model))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        """Offer only scoped rows in fields that Django builds itself."""
        return self.related_choices(request, db_field.remote_field.model)

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        """Replace plain filters by foreign keys, which would show other offices' names."""
        return [self._scoped_filter(entry) for entry in super().get_list_filter(request)]

    def _scoped_filter(self, entry: Any) -> Any:
        name, given = entry if isinstance(entry, tuple) else (entry, None)
        if not isinstance(name, str):
            return entry
        field = self._field_of(name)
        if not isinstance(field, ForeignKey):
            return entry
        if given is not None and issubclass(given, ScopedRelatedFilter):
            return entry
        if given is not None and not issubclass(given, FieldListFilter):
            return entry
        return (name, ScopedRelatedFilter)

    def _field_of(self, path: str) -> Any:
        model: Any = self.model
        field: Any = None
        for part in path.split("__"):
            field = model._meta.get_field(part)
            model = getattr(field, "related_model", None)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Refuse: a subclass calls its service here."""
        raise PermissionDenied

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Refuse: nothing is deleted."""
        raise PermissionDenied

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Refuse: nothing is deleted."""
        raise PermissionDenied

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a refusal of a service as a message on the same page."""
        return self.refusals_shown(request, lambda: super_changeform(self, request, args, kwargs))

    def refusals_shown(
        self, request: HttpRequest, work: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """Run `work`; when a service refuses, undo it, say why and come back to the page."""
        try:
            with transaction.atomic():
                return work()
        except CerdasError as error:
            self.message_user(request, error_text(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


def filter_parameters(filters: Sequence[Any]) -> set[str]:
    """Return how the address of a list may name what these filters, as declared, filter by."""
    names: set[str] = set()
    for entry in filters:
        field = entry[0] if isinstance(entry, (tuple, list)) else entry
        if isinstance(field, str):
            names.update(f"{field}{ending}" for ending in _FILTER_PARAMETERS)
        else:
            names.add(field.parameter_name)
    return names


def super_changeform(
    admin: ServiceModelAdmin, request: HttpRequest, args: Any, kwargs: Any
) -> HttpResponse:
    """Call Django's view; apart because `super()` has no place in a lambda."""
    response: HttpResponse = super(ServiceModelAdmin, admin).changeform_view(
        request, *args, **kwargs
    )
    return response


def error_text(error: CerdasError) -> str:
    """Return a refusal in one text: its message and what it says of single fields."""
    fields = error.details.get("fields")
    if not isinstance(fields, dict):
        return error.message
    parts = [f"{name}: {' '.join(map(str, texts))}" for name, texts in fields.items()]
    return " ".join([error.message, *parts])


class OfficeAdmin(ServiceModelAdmin):
    """A page of the office in the URL. Rows, choices and filters are that office's.

    satker_path: lookup from the model to its satker; kegiatan_path: to its activity, by which an
    admin_kegiatan sees only those they administer (None: only admin_satker sees the page).
    Nobody may add or change unless a subclass says so through `can_add` and `can_change`.
    """

    satker_path: ClassVar[str] = "satker"
    kegiatan_path: ClassVar[str | None] = None

    def rights(self, request: HttpRequest) -> OfficeRights:
        """Return the admin's rights. Raises PermissionDenied without any."""
        rights = office_rights(request)
        if rights is None or not rights.any:
            raise PermissionDenied
        return rights

    def can_view(self, rights: OfficeRights) -> bool:
        """Say who sees this page."""
        return rights.sees_all or (self.kegiatan_path is not None and bool(rights.kegiatan_ids))

    def can_add(self, rights: OfficeRights) -> bool:
        """Say who may add."""
        return False

    def can_change(self, rights: OfficeRights, obj: Any = None) -> bool:
        """Say who may change; obj: the row, None for the page as a whole."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the page is shown in lists."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True for those whom `can_view` admits; rows are scoped by the queryset."""
        rights = office_rights(request)
        return rights is not None and rights.any and self.can_view(rights)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return what `can_add` says."""
        rights = office_rights(request)
        return rights is not None and rights.any and self.can_add(rights)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return what `can_change` says."""
        rights = office_rights(request)
        return rights is not None and rights.any and self.can_change(rights, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the office's rows; for an admin_kegiatan those of their activities."""
        rights = self.rights(request)
        rows = super().get_queryset(request).filter(**{self.satker_path: rights.satker})
        if rights.sees_all or self.kegiatan_path is None:
            return rows
        return rows.filter(**{f"{self.kegiatan_path}__in": rights.kegiatan_ids})

    def trail(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the office's entries."""
        return audit_entries(satker=self.rights(request).satker)

    def related_choices(self, request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
        """Return the office's rows of a related model."""
        return office_choices(self.rights(request), model)


class GlobalAdmin(ServiceModelAdmin):
    """A page of super_admin at /admin/."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return True for super_admin."""
        return is_super_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True for super_admin."""
        return is_super_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False unless a subclass says otherwise."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False unless a subclass says otherwise."""
        return False

    def trail(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return all entries."""
        return audit_entries(satker=None)

    def related_choices(self, request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
        """Return everything: super_admin works across offices."""
        if not is_super_admin(request):
            return model._default_manager.none()
        return model._default_manager.all()


def is_super_admin(request: HttpRequest) -> bool:
    """Return True for an active super_admin."""
    user: Any = request.user
    return bool(user.is_authenticated and user.is_active and user.is_superuser)
