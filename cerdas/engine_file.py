"""The form engine as a script for browsers: the very bundle that V8 runs in the office.

Named by the hash of its content, so browsers keep it for ever.
"""

import gzip
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cerdas.tenancy import own_scope
from kegiatan.form.engine import read_bundle
from kegiatan.form.engine_results import EngineNotBuilt


@lru_cache(maxsize=1)
def _bundle() -> tuple[str, bytes, bytes]:
    """Return (hash, script, the script in gzip)."""
    bundle = read_bundle()
    script = bundle.source.encode()
    return bundle.hash, script, gzip.compress(script, 9)


def engine_address() -> str:
    """Return the address of the script, or "" while it is not built."""
    try:
        return f"/engine/{_bundle()[0]}.js"
    except EngineNotBuilt:
        return ""


@own_scope
@require_safe
def engine_script(request: HttpRequest, name: str) -> HttpResponse:
    """Give the script of this very hash; an older one is gone."""
    try:
        built, script, packed = _bundle()
    except EngineNotBuilt as error:
        raise Http404 from error
    if name != built:
        raise Http404
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        packed if accepts else script, content_type="text/javascript; charset=utf-8"
    )
    if accepts:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
