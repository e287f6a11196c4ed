"""Every kind of job, its worker killed with -9 at random points: ends as an undisturbed run would.

Compared is everything: each row of each table, each file, each letter (tests/cerdas/killing.py).
A letter that the mail server has taken cannot be taken back: each kill may bring one letter, the
one in the worker's hands, a second time; docs/operations.md says so.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from cerdas.admin_job_report import _WORDS
from cerdas.jobs.kinds import kinds
from cerdas.models import Job, JobStep
from cerdas.tenancy import super_scope
from satker.models import User
from satker.services.account_links import account_link_user
from tests.cerdas.dying_worker import ANY, KEPT, LETTER, OUTSIDE
from tests.cerdas.job_cases import CASES, Case, World
from tests.cerdas.killing import (
    FILES,
    STRAY,
    Nursery,
    State,
    counts_between,
    differences,
    letters_of,
    reread,
    restart_stalled,
    state_of,
)
from tests.conftest import flush_as_owner

pytestmark = [
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
    pytest.mark.slow,
]
TRIES = 20
OWN = {"job_files", "job_steps", "audit_entries", "assignment_feed", FILES}  # compared row by row


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Nursery]:
    """Workers for all jobs of this file: Django is loaded once."""
    made = Nursery(tmp_path_factory.mktemp("workers"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def media(nursery: Nursery, settings: Any) -> None:
    """Files where the workers have theirs."""
    settings.MEDIA_ROOT = nursery.media


def begun(case: Case, nursery: Nursery) -> Job:
    """Make the world anew and put the job in the queue."""
    for connection in connections.all():
        connection.close()
    flush_as_owner()
    nursery.forget()
    return case.begin(World())


def killed_thrice(case: Case, nursery: Nursery, points: list[str]) -> tuple[Job, int]:
    """Kill three workers of a job one after the other; return it, and how many kills it saw.

    The first dies anywhere, the second just after something that stays, the third just after a file
    or a letter where there is one. A job that has ended before its next kill is followed by the
    same one in another world.
    """
    luck = random.Random(str(case))
    outside = OUTSIDE if set(OUTSIDE) & set(points) else KEPT
    job, seen, in_hand = begun(case, nursery), 0, 0
    for counted in (ANY, KEPT, outside):
        most = sum(map(points.count, counted))
        for _time in range(TRIES):
            deadly = luck.randint(1, most)
            if nursery.work(case.parts, deadly=deadly, counted=counted).is_killed:
                break
            if reread(job).is_ended:
                job, seen, in_hand = begun(case, nursery), 0, 0
        else:
            raise AssertionError("no worker came to its end")
        in_hand, before = letters_in_hand(job, nursery), in_hand
        assert in_hand <= before + 1, "a kill meets one letter that is sent and not written down"
        seen += 1
        restart_stalled()
    return job, seen


def _nameless(report: Any) -> set[str]:
    """Return keys that people would see as they are; codes have words of their own."""
    if isinstance(report, list):
        return set().union(*map(_nameless, report))
    if not isinstance(report, dict):
        return set()
    below = (_nameless(value) for key, value in report.items() if key != "refused_codes")
    return (set(report) - set(_WORDS)).union(*below)


def letters_in_hand(job: Job, nursery: Nursery) -> int:
    """Return how many letters were handed over without being written down as sent."""
    with super_scope():
        facts = JobStep.objects.filter(job=job).values_list("facts", flat=True)
        written = sum(fact.get("sent", 0) for fact in facts)
    return len(nursery.received()) - written


def checked(case: Case, job: Job, before: State, after: State) -> None:
    """Check what one run left."""
    ended = reread(job)
    assert ended.state == case.state, (ended.message, ended.error)
    assert {name: ended.report.get(name) for name in case.report} == case.report
    assert not _nameless(ended.report), "the page of the job has words for every key"
    grown = counts_between(before, after)
    assert {table: n for table, n in grown.items() if table not in OWN} == case.made
    with super_scope():
        roles = sorted(job.files.exclude(role="input").values_list("role", flat=True))
        steps = list(JobStep.objects.filter(job=job).values_list("number", flat=True))
    assert roles == sorted(case.files)
    assert steps == list(range(len(steps)))
    assert not after[STRAY]


def test_every_kind_of_job_has_a_case() -> None:
    assert {kind.name for kind in kinds()} == {case.kind for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_job_killed_at_random_points_ends_as_an_undisturbed_run(
    case: Case, nursery: Nursery
) -> None:
    job = begun(case, nursery)
    before = state_of(nursery)
    points = nursery.finish(job, case.parts)
    undisturbed, letters = state_of(nursery), letters_of(nursery)
    checked(case, job, before, undisturbed)
    assert letters.total() == len(letters) == points.count(LETTER) == case.letters

    job, kills = killed_thrice(case, nursery, points)
    nursery.finish(job, case.parts)
    assert reread(job).attempts <= kills + 1
    killed, letters_again = state_of(nursery), letters_of(nursery)
    checked(case, job, before, killed)
    assert differences(undisturbed, killed) == {}
    assert letters_again.keys() == letters.keys(), "nobody is left out"
    assert (letters_again - letters).total() <= kills, "only the letter in hand comes twice"
    links_work(nursery)


def links_work(nursery: Nursery) -> None:
    """The newest letter to each person has a link that opens their account."""
    newest = {letter["to"]: letter["body"] for letter in nursery.received()}
    for email, body in newest.items():
        if "/akun/" in body:
            uid, token = body.partition("/akun/")[2].split("/")[:2]
            found = account_link_user(uid=uid, token=token, address="10.0.0.1")
            assert found == User.objects.get(email=email)
