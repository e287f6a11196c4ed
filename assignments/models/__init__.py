"""Units of work, their answers and everything that is kept about them. All rows belong to a satker.

Row-level security hides other satkers' rows (migration `tenant rows`). Children carry `satker_id`
in a composite foreign key, because foreign-key checks bypass it.
"""

from assignments.models.kept import (
    AnswerChange,
    AssignmentAttachment,
    CheckQueue,
    CheckState,
    ResponseCheck,
    ResponseComment,
    ResponseHistory,
)
from assignments.models.sync import (
    AppliedOperation,
    AssignmentFeed,
    FeedEpoch,
    OperationType,
    ParkedOperation,
)
from assignments.models.units import (
    LEVELS,
    REJECTED,
    Assignment,
    AssignmentResponse,
    ResponseStatus,
)

__all__ = [
    "LEVELS",
    "REJECTED",
    "AnswerChange",
    "AppliedOperation",
    "Assignment",
    "AssignmentAttachment",
    "AssignmentFeed",
    "AssignmentResponse",
    "CheckQueue",
    "CheckState",
    "FeedEpoch",
    "OperationType",
    "ParkedOperation",
    "ResponseCheck",
    "ResponseComment",
    "ResponseHistory",
    "ResponseStatus",
]
