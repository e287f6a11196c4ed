"""A form that is designed, and requests to the doors of the designer."""

import json
from typing import Any

from django.test import Client

from tests.kegiatan.test_admin_forms import pages_of

POSTS, GETS = ("save", "lint", "check"), ("schema", "masters", "preview")
FORM: dict[str, Any] = {
    "form_name": "Uji",
    "assignment_label_template": "{nama}",
    "pages": [
        {
            "name": "satu",
            "elements": [
                {"type": "text", "name": "nama", "title": "Nama", "isRequired": True},
                {
                    "type": "text", "name": "umur", "title": "Umur", "inputType": "number",
                    "validators": [
                        {"type": "numeric", "maxValue": 120, "text": "Terlalu tua"},
                        {
                            "type": "expression", "expression": "{umur} < 90",
                            "notificationType": "warning", "text": "Benarkah?",
                        },
                    ],
                },
                {"type": "comment", "name": "catatan", "title": "Catatan", "editableBy": ["PML"]},
                {"type": "text", "name": "lain", "title": "Lain", "visibleIf": "{umur} > 17"},
            ],
        }
    ],
}  # fmt: skip
TEXT = json.dumps(FORM, indent=2)


def door(kegiatan: Any, name: str) -> str:
    """Return the address of a door."""
    return f"{pages_of(kegiatan)}draft/{name}/"


def send(client: Client, kegiatan: Any, name: str, body: Any, **headers: Any) -> Any:
    """Post JSON to a door."""
    content = body if isinstance(body, str | bytes) else _as_browsers_do(body)
    return client.post(
        door(kegiatan, name), content, content_type="application/json", headers=headers
    )


def _as_browsers_do(body: Any) -> bytes:
    """JSON in UTF-8, letters as they are; half a symbol as an escape."""
    return json.dumps(body, ensure_ascii="\\ud800" in ascii(body)).encode()


def tried(client: Client, kegiatan: Any, answers: Any, **more: Any) -> Any:
    """Have test answers judged."""
    body = {"text": TEXT, "answers": answers, "prefilled": {}, "role": "ppl", **more}
    return send(client, kegiatan, "check", body)
