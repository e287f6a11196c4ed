"""No page of the admin sites gives anybody anything of another office.

Generated from both sites' registries and URL configurations: every page, list, form, history,
action, filter, autocomplete and file, for every kind of person, naming another office's rows. A
page that tests/contracts/admin_doors.py does not know fails: an unregistered door.
Source: spec, "Roles"; design, section 4.
"""

import re
from collections import Counter
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from django.db.models import ForeignKey
from django.test import Client

from cerdas.admin_sites import global_site, satker_site
from tests.contracts import admin_doors as doors
from tests.contracts.routes import Route, all_routes
from tests.contracts.test_isolation import Answer, undone
from tests.contracts.world import World

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
OFFICE, GLOBAL = "/satker/<code>/admin/", "/admin/"
ROUTES = [r for r in all_routes() if r.template.startswith((OFFICE, GLOBAL))]
OFFICE_ROUTES = [r for r in ROUTES if r.template.startswith(OFFICE)]
GLOBAL_ROUTES = [r for r in ROUTES if r.template.startswith(GLOBAL)]
ADMINS = ("admin_satker_a", "admin_kegiatan_a")
OTHERS = ("anonymous", "floating", "ppl_a", "pml_a", "released_a")
# Ends the session that the other requests need.
NOT_SENT = (OFFICE + "logout/", GLOBAL + "logout/")
_VARYING = re.compile(r"\b[A-Za-z0-9]{64}\b|sessionid=[^;]+;|expires=[^;]+;|Expires: [^\n]+")
COUNTED: Counter[str] = Counter()


class House:
    """The world with its things, and a browser for everybody."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.things = doors.worlds_things(world)
        self.clients = {}
        for who, person in world.people.items():
            self.clients[who] = Client(raise_request_exception=False)
            if person is not None:
                self.clients[who].force_login(person)

    def secrets(self, who: str) -> set[str]:
        """Return what a person of office a must not be told."""
        person = self.world.people[who]
        told = {str(person.pk), person.name, person.email} if person else set()
        if who == "super_admin":
            return set()
        found = self.things["b"].secrets - told
        return found if who.endswith("_a") else found | self.things["a"].secrets - told

    def ask(self, who: str, method: str, path: str, data: dict[str, Any]) -> Answer:
        """Send one request as a form or a query; what it does is undone, and must be nothing."""
        client = self.clients[who]
        client.cookies.pop("messages", None)  # of the request before
        looked_at = method == "POST" and who != "super_admin"
        with undone():
            before = doors.stored_of(self.world.offices["b"]) if looked_at else None
            response = client.generic(
                method, path + ("?" + urlencode(data, doseq=True) if method == "GET" else ""),
                urlencode(data, doseq=True) if method == "POST" else "",
                content_type="application/x-www-form-urlencoded",
            )  # fmt: skip
            content = (
                b"".join(response.streaming_content) if response.streaming else response.content
            )
            if before is not None:
                after = doors.stored_of(self.world.offices["b"])
                assert before == after, f"{who} changed rows of the other office: POST {path}"
        COUNTED["requests"] += 1
        headers = "\n".join(sorted(f"{k}: {v}" for k, v in response.items()))
        return Answer(response.status_code, headers, content.decode(errors="replace"))


@pytest.fixture
def house(world: World) -> House:
    """Two offices, each with rows behind every door."""
    return House(world)


def path_of(route: Route, values: dict[str, str], code: str) -> str:
    """Return an address in the office with this code."""
    return route.path({**values, "code": code})


def values_of(route: Route, things: doors.Things, *, absent: bool = False) -> dict[str, str]:
    """Return values for the kwargs: another office's rows, or nobody's."""
    made = {}
    for kwarg in route.kwargs:
        if kwarg == "code":
            continue
        name = doors.name_of(route.template, kwarg)
        assert name is not None
        value = name(things)
        made[kwarg] = doors.absent(value) if absent and kwarg not in doors.CONSTANT else value
    return made


def fields_of(things: doors.Things, *, absent: bool = False) -> dict[str, str]:
    """Return the fields that name rows of an office, or nobody's."""
    named = {key: name(things) for key, name in doors.FIELDS.items()}
    return {key: doors.absent(value) if absent else value for key, value in named.items()}


