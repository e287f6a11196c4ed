"""Who writes, through which door and from where: told to the database, whose triggers keep it.

The triggers (cerdas/audit_triggers.py) read the settings `app.actor`, `app.origin`, `app.address`
and `app.request` of the transaction. Opening a scope sets them in the statement that sets the
scope, from what `audit_context` says of the thread or task; so the hot path pays no round trip.
What is written without any of this is kept as well, with origin `system`.
Pages that run without scope (accounts, sign-in) say it before each of their writes.
Source: issue 3, point 9; docs/decisions/0006-audit-by-triggers.md.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.http import HttpRequest

from cerdas.prepared import execute

Origin = Literal["api", "admin", "command", "job", "system"]
VEIL = "•••"
# Texts captured from a path that name things; any other captured text may be a secret (the key of
# a password reset, a one-time link).
_NAMES_IN_PATHS = {"code", "object_id", "app_label", "type"}
_API_PATHS = ("/api/", "/_allauth/")
_WRITES = ("INSERT", "UPDATE", "DELETE")
_SET = (
    "set_config('app.actor', %s, {local}), set_config('app.origin', %s, {local}),"
    " set_config('app.address', %s, {local}), set_config('app.request', %s, {local})"
)
# For a SELECT that sets more than this; takes `audit_settings()`.
SET_LOCAL = _SET.format(local="true")
_SET_LOCAL = f"SELECT {SET_LOCAL}"
_SET_SESSION = f"SELECT {_SET.format(local='false')}"


class Person(Protocol):
    """Somebody with an id; None for nobody."""

    @property
    def pk(self) -> Any:
        """Return the id."""


@dataclass(frozen=True)
class _Context:
    actor: Person | UUID | None
    origin: Origin
    address: str
    request: str


_UNKNOWN = ("", "", "", "")
_context: ContextVar[_Context | None] = ContextVar("cerdas_audit", default=None)


@contextmanager
def audit_context(
    actor: Person | UUID | None, origin: Origin, address: str = "", request: str = ""
) -> Iterator[None]:
    """Say who works and from where, for every scope that opens inside.

    actor: asked for its id when a scope opens. request: method and path without query, or the name
    of a command or job.
    """
    token = _context.set(_Context(actor, origin, address, request))
    try:
        yield
    finally:
        _context.reset(token)


def audit_settings() -> tuple[str, str, str, str]:
    """Return actor, origin, address and request as the database takes them; '' for unknown."""
    context = _context.get()
    if context is None:
        return _UNKNOWN
    actor = getattr(context.actor, "pk", context.actor)
    return (
        str(actor) if actor else "",
        context.origin,
        context.address[:64],
        context.request.replace("\x00", "")[:500],  # the database takes no NUL
    )


@contextmanager
def audited_transaction(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Open a transaction that knows who writes, where there is no office: floating people."""
    with transaction.atomic(using=using):
        execute(_SET_LOCAL, audit_settings(), using=using)
        yield


@contextmanager
def command_context(actor: Person | UUID | None, name: str) -> Iterator[None]:
    """Say that a command works, also for what it writes outside scopes and transactions."""
    with audit_context(actor, "command", request=name):
        execute(_SET_SESSION, audit_settings())
        try:
            yield
        finally:
            with suppress(Error):  # a broken transaction or connection forgets by itself
                execute(_SET_SESSION, _UNKNOWN)


@contextmanager
def audited_writes(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Tell the database who works before every write, for pages that open transactions by chance.

    Accounts and sign-in run without scope and partly without transaction. Reading costs nothing.
    """
    teller = _Teller(using)
    with connections[using].execute_wrapper(teller):
        try:
            yield
        finally:
            teller.forget()


class _Teller:
    """An execute wrapper that sets the context before INSERT, UPDATE and DELETE."""

    def __init__(self, using: str) -> None:
        self._using = using
        self._is_in_session = False

    def __call__(
        self, execute_next: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Run the statement; before a write, say who does it."""
        if isinstance(sql, str) and sql.lstrip()[:6].upper() in _WRITES:
            settings = audit_settings()
            if connections[self._using].in_atomic_block:
                execute(_SET_LOCAL, settings, using=self._using)
            else:
                self._is_in_session = True
                execute(_SET_SESSION, settings, using=self._using)
        return execute_next(sql, params, many, context)

    def forget(self) -> None:
        """Leave the connection to the next request as it was."""
        if self._is_in_session:
            with suppress(Error):
                execute(_SET_SESSION, _UNKNOWN, using=self._using)


class _Requester:
    """The person of a request when they are asked for: some sign in during it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def pk(self) -> Any:
        """Return the id of the person signed in, or None."""
        return getattr(getattr(self._request, "user", None), "pk", None)


def request_context(request: HttpRequest, captured: Mapping[str, Any]) -> Any:
    """Return the audit context of a request. captured: the arguments in its path."""
    from satker.api.client_address import client_address

    path = path_without_secrets(request.path, captured)
    origin: Origin = "api" if request.path_info.startswith(_API_PATHS) else "admin"
    return audit_context(
        _Requester(request), origin, client_address(request), f"{request.method} {path}"
    )


def path_without_secrets(path: str, captured: Mapping[str, Any]) -> str:
    """Return a path with the texts veiled that were captured from it and do not name a thing."""
    for name, value in captured.items():
        if isinstance(value, str) and value and name not in _NAMES_IN_PATHS:
            path = path.replace(value, VEIL)
    return path
