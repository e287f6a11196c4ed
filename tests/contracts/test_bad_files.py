"""Files that are not what they say: refused with a code, and no row and no file is left."""

import base64
import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

from assignments.importing.running import import_assignments
from assignments.models import AssignmentAttachment
from cerdas.tenancy import tenant_scope
from masterdata.reading import FileUnreadable
from tests.contracts.stored import everything_stored

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
SCRIPT = b"<script>alert(document.cookie)</script>"


def jpeg() -> bytes:
    """A real photo."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(stream, "JPEG")
    return stream.getvalue()


def png_bomb() -> bytes:
    """A PNG of 50,000 x 50,000 pixels in some hundred kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\x00" * (1 + 50_000 // 8)
    pixels = b"".join(packer.compress(row) for _ in range(50_000)) + packer.flush()
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


FILES = {
    "a script": (SCRIPT, 415),
    "an HTML page": (b"<!doctype html><html>" + SCRIPT, 415),
    "a drawing with a script": (b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT, 415),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", 415),
    "a program": (b"\x7fELF" + b"\x00" * 100, 415),
    "a zip": (b"PK\x03\x04" + b"\x00" * 100, 415),
    "a GIF": (b"GIF89a" + b"\x00" * 100, 415),
    "a script after white space": (b"\n\n  " + SCRIPT, 415),
    "one byte": (b"\xff", 415),
    "the first bytes of a photo": (b"\xff\xd8\xff", 400),
    "a script behind the first bytes of a photo": (b"\xff\xd8\xff\xe0" + SCRIPT * 50, 400),
    "half a photo": (jpeg()[: len(jpeg()) // 2], 400),
    "a script behind the first bytes of a PNG": (b"\x89PNG\r\n\x1a\n" + SCRIPT, 400),
    "a bomb": (png_bomb(), 400),
    "a script in a WebP": (b"RIFF\x00\x00\x00\x00WEBP" + SCRIPT, 400),
}
NAMES = [
    "../../../etc/passwd", "..\\..\\x.jpg", "a\x00b.jpg", "x" * 10_000, "=cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1)>.jpg", "\u202egpj.exe", "a\r\nSet-Cookie: x=1", "", ".", "CON",
]  # fmt: skip
DISPOSITIONS = [
    "attachment; filename*=UTF-8''foto%20rumah.jpg", "attachment; filename*=nothing''x",
    "attachment; filename*=utf-8'", "attachment; filename*0=a; filename*1=b", ";;;", "=",
    "x" * 9000, 'attachment; filename="', "attachment; filename*=UTF-8''%ff%fe",
    "\x00; filename=\x00",
    "a; filename*=utf-16''%d8%00", "a; filename*=UTF-8''%ED%A0%80",
]  # fmt: skip


def put(client: Any, unit: Any, content: bytes, **headers: Any) -> Any:
    """Upload bytes that call themselves a photo."""
    return client.generic(
        "PUT",
        f"/api/v1/assignments/{unit.pk}/attachments/{headers.pop('key', uuid4())}/",
        content,
        content_type=headers.pop("content_type", "image/jpeg"),
        **{
            "HTTP_CONTENT_DISPOSITION": 'attachment; filename="foto.jpg"',
            "wsgi.input": io.BytesIO(content),
            **headers,
        },
    )


def files_of(satker: Any) -> list[str]:
    """Return the stored files of an office."""
    try:
        return sorted(default_storage.listdir(str(satker.pk))[1])
    except FileNotFoundError:
        return []


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_photo_is_refused(
    name: str, assignment: Any, satker: Any, enumerator: Any, api: Any
) -> None:
    content, status = FILES[name]
    before = everything_stored()
    response = put(api(enumerator), assignment, content)
    codes = {415: "unsupported_media_type", 400: "unreadable_file"}
    assert (response.status_code, response.json()["code"]) == (status, codes[status])
    assert everything_stored() == before
    assert files_of(satker) == []


def test_sizes_and_digests_that_do_not_fit_are_refused(
    assignment: Any, satker: Any, enumerator: Any, api: Any
) -> None:
    client, before = api(enumerator), everything_stored()
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    limit = settings.ATTACHMENT_LIMIT_BYTES
    for content, headers, expected in (
        (b"", {}, (411, "length_required")),
        (jpeg(), {"CONTENT_LENGTH": str(limit + 1)}, (413, "too_large")),
        (jpeg(), {"CONTENT_LENGTH": "x"}, (411, "length_required")),
        (jpeg(), {"CONTENT_LENGTH": "²"}, (411, "length_required")),
        (jpeg(), {"CONTENT_LENGTH": "9" * 5000}, (413, "too_large")),
        (jpeg(), {"CONTENT_LENGTH": "100000"}, (400, "body_incomplete")),
        (jpeg(), {"HTTP_REPR_DIGEST": f"sha-256=:{other}:"}, (400, "digest_mismatch")),
        (jpeg(), {"HTTP_REPR_DIGEST": "sha-256=:AAAA:"}, (400, "invalid")),
        (jpeg(), {"HTTP_REPR_DIGEST": "md5=:x:"}, (400, "invalid")),
        (jpeg(), {"HTTP_REPR_DIGEST": "²"}, (400, "invalid")),
    ):
        response = put(client, assignment, content, **headers)
        assert (response.status_code, response.json()["code"]) == expected, headers
    assert everything_stored() == before
    assert files_of(satker) == []


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_is_only_a_name(
    name: str, assignment: Any, satker: Any, enumerator: Any, api: Any
) -> None:
    header = f'attachment; filename="{name}"'
    response = put(api(enumerator), assignment, b"%PDF-1.4", HTTP_CONTENT_DISPOSITION=header)
    assert response.status_code == 201, response.content
    with tenant_scope(satker):
        row = AssignmentAttachment.objects.get()
    assert Path(row.stored_path).parent.name == str(satker.pk)
    assert not {"/", "\\", "\x00", "\r", "\n"} & set(row.original_filename)
    url = f"/api/v1/assignments/{assignment.pk}/attachments/{row.pk}/"
    back = api(enumerator).get(url)
    assert (back.status_code, b"".join(back.streaming_content)) == (200, b"%PDF-1.4")
    assert back["Content-Disposition"].startswith("attachment")
    assert back["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in back["Content-Security-Policy"]


@pytest.mark.parametrize("header", DISPOSITIONS)
def test_any_content_disposition_is_taken(
    header: str, assignment: Any, satker: Any, enumerator: Any, api: Any
) -> None:
    key = uuid4()
    response = put(
        api(enumerator), assignment, b"%PDF-1.4", key=key, HTTP_CONTENT_DISPOSITION=header
    )
    assert response.status_code in (201, 400), response.content
    back = api(enumerator).get(f"/api/v1/assignments/{assignment.pk}/attachments/{key}/")
    assert back.status_code == (200 if response.status_code == 201 else 404)


def test_an_attachment_id_of_another_office_is_taken(
    assignment: Any, other_satker: Any, enumerator: Any, api: Any
) -> None:
    from assignments.models import Assignment

    with tenant_scope(other_satker):
        theirs = Assignment.objects.select_related("ppl").first()
    key = uuid4()
    assert put(api(theirs.ppl), theirs, b"%PDF-1.4", key=key).status_code == 201
    before = everything_stored()
    response = put(api(enumerator), assignment, b"%PDF-1.4", key=key)
    assert (response.status_code, response.json()["code"]) == (409, "id_taken")
    for unit in (theirs.pk, uuid4()):
        path = f"/api/v1/assignments/{unit}/attachments/{key}/"
        refused = api(enumerator).put(path, b"%PDF-1.4", content_type="application/pdf")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert everything_stored() == before


def workbook(sheet: bytes, times: int = 1) -> bytes:
    """A zip that looks like a workbook, whose sheet is some bytes many times over."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            for _ in range(times):
                entry.write(sheet)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        workbook(b"\x00" * 2**20, 1024),
        workbook(b"<row/>" * 1000),
        b"PK\x03\x04" + SCRIPT,
        SCRIPT,
        b"",
        b"\x00" * 1000,
        b"\xff\xfea\x00,\x00",
        b"ppl,pml\n" + b'"' * 100_000,
        jpeg(),
    ],
    ids=["zip bomb", "no workbook", "half a zip", "script", "empty", "NULs", "UTF-16", "quotes",
         "photo"],
)  # fmt: skip
def test_a_file_that_is_no_table_imports_nothing(
    content: bytes, tmp_path: Path, satker: Any, kegiatan: Any, kegiatan_admin: Any,
    other_satker: Any,
) -> None:  # fmt: skip
    file = tmp_path / "tugas.xlsx"
    file.write_bytes(content)
    before = everything_stored()
    with pytest.raises(FileUnreadable) as refused:
        import_assignments(actor=kegiatan_admin, satker=satker, kegiatan=kegiatan, file=file)
    assert refused.value.envelope()["code"] == "file_unreadable"
    assert everything_stored() == before
