"""The doors of the designer: who may, the page that brings it, saving by two."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from cerdas.admin_json import json_door
from kegiatan.models import FormDraft, FormVersion
from kegiatan.services.drafting import draft_discard, draft_save, form_text
from tests import factories
from tests.kegiatan.designing import FORM, GETS, POSTS, door, send
from tests.kegiatan.test_admin_forms import browser, pages_of

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def office(super_admin: Any, other_satker: Any) -> Client:
    """super_admin's browser, in a world with two offices."""
    return browser(super_admin)


# --- who may


@pytest.mark.parametrize("who", ["satker_admin", "kegiatan_admin", "enumerator", "supervisor"])
def test_nobody_of_an_office_finds_a_door(
    who: str, request: pytest.FixtureRequest, kegiatan: Any, other_satker: Any
) -> None:
    client = browser(request.getfixturevalue(who))
    for name in POSTS:
        answer = send(client, kegiatan, name, {"text": "{}", "revision": 0, "base_version": 1})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), name
    for name in GETS:
        assert client.get(door(kegiatan, name)).status_code == 404, name
    assert not FormDraft.objects.exists()


def test_who_is_signed_out_is_told_so_in_json(kegiatan: Any, super_admin: Any) -> None:
    stranger, inactive = Client(), browser(super_admin)
    super_admin.is_active = False
    super_admin.save(update_fields=["is_active"])
    for client in (stranger, inactive):
        for name in POSTS:
            answer = send(client, kegiatan, name, {"text": "{}", "revision": 0, "base_version": 1})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), name
        for name in ("schema", "masters"):
            assert client.get(door(kegiatan, name)).status_code == 401, name
        assert client.get(door(kegiatan, "preview"))["Location"].startswith("/admin/login/")
    assert not FormDraft.objects.exists()


