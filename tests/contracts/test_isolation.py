"""No route gives anybody anything of another office: not a row, a name, a count, or a difference
between what is absent and what is not theirs.

Generated from the URL configuration: every route, every method, every kind of person, every kwarg,
query and body naming the person's own rows, another office's, and nobody's. What is new and not
described in requests_of_routes.py fails. Source: spec, "Roles"; design, sections 3 and 7.
"""

import difflib
import importlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import transaction

from cerdas.api.openapi import openapi_document
from tests.contracts import requests_of_routes as seeds
from tests.contracts.routes import Route, all_routes, pattern_kwargs
from tests.contracts.world import CASES, OfficeRows, World

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
SITES = (seeds.OFFICE + "admin/", "/admin/")
# The pages of the models of the admin sites have a contract of their own.
ELSEWHERE = [
    route
    for route in all_routes()
    if route.template.startswith(SITES)
    and not any(route.template == site + page for site in SITES for page in seeds.SITE_PAGES)
]
ROUTES = [route for route in all_routes() if route not in ELSEWHERE]
COUNTED: Counter[str] = Counter()
OWN, OTHER, NOBODY = "own", "other", "nobody"
# Random or of the moment: clocks, CSRF tokens.
_VARYING = (
    (re.compile(r'"server_time":"[^"]+"'), '"server_time":""'),
    (re.compile(r"\b[A-Za-z0-9]{64}\b"), "<csrf>"),
    # the time of signing; what is said comes before it
    (re.compile(r"(messages=[\w-]+):[\w-]+:[\w-]+"), r"\1"),
    (re.compile(r":[0-9A-Za-z]{6}:[0-9A-Za-z_-]{43}"), ":<signature>"),
    (re.compile(r"csrftoken=[A-Za-z0-9]{32}"), "csrftoken="),
    (re.compile(r"expires=[^;]+;|Expires: [^\n]+"), ""),
    (re.compile(r'"retry_after_seconds":\d+'), ""),
)


@dataclass(frozen=True)
class Answer:
    """A response as text that can be compared and searched."""

    status: int
    headers: str
    body: str

    @property
    def text(self) -> str:
        """Everything that reached the caller."""
        return f"{self.status}\n{self.headers}\n{self.body}"


@contextmanager
def undone() -> Iterator[None]:
    """Take back what a request did, so that every case finds the same rows."""
    around = [transaction.atomic(using=alias) for alias in ("default", "direct")]
    for block in around:
        block._from_testcase = True  # views that open transactions of their own may
    with around[0], around[1]:
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="direct")


def ask(client: Any, method: str, path: str, variant: seeds.Variant) -> Answer:
    """Send one request and return all that came back."""
    client.cookies.clear()
    with undone():
        response = client.generic(
            method,
            f"{path}?{variant.query_string}",
            variant.content,
            content_type=variant.content_type,
            **dict(variant.headers),
        )
    content = b"".join(response.streaming_content) if response.streaming else response.content
    headers = [f"{k}: {v}" for k, v in response.items()]
    headers += [f"Set-Cookie: {cookie.OutputString()}" for cookie in response.cookies.values()]
    return Answer(
        response.status_code, "\n".join(sorted(headers)), content.decode(errors="replace")
    )


def normal(answer: Answer, said: dict[str, str]) -> str:
    """Return an answer without clocks and without the words that the client itself sent."""
    text = answer.text
    for value in sorted(said, key=len, reverse=True):
        text = text.replace(value, said[value])
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    return re.sub(r"Content-Length: \d+", "", text)


def leaks(answer: Answer, sent: str, secrets: set[str]) -> list[str]:
    """Return the secrets in an answer that the request did not name itself."""
    return [secret for secret in secrets if secret in answer.text and secret not in sent]


