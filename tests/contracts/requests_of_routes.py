"""What to put into the kwargs, queries and bodies of every route. An unknown one fails the test.

Whoever adds a kwarg, a query parameter or a writing method adds a line here: how to fill it with
something of one's own, of another office, and of nobody.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.utils.http import urlsafe_base64_encode

from assignments.models import OperationType
from tests.contracts.world import PDF, OfficeRows, World

NOW = datetime.now(UTC).isoformat()
OPERATION_ID, FIRST_OPERATION_ID, NEW_ID = (str(uuid4()) for _ in range(3))


@dataclass(frozen=True)
class Target:
    """What a request names: the rows of one office, or of nobody."""

    kegiatan: str
    unit: str
    attachment: str
    invitation: str
    code: str
    ppl: str
    pml: str
    email: str
    region: str
    label: str

    def named_in(self, sent: str) -> dict[str, str]:
        """Return {value: name} of what the request itself said."""
        said = {getattr(self, f.name): f"<{f.name}>" for f in fields(self)}
        said[self.ppl.replace("-", "")] = "<ppl>"  # as links to a new password write it
        return {value: name for value, name in said.items() if value in sent}


def target_of(office: OfficeRows, who: str) -> Target:
    """Return the rows of an office. Invitations: the person's own there, else somebody's."""
    role = who.rpartition("_")[0] or who
    return Target(
        kegiatan=str(office.own_kegiatan.pk),
        unit=str(office.unit.pk),
        attachment=str(office.attachment_id),
        invitation=str(office.invitations.get(role, office.invitation).pk),
        code=office.satker.code,
        ppl=str(office.people["ppl"].pk),
        pml=str(office.people["second_pml"].pk),
        email=office.people["ppl"].email,
        region=f"{office.prefix}0800010001",
        label=office.unit.assignment_label,
    )


def foreign_target(office: OfficeRows) -> Target:
    """Return rows of an office that is not the person's; the invitation is somebody else's."""
    return target_of(office, "nobody")


ABSENT = Target(
    kegiatan=str(uuid4()),
    unit=str(uuid4()),
    attachment=str(uuid4()),
    invitation=str(uuid4()),
    code="KNTR-ZZ",
    ppl=str(uuid4()),
    pml=str(uuid4()),
    email="tidak.pernah.ada@uji.example",
    region="75010800010001",
    label="Tidak-pernah-ada",
)

Fill = Callable[[Target], str]
# How each kwarg of a URL names a row. A kwarg of something that all offices share is constant.
KWARGS: dict[str, Fill] = {
    "kegiatan_id": lambda t: t.kegiatan,
    "assignment_id": lambda t: t.unit,
    "attachment_id": lambda t: t.attachment,
    "invitation_id": lambda t: t.invitation,
    # of a link that sets a password: whose, and a token that nobody made
    "uidb36": lambda t: t.ppl.replace("-", ""),
    "key": lambda t: "abc123-0123456789abcdef0123456789abcdef",
    "code": lambda t: t.code,
    "url": lambda t: f"assignments/assignment/{t.unit}/change/",
    "type": lambda t: "KBLI",
    "version": lambda t: "2020",
    "name": lambda t: "0123456789abcdef",  # of the form engine's script, which is everybody's
    "address": lambda t: f"k/{t.kegiatan}/units/{t.unit}",  # of a page of the phone app
    "uid": lambda t: urlsafe_base64_encode(t.ppl.encode()),
    "token": lambda t: "abc123-0123456789abcdef0123456789abcdef",
}


def own_kwarg(name: str, world: World, home: OfficeRows | None, who: str) -> str | None:
    """Return a kwarg's value of the person's own; None when they have nothing.

    The activity is the one that both offices carry out: the other's rows lie in it too.
    """
    if name == "kegiatan_id":
        return str(world.shared.pk)
    if name == "invitation_id" and who == "floating":
        return target_of(world.offices["a"], who).invitation
    return KWARGS[name](target_of(home, who)) if home is not None else None


@dataclass(frozen=True)
class Variant:
    """One way to call a route. names_rows: whether query or body name rows of a target."""

    name: str
    query: dict[str, str]
    content: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def query_string(self) -> str:
        return urlencode(self.query)


Query = Callable[[Target], dict[str, str]]
API = "/api/v1/"
OFFICE = "/satker/<code>/"
LIST = API + "kegiatan/<kegiatan_id>/assignments/"
# Query parameters by route: each name must be covered that the OpenAPI document knows.
QUERIES: dict[str, list[Query]] = {
    LIST: [
        lambda t: {"ppl": t.ppl},
        lambda t: {"pml": t.pml},
        lambda t: {"region": t.region},
        lambda t: {"status": "Assigned", "ppl": t.ppl, "limit": "2"},
    ],
    API + "kegiatan/<kegiatan_id>/changes/": [lambda t: {"limit": "1"}],
    API + "kegiatan/<kegiatan_id>/form/": [lambda t: {"version": "1"}],
    API + "assignments/<assignment_id>/attachments/<attachment_id>/": [lambda t: {"size": "thumb"}],
    API + "wilayah/": [lambda t: {"prefix": t.region[:7]}],
    "/satker/": [lambda t: {"kode": t.code}],
}
for _site in (OFFICE + "admin/", "/admin/"):
    QUERIES |= {
        _site + "search/": [lambda t: {"s": t.label}],
        _site + "autocomplete/": [
            lambda t: {
                "app_label": "assignments",
                "model_name": "assignment",
                "field_name": "ppl",
                "term": t.label,
            }
        ],
        _site + "login/": [lambda t: {"next": f"/satker/{t.code}/admin/"}],
    }
# Where a cursor is made by the server, a test of its own carries it across offices.
CURSORS = {LIST, API + "kegiatan/<kegiatan_id>/changes/"}

Body = Callable[[Target], tuple[bytes, str, dict[str, str]]]


def _json(value: Any) -> tuple[bytes, str, dict[str, str]]:
    return json.dumps(value).encode(), "application/json", {}


def _form(value: dict[str, str]) -> tuple[bytes, str, dict[str, str]]:
    return urlencode(value).encode(), "application/x-www-form-urlencoded", {}


def _empty(_target: Target) -> tuple[bytes, str, dict[str, str]]:
    return b"", "application/json", {}


def _operation(kind: str, target: Target, **fields_: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": OPERATION_ID,
        "type": kind,
        "assignment": target.unit,
        "at": NOW,
        "data": {
            "notes": "alasan",
            "responses": {"nama_krt": "Budi"},
            "form_version_used": 1,
        },
    }
    return made | ({} if kind == "create" else {"base_version": 1}) | fields_


def _sent(*operations: dict[str, Any]) -> tuple[bytes, str, dict[str, str]]:
    return _json({"operations": list(operations)})


def _unit(unit_id: str, **fields_: Any) -> dict[str, Any]:
    return {
        "assignment": {
            "id": unit_id,
            "label": "Rumah baru",
            "level_1_code": "62",  # in the coverage of both offices
            "level_2_code": "02",
            "level_3_code": "080",
            "level_4_code": "001",
            "level_5_code": "0001",
            **fields_,
        }
    }


def _of_type(kind: str) -> Body:
    return lambda t: _sent(_operation(kind, t))


OPERATIONS: list[Body] = [
    *(_of_type(kind) for kind in OperationType.values if kind != "create"),
    # a chain whose first step never was
    lambda t: _sent(
        _operation("open", t, id=FIRST_OPERATION_ID),
        {k: v for k, v in _operation("submit", t, after=FIRST_OPERATION_ID).items()
         if k != "base_version"},
    ),
    # beside a unit of the target; in the target's area
    lambda t: _sent(
        _operation("create", t, assignment=NEW_ID,
                   data={"assignment": {"id": NEW_ID, "label": "Baru", "near": t.unit}})
    ),
]  # fmt: skip
TAKEN = "the id of a new unit"
ATTACHMENT = API + "assignments/<assignment_id>/attachments/<attachment_id>/"


def _taken(target: Target) -> tuple[bytes, str, dict[str, str]]:
    return _sent(_operation("create", target, data=_unit(target.unit)))


_PLAIN_PAGES = (
    "",
    "logout/",
    "search/",
    "password_change/done/",
    "autocomplete/",
    "jsi18n/",
    "<url>",
)
# The pages that every admin site has, whatever its models.
SITE_PAGES = (*_PLAIN_PAGES, "login/", "password_change/")
# Bodies by route and method: every writing method of every route is here.
BODIES: dict[tuple[str, str], list[Body]] = {
    ("/", "POST"): [_empty],
    ("/satker/", "POST"): [lambda t: _form({"kode": t.code})],
    ("/healthz", "POST"): [_empty],
    ("/engine/<name>.js", "POST"): [_empty],
    ("/readyz", "POST"): [_empty],
    ("/i18n/setlang/", "POST"): [
        lambda t: _form({"language": "en", "next": f"/satker/{t.code}/admin/"})
    ],
    (API + "auth/token/", "POST"): [
        lambda t: _json({"email": t.email, "password": "bukan-kata-sandinya"})
    ],
    (API + "auth/token/", "DELETE"): [_empty],
    (API + "auth/google/", "POST"): [
        lambda t: _json({"code": f"{t.ppl}:x:y", "verifier": "x" * 43})
    ],
    (API + "invitations/<invitation_id>/accept/", "POST"): [_empty],
    (API + "invitations/<invitation_id>/decline/", "POST"): [_empty],
    (API + "kegiatan/<kegiatan_id>/operations/", "POST"): OPERATIONS,
    (ATTACHMENT, "PUT"): [
        lambda t: (PDF, "application/pdf", {"HTTP_CONTENT_DISPOSITION": 'x; filename="a.pdf"'})
    ],
    (OFFICE, "POST"): [_empty],
}
for _site in (OFFICE + "admin/", "/admin/"):
    BODIES |= {(_site + page, "POST"): [_empty] for page in _PLAIN_PAGES}
    BODIES[_site + "login/", "POST"] = [
        lambda t: _form({"username": t.email, "password": "bukan-kata-sandinya"})
    ]
    BODIES[_site + "password_change/", "POST"] = [
        lambda t: _form({"old_password": "x", "new_password1": "y", "new_password2": "z"})
    ]
_WRONG = "bukan-kata-sandinya"
ACCOUNT, BROWSER_API = "/account/", "/_allauth/browser/v1/"
_SIGN_IN: Body = lambda t: _form({"login": t.email, "password": _WRONG})  # noqa: E731
_RESET: Body = lambda t: _form({"email": t.email})  # noqa: E731
_NEW_PASSWORD: Body = lambda t: _form(  # noqa: E731
    {"oldpassword": _WRONG, "password1": "kata-sandi-baru-7", "password2": "kata-sandi-baru-7"}
)
_CODE: Body = lambda t: _form({"code": "000000"})  # noqa: E731
# Pages of one's own account: they take no id but that of an invitation.
_ACCOUNT_BODIES: dict[str, list[Body]] = {
    "login/": [_SIGN_IN],
    "reauthenticate/": [lambda t: _form({"password": _WRONG})],
    "password/change/": [_NEW_PASSWORD],
    "password/set/": [_NEW_PASSWORD],
    "password/reset/": [_RESET],
    "password/reset/key/<uidb36>-<key>/": [_NEW_PASSWORD],
    "2fa/reauthenticate/": [_CODE],
    "2fa/totp/activate/": [_CODE],
    "2fa/totp/deactivate/": [_CODE],
    "2fa/recovery-codes/generate/": [_CODE],
    "google/": [lambda t: _form({"account": "1"})],
}
BODIES |= {
    (ACCOUNT + page, method): bodies
    for page, bodies in _ACCOUNT_BODIES.items()
    for method in ("POST", "PUT")
}
BODIES |= {
    (ACCOUNT + "logout/", "POST"): [_empty],
    (ACCOUNT + "2fa/authenticate/", "POST"): [_CODE],
    (ACCOUNT + "google/login/", "POST"): [_empty],
    (ACCOUNT + "google/login/callback/", "POST"): [_empty],
    (ACCOUNT + "phone/", "POST"): [_empty],
    (ACCOUNT + "phone/done/", "POST"): [_empty],
    (ACCOUNT + "sessions/", "POST"): [
        lambda t: _form({"end": "browser:1"}),
        lambda t: _form({"end": "phone:" + "0" * 128}),
    ],
    (BROWSER_API + "auth/session", "DELETE"): [_empty],
    (BROWSER_API + "auth/login", "POST"): [lambda t: _json({"email": t.email, "password": _WRONG})],
    (BROWSER_API + "auth/2fa/authenticate", "POST"): [lambda t: _json({"code": "000000"})],
    (BROWSER_API + "auth/provider/redirect", "POST"): [
        lambda t: _form({"provider": "google", "process": "login", "callback_url": "/home/"})
    ],
    (BROWSER_API + "auth/sessions", "DELETE"): [lambda t: _json({"sessions": [1]})],
    ("/home/", "POST"): [_empty],
    ("/mobile/", "POST"): [_empty],
    ("/app/", "POST"): [_empty],
    ("/app/<address>", "POST"): [_empty],
    ("/office/<address>", "POST"): [_empty],
    ("/home/invitations/<invitation_id>/accept/", "POST"): [_empty],
    ("/home/invitations/<invitation_id>/decline/", "POST"): [_empty],
}
QUERIES[ACCOUNT + "phone/"] = [lambda t: {"challenge": "x" * 43}]
QUERIES[ACCOUNT + "login/"] = [lambda t: {"next": f"/satker/{t.code}/admin/"}]
BODIES["/akun/<uid>/<token>/", "POST"] = [
    lambda t: _form({"new_password1": "kata-sandi-baru", "new_password2": "kata-sandi-baru"})
]
# A client-made id that exists elsewhere may say so: design, section 7, `id_taken`.
TAKEN_IDS: dict[tuple[str, str], list[Body]] = {
    (API + "kegiatan/<kegiatan_id>/operations/", "POST"): [_taken],
}


def variants(template: str, method: str, target: Target) -> list[Variant]:
    """Return the ways to call a route with a method, naming the rows of `target`."""
    if method == "GET":
        queries = [{}, *(query(target) for query in QUERIES.get(template, []))]
        return [Variant(f"query {n}", query) for n, query in enumerate(queries)]
    if (template, method) not in BODIES:
        return [Variant("no body", {})]
    made = []
    for n, body in enumerate([*BODIES[(template, method)], *TAKEN_IDS.get((template, method), [])]):
        content, content_type, headers = body(target)
        is_taken = body in TAKEN_IDS.get((template, method), [])
        name = TAKEN if is_taken else f"body {n}"
        made.append(Variant(name, {}, content, content_type, tuple(headers.items())))
    return made


def is_uuid(text: str) -> bool:
    """Return True for a UUID as text."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
