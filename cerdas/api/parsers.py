"""JSON in: nesting over 1,024 is refused, what can be mended is read (cerdas/json_reading.py)."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from cerdas.errors import CerdasError
from cerdas.json_reading import read_json


class Unparsable(CerdasError):
    """The body is not JSON; a phone then sends its operations one by one."""

    code = "unparsable"
    status = 400


class OrjsonParser(BaseParser):
    """Parses `application/json`; raises Unparsable with the place of the fault."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body as Python values."""
        request = (parser_context or {}).get("request")
        body = request._request.body if request is not None else stream.read()
        try:
            return read_json(body)
        except orjson.JSONDecodeError as error:
            raise Unparsable(
                _("The request is not valid JSON, at character %(position)d.")
                % {"position": error.pos},
                details={"position": error.pos},
            ) from error
