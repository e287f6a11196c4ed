"""A phone that follows the feed: what it holds after every page, by the rules phones live by."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from assignments.models import Assignment, AssignmentFeed
from assignments.selectors import membership_get
from assignments.sync.feed import cursor_decode, feed_page
from cerdas.tenancy import tenant_scope
from kegiatan.selectors import kegiatan_roles

# What both sides must agree on: rev, version, status, label, PPL, PML.
Facts = tuple[str, int, str, str, UUID, UUID]


@dataclass
class Phone:
    """One person's device in one kegiatan. Reads small pages, one transaction per page."""

    user: Any
    kegiatan_id: UUID
    satker: Any
    limit: int = 7
    cursor: str | None = None
    held: dict[UUID, Facts] = field(default_factory=dict)
    came: set[UUID] = field(default_factory=set)
    resetting: bool = False
    pages: int = 0
    resets: int = 0

    def step(self) -> tuple[bool, int]:
        """Fetch one page and take it in; return (more, how many rows came)."""
        page = self._page()
        self.pages += 1
        documents = [orjson.loads(orjson.dumps(document)) for document in page.documents]
        if page.reset:  # also in the middle of another: it begins anew
            self.resetting, self.resets, self.came = True, self.resets + 1, set()
        for document in documents:
            self.held[UUID(document["id"])] = _facts(document)
            self.came.add(UUID(document["id"]))
        for gone in page.removed:
            self.held.pop(gone, None)
        if self.resetting and not page.more:
            self.held = {key: row for key, row in self.held.items() if key in self.came}
            self.resetting = False
        self.cursor = page.cursor
        return page.more, len(documents) + len(page.removed)

    def follow(self) -> int:
        """Fetch until nothing more comes; return how many rows came."""
        rows, more = 0, True
        while more:
            more, came = self.step()
            rows += came
        return rows

    def _page(self) -> Any:
        with tenant_scope(self.satker):
            membership = membership_get(user=self.user, kegiatan_id=self.kegiatan_id)
            assert membership is not None
            return feed_page(
                user_id=self.user.pk,
                kegiatan_id=self.kegiatan_id,
                satker_id=self.satker.pk,
                access=membership.access,
                cursor=cursor_decode(self.cursor) if self.cursor else None,
                limit=self.limit,
            )


def _facts(document: dict[str, Any]) -> Facts:
    response = document["response"]
    return (
        document["rev"], response["version"], response["status"], document["label"],
        UUID(document["ppl"]["id"]), UUID(document["pml"]["id"]),
    )  # fmt: skip


def server_truth(user: Any, kegiatan_id: UUID, satker: Any) -> dict[UUID, Facts]:
    """Return what a phone must hold, worked out from units and roles, not from the feed."""
    with tenant_scope(satker):
        roles = kegiatan_roles(user.pk, kegiatan_id, satker.pk)
        stamps = dict(
            AssignmentFeed.objects.filter(user=user).values_list("assignment_id", "changed_xid")
        )
        units = Assignment.objects.filter(
            kegiatan_statistik_id=kegiatan_id, cancelled_at__isnull=True
        ).select_related("response")
        return {
            unit.pk: (
                str(stamps.get(unit.pk)), unit.response.version, unit.response.status,
                unit.assignment_label, unit.ppl_id, unit.pml_id,
            )
            for unit in units
            if (unit.ppl_id == user.pk and "PPL" in roles)
            or (unit.pml_id == user.pk and "PML" in roles)
        }  # fmt: skip
