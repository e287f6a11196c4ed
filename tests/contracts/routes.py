"""The routes of the product, read from the URL configuration itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

OFFICE_PREFIX = "/satker/<code>/"
_KWARG = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_REGEX_KWARG = re.compile(r"\(\?P<(\w+)>[^()]*\)")
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One address: its template with `<kwarg>`, the kwargs in it, and what answers."""

    template: str
    kwargs: tuple[str, ...]
    callback: Any

    @property
    def view_class(self) -> Any:
        """The class behind the callback, or None for a function."""
        return getattr(self.callback, "cls", None) or getattr(self.callback, "view_class", None)

    @property
    def writes(self) -> tuple[str, ...]:
        """The methods that could change something."""
        if self.view_class is None:
            return ("POST",)  # a function may take any method: all are tried with a POST
        return tuple(m.upper() for m in _METHODS[1:] if hasattr(self.view_class, m))

    def path(self, values: dict[str, str]) -> str:
        """Return the address with values for its kwargs."""
        return _KWARG.sub(lambda found: values[found[1]], self.template)

    def __str__(self) -> str:
        return self.template


def _plain(pattern: Any) -> str:
    """Return a pattern with every kwarg as `<name>`, whether it is a path or a regex."""
    text = str(pattern)
    text = _REGEX_KWARG.sub(r"<\1>", text)
    return _KWARG.sub(r"<\1>", text).replace("^", "").replace("$", "").replace("\\Z", "")


def _walk(resolver: URLResolver, before: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        template = before + _plain(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, template)
        elif isinstance(entry, URLPattern):
            yield Route(template, tuple(_KWARG.findall(template)), entry.callback)


def all_routes() -> list[Route]:
    """Return every route of the global site and of the sites of the offices."""
    return [
        *_walk(get_resolver(settings.ROOT_URLCONF), "/"),
        *_walk(get_resolver(settings.SATKER_URLCONF), OFFICE_PREFIX),
    ]


def pattern_kwargs() -> set[str]:
    """Return the kwargs as Django's own patterns name them: a check of the walk above."""

    def names(resolver: URLResolver) -> Iterator[str]:
        for entry in resolver.url_patterns:
            yield from entry.pattern.regex.groupindex
            if isinstance(entry, URLResolver):
                yield from names(entry)

    return {
        name
        for conf in (settings.ROOT_URLCONF, settings.SATKER_URLCONF)
        for name in names(get_resolver(conf))
    }
