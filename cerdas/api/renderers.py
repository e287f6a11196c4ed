"""JSON out through orjson, which embeds stored JSON as it is."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


def _plain(value: Any) -> Any:
    """Turn what orjson does not know (lazy strings, ReturnDict) into plain values."""
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


class OrjsonRenderer(BaseRenderer):
    """Renders `application/json`; times as UTC with Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the JSON bytes; nothing for no data."""
        if data is None:
            return b""
        return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)
