"""Database fields of this app."""

from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class JsonTextField(models.TextField):
    """A `json` column read and written as its text, byte for byte.

    Datasets are sent to phones as stored, under a checksum of that text; `jsonb` would reorder
    keys and cost a parse and a dump of megabytes per request. A list or dict is accepted on
    write and serialised once.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return f"{sql}::text", params

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, (list, dict)):
            return orjson.dumps(value).decode()
        return super().get_prep_value(value)
