"""The demo's household activity behind a server, and phones of its first PPL and PML."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.db import connections

from assignments.models import Assignment, AssignmentResponse
from cerdas.demo import world as demo
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from kegiatan.services.publishing import form_publish
from satker.models import Satker, User
from tests.e2e.pages.gallery_world import work
from tests.e2e.pages.interviewing import Form
from tests.e2e.pages.mobile import Mobile

PPL, PML = f"ppl1.6104@{demo.DOMAIN}", f"pml1.6104@{demo.DOMAIN}"


@dataclass(frozen=True)
class World:
    """The household activity of one demo office behind a server."""

    base: str
    kegiatan: str

    def unit(self, status: str, number: int = 0) -> str:
        """Return the id of a unit of the first PPL in a status."""
        found = apart(lambda: list(_units(self.kegiatan, status)))
        return str(found[number])

    def response(self, unit: str) -> AssignmentResponse:
        """Return a response as the office has it."""
        return apart(lambda: _response(unit))


def apart(query: Any) -> Any:
    """Ask the database beside Playwright's event loop."""

    def run() -> Any:
        try:
            with tenant_scope(Satker.objects.get(code="6104")):
                return query()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def _units(kegiatan: str, status: str) -> Iterator[Any]:
    return (
        Assignment.objects.filter(
            kegiatan_statistik_id=kegiatan, ppl__email=PPL, response__status=status
        )
        .order_by("pk")
        .values_list("pk", flat=True)
        .iterator()
    )


def _response(unit: str) -> AssignmentResponse:
    return AssignmentResponse.objects.get(assignment_id=unit)


def _second_version() -> None:
    """Publish a version whose closing words pipe the name of the head of the household."""
    kegiatan = KegiatanStatistik.objects.get(name__startswith=demo.ENUMERATION)
    schema = orjson.loads((demo.DATA / "household.json").read_bytes())
    closing = next(page for page in schema["pages"] if page["name"] == "penutup")
    closing["elements"][0]["html"] = "<p>Terima kasih kepada <b>{nama_krt}</b>.</p>"
    form_publish(
        actor=User.objects.get(email=demo.SUPER_ADMIN),
        kegiatan=kegiatan,
        schema=schema,
        notes="Nama pada penutup",
    )


def demo_world(base: str, settings: Any, media: Any, patch: pytest.MonkeyPatch) -> World:
    """Load one office with its people and units, and a newer version of the questionnaire.

    base: of the server; media: a folder for photos.
    """
    settings.MEDIA_ROOT = media
    patch.setattr(demo, "OFFICES", {"6104": demo.OFFICES["6104"]})
    work(jobs=demo.demo_world_load)
    work(jobs=_second_version)
    kegiatan = apart(lambda: KegiatanStatistik.objects.get(name__startswith=demo.ENUMERATION).pk)
    return World(base, str(kegiatan))


def signed_in(phone: Mobile, email: str) -> Form:
    """Sign in on a fresh phone and wait until everything has come."""
    phone.open()
    phone.sign_in(email, demo.PASSWORD)
    phone.synced()
    return Form(phone.page)


def killed_and_opened(phone: Mobile, path: str) -> Form:
    """Close the tab without a word to the app, and open the address in a new one."""
    phone.page.close(run_before_unload=False)
    phone.page = phone.context.new_page()
    phone.page.on("pageerror", lambda error: phone.faults.append(str(error)))
    phone.open(path)
    return Form(phone.page)
