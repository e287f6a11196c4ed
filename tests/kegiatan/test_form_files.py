"""Questionnaires from files: by command and in the admin; losses are agreed to, faults are not."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kegiatan.models import FormDraft, FormVersion
from tests.kegiatan.xlsform_books import xlsform

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
FINE = xlsform("type | name | label | required\ntext | nama | Nama | yes\ninteger | umur | Umur |")
LOSING = xlsform("type | name | label\ntext | nama | Nama\ngeotrace | jalur | Jalur")
BROKEN = xlsform("type | name | label | relevant\ntext | nama | Nama | ${lupa} = 1")
ORIGINAL = json.dumps(
    {"form_name": "F", "pages": [{"questions": [{"id": "a", "type": "text", "label": "A"}]}]}
).encode()


def written(tmp_path: Path, content: bytes, name: str = "form.xlsx") -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def run(*arguments: str) -> tuple[Any, int]:
    out = StringIO()
    try:
        call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    except CommandError as error:
        return json.loads(out.getvalue()), error.returncode
    return json.loads(out.getvalue()), 0


@pytest.mark.parametrize(
    ("content", "code", "questions", "mapped", "codes"),
    [
        (FINE, 0, 2, 2, []),
        (LOSING, 1, 2, 1, ["unknown_question_type"]),
        (BROKEN, 1, 1, 1, ["unknown_reference"]),
        (ORIGINAL, 0, 1, 1, []),
        (b"PK\x03\x04", 2, 0, 0, ["not_a_workbook"]),
    ],
)
def test_check_form_counts_and_lists_what_an_import_would_bring(
    tmp_path: Path, content: bytes, code: int, questions: int, mapped: int, codes: list[str]
) -> None:
    report, found = run("check_form", written(tmp_path, content))
    assert (found, report["questions"], report["mapped"]) == (code, questions, mapped)
    assert [fault["code"] for fault in report["faults"]] == codes
    if content == LOSING:
        fault = report["faults"][0]
        assert (fault["sheet"], fault["row"], fault["column"]) == ("survey", 3, 1)
        assert fault["message"]
        assert fault["remedy"]


def test_an_xlsform_is_published_from_a_file(
    tmp_path: Path, super_admin: Any, kegiatan: Any
) -> None:
    path = written(tmp_path, FINE)
    told, code = run("publish_form", str(kegiatan.pk), "--from", path, "--actor", super_admin.email)
    assert (code, told["version"]) == (0, 2)
    names = [
        element["name"]
        for page in FormVersion.objects.get(kegiatan=kegiatan, version=2).schema["pages"]
        for element in page["elements"]
    ]
    assert names == ["nama", "umur"]


def test_losses_are_published_only_when_agreed_to(
    tmp_path: Path, super_admin: Any, kegiatan: Any
) -> None:
    publish = ("publish_form", str(kegiatan.pk), written(tmp_path, LOSING))
    actor = ("--actor", super_admin.email)
    told, code = run(*publish, *actor)
    assert code == 1
    assert [fault["code"] for fault in told["details"]["faults"]] == ["unknown_question_type"]
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1
    told, code = run(*publish, *actor, "--accept-losses")
    assert (code, told["version"]) == (0, 2)


def test_faults_of_the_file_are_never_published(
    tmp_path: Path, super_admin: Any, kegiatan: Any
) -> None:
    publish = ("publish_form", str(kegiatan.pk), written(tmp_path, BROKEN), "--accept-losses")
    _told, code = run(*publish, "--actor", super_admin.email)
    assert code == 1
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1


def upload(client: Client, kegiatan: Any, content: bytes, **more: str) -> str:
    file = BytesIO(content)
    file.name = "form.xlsx"
    address = f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/"
    data = {"do": "upload", "revision": "0", "text": "ketikan_lama", "file": file, **more}
    return str(client.post(address, data).content.decode())


@pytest.fixture
def office(super_admin: Any) -> Client:
    """super_admin's browser."""
    client = Client()
    client.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
    return client


def test_an_xlsform_goes_into_the_editor_unsaved(office: Client, kegiatan: Any) -> None:
    page = upload(office, kegiatan, FINE)
    assert "&quot;name&quot;: &quot;umur&quot;" in page
    assert "ketikan_lama" not in page
    assert not FormDraft.objects.exists()


def test_an_xlsform_with_losses_is_taken_in_once_that_is_agreed_to(
    office: Client, kegiatan: Any
) -> None:
    page = upload(office, kegiatan, LOSING)
    assert "ketikan_lama" in page
    assert "lembar survey, baris 3" in page
    page = upload(office, kegiatan, LOSING, accept_losses="1")
    assert "&quot;name&quot;: &quot;nama&quot;" in page
    assert "lembar survey, baris 3" in page


def test_a_broken_xlsform_is_not_taken_in(office: Client, kegiatan: Any) -> None:
    page = upload(office, kegiatan, BROKEN, accept_losses="1")
    assert "ketikan_lama" in page
    assert "lembar survey, baris 2" in page
