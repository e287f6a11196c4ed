"""Do things at the same moment, each in a thread with database connections of its own."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")


class Together:
    """So many threads that begin every round at one barrier."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads)
        self._barrier = threading.Barrier(threads)

    def run(self, *works: Callable[[], T]) -> list[T]:
        """Run as many works as there are threads, and return what they return, in order."""
        assert len(works) == self._threads
        futures: Sequence[Future[T]] = [self._pool.submit(self._one, work) for work in works]
        return [future.result() for future in futures]

    def _one(self, work: Callable[[], T]) -> T:
        self._barrier.wait()
        return work()

    def close(self) -> None:
        """Close the connections of every thread and end them."""
        self.run(*[connections.close_all] * self._threads)
        self._pool.shutdown()


@contextmanager
def together(threads: int) -> Iterator[Any]:
    """Give a `Together` that is closed at the end."""
    made = Together(threads)
    try:
        yield made
    finally:
        made.close()
