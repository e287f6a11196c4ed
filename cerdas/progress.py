"""How a service tells how far it is, and is stopped: jobs pass one in, commands need none."""

from typing import Protocol


class Progress(Protocol):
    """Told how far a service is. May raise, which stops it with nothing half done."""

    def __call__(self, done: int, total: int | None = None, message: str = "") -> None:
        """Take rows done and rows in all (None: unknown), and one sentence."""


def no_progress(done: int, total: int | None = None, message: str = "") -> None:
    """Tell nobody."""
