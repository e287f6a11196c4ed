"""One-time links and account cards: once, for seven days, only for people of the office."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cerdas.errors import Invalid, NotAllowed, NotFound
from satker.errors import TooManyRequests
from satker.models import DeviceToken, User
from satker.services import account_links
from satker.services.account_links import (
    LinkInvalid,
    account_link_user,
    account_links_issue,
    account_password_set,
)
from satker.services.people import user_deactivate
from tests import factories
from tests.satker.test_admin_people import PEOPLE, browser, text

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
NEW = "kata-sandi-baru"


@pytest.fixture
def person(satker: Any) -> Any:
    """Somebody with a password of their own."""
    return factories.person(satker, name="Ani")


def parts(path: str) -> dict[str, str]:
    _empty, _akun, uid, token, _end = path.split("/")
    return {"uid": uid, "token": token, "address": "10.0.0.1"}


def link_of(actor: Any, satker: Any, user: Any) -> dict[str, str]:
    return parts(account_links_issue(actor=actor, satker=satker, users=[user])[0].path)


def test_a_link_sets_the_password_once_and_signs_devices_out(
    satker: Any, satker_admin: Any, person: Any
) -> None:
    factories.token(person)
    link = link_of(satker_admin, satker, person)
    assert account_link_user(**link).pk == person.pk
    with pytest.raises(Invalid):
        account_password_set(**link, password="pendek")
    account_password_set(**link, password=NEW)
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert not DeviceToken.objects.filter(user=person).exists()
    with pytest.raises(LinkInvalid):
        account_password_set(**link, password="kata-sandi-lain")
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_the_old_password_works_until_the_link_is_used(
    satker: Any, satker_admin: Any, person: Any
) -> None:
    link_of(satker_admin, satker, person)
    person.refresh_from_db()
    assert person.check_password(factories.PASSWORD)


@pytest.mark.parametrize(
    "end", ["newer link", "sign-in", "deactivated", "released", "renamed", "too old", "tampered"]
)
def test_what_ends_a_link(
    end: str, satker: Any, satker_admin: Any, person: Any, monkeypatch: Any
) -> None:
    link = link_of(satker_admin, satker, person)
    if end == "newer link":
        newer = link_of(satker_admin, satker, person)
        assert account_link_user(**newer)
    elif end == "sign-in":
        User.objects.filter(pk=person.pk).update(last_login=timezone.now())
    elif end == "deactivated":
        user_deactivate(actor=satker_admin, satker=satker, user=person)
    elif end == "released":
        person.satker = None
        person.save(update_fields=["satker", "updated_at"])
    elif end == "renamed":
        person.save(update_fields=["name", "updated_at"])
    elif end == "too old":
        now = account_links._tokens._now() + timedelta(days=7, seconds=1)
        monkeypatch.setattr(account_links._tokens, "_now", lambda: now)
    else:
        link["token"] = link["token"][:-1] + ("0" if link["token"][-1] != "0" else "1")
    with pytest.raises(LinkInvalid):
        account_link_user(**link)


def test_a_link_still_works_just_before_seven_days(
    satker: Any, satker_admin: Any, person: Any, monkeypatch: Any
) -> None:
    link = link_of(satker_admin, satker, person)
    now = account_links._tokens._now() + timedelta(days=7, seconds=-5)
    monkeypatch.setattr(account_links._tokens, "_now", lambda: now)
    assert account_link_user(**link)


def test_a_link_of_one_person_opens_no_other_account(
    satker: Any, satker_admin: Any, person: Any
) -> None:
    other = factories.person(satker)
    mine = link_of(satker_admin, satker, person)
    theirs = link_of(satker_admin, satker, other)
    with pytest.raises(LinkInvalid):
        account_link_user(**{**mine, "uid": theirs["uid"]})


@pytest.mark.parametrize("uid", ["x", "////", "%00", "ä", "A" * 500, "AAAAAAAAAAAAAAAAAAAAAA"])
@pytest.mark.parametrize("token", ["x", "-", "zzzzzzzzzzzzzzzz-1", "\x00", "a-" + "0" * 5000])
def test_nonsense_is_no_link(uid: str, token: str, db: None) -> None:
    with pytest.raises(LinkInvalid):
        account_link_user(uid=uid, token=token, address="10.0.0.2")


def test_wrong_links_are_limited_per_address_and_right_ones_are_not(
    satker: Any, satker_admin: Any, person: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(account_links, "WRONG_LINKS_PER_ADDRESS", 3)
    client = Client()
    codes = [client.get(f"/akun/AAAA/x{n}-y/").status_code for n in range(5)]
    assert codes == [410, 410, 410, 429, 429]
    assert client.get("/akun/AAAA/x-y/")["Retry-After"]
    link = account_links_issue(actor=satker_admin, satker=satker, users=[person])[0]
    assert client.get(link.path).status_code == 200
    with pytest.raises(TooManyRequests):
        account_link_user(uid="x", token="y", address="127.0.0.1")


def test_who_may_give_out_links_and_for_whom(
    satker: Any, kegiatan: Any, satker_admin: Any, kegiatan_admin: Any, super_admin: Any,
    person: Any, other_satker: Any,
) -> None:  # fmt: skip
    stranger = User.objects.filter(satker=other_satker).first()
    idle = factories.person(satker, is_active=False)
    before = User.objects.values().get(pk=stranger.pk)
    refused = [
        (kegiatan_admin, satker, person, NotAllowed),
        (person, satker, person, NotAllowed),
        (satker_admin, satker, stranger, NotFound),
        (satker_admin, other_satker, stranger, NotFound),
        (satker_admin, satker, super_admin, NotFound),
        (satker_admin, None, super_admin, NotAllowed),
        (satker_admin, satker, idle, NotAllowed),
    ]
    for actor, office, user, error in refused:
        with pytest.raises(error):
            account_links_issue(actor=actor, satker=office, users=[user])
    assert User.objects.values().get(pk=stranger.pk) == before
    assert account_links_issue(actor=super_admin, satker=satker, users=[person])
    assert account_links_issue(actor=super_admin, satker=None, users=[super_admin])


def test_cards_carry_a_fresh_link_that_works_and_printing_again_ends_the_first(
    satker: Any, kegiatan: Any, satker_admin: Any, enumerator: Any, supervisor: Any
) -> None:
    client = browser(satker_admin)
    marked = {"action": "print_cards_action", "_selected_action": [enumerator.pk, supervisor.pk]}
    asked = text(client.post(PEOPLE, marked))
    assert "2 kartu" in asked
    assert "/akun/" not in asked

    def printed() -> list[str]:
        import re

        given = {"ids": f"{enumerator.pk},{supervisor.pk}"}
        response = client.post(PEOPLE + "cards/", given)
        assert "no-store" in response["Cache-Control"]
        page = text(response)
        assert page.count("<svg") == 2
        assert enumerator.email in page
        assert kegiatan.name in page
        return re.findall(r"http://testserver(/akun/[^<]+)<", page)

    first = printed()
    guest = Client()
    assert [guest.get(path).status_code for path in first] == [200, 200]
    second = printed()
    assert [guest.get(path).status_code for path in first] == [410, 410]
    assert [guest.get(path).status_code for path in second] == [200, 200]
    assert client.get(PEOPLE + "cards/").status_code == 404


def test_the_queries_of_printing_do_not_grow_with_the_cards(satker: Any, satker_admin: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browser(satker_admin)

    def count(n: int) -> int:
        ids = ",".join(str(factories.person(satker).pk) for _ in range(n))
        with CaptureQueriesContext(connection) as captured:
            assert client.post(PEOPLE + "cards/", {"ids": ids}).status_code == 200
        return len(captured)

    count(1)
    assert count(10) == count(100)