@dataclass(frozen=True)
class Case:
    """One person at one route with one other office."""

    world: World
    route: Route
    who: str
    foreign: OfficeRows

    @property
    def place(self) -> str:
        """Name the case in messages."""
        return f"{self.route} as {self.who}"

    def choices(self, kwarg: str) -> list[str]:
        """Return whose rows a kwarg can name."""
        own = seeds.own_kwarg(kwarg, self.world, self.world.home(self.who), self.who)
        return [OTHER, NOBODY] if own is None else [OWN, OTHER, NOBODY]

    def value(self, kwarg: str, choice: str) -> str:
        """Return the value of a kwarg."""
        if choice == OWN:
            own = seeds.own_kwarg(kwarg, self.world, self.world.home(self.who), self.who)
            assert own is not None
            return own
        target = seeds.ABSENT if choice == NOBODY else seeds.foreign_target(self.foreign)
        return seeds.KWARGS[kwarg](target)

    def path(self, chosen: tuple[str, ...]) -> str:
        """Return the address."""
        return self.route.path(
            {k: self.value(k, c) for k, c in zip(self.route.kwargs, chosen, strict=True)}
        )

    def named(self, chosen: tuple[str, ...]) -> dict[str, str]:
        """Return {value: name} of what the address itself says."""
        pairs = zip(self.route.kwargs, chosen, strict=True)
        return {self.value(kwarg, choice): f"<{kwarg}>" for kwarg, choice in pairs}

    def methods(self) -> list[str]:
        """Return all methods worth asking; PATCH stands for those that nothing takes."""
        return list(dict.fromkeys(["GET", "HEAD", "OPTIONS", *self.route.writes, "PATCH"]))

    def may_differ(self, method: str, variant: str, chosen: tuple[str, ...], mine: Answer) -> bool:
        """Return True for the two differences that the contract allows.

        A client-made id that exists elsewhere is `id_taken`; who left an office may still send
        field work of an activity of that office.
        """
        is_new_file = self.route.template == seeds.ATTACHMENT and chosen == (OWN, OTHER)
        may_be_taken = variant == seeds.TAKEN or (is_new_file and method == "PUT")
        if may_be_taken and '"code":"id_taken"' in mine.body:
            return True
        left_here = self.who == f"released_{self.foreign.satker.code[-1].lower()}"
        is_field_work = left_here and self.route.template.endswith("/operations/")
        return is_field_work and '"outcome":"parked"' in mine.body


def check_case(case: Case) -> None:
    """Ask everything of one person at one route and compare."""
    combinations = itertools.product(*(case.choices(kwarg) for kwarg in case.route.kwargs))
    for chosen, method in itertools.product(combinations, case.methods()):
        if NOBODY in chosen:
            continue  # asked as the counterpart of OTHER
        foreign = seeds.foreign_target(case.foreign)
        pairs = zip(
            seeds.variants(case.route.template, method, foreign),
            seeds.variants(case.route.template, method, seeds.ABSENT),
            strict=True,
        )
        for theirs, nobodys in pairs:
            _check_pair(case, chosen, method, theirs, nobodys)


def _check_pair(
    case: Case,
    chosen: tuple[str, ...],
    method: str,
    theirs: seeds.Variant,
    nobodys: seeds.Variant,
) -> None:
    client = case.world.clients[case.who]
    absent: tuple[str, ...] = tuple(NOBODY if choice == OTHER else choice for choice in chosen)
    answers = []
    asked = [
        (chosen, theirs, seeds.foreign_target(case.foreign)),
        (absent, nobodys, seeds.ABSENT),
    ]
    if chosen == absent and theirs == nobodys:
        del asked[1]  # the request names no row: there is nothing to compare
    for choices, variant, target in asked:
        path = case.path(choices)
        sent = unquote(f"{path}?{variant.query}{variant.content.decode(errors='replace')}")
        answer = ask(client, method, path, variant)
        COUNTED["requests"] += 1
        where = f"{method} {case.place}, {chosen}, {variant.name}"
        assert answer.status < 500, f"{where}: {answer.text}"
        found = leaks(answer, sent, case.world.secrets_from(case.who))
        assert not found, f"{where} gives away {found}: {answer.text}"
        said = {**case.named(choices), **target.named_in(sent)}
        answers.append((answer, normal(answer, said)))
    (mine, one), (_nobodys, other) = answers[0], answers[-1]
    if one != other and not case.may_differ(method, theirs.name, chosen, mine):
        lines = "\n".join(difflib.ndiff(one.splitlines(), other.splitlines()))
        pytest.fail(f"{method} {case.place}, {chosen}, {theirs.name} differ:\n{lines}")
    COUNTED["comparisons"] += len(asked) - 1


