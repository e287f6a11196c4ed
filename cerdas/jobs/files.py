"""Files of jobs: private, named by the job, on the storage of attachments."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

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
