"""Doors of the designer of questionnaires (pwa/src/office): what the draft's page does, in JSON.

For super_admin, like the page (admin_drafts.py), through the same services. The designer saves as
one goes; without its script the page's own form does the same.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cerdas.admin_json import (
    body_object,
    json_door,
    number_of,
    number_or_null_of,
    object_of,
    refused,
    text_of,
)
from cerdas.engine_file import engine_address
from cerdas.errors import Invalid
from cerdas.mobile_app import CONTENT_POLICY
from cerdas.office_app import PREVIEW, office_script
from cerdas.request_body import body_limit
from cerdas.tenancy import own_scope
from kegiatan.admin_versions import VersionPlace
from kegiatan.errors import DraftChanged
from kegiatan.form.completion_schema import completion_schema
from kegiatan.form.form_text import parse_form
from kegiatan.services.designing import draft_lint, draft_try
from kegiatan.services.drafting import (
    DRAFT_BYTES,
    NOT_NAMED,
    DraftText,
    check_draft_text,
    draft_open,
    draft_save,
)
from kegiatan.services.publishing import faults_refused
from masterdata.choices import choices_named, choices_page
from masterdata.selectors import PREFIX_DIGITS, wilayah_children

# JSON writes quotes and line ends of a text with two signs; Django reads no larger body at once.
DOOR_BODY_BYTES = DRAFT_BYTES + 2**20
WORDS_LENGTH, CODES_MOST, SKIPPED_MOST, TAKEN_MOST = 200, 200, 1_000_000, 100
THEMES, ROLES = ("light", "dark"), ("ppl", "pml", "admin_kegiatan")
# The preview runs a form whose author may have made a mistake: nothing from elsewhere, no eval,
# shown by our own pages alone, and it leads nobody away from them.
PREVIEW_POLICY: dict[str, list[str]] = {
    **CONTENT_POLICY,
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "manifest-src": ["'none'"],
    "sandbox": ["allow-scripts", "allow-same-origin", "allow-forms", "allow-modals"],
}


class DesignerDoors:
    """For the admin of activities, beside the pages of drafts."""

    admin_site: Any

    def version_place(self, request: HttpRequest, key: Any) -> VersionPlace:
        """Return the activity that an address names. Raises Http404."""
        raise NotImplementedError

    def designer_urls(self) -> list[Any]:
        """Return the addresses of the doors, below those of the draft."""

        def door(name: str, view: Callable[..., HttpResponse], method: str) -> Any:
            opened = json_door(self.admin_site.admin_view(view, cacheable=method == "GET"), method)
            route = f"<uuid:kegiatan_id>/form/draft/{name}/"
            return path(route, opened, name=f"kegiatan_designer_{name}")

        preview = _framed(self.admin_site.admin_view(self.designer_preview_view))
        return [
            door("save", self.designer_save_view, "POST"),
            door("lint", self.designer_lint_view, "POST"),
            door("check", self.designer_check_view, "POST"),
            door("schema", self.designer_schema_view, "GET"),
            door("masters", self.designer_masters_view, "GET"),
            path(
                "<uuid:kegiatan_id>/form/draft/preview/", preview, name="kegiatan_designer_preview"
            ),
        ]

    @body_limit(DOOR_BODY_BYTES)
    def designer_save_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Save `{text, revision, base_version}`; else answer with what is there meanwhile.

        base_version: version that the text grew from, or null; a first saving must name it.
        """
        place = self.version_place(request, kegiatan_id)
        actor: Any = request.user
        body = body_object(request)
        text, revision = text_of(body, "text"), number_of(body, "revision")
        is_named = revision == 0 or "base_version" in body
        base = number_or_null_of(body, "base_version") if is_named else NOT_NAMED
        try:
            saved = draft_save(
                actor=actor, kegiatan=place.kegiatan, text=text, revision=revision,
                base_version=base,
            )  # fmt: skip
        except DraftChanged as error:
            theirs = draft_open(actor=actor, kegiatan=place.kegiatan)
            return refused(error, theirs=_theirs(theirs, error))
        return JsonResponse({"revision": saved.revision, "saved_at": saved.updated_at.isoformat()})

    @own_scope
    @body_limit(DOOR_BODY_BYTES)
    def designer_lint_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Give every fault of `{text}` at its line; nothing is saved, no transaction waits."""
        self.version_place(request, kegiatan_id)
        actor: Any = request.user
        report = draft_lint(actor=actor, text=text_of(body_object(request), "text"))
        return JsonResponse(
            {
                "faults": [fault.as_json() for fault in report.faults],
                "questions": report.questions,
                "publishable": report.publishable,
            }
        )

    @own_scope
    @body_limit(DOOR_BODY_BYTES)
    def designer_check_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Judge `{text or form, answers, prefilled, role, locale}` as the office judges a submit.

        form: the JSON of the text, already read; locale: of the messages, else the page's.
        """
        self.version_place(request, kegiatan_id)
        actor: Any = request.user
        body = body_object(request)
        tried = draft_try(
            actor=actor,
            form=_form_of(body),
            answers=object_of(body, "answers"),
            prefilled=object_of(body, "prefilled"),
            role=text_of(body, "role"),
            locale=_locale_of(body),
        )
        return JsonResponse(tried.as_json())

    def designer_schema_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Give the JSON Schema of a questionnaire for completion, in the page's language."""
        self.version_place(request, kegiatan_id)
        content = json.dumps(completion_schema(), ensure_ascii=False).encode()
        etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        made = HttpResponse(content, content_type="application/schema+json")
        made["ETag"] = etag
        answer = get_conditional_response(request, etag=etag, response=made)
        response: HttpResponse = answer if isinstance(answer, HttpResponse) else made
        response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
        return response

    def designer_masters_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Give codes of master data as `{results: [{code, text}], total}`.

        `?type=&version=&q=&skip=&take=` searches, `?type=&version=&codes=a,b` names codes,
        `?prefix=` lists the areas below a region code. Without version: the one in use.
        """
        self.version_place(request, kegiatan_id)
        asked = request.GET
        skip = _number(asked.get("skip", "0"), "skip", SKIPPED_MOST)
        take = min(_number(asked.get("take", "50"), "take", SKIPPED_MOST), TAKEN_MOST)
        if "prefix" in asked:
            found = _areas(asked["prefix"])
            return _items(found[skip : skip + take], len(found))
        kind = asked.get("type", "").replace("\x00", "")[:WORDS_LENGTH]
        version = _number(asked["version"], "version", 2**31 - 1) if "version" in asked else None
        codes = [code for text in asked.getlist("codes") for code in text.split(",")][:CODES_MOST]
        if codes:
            named = choices_named(kind, version, codes) or {}
            return _items(list(named.items()), len(named))
        words = asked.get("q", "")[:WORDS_LENGTH]
        page, total = choices_page(kind, version, words, skip=skip, take=take)
        return _items([(item.code, item.text) for item in page], total)

    def designer_preview_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Give the page of the frame in which a form runs as on a phone."""
        place = self.version_place(request, kegiatan_id)
        script = office_script(PREVIEW)
        config = {
            "engine": engine_address(),
            "locale": page_locale(),
            "themes": THEMES,
            "masters_url": place.link("designer_masters"),
            "check_url": place.link("designer_check"),
            "csrf": get_token(request),
            "person": str(request.user.pk),
            "form": _stored_form(request, place),
        }
        context = {"script": script, "config": config, "kegiatan": place.kegiatan}
        status = 200 if script is not None else 503
        return render(request, "kegiatan/forms/preview.html", context, status=status)


