"""Tables and columns are called in Indonesian wherever the office sees their names."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.utils import label_for_field
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.test import Client
from django.utils.translation import override

from cerdas.admin_sites import global_site, satker_site
from tests import factories

APPS = ("assignments", "cerdas", "kegiatan", "masterdata", "satker")
# The same in both languages.
SAME = {"email", "kecamatan", "label", "pml", "ppl", "sls", "status", "unit", "master data"}


def models() -> Iterator[Any]:
    for app in APPS:
        yield from apps.get_app_config(app).get_models()


def said(text: Any, language: str) -> str:
    with override(language):
        return str(text).lower()


def is_translated(text: Any) -> bool:
    english = said(text, "en")
    return english in SAME or said(text, "id") != english


def test_every_app_and_table_has_an_indonesian_name() -> None:
    named = {
        f"{model._meta.label}.{name}": getattr(model._meta, name)
        for model in models()
        for name in ("verbose_name", "verbose_name_plural")
    }
    named |= {app: apps.get_app_config(app).verbose_name for app in APPS}
    assert not {where: str(text) for where, text in named.items() if not is_translated(text)}


def shown_columns(model_admin: Any) -> Iterator[str]:
    """Yield what lists, filters and forms of an admin page name."""
    for entry in model_admin.list_filter:
        name = entry[0] if isinstance(entry, tuple) else entry
        if isinstance(name, str):
            yield name
    for name in (*model_admin.list_display, *(model_admin.fields or ()),
                 *model_admin.readonly_fields):  # fmt: skip
        if name not in ("action_checkbox", "__str__"):
            yield name


@pytest.mark.parametrize("site", [satker_site, global_site], ids=["office", "global"])
def test_every_column_shown_has_an_indonesian_name(site: Any) -> None:
    english = []
    for model, model_admin in site._registry.items():
        for name in shown_columns(model_admin):
            with override("en"):
                label = str(label_for_field(name, model, model_admin))
            with override("id"):
                indonesian = str(label_for_field(name, model, model_admin))
            if label == indonesian and label.lower() not in SAME:
                english.append(f"{model._meta.label} {name}: {label}")
    assert not english


def test_no_migration_is_missing() -> None:
    loader = MigrationLoader(None)
    with override(None):  # names as they are in the code
        state = ProjectState.from_apps(apps)
        changes = MigrationAutodetector(loader.project_state(), state).changes(loader.graph)
    assert not {app: str(found) for app, found in changes.items() if app in APPS}


@pytest.mark.django_db(databases=["default", "direct"])
@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("satker/user/", "Orang di satker"),
        ("cerdas/auditentry/", "Jejak audit"),
        ("assignments/assignment/", "Kerja lapangan"),
    ],
)
def test_the_head_of_a_list_is_indonesian(satker_admin: Any, page: str, names: str) -> None:
    client = Client(headers={"accept-language": "id"})
    client.force_login(satker_admin)
    shown = client.get(f"/satker/6104/admin/{page}")
    assert shown.status_code == 200
    assert names in shown.content.decode()


@pytest.mark.django_db(databases=["default", "direct"])
def test_the_form_of_an_office_is_indonesian(super_admin: Any) -> None:
    factories.office(code="6105", prefixes=["6105"])
    client = Client(headers={"accept-language": "id"})
    client.force_login(super_admin)
    shown = client.get("/admin/satker/satker/add/").content.decode()
    for word in ("Zona waktu", "Kode", "Nama"):
        assert word in shown
    assert "Time zone" not in shown
