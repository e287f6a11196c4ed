"""Database errors in the words of the API: busy and away are retryable, rules have codes."""

import logging

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from cerdas.errors import CerdasError, Invalid, Retry
from cerdas.responses import error_response

logger = logging.getLogger(__name__)
# serialization failure, deadlock, lock not available, query cancelled
BUSY_SQLSTATES = frozenset({"40001", "40P01", "55P03", "57014"})


# Django's InterfaceError (a connection that is gone) is no DatabaseError.
DATABASE_ERRORS = (DatabaseError, InterfaceError)


def sqlstate(error: BaseException) -> str:
    """Return the SQLSTATE of a Django database error, or ''."""
    return getattr(error.__cause__, "sqlstate", None) or getattr(error, "sqlstate", None) or ""


def constraint_name(error: BaseException) -> str:
    """Return the name of the violated constraint, or ''."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


def is_retryable(error: DatabaseError | InterfaceError) -> bool:
    """Return True when the same request may succeed later: busy, restarting or unreachable."""
    state = sqlstate(error)
    if state in BUSY_SQLSTATES or state.startswith(("08", "57P")):
        return True
    return isinstance(error, (OperationalError, InterfaceError)) and not state


def as_user_error(error: DatabaseError | InterfaceError) -> CerdasError | None:
    """Return what to tell the caller, or None when it is a fault of ours."""
    if is_retryable(error):
        return Retry()
    if isinstance(error, IntegrityError) and constraint_name(error):
        return Invalid(details={"constraint": constraint_name(error)})
    return None


def database_error_response(
    error: DatabaseError | InterfaceError, request: HttpRequest
) -> HttpResponse:
    """Answer a database error that reached the middleware, e.g. at COMMIT."""
    known = as_user_error(error)
    if known is None:
        raise error
    logger.warning("request ended by the database: %s %s", sqlstate(error), constraint_name(error))
    return error_response(known, request)
