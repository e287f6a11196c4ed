"""Guessing passwords at two server processes at once: five guesses are checked, not five each."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from satker.models import DeviceToken, SignInAttempt
from tests import factories
from tests.scenarios.live import PROCESSES

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
GUESSES, CHECKED_AT_MOST = 64, 5


def sign_in(server, email, password):
    """Return (status, headers, reply)."""
    body = {"email": email, "password": password, "device_name": "uji"}
    return server.call("POST", "/api/v1/auth/token/", body=body)


def hashed(server):
    """Return the process of every password that reached the hasher."""
    noted = server.log.parent / "hashed"
    return noted.read_text().split() if noted.exists() else []


def await_both_processes(server):
    """Ask for people who do not exist until every process has answered once."""
    for n in range(400):
        sign_in(server, f"siapa{n}@uji.example", "salah")
        if len(set(hashed(server))) == PROCESSES:
            return
    raise AssertionError("one process got all requests")


@pytest.mark.slow
@pytest.mark.parametrize("is_known", [True, False])
def test_of_64_parallel_wrong_passwords_at_most_five_reach_the_hasher(
    is_known, live_server_process, satker
):
    server = live_server_process
    email = factories.person(satker).email if is_known else "tidak.ada@uji.example"
    other = factories.person(satker)
    await_both_processes(server)
    before = len(hashed(server))
    barrier = threading.Barrier(GUESSES)

    def guess(n):
        barrier.wait()
        return sign_in(server, email, f"tebakan {n}")

    with ThreadPoolExecutor(GUESSES) as pool:
        answers = list(pool.map(guess, range(GUESSES)))

    statuses = Counter(status for status, *_ in answers)
    reached = hashed(server)[before:]
    print(f"{dict(statuses)}, {len(reached)} hashed in {len(set(reached))} processes")
    assert 1 <= len(reached) <= CHECKED_AT_MOST
    assert statuses == {401: len(reached), 429: GUESSES - len(reached)}
    for status, headers, reply in answers:
        if status == 429:
            assert int(headers["retry-after"]) > 0
            assert reply["retryable"] is True
        else:
            assert reply["code"] == "wrong_credentials"
    assert sign_in(server, email.upper(), factories.PASSWORD)[0] == 429
    assert len(hashed(server)) == before + len(reached)
    assert not DeviceToken.objects.filter(user__email=email).exists()
    assert SignInAttempt.objects.filter(key__startswith=f"pair:{email}:").get().n > CHECKED_AT_MOST
    # the address is that of a whole office: others still sign in
    assert sign_in(server, other.email, factories.PASSWORD)[0] == 200
