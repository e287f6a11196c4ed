"""Publish a version of a dataset. A published version never changes; one per type is active."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cerdas.errors import NotFound
from masterdata.dataset_reading import DatasetRows, Row, dataset_rows, find_code_column
from masterdata.models import NAME_MAX, TYPE_MAX, MasterData
from masterdata.reports import LoadReport, Progress, Refusal, no_progress

_LOCK_DATASETS = 0x6D_61_73_74_65_72_03  # advisory lock: one dataset is published at a time
_TYPE = re.compile(rf"[A-Za-z][A-Za-z0-9_-]{{0,{TYPE_MAX - 1}}}", re.ASCII)
_VERSION_MAX = 2**31 - 1  # what the column holds


@dataclass
class DatasetReport(LoadReport):
    """A load report of one dataset. compared_with: the active version the counts refer to."""

    type: str = ""
    version: int = 0
    checksum: str = ""
    size_bytes: int = 0
    compared_with: int | None = None
    is_active: bool = False


def masterdata_load(
    *,
    kind: str,
    version: int,
    path: Path,
    description: str | None = None,
    activate: bool | None = None,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> DatasetReport:
    """Publish the file as (kind, version); all rows or none.

    The counts compare its rows, by code, with the version of the type that is active now. The same
    version with the same content again is `unchanged`; with another content it is refused with
    `version_exists`.
    activate: None activates a new version and leaves a stored one as it is; True activates either,
    in place of the active one; False stores a new one inactive.
    progress: told the rows read; may raise, and nothing is stored.
    Raises FileUnreadable. Source: client's design, `master_data`; spec, "Administration".
    """
    report = DatasetReport(dry_run=dry_run, type=kind, version=version)
    _check_names(report, description)
    read = dataset_rows(path, report)
    if report.refused:
        return report
    text = orjson.dumps(read.rows).decode()
    report.size_bytes = len(text.encode())
    report.checksum = hashlib.sha256(text.encode()).hexdigest()
    progress(len(read.rows), len(read.rows), _("comparing with what is stored"))
    with transaction.atomic():
        _lock()
        stored = MasterData.objects.filter(type=kind, version=version).defer("data").first()
        if stored is not None:
            _load_again(stored, report, len(read.rows), activate)
        else:
            _load_new(report, read, text, description, activate is not False)
    return report


def masterdata_activate(*, kind: str, version: int) -> None:
    """Use a stored version from now on, in place of the active one. Repeating changes nothing.

    Raises NotFound.
    """
    with transaction.atomic():
        _lock()
        stored = MasterData.objects.filter(type=kind, version=version).defer("data").first()
        if stored is None:
            raise NotFound
        if not stored.is_active:
            _make_active(stored)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_DATASETS])


def _make_active(stored: MasterData) -> None:
    _make_room(stored.type)
    stored.is_active = True
    stored.save(update_fields=["is_active", "updated_at"])


def _check_names(report: DatasetReport, description: str | None) -> None:
    if not _TYPE.fullmatch(report.type):
        message = _("the type must be one word of letters, digits, - and _, such as KBLI")
        report.refuse(Refusal(None, "type", report.type, "type_format", message))
    if not 1 <= report.version <= _VERSION_MAX:
        message = _("the version must be a whole number from 1, such as 2020")
        report.refuse(Refusal(None, "version", str(report.version), "version_format", message))
    if len(description or "") > NAME_MAX:
        message = _("is longer than %(longest)s characters") % {"longest": NAME_MAX}
        report.refuse(Refusal(None, "description", description, "too_long", message))


def _load_again(
    stored: MasterData, report: DatasetReport, rows: int, activate: bool | None
) -> None:
    if stored.checksum != report.checksum:
        message = _(
            "version %(version)s of %(type)s is published with another content and cannot change;"
            " load this file under a new version"
        ) % {"version": report.version, "type": report.type}
        value = str(report.version)
        report.refuse(Refusal(None, "version", value, "version_exists", message))
        return
    report.unchanged, report.compared_with = rows, stored.version
    report.is_active = stored.is_active or bool(activate)
    if activate and not stored.is_active and not report.dry_run:
        _make_active(stored)
        report.loaded = True


def _load_new(
    report: DatasetReport, read: DatasetRows, text: str, description: str | None, activate: bool
) -> None:
    _compare_with_active(report, read)
    report.is_active = activate
    if report.dry_run:
        return
    if activate:
        _make_room(report.type)
    MasterData.objects.create(
        type=report.type,
        version=report.version,
        description=description or None,
        data=text,
        is_active=activate,
        checksum=report.checksum,
        size_bytes=report.size_bytes,
        row_count=len(read.rows),
    )
    report.loaded = True


def _make_room(kind: str) -> None:
    MasterData.objects.filter(type=kind, is_active=True).update(
        is_active=False, updated_at=timezone.now()
    )


def _compare_with_active(report: DatasetReport, read: DatasetRows) -> None:
    active = MasterData.objects.filter(type=report.type, is_active=True).first()
    old: dict[str, Row] = {}
    if active is not None:
        report.compared_with = active.version
        old = _by_code(orjson.loads(active.data))
    new = {row[read.code_column]: row for row in read.rows}
    report.added = len(new.keys() - old.keys())
    report.removed = len(old.keys() - new.keys())
    report.unchanged = sum(old.get(code) == row for code, row in new.items())
    report.changed = len(new) - report.added - report.unchanged


def _by_code(rows: list[Row]) -> dict[str, Row]:
    column = find_code_column(list(rows[0])) if rows else None
    return {row[column]: row for row in rows} if column else {}
