"""Codes of a dataset as choices of a question: found by words, named by code."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import orjson

from masterdata.dataset_reading import find_code_column
from masterdata.selectors import masterdata_active_version, masterdata_read

CHOICES_SHOWN = 50
_NAMES = ("name", "nama", "title", "judul", "label", "text", "uraian", "deskripsi", "description")


@dataclass(frozen=True, slots=True)
class MasterChoice:
    """A code and what it means."""

    code: str
    text: str


class _NotLoaded(LookupError):
    pass


def choices_search(kind: str, version: int | None, words: str) -> list[MasterChoice]:
    """Return up to CHOICES_SHOWN codes that hold every word; those that begin with it first.

    version: None for the one in use. Empty for a dataset that is not loaded.
    """
    return choices_page(kind, version, words)[0]


def choices_page(
    kind: str, version: int | None, words: str, *, skip: int = 0, take: int = CHOICES_SHOWN
) -> tuple[list[MasterChoice], int]:
    """Return a part of what `choices_search` finds, and how many there are in all."""
    wanted = words.casefold().split()
    first: list[MasterChoice] = []
    rest: list[MasterChoice] = []
    for choice in _choices(kind, version).values():
        said = f"{choice.code} {choice.text}".casefold()
        if all(word in said for word in wanted):
            (first if wanted and said.startswith(wanted[0]) else rest).append(choice)
    found = [*first, *rest]
    return found[skip : skip + take], len(found)


def choices_named(kind: str, version: int | None, codes: Iterable[str]) -> dict[str, str] | None:
    """Return {code: text} of those of the codes that exist; None: the dataset is not loaded."""
    known = _choices(kind, version)
    if not known:
        return None
    return {code: known[code].text for code in codes if code in known}


def _choices(kind: str, version: int | None) -> dict[str, MasterChoice]:
    number = version if version is not None else masterdata_active_version(kind)
    try:
        return _loaded(kind, number) if number is not None else {}
    except _NotLoaded:
        return {}


@lru_cache(maxsize=8)
def _loaded(kind: str, version: int) -> dict[str, MasterChoice]:
    """Return a dataset by code; what is stored under a version never changes."""
    dataset = masterdata_read(kind, version)
    if dataset is None:
        raise _NotLoaded  # not cached: it may be loaded next
    rows = orjson.loads(dataset.text)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    code = find_code_column(columns) or "code"
    named = next((name for name in _NAMES if name in columns and name != code), None)
    found = {}
    for row in rows:
        texts = [row.get(named)] if named else [row[key] for key in row if key != code]
        text = " · ".join(str(item) for item in texts if item not in (None, ""))
        found[str(row.get(code))] = MasterChoice(str(row.get(code)), text)
    return found


def choices_forget() -> None:
    """Forget the datasets; for tests, whose rows are rolled back."""
    _loaded.cache_clear()
