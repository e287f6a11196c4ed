"""Settings that contradict each other stop startup, naming both."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks

from cerdas import checks

GOOD = {
    "DEMO_ALLOWED": False,
    "DEBUG": False,
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": ["cerdas.example.go.id"],
    "PASSWORD_HASHERS": [checks.ARGON2],
}


def found(tag: str = checks.SETTINGS) -> list[tuple[str, str]]:
    return [(str(message.id), message.msg) for message in run_checks(tags=[tag])]


@pytest.fixture
def production(settings: Any) -> Any:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def test_good_production_settings_pass(production: Any) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SECRET_KEY", "short", "E001"),
        ("DEBUG", True, "E002"),
        ("ALLOWED_HOSTS", ["a.example", "*"], "E003"),
        ("PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"], "E004"),
        ("PASSWORD_HASHERS", [], "E004"),
    ],
)
def test_what_production_must_not_leave_open(
    production: Any, name: str, value: Any, number: str
) -> None:
    setattr(production, name, value)
    ((identifier, message),) = found()
    assert identifier == f"cerdas.{number}"
    assert name in message
    assert "DEMO_ALLOWED" in message
    production.DEMO_ALLOWED = True
    assert found() == []


def change(monkeypatch: pytest.MonkeyPatch, alias: str, **values: Any) -> None:
    databases = django_settings.DATABASES
    monkeypatch.setitem(databases, alias, {**databases[alias], **values})


def test_one_role_for_serving_and_owning_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, "owner", USER=django_settings.DATABASES["default"]["USER"])
    ((identifier, message),) = found()
    assert identifier == "cerdas.E005"
    assert "DATABASE_URL" in message
    assert "DATABASE_OWNER_URL" in message
    monkeypatch.delitem(django_settings.DATABASES, "owner")
    assert found() == []


def test_two_databases_for_one_role_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, "direct", NAME="elsewhere")
    assert [identifier for identifier, _message in found()] == ["cerdas.E006"]


def test_wrapping_requests_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, "default", ATOMIC_REQUESTS=True)
    ((identifier, message),) = found()
    assert identifier == "cerdas.E007"
    assert "TenantMiddleware" in message


def test_a_limit_that_can_never_be_reached_is_refused(settings: Any) -> None:
    settings.SIGN_IN_LIMIT_PER_EMAIL_AND_ADDRESS = settings.SIGN_IN_LIMIT_PER_EMAIL + 1
    assert [identifier for identifier, _message in found()] == ["cerdas.E008"]