def test_every_kwarg_is_seeded() -> None:
    found = {kwarg for route in all_routes() for kwarg in route.kwargs} - {"code"}
    assert found == pattern_kwargs(), "the walk in tests/contracts/routes.py misses a kwarg"
    unknown = {route.template: set(route.kwargs) - set(seeds.KWARGS) for route in ROUTES}
    unknown = {template: kwargs for template, kwargs in unknown.items() if kwargs}
    assert not unknown, f"say in KWARGS of tests/contracts/requests_of_routes.py how: {unknown}"


def test_every_page_of_the_admin_sites_is_in_the_contract_of_the_admin() -> None:
    if ELSEWHERE:
        module = importlib.import_module("tests.contracts.test_admin_isolation")
        assert {route.template for route in ELSEWHERE} <= {r.template for r in module.ROUTES}


def test_every_writing_method_has_a_body() -> None:
    needed = {(route.template, method) for route in ROUTES for method in route.writes}
    assert needed - set(seeds.BODIES) == set(), "add these to BODIES of requests_of_routes.py"


def test_every_query_parameter_is_asked() -> None:
    missing = []
    for path, methods in openapi_document()["paths"].items():
        template = re.sub(r"\{(\w+)\}", r"<\1>", path)
        asked = {name for query in seeds.QUERIES.get(template, []) for name in query(seeds.ABSENT)}
        asked |= {"cursor"} if template in seeds.CURSORS else set()
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["in"] == "query" and parameter["name"] not in asked:
                missing.append((template, parameter["name"]))
    assert not missing, f"add these to QUERIES of tests/contracts/requests_of_routes.py: {missing}"


# Making the two offices takes longer than asking: some routes share them.
SHARES = 8


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_of_another_office_gets_out(share: int, world: World) -> None:
    for route in ROUTES[share::SHARES]:
        for who in CASES:
            for foreign in world.foreign(who):
                check_case(Case(world, route, who, foreign))
                COUNTED["cases"] += 1


@pytest.mark.parametrize("share", range(SHARES))
def test_super_admin_meets_no_fault(share: int, world: World) -> None:
    client = world.clients["super_admin"]
    for route in ROUTES[share::SHARES]:
        case = Case(world, route, "super_admin", world.offices["b"])
        target = seeds.foreign_target(case.foreign)
        for method in case.methods():
            for chosen in itertools.product((OTHER, NOBODY), repeat=len(route.kwargs)):
                for variant in seeds.variants(route.template, method, target):
                    answer = ask(client, method, case.path(chosen), variant)
                    assert answer.status < 500, f"{method} {case.place}: {answer.text}"


def test_what_is_ones_own_is_given(world: World) -> None:
    # Without this the tests above would pass on a server that refuses everything.
    for letter, office in world.offices.items():
        unit = f"/api/v1/assignments/{office.unit.pk}/"
        for role in ("ppl", "pml", "admin_kegiatan", "admin_satker"):
            client = world.clients[f"{role}_{letter}"]
            assert client.get(unit).json()["label"] == office.unit.assignment_label
            assert client.get(f"{unit}attachments/{office.attachment_id}/").status_code == 200
        for role in ("ppl", "pml"):
            changes = world.clients[f"{role}_{letter}"].get(
                f"/api/v1/kegiatan/{world.shared.pk}/changes/"
            )
            assert office.unit.assignment_label in changes.content.decode()


