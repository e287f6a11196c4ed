"""Publishing a file of which the linter warns: the warnings are shown and asked about first."""

import html
import json
import re
from typing import Any

import pytest

from kegiatan.errors import FormDoubtful
from kegiatan.models import FormVersion
from kegiatan.services.publishing import form_publish
from tests import factories
from tests.kegiatan.test_admin_kegiatan import GLOBAL, browser, form_file

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
MARKUP = "<img src=x onerror=alert(1)>"


def doubtful() -> dict[str, Any]:
    """A listing whose first title holds markup, which is shown as it is written."""
    schema = factories.form()
    title = schema["pages"][0]["elements"][0]["title"]
    title["id"] += MARKUP
    return schema


def versions(kegiatan: Any) -> int:
    """How many are published."""
    return FormVersion.objects.filter(kegiatan=kegiatan).count()


def test_warnings_are_shown_with_place_and_remedy_before_it_is_published(
    super_admin: Any, kegiatan: Any
) -> None:
    client, address = browser(super_admin), f"{GLOBAL}{kegiatan.pk}/form/publish/"
    answer = client.post(address, {"file": form_file(doubtful()), "notes": "Judul baru"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert versions(kegiatan) == 1, "nobody has seen the warning yet"
    [fault] = answer.context["faults"]
    assert (fault["code"], fault["severity"]) == ("html_in_text", "warning")
    assert html.escape(fault["path"]) in page
    assert html.escape(fault["remedy"]) in page
    assert MARKUP not in page
    sent = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
        if name in ("checked", "notes")
    }
    assert json.loads(sent["checked"]) == doubtful()
    done = client.post(address, sent)
    assert done["Location"] == f"{GLOBAL}{kegiatan.pk}/form/2/"
    made = FormVersion.objects.get(kegiatan=kegiatan, version=2)
    assert (made.schema, made.notes) == (doubtful(), "Judul baru")


def test_the_confirmation_is_no_way_around_the_linter(super_admin: Any, kegiatan: Any) -> None:
    client, address = browser(super_admin), f"{GLOBAL}{kegiatan.pk}/form/publish/"
    schema = doubtful()
    schema["pages"][0]["elements"].append({"type": "tidakada", "name": "a"})
    page = client.post(address, {"checked": json.dumps(schema)})
    assert page.context["faults"][0]["severity"] == "error"
    for junk in ("[", "[1]", "1" * 5_000, '{"a": 1, "a": 2}', '"\\ud800"', "[" * 100_000):
        assert client.post(address, {"checked": junk}).status_code == 200, junk[:20]
    half = {**factories.form(), "form_name": "a\ud800b"}
    assert client.post(address, {"checked": json.dumps(half)}).status_code == 200
    assert client.post(address, {}).status_code == 200
    assert versions(kegiatan) == 1


def test_half_a_symbol_in_a_form_with_warnings_is_told(super_admin: Any, kegiatan: Any) -> None:
    client, address = browser(super_admin), f"{GLOBAL}{kegiatan.pk}/form/publish/"
    schema = doubtful()
    schema["pages"][0]["elements"][0]["title"]["id"] += "\ud800"
    answer = client.post(address, {"file": form_file(json.dumps(schema).encode())})
    assert answer.status_code == 200
    assert versions(kegiatan) == 1


def test_a_service_may_ask_for_it_and_others_are_not_held_up(
    super_admin: Any, kegiatan: Any
) -> None:
    with pytest.raises(FormDoubtful) as refused:
        form_publish(
            actor=super_admin, kegiatan=kegiatan, schema=doubtful(), accepts_warnings=False
        )
    assert [fault["code"] for fault in refused.value.details["faults"]] == ["html_in_text"]
    assert form_publish(actor=super_admin, kegiatan=kegiatan, schema=doubtful()).version == 2
    sound = factories.form()
    made = form_publish(actor=super_admin, kegiatan=kegiatan, schema=sound, accepts_warnings=False)
    assert made.version == 3