def normal(answer: Answer, said: dict[str, str]) -> str:
    """Return an answer without clocks, tokens and what the request itself said."""
    text = _VARYING.sub("", answer.text)
    for value in sorted(said, key=len, reverse=True):
        text = text.replace(f"/{value}/", "/<said>/")
        text = text.replace(value, said[value]) if len(value) > 3 else text
    return re.sub(r"Content-Length: \d+", "", text)


def check(
    house: House, who: str, method: str, path: str, data: dict[str, str], template: str
) -> tuple[list[str], Answer]:
    """Ask once; return what is wrong with the answer."""
    answer = house.ask(who, method, path, data)
    sent = unquote(f"{path} {data}")
    where = f"{method} {path} as {who}"
    if answer.status >= 500:
        return [f"{where}: {answer.status} {answer.body[:300]}"], answer
    office = house.world.offices["b"].satker
    told = {office.name} if any(part in template for part in doors.MAY_NAME_THE_OFFICE) else set()
    leaks = [s for s in house.secrets(who) - told if s in answer.text and s not in sent]
    return [f"{where} {sorted(data)} gives away {leaks}"] if leaks else [], answer


def compare(house: House, who: str, route: Route, method: str, data: bool) -> list[str]:
    """Ask for another office's row and for nobody's, in one's own office: the same answer."""
    theirs = house.things["b"]
    code = house.world.offices["a"].satker.code
    faults, answers = [], []
    for absent in (False, True):
        values = values_of(route, theirs, absent=absent)
        sent = fields_of(theirs, absent=absent) if data else {}
        path = path_of(route, values, code)
        wrong, answer = check(house, who, method, path, sent, route.template)
        faults += wrong
        said = dict.fromkeys([*values.values(), *sent.values()], "<said>")
        answers.append(normal(answer, said))
    if answers[0] != answers[1] and not data:
        lines = [a for a, b in zip(*(t.splitlines() for t in answers), strict=False) if a != b]
        faults.append(f"{method} {route.template} as {who} differs: {lines[:3]}")
    return faults


def test_every_door_is_registered() -> None:
    unknown = {
        (route.template, kwarg)
        for route in ROUTES
        for kwarg in route.kwargs
        if kwarg != "code" and doors.name_of(route.template, kwarg) is None
    }
    assert not unknown, f"unregistered doors; say in admin_doors.py how to name a row: {unknown}"
    for site in (satker_site, global_site):
        models = {model._meta.label_lower for model in site._registry}
        assert models <= set(doors.OBJECTS), "add these to OBJECTS of admin_doors.py"


def test_the_walk_finds_the_pages_of_every_registered_model() -> None:
    templates = {route.template for route in ROUTES}
    for site, prefix in ((satker_site, OFFICE), (global_site, GLOBAL)):
        for model in site._registry:
            page = prefix + model._meta.label_lower.replace(".", "/") + "/"
            assert {page, page + "add/", page + "<object_id>/history/"} <= templates