def designer_config(
    request: HttpRequest, place: VersionPlace, shown: DraftText, editor: DraftText
) -> dict[str, Any]:
    """Return what the designer starts with. shown: what is stored; editor: what one goes on with.

    base: what is stored at the revision of the editor, null when nothing is, or when it has
    changed since. is_saved: whether the editor holds that; a file that was just taken in does not.
    """
    schema = place.link("designer_schema")
    is_same = editor.revision == shown.revision and (
        shown.saved is not None or editor.base_version == shown.base_version is not None
    )
    return {
        "urls": {
            "save": place.link("designer_save"),
            "lint": place.link("designer_lint"),
            "check": place.link("designer_check"),
            "schema": schema,
            "preview": place.link("designer_preview"),
            "masters": place.link("designer_masters"),
            "publish": place.link("draft_publish"),
            "back": place.link("form_versions"),
            "discard": place.link("draft_discard"),
        },
        "schema_url": schema,
        "csrf": get_token(request),
        "person": str(request.user.pk),
        "text": editor.text,
        "base": shown.text if is_same else None,
        "is_saved": shown.saved is not None and is_same and editor.text == shown.text,
        "base_version": editor.base_version,
        **_saving(replace(shown, revision=editor.revision), "saved_by", "saved_at"),
        "kegiatan": {"name": place.kegiatan.name},
        "roles": ROLES,
        "locale": page_locale(),
    }