def test_a_write_needs_the_token_of_the_page(super_admin: Any, kegiatan: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
    page = strict.get(f"{pages_of(kegiatan)}draft/").content.decode()
    token = strict.cookies["csrftoken"].value
    assert "csrfmiddlewaretoken" in page
    body = {"text": "{}", "revision": 0, "base_version": 1}
    for name in POSTS:
        answer = send(strict, kegiatan, name, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), name
    assert not FormDraft.objects.exists()
    assert send(strict, kegiatan, "save", body, **{"X-CSRFToken": token}).status_code == 200


def test_other_methods_are_refused(office: Client, kegiatan: Any) -> None:
    for name in POSTS:
        assert office.get(door(kegiatan, name)).json()["code"] == "method_not_allowed", name
    for name in ("schema", "masters"):
        assert send(office, kegiatan, name, {}).status_code == 405, name


def test_an_activity_that_is_not_there_is_not_found(office: Client, kegiatan: Any) -> None:
    gone = door(kegiatan, "save").replace(str(kegiatan.pk), "00000000-0000-4000-8000-000000000000")
    answer = office.post(
        gone, '{"text": "", "revision": 0, "base_version": 1}', content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# --- the page


def test_the_page_brings_the_designer_and_keeps_the_form(
    office: Client, kegiatan: Any, settings: Any, tmp_path: Path, super_admin: Any
) -> None:
    settings.OFFICE_APP_DIR = built(tmp_path)
    draft_save(actor=super_admin, kegiatan=kegiatan, text='"</script>"', revision=0)
    page = office.get(f"{pages_of(kegiatan)}draft/").content.decode()
    assert '<script type="module" src="/office/assets/designer-1.js">' in page
    assert '<link rel="stylesheet" href="/office/assets/designer-1.css">' in page
    assert '<link rel="modulepreload" href="/office/assets/vue-1.js">' in page
    assert 'name="revision" value="1"' in page
    found = config_of(page, "designer-config")
    assert {key: found[key] for key in ("text", "revision", "saved_by", "is_saved")} == {
        "text": '"</script>"', "revision": 1, "saved_by": "Super Admin", "is_saved": True,
    }  # fmt: skip
    assert found["roles"] == ["ppl", "pml", "admin_kegiatan"]
    assert found["kegiatan"] == {"name": kegiatan.name}
    assert (found["locale"], found["schema_url"]) == ("id", found["urls"]["schema"])
    assert found["urls"]["save"] == door(kegiatan, "save")
    for name in ("schema", "preview", "masters", "publish", "back", "discard"):
        assert office.get(found["urls"][name]).status_code in (200, 503), name


def test_without_a_build_or_on_wish_the_page_is_the_form_alone(
    office: Client, kegiatan: Any, settings: Any, tmp_path: Path
) -> None:
    settings.OFFICE_APP_DIR = built(tmp_path)
    plain = f"{pages_of(kegiatan)}draft/?editor=plain"
    page = office.get(plain).content.decode()
    assert "designer-config" not in page
    assert "scripts/node.sh" not in page
    saved = office.post(plain, {"do": "save", "revision": "0", "text": "{}"})
    assert saved["Location"] == plain
    settings.OFFICE_APP_DIR = tmp_path / "none"
    page = office.get(f"{pages_of(kegiatan)}draft/").content.decode()
    assert "designer-config" not in page
    assert "scripts/node.sh" in page
    absent = office.get(door(kegiatan, "preview"))
    assert absent.status_code == 503
    assert "scripts/node.sh" in absent.content.decode()


def test_a_file_is_put_over_what_the_designer_has_saved(
    office: Client, kegiatan: Any, super_admin: Any
) -> None:
    page = f"{pages_of(kegiatan)}draft/"
    for revision in (0, 1):  # saved twice since the page was opened; its field says so
        body = {"text": f'"{revision}"', "revision": revision, "base_version": 1}
        send(office, kegiatan, "save", body)
    shown = office.post(page, {"do": "newest", "revision": "2"}).content.decode()
    assert 'name="revision" value="2"' in shown
    assert "&quot;pages&quot;" in shown
    refused = office.post(page, {"do": "upload", "revision": "2"}).content.decode()
    assert "&quot;1&quot;" in refused, "what is stored stays in the editor"
    other = factories.person(None, name="Rekan", is_superuser=True)
    draft_save(actor=other, kegiatan=kegiatan, text='"3"', revision=2)
    shown = office.post(page, {"do": "newest", "revision": "2"}).content.decode()
    assert 'name="revision" value="2"' in shown, "so that saving over Rekan's is refused"


def test_the_preview_runs_nothing_but_our_scripts_in_our_frames(
    office: Client, kegiatan: Any, settings: Any, tmp_path: Path
) -> None:
    settings.OFFICE_APP_DIR = built(tmp_path)
    answer = office.get(door(kegiatan, "preview"))
    policy = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
    )
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert policy["frame-ancestors"] == policy["connect-src"] == "'self'"
    assert "allow-top-navigation" not in policy["sandbox"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe-eval" not in answer["Content-Security-Policy"]
    found = config_of(answer.content.decode(), "preview-config")
    assert (found["check_url"], found["themes"]) == (door(kegiatan, "check"), ["light", "dark"])
    assert '<script type="module" src="/office/assets/preview-1.js">' in answer.content.decode()
    page = office.get(f"{pages_of(kegiatan)}draft/")
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def built(folder: Path) -> Path:
    """A build of the office's scripts with empty files."""
    manifest = {
        f"src/office/{name}/main.ts": {
            "file": f"assets/{name}-1.js", "css": [f"assets/{name}-1.css"], "imports": ["_vue.js"],
        }
        for name in ("designer", "preview")
    }  # fmt: skip
    manifest["_vue.js"] = {"file": "assets/vue-1.js"}
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    return folder


def config_of(page: str, name: str) -> Any:
    """The JSON that a page hands to its script."""
    head = f'<script id="{name}" type="application/json">'
    return json.loads(page.split(head)[1].split("</script>")[0])


# --- saving


def test_a_draft_is_saved_as_one_goes_also_half_typed(office: Client, kegiatan: Any) -> None:
    first = send(office, kegiatan, "save", {"text": '{"pages":', "revision": 0, "base_version": 1})
    assert (first.status_code, first.json()["revision"]) == (200, 1)
    draft = FormDraft.objects.get(kegiatan=kegiatan)
    assert (draft.text, draft.base_version) == ('{"pages":', 1)
    assert first.json()["saved_at"] == draft.updated_at.isoformat()
    again = send(office, kegiatan, "save", {"text": '{"pages":', "revision": 0, "base_version": 1})
    assert again.json() == first.json(), "a lost reply is asked again"
    second = send(office, kegiatan, "save", {"text": "{}", "revision": 1})
    assert second.json()["revision"] == 2
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1


def test_who_saves_over_somebody_gets_theirs_and_overwrites_nothing(
    office: Client, kegiatan: Any
) -> None:
    other = factories.person(None, name="Perancang Lain", is_superuser=True)
    draft_save(actor=other, kegiatan=kegiatan, text='"mereka"', revision=0)
    answer = send(office, kegiatan, "save", {"text": '"saya"', "revision": 0, "base_version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "draft_changed")
    theirs = answer.json()["theirs"]
    assert (theirs["text"], theirs["revision"], theirs["by"]) == ('"mereka"', 1, "Perancang Lain")
    assert theirs["at"] == FormDraft.objects.get().updated_at.isoformat()
    assert FormDraft.objects.get().text == '"mereka"'
    over = send(office, kegiatan, "save", {"text": '"saya"', "revision": theirs["revision"]})
    assert over.json()["revision"] == 2


def test_a_draft_that_was_thrown_away_meanwhile_is_a_change_too(
    office: Client, kegiatan: Any, super_admin: Any
) -> None:
    draft_save(actor=super_admin, kegiatan=kegiatan, text='"lama"', revision=0)
    draft_discard(actor=super_admin, kegiatan=kegiatan, revision=1)
    answer = send(office, kegiatan, "save", {"text": '"baru"', "revision": 1})
    theirs = answer.json()["theirs"]
    assert (answer.status_code, theirs["revision"], theirs["by"]) == (409, 0, None)
    assert json.loads(theirs["text"]) == factories.form()
    assert not FormDraft.objects.exists()


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_told(super_admin: Any, kegiatan: Any) -> None:
    other = factories.person(None, name="Rekan", is_superuser=True)
    clients = [browser(super_admin), browser(other)]
    for revision in (0, 1, 2):
        barrier, answers = threading.Barrier(2), {}

        def save(
            index: int, revision: int = revision, barrier: Any = barrier, answers: Any = answers
        ) -> None:
            barrier.wait()
            try:
                text = f'"{index} {revision}"'
                body = {"text": text, "revision": revision, "base_version": 1}
                answers[index] = send(clients[index], kegiatan, "save", body)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=save, args=(index,)) for index in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        codes = {index: answer.status_code for index, answer in answers.items()}
        assert sorted(codes.values()) == [200, 409], revision
        won = next(index for index, code in codes.items() if code == 200)
        theirs = answers[1 - won].json()["theirs"]
        assert theirs["text"] == FormDraft.objects.get().text == f'"{won} {revision}"'
        assert theirs["revision"] == revision + 1


def test_a_fault_of_ours_is_no_answer_of_a_door() -> None:
    def broken(_request: Any) -> Any:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        json_door(broken, "POST")(Stub())  # type: ignore[arg-type]


class Stub:
    """A request of somebody who is signed in."""

    method = "POST"
    headers: dict[str, str] = {}

    class user:
        pk = 1
        is_authenticated = True


def test_saving_is_lint_free_and_quick(
    office: Client, kegiatan: Any, django_assert_max_num_queries: Any
) -> None:
    body = {"text": form_text(FORM), "revision": 0, "base_version": 1}
    send(office, kegiatan, "save", body)
    with django_assert_max_num_queries(14):
        send(office, kegiatan, "save", {**body, "text": "{}", "revision": 1})
