"""What a load did or would do: counts and every refusal. One shape for both loading commands."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from cerdas.progress import Progress as Progress
from cerdas.progress import no_progress as no_progress

# A file with its columns in the wrong order breaks several rules in each of a million rows;
# beyond this many the rest is only counted.
REFUSALS_KEPT = 100_000


@dataclass(frozen=True)
class Refusal:
    """One thing wrong. row: as a person counts (header = 1), None when it is no single row's."""

    row: int | None
    column: str | None
    value: str | None
    code: str
    message: str
    file: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object; `file` only when several files were loaded together."""
        facts = asdict(self)
        if self.file is None:
            del facts["file"]
        return facts


@dataclass
class LoadReport:
    """Counts of rows. With a refusal nothing was (or would be) loaded and the counts stay 0."""

    dry_run: bool = False
    loaded: bool = False
    rows: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused_count: int = 0
    refused: list[Refusal] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # how the files were read, when not as usual

    def refuse(self, refusal: Refusal) -> None:
        """Count a refusal and keep it while there is room."""
        self.refused_count += 1
        if len(self.refused) < REFUSALS_KEPT:
            self.refused.append(refusal)

    def refuse_all(self, refusals: Iterable[Refusal]) -> None:
        """Count and keep several."""
        for refusal in refusals:
            self.refuse(refusal)

    def ignore_column(self, header: str) -> None:
        """Remember a column that was not read; nameless ones are not worth a line."""
        if header and header not in self.ignored_columns:
            self.ignored_columns.append(header)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return facts | {"refused": [refusal.as_json() for refusal in self.refused]}
