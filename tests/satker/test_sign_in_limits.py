"""Limits on sign-in, also under parallel guessing and when the request fails."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cerdas.errors import CerdasError
from satker.errors import TooManyRequests, WrongCredentials
from satker.models import SignInAttempt, User
from satker.services.sign_in import sign_in, sign_in_attempts_prune
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
URL = "/api/v1/auth/token/"


@pytest.fixture
def user(satker: Any) -> User:
    return factories.person(satker, email="siti@uji.example")


def counters() -> QuerySet[SignInAttempt]:
    """The counters as the connection sees them that writes them."""
    return SignInAttempt.objects.using("direct")


def attempt(
    user: User, *, password: str = "salah-salah-salah", address: str = "203.0.113.1"
) -> str:
    """Sign in and name the outcome."""
    try:
        sign_in(email=user.email, password=password, device_name="", address=address)
    except CerdasError as error:
        return error.code
    return "in"


def test_the_sixth_wrong_password_from_one_address_waits(api: Any, user: User) -> None:
    client = api()
    body = {"email": user.email, "password": "salah-salah-salah"}
    codes = [client.post(URL, body, format="json").status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    answer = client.post(URL, body | {"password": factories.PASSWORD}, format="json")
    assert answer.status_code == 429, "also with the right password"
    wait = answer.json()["details"]["retry_after_seconds"]
    assert 800 < wait <= 900
    assert answer["Retry-After"] == str(wait)
    assert answer.json()["retryable"] is True


def test_another_address_may_still_try(user: User) -> None:
    assert [attempt(user) for _ in range(6)][-1] == "too_many_requests"
    assert attempt(user, password=factories.PASSWORD, address="203.0.113.2") == "in"


def test_an_email_is_tried_fifty_times_from_everywhere(user: User) -> None:
    outcomes = [attempt(user, address=f"203.0.113.{n // 5}") for n in range(50)]
    assert set(outcomes) == {"wrong_credentials"}
    assert attempt(user, address="198.51.100.7") == "too_many_requests"


def test_one_blocked_address_does_not_use_up_the_tries_of_all(user: User) -> None:
    for _ in range(60):
        attempt(user)
    assert attempt(user, password=factories.PASSWORD, address="203.0.113.2") == "in"


def test_an_unknown_email_is_limited_alike(db: None) -> None:
    nobody = User(email="siapa@uji.example")
    outcomes = [attempt(nobody) for _ in range(6)]
    assert outcomes == ["wrong_credentials"] * 5 + ["too_many_requests"]


def test_an_address_has_a_rate_for_all_emails(user: User, settings: Any) -> None:
    settings.SIGN_IN_RATE_PER_ADDRESS_PER_MINUTE = 8
    people = [User(email=f"orang{n}@uji.example") for n in range(8)]
    assert {attempt(person) for person in people} == {"wrong_credentials"}
    assert attempt(user, password=factories.PASSWORD) == "too_many_requests"


def test_success_clears_the_count_and_only_failures_add_up(user: User) -> None:
    for _ in range(12):
        assert [attempt(user) for _ in range(4)] == ["wrong_credentials"] * 4
        assert attempt(user, password=factories.PASSWORD) == "in"
    assert counters().get(key=f"email:{user.email}").n == 48
    assert [attempt(user) for _ in range(3)] == [*["wrong_credentials"] * 2, "too_many_requests"]


def test_signing_in_often_is_no_failure(user: User) -> None:
    assert {attempt(user, password=factories.PASSWORD) for _ in range(60)} == {"in"}
    keys = counters().values_list("key", flat=True)
    assert list(keys) == ["address:203.0.113.1"]


def test_after_the_window_the_count_begins_again(user: User) -> None:
    for _ in range(6):
        attempt(user)
    counters().update(window_started_at=timezone.now() - timedelta(minutes=16))
    assert attempt(user) == "wrong_credentials"
    assert counters().get(key__startswith="pair:").n == 1


def test_stale_counters_are_pruned_and_live_ones_kept(user: User) -> None:
    attempt(user)
    counters().filter(key__startswith="pair:").update(
        window_started_at=timezone.now() - timedelta(hours=1)
    )
    assert sign_in_attempts_prune() == 1
    assert counters().count() == 2


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_the_count_outlives_a_rolled_back_request() -> None:
    person = factories.person(factories.office())
    with transaction.atomic():
        attempt(person)
        transaction.set_rollback(True)
    assert counters().get(key=f"email:{person.email}").n == 1


def run_in_threads(work: Callable[[int], None], threads: int) -> None:
    """Start all at one moment and wait for them."""
    barrier = threading.Barrier(threads)

    def one(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        finally:
            connections.close_all()

    started = [threading.Thread(target=one, args=(n,)) for n in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_parallel_guesses_reach_the_hasher_five_times(monkeypatch: pytest.MonkeyPatch) -> None:
    person = factories.person(factories.office())
    reached: list[str] = []
    refused: list[int] = []
    check = User.check_password

    def counted(self: User, raw_password: str) -> bool:
        reached.append(raw_password)
        return check(self, raw_password)

    monkeypatch.setattr(User, "check_password", counted)

    def guess(number: int) -> None:
        try:
            sign_in(
                email=person.email,
                password=f"tebakan-{number}",
                device_name="",
                address="203.0.113.1",
            )
        except WrongCredentials:
            pass
        except TooManyRequests:
            refused.append(number)

    run_in_threads(guess, 32)
    assert len(reached) == 5
    assert len(refused) == 27


GUESSER = """
import sys, threading
import django
from django.db import connections
database, email = sys.argv[1:]
from django.conf import settings
for entry in settings.DATABASES.values():
    entry["NAME"] = database
django.setup()
from cerdas.errors import CerdasError
from satker.models import User
from satker.services.sign_in import sign_in
reached = []
check = User.check_password
def counted(self, raw):
    reached.append(1)
    return check(self, raw)
User.check_password = counted
go = threading.Barrier(32)
def guess(n):
    go.wait()
    try:
        sign_in(email=email, password=f"tebakan-{n}", device_name="", address="203.0.113.1")
    except CerdasError:
        pass
    finally:
        connections.close_all()
threads = [threading.Thread(target=guess, args=(n,)) for n in range(32)]
sys.stdin.readline()
[t.start() for t in threads]
[t.join() for t in threads]
print(len(reached))
"""


@pytest.mark.slow
@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_sixty_four_guesses_over_two_processes_reach_the_hasher_five_times() -> None:
    person = factories.person(factories.office())
    name = connections["default"].settings_dict["NAME"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", GUESSER, name, person.email],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "cerdas.settings.test"},
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    reached = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(reached) == 5
    assert counters().get(key__startswith="pair:").n == 64
