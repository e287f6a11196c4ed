"""What the pages of units share: their frame, and long lists without a count that hurts."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import cached_property

from cerdas.admin_pages import OwnPages

COUNTED = 10_000


class UnitPaginator(Paginator):
    """Counts to a limit: what is beyond is found by a filter, not on page 201."""

    template_name = "assignments/admin/pagination.html"
    most = COUNTED

    @cached_property
    def count(self) -> int:
        """Return how many units the list has, at most one more than the limit."""
        rows: Any = self.object_list
        counted: int = rows.order_by()[: self.most + 1].count()
        return counted

    @property
    def has_more(self) -> bool:
        """Return whether the list is longer than what was counted."""
        return self.count > self.most


class TitledPages(OwnPages):
    """Own pages whose header shows the title alone, not the names of app and model."""

    def page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """Return a page in the frame of the site."""
        return super().page(request, template, title, **{"opts": None, **context})
