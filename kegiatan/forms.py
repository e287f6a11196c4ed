"""Published questionnaires, compiled once per process. They never change, so none goes stale."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from kegiatan.form.shape import AnswerShape, compile_shape
from kegiatan.models import FormVersion
from satker.permissions import PPL


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """One published version with the compiled shape of its answers."""

    kegiatan_id: UUID
    version: int
    schema: dict[str, Any]
    shape: AnswerShape
    is_open_to_ppl: bool = False  # no question is closed to the PPL by `editableBy`

    @property
    def label_template(self) -> str:
        """Return the template of the unit's label, or ''."""
        template = self.schema.get("assignment_label_template")
        return template if isinstance(template, str) else ""


class _NotPublished(LookupError):
    pass


@lru_cache(maxsize=128)
def _compiled(kegiatan_id: UUID, version: int) -> CompiledForm:
    row = FormVersion.objects.filter(kegiatan_id=kegiatan_id, version=version).first()
    if row is None:
        raise _NotPublished  # not cached: it may be published next
    shape = compile_shape(row.schema)
    is_open = all(PPL in question.editable_by for question in shape.scope.walk())
    return CompiledForm(kegiatan_id, version, row.schema, shape, is_open_to_ppl=is_open)


def form_get(kegiatan_id: UUID, version: int) -> CompiledForm | None:
    """Return a published version, or None."""
    try:
        return _compiled(kegiatan_id, version)
    except _NotPublished:
        return None


def form_cache_clear() -> None:
    """Forget compiled forms; for tests, whose rows are rolled back."""
    _compiled.cache_clear()
