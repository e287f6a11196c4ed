"""The satker scope: which office's rows the database gives to the current transaction.

Row-level security compares `satker_id` with the setting `app.satker_id`; outside a scope tenant
tables are empty. super_admin works under a second policy on `app.super`. The same statement tells
the triggers of the audit trail who works (cerdas/audit.py). Source: design, section 3.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from cerdas.audit import SET_LOCAL, audit_settings
from cerdas.errors import NotFound
from cerdas.prepared import execute

F = TypeVar("F", bound=Callable[..., Any])


class ScopeError(RuntimeError):
    """A scope was opened inside the scope of another satker: a programming error."""


@dataclass(frozen=True)
class _Scope:
    satker_id: str
    is_super: bool


_NO_SCOPE = _Scope("", False)
_SET_SCOPE = (
    f"SELECT set_config('app.satker_id', %s, true), set_config('app.super', %s, true), {SET_LOCAL}"
)


def _current(using: str) -> _Scope:
    connection = connections[using]
    if not connection.in_atomic_block:
        return _NO_SCOPE
    scope: _Scope = getattr(connection, "cerdas_scope", _NO_SCOPE)
    return scope


def current_satker_id(using: str = DEFAULT_DB_ALIAS) -> UUID | None:
    """Return the satker of the open scope, or None outside one and for super_admin."""
    value = _current(using).satker_id
    return UUID(value) if value else None


def _apply(scope: _Scope, using: str) -> None:
    is_super = "on" if scope.is_super else ""
    execute(_SET_SCOPE, [scope.satker_id, is_super, *audit_settings()], using=using)
    connections[using].cerdas_scope = scope  # type: ignore[attr-defined]


@contextmanager
def _scope(scope: _Scope, new_transaction: bool, using: str) -> Iterator[None]:
    before = _current(using)
    # super_admin may look at one office more closely; an office never at another.
    if before != _NO_SCOPE and before != scope and not before.is_super:
        raise ScopeError(f"scope {scope} inside {before}")
    connection = connections[using]
    try:
        with transaction.atomic(using=using, durable=new_transaction):
            _apply(scope, using)
            yield
            # SET LOCAL survives a released savepoint, so an inner scope restores what was there;
            # after an error the rollback to the savepoint does.
            if len(connection.atomic_blocks) > 1 and not connection.needs_rollback:
                _apply(before, using)
    finally:
        connection.cerdas_scope = before  # type: ignore[attr-defined]


def tenant_scope(
    satker: Any, *, new_transaction: bool = False, using: str = DEFAULT_DB_ALIAS
) -> Any:
    """Open a transaction in which exactly this satker's rows exist.

    satker: a Satker or its UUID. new_transaction: raise RuntimeError when a transaction is open
    already, for work that must commit on its own.
    Raises ScopeError inside the scope of another satker.
    """
    satker_id = getattr(satker, "pk", satker)
    return _scope(_Scope(str(UUID(str(satker_id))), False), new_transaction, using)


def super_scope(*, new_transaction: bool = False, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Open a transaction in which all satkers' rows exist: super_admin and maintenance only."""
    return _scope(_Scope("", True), new_transaction, using)


def user_scope(user: Any, *, new_transaction: bool = False) -> Any:
    """Open the scope in which a person works: their satker's, or super_admin's.

    Raises NotFound for a floating user, who sees nothing.
    """
    if user.is_superuser:
        return super_scope(new_transaction=new_transaction)
    if user.satker_id is None:
        raise NotFound
    return tenant_scope(user.satker_id, new_transaction=new_transaction)


def own_scope(view: F) -> F:
    """Mark a view that opens its own transactions; the tenant middleware opens none for it."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    wrapped.own_scope = True  # type: ignore[attr-defined]
    return wrapped  # type: ignore[return-value]
