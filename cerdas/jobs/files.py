"""Files of jobs: private, named by the job, on the storage of attachments.

A file is on disk before its row, so a worker that is killed, or a transaction that is rolled back,
leaves content that no row names. It goes when its job ends (`job_files_tidy`), that of a job that
never was with the nightly clean-up (`job_folders_sweep`).
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from cerdas.ids import new_id
from cerdas.jobs.errors import JobFileGone
from cerdas.models import Job, JobFile

PLACE = "jobs"


def job_file_store(*, job: Job, content: IO[bytes] | Any, name: str, role: str) -> JobFile:
    """Put a file in place, synced to disk, then its row. Runs in the scope of the job."""
    file_id = new_id()
    stored_path = f"{PLACE}/{job.pk}/{file_id}{Path(name).suffix.lower()[:10]}"
    file = content if isinstance(content, File) else File(content)
    default_storage.save(stored_path, file)
    return JobFile.objects.create(
        id=file_id,
        job=job,
        satker=job.satker,
        role=role,
        name=Path(name).name[:255] or "file",
        stored_path=stored_path,
        size_bytes=default_storage.size(stored_path),
    )


def job_files_drop(*, job: Job, role: str | None = None) -> None:
    """Take a job's files of a role away, or all but its input; their content when that commits."""
    files = job.files.exclude(role=JobFile.Role.INPUT)
    if role is not None:
        files = files.filter(role=role)
    for file in files:
        transaction.on_commit(partial(job_file_remove, file), robust=True)
    files.delete()


@contextmanager
def job_file_path(file: JobFile) -> Iterator[Path]:
    """Give a stored file as a local path with its own name. Raises JobFileGone."""
    if file.removed_at is not None or not default_storage.exists(file.stored_path):
        raise JobFileGone
    with tempfile.TemporaryDirectory(prefix="cerdas-job-") as directory:
        path = Path(directory) / Path(file.name).name
        with default_storage.open(file.stored_path) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        yield path


def job_file_remove(file: JobFile) -> None:
    """Delete the content of a file; the row says when."""
    if default_storage.exists(file.stored_path):
        default_storage.delete(file.stored_path)


def job_files_tidy(*, job: Job) -> None:
    """Delete what no row names of a job that has ended. Runs in the job's scope."""
    known = {Path(path).name for path in job.files.values_list("stored_path", flat=True)}
    for name in _listed(f"{PLACE}/{job.pk}")[1]:
        if name not in known:
            default_storage.delete(f"{PLACE}/{job.pk}/{name}")


def job_folders_sweep(*, before: datetime) -> int:
    """Delete files older than `before` whose job was rolled back; return how many.

    Runs in the scope of super_admin, in which every job is seen.
    """
    folders = {name: UUID(name) for name in _listed(PLACE)[0] if _is_id(name)}
    found = Job.objects.filter(pk__in=folders.values()).values_list("pk", flat=True)
    known = set(found)
    count = 0
    for folder, job_id in folders.items():
        if job_id not in known:
            count += _folder_remove(f"{PLACE}/{folder}", before)
    return count


def _folder_remove(folder: str, before: datetime) -> int:
    count = 0
    for name in _listed(folder)[1]:
        path = f"{folder}/{name}"
        if default_storage.get_modified_time(path) < before:
            default_storage.delete(path)
            count += 1
    return count


def _listed(place: str) -> tuple[list[str], list[str]]:
    """Return names of folders and of files; none where there is nothing."""
    try:
        folders, files = default_storage.listdir(place)
    except FileNotFoundError:
        return [], []
    return folders, files


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
