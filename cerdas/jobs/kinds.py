"""What jobs can do. Each app registers its kinds in `background.py`, found when the apps are ready.

A kind is a function `handler(run: JobRun) -> JobResult`. Atomic kinds run in one transaction in the
scope of the job, which also writes that the job is done: after a kill -9 nothing is half done and
nothing is done twice. A kind that is not atomic opens its own transactions and must be repeatable:
what it does in steps (`JobRun.step`) is done once, and goes on where it was left.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django.utils.module_loading import autodiscover_modules

from cerdas.jobs.steps import Step
from cerdas.models import Job
from satker.models import Satker, User


class JobRun(Protocol):
    """What a handler sees of its job."""

    job: Job
    actor: User
    satker: Satker | None
    arguments: Mapping[str, Any]

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Show how far it is; raises JobCancelled when somebody asked to stop."""

    def input_file(self) -> AbstractContextManager[Path]:
        """Give the uploaded file as a path, for the time of the block."""

    def attach(self, path: Path, *, name: str, role: str = "result") -> None:
        """Keep a file that the job made."""

    def step(self) -> AbstractContextManager[Step]:
        """Open the next step: a transaction of its own in the job's scope, by one worker alone.

        Raises JobCancelled when the job has ended meanwhile.
        """


@dataclass(frozen=True)
class JobResult:
    """What came of a job. report: counts for people; message: one sentence.

    is_refused: the input was looked at and not taken (bad rows); the job counts as failed.
    """

    message: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    is_refused: bool = False


Handler = Callable[[JobRun], JobResult]


@dataclass(frozen=True)
class Kind:
    """One kind of job. title: lazy text for lists."""

    name: str
    title: Any
    handler: Handler
    is_atomic: bool = True


_KINDS: dict[str, Kind] = {}


def job_kind(name: str, *, title: Any, is_atomic: bool = True) -> Callable[[Handler], Handler]:
    """Register a handler under a name: `<app>.<what>`."""

    def register(handler: Handler) -> Handler:
        if name in _KINDS and _KINDS[name].handler is not handler:
            raise ValueError(f"job kind {name} is registered twice")
        _KINDS[name] = Kind(name, title, handler, is_atomic)
        return handler

    return register


def kind_get(name: str) -> Kind:
    """Return a kind. Raises KeyError for one that this version does not have."""
    return _KINDS[name]


def kinds() -> Iterator[Kind]:
    """Yield every kind, by name."""
    yield from (kind for _name, kind in sorted(_KINDS.items()))


def kinds_discover() -> None:
    """Import `background.py` of every app."""
    autodiscover_modules("background")
