"""What the engine's verdict asks of those who approve. Source: spec, "Life of a response"."""

from django.utils.translation import gettext as _

from assignments.errors import ReasonRequired
from assignments.models import AssignmentResponse, CheckState, ResponseCheck
from assignments.workflow import Check, Reason, Transition


def check_reason_given(
    response: AssignmentResponse, row: Transition, verdict: ResponseCheck | None
) -> None:
    """Refuse an action without words that needs them: always, or because of the engine's verdict.

    Raises ReasonRequired; details: field, and `check` (pending, failed) where the verdict is why.
    """
    if row.reason is Reason.REQUIRED:
        raise ReasonRequired(details={"field": "notes"})
    if row.check is Check.NONE:
        return
    current = current_check(response, verdict)
    if current == CheckState.FAILED:
        raise ReasonRequired(
            _(
                "These answers did not pass the check. Look at its errors, then reject them,"
                " or write why they are right all the same."
            ),
            details={"field": "notes", "check": current.value},
        )
    if current != CheckState.PASSED and row.check is Check.REASON_UNLESS_PASSED:
        raise ReasonRequired(
            _(
                "These answers are still waiting for their check. Try again in a moment,"
                " or write why you approve them unchecked."
            ),
            details={"field": "notes", "check": current.value},
        )


def current_check(response: AssignmentResponse, verdict: ResponseCheck | None) -> CheckState:
    """Return how the check of the answers stands as they are now.

    A verdict counts only for the version it was made on; answers without one wait for it.
    """
    if verdict is None or verdict.version != response.version or verdict.state == CheckState.NONE:
        return CheckState.PENDING
    return CheckState(verdict.state)