def test_counts_are_of_ones_own_office(world: World) -> None:
    for letter, of_ppl, of_office in (("a", 2, 3), ("b", 5, 6)):
        for role, expected in (
            ("ppl", of_ppl),
            ("pml", of_office),
            ("admin_kegiatan", of_office),
            ("admin_satker", of_office),
        ):
            listed = world.clients[f"{role}_{letter}"].get("/api/v1/kegiatan/").json()["results"]
            assert {row["name"] for row in listed} == {"Bersama", f"Rahasia Sendiri {letter}"}
            counts = {row["name"]: row["counts"] for row in listed}
            assert counts["Bersama"] == {"Assigned": expected}, (role, letter)
    assert world.clients["floating"].get("/api/v1/kegiatan/").json() == {"results": []}
    assert world.clients["released_a"].get("/api/v1/kegiatan/").json() == {"results": []}


def test_filters_of_the_list_never_reach_the_other_office(world: World) -> None:
    theirs = world.offices["b"]
    url = f"/api/v1/kegiatan/{world.shared.pk}/assignments/"
    for role in ("admin_kegiatan", "admin_satker"):
        client = world.clients[f"{role}_a"]
        assert len(client.get(url).json()["results"]) == 3
        for query in (
            {"ppl": theirs.people["ppl"].pk},
            {"pml": theirs.people["pml"].pk},
            {"region": theirs.prefix},
            {"region": f"{theirs.prefix}0800010001"},
        ):
            assert client.get(url, query).json() == {"results": [], "cursor": None}, query


def test_a_cursor_of_the_other_office_opens_nothing(world: World) -> None:
    own, theirs = world.offices["a"], world.offices["b"]
    for path, role in (("assignments", "admin_kegiatan"), ("changes", "ppl")):
        url = f"/api/v1/kegiatan/{world.shared.pk}/{path}/"
        cursor = world.clients[f"{role}_b"].get(url, {"limit": 1}).json()["cursor"]
        assert cursor
        answer = world.clients[f"{role}_a"].get(url, {"cursor": cursor})
        assert answer.status_code == 200
        shown = answer.json()
        rows = shown["results"] if path == "assignments" else shown["assignments"]
        assert {row["satker"] for row in rows} <= {str(own.satker.pk)}
        found = [secret for secret in theirs.secrets if secret in answer.content.decode()]
        assert not found


def test_the_roles_of_another_office_are_never_told(world: World) -> None:
    for who in CASES[1:]:
        answer = world.clients[who].get("/api/v1/me/")
        text = json.dumps(answer.json())
        assert not [secret for secret in world.secrets_from(who) if secret in text], who


def test_the_recruit_refusal_names_the_office_and_nothing_else(world: World) -> None:
    from kegiatan.models import KegiatanSatker
    from kegiatan.services.recruiting import recruit
    from satker.errors import BelongsToOtherSatker

    own, theirs = world.offices["a"], world.offices["b"]
    place = KegiatanSatker.objects.get(satker=own.satker, kegiatan_statistik=world.shared)
    with pytest.raises(BelongsToOtherSatker) as refused:
        recruit(
            actor=own.people["admin_kegiatan"],
            satker=own.satker,
            email=theirs.people["ppl"].email,
            role="PPL",
            kegiatan_satker=place,
        )
    told = json.dumps(refused.value.envelope())
    assert [s for s in theirs.secrets if s in told] == [theirs.satker.name]


def test_the_cases_are_many(record_property: Callable[[str, object], None]) -> None:
    if not COUNTED["cases"]:
        pytest.skip("the cases were not run in this process")
    for name, number in COUNTED.items():
        record_property(name, number)
    print(f"\n{len(ROUTES)} routes x {len(CASES)} people: {dict(COUNTED)}")
    assert COUNTED["requests"] >= COUNTED["comparisons"] >= len(ROUTES) * len(CASES)