def page_locale() -> str:
    """Return the language of the page: id or en."""
    return (get_language() or "id").split("-")[0]


def _saving(draft: DraftText, by: str, at: str) -> dict[str, Any]:
    """Return the revision of a draft, who saved it and when; null when nobody has."""
    saved = draft.saved
    return {
        "revision": draft.revision,
        by: saved.updated_by.name if saved is not None else None,
        at: saved.updated_at.isoformat() if saved is not None else None,
    }


def _theirs(found: DraftText, error: DraftChanged) -> dict[str, Any]:
    """Return what is there instead: a draft, else the newest version with its publisher."""
    told = {"text": found.text, "base_version": found.base_version, **_saving(found, "by", "at")}
    if found.saved is None and error.details["revision"] == 0:
        told.update(by=error.details["by"], at=error.details["at"])
    return told


def _stored_form(request: HttpRequest, place: VersionPlace) -> Any:
    """Return the stored draft for a preview in a window of its own; None when it is no form."""
    actor: Any = request.user
    form, _fault = parse_form(draft_open(actor=actor, kegiatan=place.kegiatan).text)
    return form if isinstance(form, dict) else None


def _form_of(body: dict[str, Any]) -> object:
    """Return the form of a body. Raises Invalid, FormFaulty."""
    if "form" in body:
        return object_of(body, "form")
    text = text_of(body, "text")
    check_draft_text(text)
    form, fault = parse_form(text)
    if fault is not None:
        raise faults_refused([fault])
    return form


def _locale_of(body: dict[str, Any]) -> str:
    found = body.get("locale")
    is_named = isinstance(found, str) and re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", found)
    return str(found) if is_named else page_locale()


def _framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a page of the admin the policy of the preview, without what the theme is allowed."""

    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code in (200, 503):
            # django-csp reads its decorators' words from these
            response._csp_update = None  # type: ignore[attr-defined]
            response._csp_replace = PREVIEW_POLICY  # type: ignore[attr-defined]
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    framed.__dict__.update(view.__dict__)
    return framed


def _number(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= most):
        words = _("Write a whole number up to %(most)d.") % {"most": most}
        raise Invalid(details={"fields": {name: [words]}})
    return int(text)


def _areas(prefix: str) -> list[tuple[str, str]]:
    if len(prefix) not in PREFIX_DIGITS or not (prefix == "" or prefix.isascii()):
        words = _("A code has 2, 4, 7, 10 or 14 digits.")
        raise Invalid(details={"fields": {"prefix": [words]}})
    if prefix and not prefix.isdigit():
        return []
    return [(area.code, area.name) for area in wilayah_children(prefix)]


def _items(found: list[tuple[str, str]], total: int) -> JsonResponse:
    results = [{"code": code, "text": text} for code, text in found]
    response = JsonResponse({"results": results, "total": total})
    response["Cache-Control"] = "private, no-store"
    return response
