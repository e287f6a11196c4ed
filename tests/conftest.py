"""The test database, and fixtures named as nouns. `other_satker` always holds rows."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

os.environ["TZ"] = "Asia/Jayapura"  # tests must not depend on a machine that lives in UTC
time.tzset()

import psycopg  # noqa: E402
import pytest  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from tests import factories  # noqa: E402

# Rows that migrations wrote; a flush leaves them.
KEPT_AT_FLUSH = {"django_migrations", "django_content_type", "auth_permission", "feed_epoch"}


def _owner_connection(name: str) -> psycopg.Connection[Any]:
    entry = connections.settings["owner"]
    return psycopg.connect(
        dbname=name,
        user=entry["USER"],
        password=entry["PASSWORD"] or None,
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
        autocommit=True,
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A database of its own per test process, made and dropped by the owning role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    home = connections.settings["owner"]["NAME"]
    name = f"test_{home}_{os.environ.get('TEST_DATABASE_SUFFIX', '')}{worker}"
    with _owner_connection(home) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        owner.execute(f'CREATE DATABASE "{name}"')
    with django_db_blocker.unblock():
        for alias in connections.settings:
            connections[alias].close()
            connections.settings[alias]["NAME"] = name
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", verbosity=0)
        call_command("createcachetable", database="owner", verbosity=0)
    yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
    with _owner_connection(home) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def flush_as_owner() -> None:
    """Empty every table but those that migrations filled: the login role may not TRUNCATE."""
    with _owner_connection(connections.settings["owner"]["NAME"]) as owner:
        tables = [
            row[0]
            for row in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if row[0] not in KEPT_AT_FLUSH
        ]
        names = ", ".join(f'"{table}"' for table in tables)
        for _attempt in range(5):  # the last request of a browser that closes may still run
            with suppress(psycopg.errors.DeadlockDetected):
                owner.execute(f"TRUNCATE {names} CASCADE")
                return
        owner.execute(f"TRUNCATE {names} CASCADE")


def _fixture_teardown(self: TransactionTestCase) -> None:
    for alias in self._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        connections[alias].close()
    flush_as_owner()


TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _no_cached_forms() -> Iterator[None]:
    """Forms and data sets are cached per process for ever; a test's rows are not."""
    yield
    from kegiatan.forms import form_cache_clear
    from masterdata.choices import choices_forget

    form_cache_clear()
    choices_forget()


@pytest.fixture
def satker(db: None) -> Any:
    """The office that a test acts in: Mempawah."""
    return factories.office(code="6104", prefixes=["6104"])


@pytest.fixture
def kegiatan(satker: Any) -> Any:
    """A listing in its field period, carried out by `satker`."""
    return factories.kegiatan(satkers=[satker])


@pytest.fixture
def other_satker(kegiatan: Any) -> Any:
    """Another office in the same kegiatan, with people and units that must never appear."""
    office = factories.office(code="6171", prefixes=["6171"])
    factories.take_part(kegiatan, office)
    supervisor = factories.person(office, name="Rahasia Pengawas")
    enumerator = factories.person(office, name="Rahasia Pencacah")
    factories.member(supervisor, kegiatan, office, "PML")
    factories.member(enumerator, kegiatan, office, "PPL", pml=supervisor)
    for n in range(3):
        factories.assignment(
            office, kegiatan, enumerator, supervisor, region="61710100010001", label=f"Rahasia {n}"
        )
    return office


@pytest.fixture
def supervisor(satker: Any, kegiatan: Any) -> Any:
    """The PML."""
    user = factories.person(satker, name="Pengawas Satu")
    factories.member(user, kegiatan, satker, "PML")
    return user


@pytest.fixture
def enumerator(satker: Any, kegiatan: Any, supervisor: Any) -> Any:
    """The PPL, under `supervisor`."""
    user = factories.person(satker, name="Pencacah Satu")
    factories.member(user, kegiatan, satker, "PPL", pml=supervisor)
    return user


@pytest.fixture
def kegiatan_admin(satker: Any, kegiatan: Any) -> Any:
    """admin_kegiatan in `satker`."""
    user = factories.person(satker, name="Admin Kegiatan")
    factories.member(user, kegiatan, satker, "admin_kegiatan")
    return user


@pytest.fixture
def satker_admin(satker: Any) -> Any:
    """admin_satker of `satker`."""
    user = factories.person(satker, name="Admin Satker")
    factories.satker_role(user, satker, "admin_satker")
    return user


@pytest.fixture
def super_admin(db: None) -> Any:
    """super_admin."""
    return factories.person(None, name="Super Admin", is_superuser=True)


@pytest.fixture
def assignment(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """One Assigned unit of `enumerator`."""
    return factories.assignment(satker, kegiatan, enumerator, supervisor)


@pytest.fixture
def api() -> Callable[[Any], APIClient]:
    """`api(user)` gives a client that sends that person's bearer token."""

    def client(user: Any = None) -> APIClient:
        made = APIClient(raise_request_exception=False)
        if user is not None:
            made.credentials(HTTP_AUTHORIZATION=f"Bearer {factories.token(user)}")
        return made

    return client
