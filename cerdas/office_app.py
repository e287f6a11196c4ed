"""Scripts of office pages at /office/: the designer of questionnaires and its preview.

Vite names the files by the hash of their content, so browsers keep them for ever; its manifest
says which file an entry is now, and what it imports. scripts/node.sh builds them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cerdas.built_files import HASHED, BuiltFile, built_files, file_answer
from cerdas.tenancy import own_scope

ADDRESS = "/office/"
_MANIFEST = ".vite/manifest.json"
DESIGNER = "src/office/designer/main.ts"
PREVIEW = "src/office/preview/main.ts"


@dataclass(frozen=True)
class OfficeScript:
    """What a page loads for one entry, as addresses. imports: modules that it asks for at once."""

    script: str
    styles: tuple[str, ...]
    imports: tuple[str, ...]


def office_script(entry: str) -> OfficeScript | None:
    """Return the files of an entry, or None while they are not built here."""
    root = Path(settings.OFFICE_APP_DIR)
    try:
        return _script(root, (root / _MANIFEST).stat().st_mtime_ns, entry)
    except (OSError, KeyError, orjson.JSONDecodeError):
        return None


@lru_cache(maxsize=8)
def _script(root: Path, _built_at_ns: int, entry: str) -> OfficeScript:
    manifest: dict[str, dict[str, Any]] = orjson.loads((root / _MANIFEST).read_bytes())
    chunks = list(_with_imports(manifest, entry, set()))
    # an entry's own styles come last, over those of the libraries that it imports
    styles = dict.fromkeys(name for chunk in reversed(chunks) for name in chunk.get("css", ()))
    imports = [chunk["file"] for chunk in chunks[1:]]
    return OfficeScript(
        ADDRESS + str(manifest[entry]["file"]),
        tuple(ADDRESS + name for name in styles),
        tuple(ADDRESS + name for name in imports),
    )


def _with_imports(
    manifest: dict[str, dict[str, Any]], name: str, seen: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield a chunk, then what it imports, each once."""
    seen.add(name)
    yield manifest[name]
    for imported in manifest[name].get("imports", ()):
        if imported not in seen:
            yield from _with_imports(manifest, imported, seen)


def office_files() -> dict[str, BuiltFile]:
    """Return the built files by their path; nothing while they are not built here."""
    return built_files(Path(settings.OFFICE_APP_DIR), _MANIFEST)


@own_scope
@require_safe
def office_file(request: HttpRequest, address: str) -> HttpResponse:
    """Give a file of this very build; those of an older one are gone."""
    found = office_files().get(address)
    if found is None or not address.startswith(HASHED):
        raise Http404
    try:
        return file_answer(request, found, is_hashed=True)
    except OSError as error:  # another build is taking the place of the one that was looked at
        raise Http404 from error