@pytest.mark.slow
@pytest.mark.parametrize("who", ADMINS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_admin_meets_nothing_of_another_office(house: House, who: str, method: str) -> None:
    faults = []
    for route in OFFICE_ROUTES:
        if route.template in NOT_SENT:
            continue
        faults += compare(house, who, route, method, data=False)
        faults += compare(house, who, route, method, data=True)
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("who", OTHERS)
def test_everybody_else_meets_nothing_at_all(house: House, who: str) -> None:
    faults = []
    for route in OFFICE_ROUTES:
        if route.template in NOT_SENT:
            continue
        for letter in ("a", "b"):
            values = values_of(route, house.things["b"])
            path = path_of(route, values, house.world.offices[letter].satker.code)
            wrong, answer = check(house, who, "GET", path, {}, route.template)
            faults += wrong
            if answer.status == 200 and not route.template.endswith(("login/", "jsi18n/")):
                faults.append(f"{path} opens for {who}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("who", ADMINS)
def test_the_site_of_another_office_answers_as_one_that_does_not_exist(
    house: House, who: str
) -> None:
    faults = []
    for route in OFFICE_ROUTES:
        if route.template in (*NOT_SENT, OFFICE + "login/"):
            continue
        values = values_of(route, house.things["b"])
        for method in ("GET", "POST"):
            answers = []
            for code in (house.world.offices["b"].satker.code, "KNTR-ZZ"):
                path = path_of(route, values, code)
                wrong, answer = check(house, who, method, path, {}, route.template)
                faults += wrong
                answers.append(normal(answer, {code: "<code>"}))
            if answers[0] != answers[1]:
                faults.append(f"{method} {route.template} tells that the office exists")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("who", [*ADMINS, *OTHERS])
def test_the_global_site_is_closed_to_all_offices(house: House, who: str) -> None:
    faults = []
    for route in GLOBAL_ROUTES:
        if route.template in NOT_SENT:
            continue
        path = route.path(values_of(route, house.things["b"]))
        for method in ("GET", "POST"):
            wrong, answer = check(house, who, method, path, {}, route.template)
            faults += wrong
            is_open = answer.status == 200 and not route.template.endswith("login/")
            if is_open or (answer.status == 302 and who != "anonymous" and "login" not in path):
                faults.append(f"{method} {path} answers {answer.status} to {who}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", ADMINS)
def test_actions_on_rows_of_another_office_do_nothing(house: House, who: str) -> None:
    theirs = house.things["b"]
    code = house.world.offices["a"].satker.code
    faults = []
    for model, admin in satker_site._registry.items():
        label = model._meta.label_lower
        path = f"/satker/{code}/admin/{label.replace('.', '/')}/"
        names = [name if isinstance(name, str) else name.__name__ for name in admin.actions or []]
        for name in {*names, "delete_selected"}:
            row = doors.OBJECTS[label](theirs)
            data = {"action": name, "_selected_action": row, "post": "yes", "select_across": "0"}
            wrong, _answer = check(house, who, "POST", path, data, path)
            faults += wrong
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", ADMINS)
def test_autocompletes_and_searches_find_nothing_of_another_office(house: House, who: str) -> None:
    code = house.world.offices["a"].satker.code
    faults = []
    for model, admin in satker_site._registry.items():
        label = model._meta.label_lower
        for term in (doors.SECRET, "6171", "KNTR-BB", "Beta", ""):
            page = f"/satker/{code}/admin/{label.replace('.', '/')}/"
            faults += check(house, who, "GET", page, {"q": term}, page)[0]
        for field in model._meta.fields:
            if isinstance(field, ForeignKey):
                asked = {
                    "app_label": model._meta.app_label, "model_name": model._meta.model_name,
                    "field_name": field.name, "term": doors.SECRET,
                }  # fmt: skip
                path = f"/satker/{code}/admin/autocomplete/"
                faults += check(house, who, "GET", path, asked, path)[0]
        assert admin.admin_site is satker_site
    faults += check(
        house, who, "GET", f"/satker/{code}/admin/search/",
        {"s": doors.SECRET, "extended": "1"}, "/search/",
    )[0]  # fmt: skip
    assert not faults, "\n".join(faults)


def test_ones_own_rows_are_shown(house: House) -> None:
    # Without this the tests above would pass on a site that refuses everything.
    own = house.things["a"]
    code = own.office.satker.code
    shown = 0
    for route in OFFICE_ROUTES:
        if route.template.endswith("<object_id>/change/"):
            path = path_of(route, values_of(route, own), code)
            answer = house.ask("admin_satker_a", "GET", path, {})
            assert answer.status == 200, (path, answer.status)
            shown += 1
    assert shown == len(satker_site._registry)


@pytest.mark.slow
def test_super_admin_meets_no_fault(house: House) -> None:
    faults = []
    for route in ROUTES:
        if route.template in NOT_SENT:
            continue
        for things in house.things.values():
            path = path_of(route, values_of(route, things), things.office.satker.code)
            for method in ("GET", "POST"):
                faults += check(house, "super_admin", method, path, {}, route.template)[0]
    assert not faults, "\n".join(faults)
