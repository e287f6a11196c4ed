"""A list filters by what it declares and by nothing else, so that it tells only what it shows.

Django's lists filter by every field of their model: whoever sees one could ask for the hash of a
password letter by letter. Generated from the registries of both sites.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import ForeignKey
from django.test import Client, RequestFactory

from cerdas.admin_base import filter_parameters
from cerdas.admin_sites import global_site, satker_site
from satker.models import User
from tests.contracts.world import World

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
UNKNOWN = "no_such_field"
ENDINGS = ("", "__exact", "__isnull", "__startswith", "__regex", "__gt", "__in")
SENSITIVE = ("password", "token", "digest", "secret", "sha256", "is_superuser", "last_login")
_VARYING = re.compile(r"\b[A-Za-z0-9]{64}\b|\?[a-z_]+=[01]|nonce=\S+")
SITES = {"satker_admin": satker_site, "global_admin": global_site}
# (site, who looks)
LOOKING = (
    ("satker_admin", "admin_satker_a"),
    ("satker_admin", "admin_kegiatan_a"),
    ("global_admin", "super_admin"),
)


def undeclared(admin: Any) -> Iterator[str]:
    """Give the lookups of a model's own columns, and of people it points to, not declared."""
    declared = filter_parameters(admin.list_filter) | admin.link_lookups
    names: set[str] = set()
    for field in admin.model._meta.concrete_fields:
        for name in {field.name, field.attname}:
            names.update(f"{name}{ending}" for ending in ENDINGS)
        if isinstance(field, ForeignKey):
            names.update(
                f"{field.name}__{far.name}__startswith"
                for far in field.related_model._meta.concrete_fields  # type: ignore[union-attr]
            )
    yield from sorted(names - declared)


@pytest.mark.parametrize("site", SITES)
def test_no_list_allows_a_lookup_that_it_does_not_declare(site: str) -> None:
    request = RequestFactory().get("/")
    counted = 0
    for admin in SITES[site]._registry.values():
        admin.get_list_filter = lambda request, found=admin.list_filter: found  # type: ignore[method-assign,misc]
        try:
            for name in undeclared(admin):
                with pytest.raises(IncorrectLookupParameters):
                    admin.lookup_allowed(name, "a", request)
                counted += 1
            for name in filter_parameters(admin.list_filter):
                assert admin.lookup_allowed(name, "a", request)
        finally:
            del admin.get_list_filter
    assert counted > 500


@pytest.mark.parametrize("site", SITES)
def test_nothing_secret_is_filtered_searched_sorted_or_shown(site: str) -> None:
    for admin in SITES[site]._registry.values():
        shown = [name for name in admin.list_display if isinstance(name, str)]
        sorted_by = [
            getattr(getattr(admin, name, None), "admin_order_field", name) or name for name in shown
        ]
        named = [
            *filter_parameters(admin.list_filter), *admin.search_fields, *shown,
            *map(str, sorted_by), *map(str, admin.ordering or ()),
        ]  # fmt: skip
        found = [name for name in named if any(part in name for part in SENSITIVE)]
        assert not found, f"{type(admin).__name__}: {found}"


def answer(client: Client, path: str, **query: str) -> tuple[int, str, str]:
    """Return status, where it leads and what a page shows, without tokens and the query itself."""
    asked = urlencode(query)
    response = client.get(f"{path}?{asked}")
    shown = "" if response.status_code == 302 else response.content.decode()
    return response.status_code, response.get("Location", ""), _VARYING.sub("", shown)


@pytest.mark.parametrize(("site", "who"), LOOKING)
def test_a_list_answers_any_other_column_as_one_that_does_not_exist(
    world: World, site: str, who: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.people[who])
    code = world.offices["a"].satker.code
    base = "/admin/" if site == "global_admin" else f"/satker/{code}/admin/"
    faults = []
    for model, admin in SITES[site]._registry.items():
        path = f"{base}{model._meta.label_lower.replace('.', '/')}/"
        if client.get(path).status_code != 200:
            continue  # not this person's page
        unknown = answer(client, path, **{UNKNOWN: "0"})
        assert unknown[:2] in ((302, f"{path}?e=1"), (200, ""))
        asked = [n for n in undeclared(admin) if n.endswith(("__isnull", "__startswith"))]
        for name in asked:
            for value in ("0", "1"):
                given = answer(client, path, **{name: value})
                if given != unknown:
                    faults.append(f"{path}?{name}={value} answers {given[:2]}")
    assert not faults, "\n".join(faults)


def test_the_hash_of_a_password_cannot_be_asked_for(world: World) -> None:
    client = Client()
    client.force_login(world.people["admin_kegiatan_a"])
    path = f"/satker/{world.offices['a'].satker.code}/admin/satker/user/"
    hashed = User.objects.values_list("password", flat=True).first() or ""
    answers = {
        answer(client, path, **{name: value})
        for name, value in (
            ("password__startswith", hashed[:5]), ("password__startswith", "zzzzz"),
            ("password__regex", "^."), ("password", hashed), ("last_login__year", "2026"),
            ("is_superuser__exact", "1"), ("satker__name__startswith", "B"), (UNKNOWN, "1"),
        )
    }  # fmt: skip
    assert answers == {(302, f"{path}?e=1", "")}
    # what the page declares still filters
    assert client.get(path, {"account": "active", "q": "Kontrak"}).status_code == 200
