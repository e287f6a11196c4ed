"""`/healthz` and `/readyz`: what balancers and `make demo` ask."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from cerdas import readiness

ALL_GOOD = {"database": "ok", "migrations": "ok", "queue": "ok", "storage": "ok"}


@pytest.fixture(autouse=True)
def _forget_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_migrations_were_complete", False)


def test_healthz_answers_without_a_database(client: Client) -> None:
    # No database mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(databases=["default", "direct"])
def test_readyz_is_200_when_everything_is_usable(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "checks": ALL_GOOD})


@pytest.mark.django_db(databases=["default", "direct"])
def test_readyz_is_cheap_once_migrations_were_complete(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.get("/readyz")
    with django_assert_num_queries(2):
        client.get("/readyz")


@pytest.mark.django_db(databases=["default", "direct"])
def test_readyz_is_503_while_a_migration_is_missing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = MigrationRecorder.applied_migrations

    def without_the_last(self: MigrationRecorder) -> Any:
        found = applied(self)
        return {
            k: v
            for k, v in found.items()
            if k != ("satker", max(n for a, n in found if a == "satker"))
        }

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", without_the_last)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": {**ALL_GOOD, "migrations": "failed"},
    }
    monkeypatch.undo()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(databases=["default", "direct"])
def test_readyz_is_503_without_a_database_and_says_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection to server at secret.host failed")

    monkeypatch.setattr(connection, "cursor", away)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {
        "database": "failed",
        "migrations": "unknown",
        "queue": "unknown",
        "storage": "ok",
    }
    assert b"secret" not in response.content


@pytest.mark.django_db(databases=["default", "direct"])
def test_readyz_is_503_when_files_cannot_be_stored(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    settings.MEDIA_ROOT = in_the_way / "media"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {**ALL_GOOD, "storage": "failed"}


@pytest.mark.django_db(databases=["default", "direct"])
def test_readyz_is_503_when_the_queue_may_not_be_written(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        readiness, "_QUEUE_USABLE", "SELECT has_table_privilege('procrastinate_jobs', 'TRUNCATE')"
    )
    assert client.get("/readyz").json()["checks"] == {**ALL_GOOD, "queue": "failed"}
