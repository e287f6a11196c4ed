"""The `Assignment` object of the API, read in at most two queries for any number of units.

Answers and prelists leave the database as text and enter the reply as they are: nothing parses them
on the way. Source: design, section 7, "Assignment".
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from assignments.models import ResponseStatus
from cerdas.prepared import fetch_all

COLUMNS = """
    a.id, f.changed_xid::text, a.kegiatan_statistik_id, a.satker_id, a.assignment_label,
    a.level_1_code, a.level_2_code, a.level_3_code, a.level_4_code, a.level_5_code, a.level_6_code,
    a.level_4_code_full, a.level_6_code_full, a.region_code, a.prefilled_data::text,
    a.ppl_id, ppl.name, a.pml_id, pml.name,
    r.status, r.version, r.form_version_used, r.responses::text, r.visit_outcome, r.notes,
    c.state, c.version, c.errors::text, c.warnings::text,
    CASE WHEN r.attachment_ids = '[]' THEN '[]' ELSE (
        SELECT coalesce(jsonb_agg(named.id), '[]')::text
        FROM jsonb_array_elements_text(r.attachment_ids) AS named (id)
        WHERE NOT EXISTS (SELECT 1 FROM assignment_attachments t WHERE t.id = named.id::uuid)
    ) END,
    r.submitted_by_ppl_at, r.reviewed_by_pml_at, r.reviewed_by_admin_at
"""
SOURCE = """
    FROM assignments a
    JOIN assignment_responses r ON r.assignment_id = a.id
    JOIN users ppl ON ppl.id = a.ppl_id
    JOIN users pml ON pml.id = a.pml_id
    LEFT JOIN response_checks c ON c.assignment_id = a.id
    LEFT JOIN assignment_feed f ON f.assignment_id = a.id AND f.user_id = %(user)s AND NOT f.gone
"""
_BY_IDS = f"SELECT {COLUMNS} {SOURCE} WHERE a.id = ANY (%(ids)s)"
# Of one unit: planned once; for a list PostgreSQL plans by its length each time.
_BY_ID = f"SELECT {COLUMNS} {SOURCE} WHERE a.id = %(id)s"
# Comments of the newest rejection only.
_COMMENTS = """
    SELECT c.assignment_response_id, c.path, c.text, u.name, c.created_at
    FROM response_comments c JOIN users u ON u.id = c.user_id
    WHERE c.assignment_response_id = ANY (%(ids)s) AND c.version = (
        SELECT max(newest.version) FROM response_comments newest
        WHERE newest.assignment_response_id = c.assignment_response_id)
    ORDER BY c.id
"""

Document = dict[str, Any]
_UNSENT = (ResponseStatus.ASSIGNED.value, ResponseStatus.OPENED.value)


def assignment_documents(*, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Document]:
    """Return {id: Assignment object} of those units that the scope holds.

    user_id: whose `rev` is given; null for people without a feed row. The caller decides who may
    see what. One query, two where reasons were given.
    """
    if not ids:
        return {}
    if len(ids) == 1:
        rows = fetch_all(_BY_ID, {"user": user_id, "id": ids[0]})
    else:
        rows = fetch_all(_BY_IDS, {"user": user_id, "ids": list(ids)})
    documents = {row[0]: _document(row) for row in rows}
    # comments come with a rejection, which has a reason: units without one have none
    reasoned = [key for key, document in documents.items() if document["response"]["notes"]]
    if reasoned:
        _add_comments(documents, reasoned)
    return documents


def _add_comments(documents: dict[UUID, Document], ids: list[UUID]) -> None:
    for assignment_id, path, text, name, at in fetch_all(_COMMENTS, {"ids": ids}):
        documents[assignment_id]["response"]["comments"].append(
            {"path": path, "text": text, "by": name, "at": at}
        )


def _json(text: str | None) -> Any:
    return None if text is None else orjson.Fragment(text)


def _document(row: tuple[Any, ...]) -> Document:
    (
        assignment_id, rev, kegiatan, satker, label, one, two, three, four, five, six,
        desa, sub_sls, region_code, prefilled, ppl_id, ppl_name, pml_id, pml_name,
        *response,
    ) = row  # fmt: skip
    return {
        "id": assignment_id,
        "rev": rev,
        "kegiatan": kegiatan,
        "satker": satker,
        "label": label,
        "level_1_code": one,
        "level_2_code": two,
        "level_3_code": three,
        "level_4_code": four,
        "level_5_code": five,
        "level_6_code": six,
        "level_4_code_full": desa,
        "level_6_code_full": sub_sls,
        "region_code": region_code,
        "prefilled_data": _json(prefilled),
        "ppl": {"id": ppl_id, "name": ppl_name},
        "pml": {"id": pml_id, "name": pml_name},
        "response": _response(response),
    }


def _response(row: Sequence[Any]) -> Document:
    (
        status, version, form_version, responses, outcome, notes,
        state, checked_version, errors, warnings, missing,
        submitted_at, by_pml_at, by_admin_at,
    ) = row  # fmt: skip
    return {
        "status": status,
        "version": version,
        "form_version_used": form_version,
        "responses": _json(responses),
        "visit_outcome": outcome,
        "notes": notes,
        "comments": [],
        "check": {
            "state": _check_state(state, checked_version, version, status),
            "version": checked_version,
            "errors": _json(errors) or [],
            "warnings": _json(warnings) or [],
        },
        "missing_attachments": _json(missing),
        "submitted_by_ppl_at": submitted_at,
        "reviewed_by_pml_at": by_pml_at,
        "reviewed_by_admin_at": by_admin_at,
    }


def _check_state(state: str | None, checked_version: int | None, version: int, status: str) -> str:
    """A verdict counts for its version only; without one, answers that were sent wait for it."""
    if state is not None and state != "none" and checked_version == version:
        return state
    return "none" if status in _UNSENT else "pending"
