"""The label of a unit, made from its answers by the questionnaire's template."""

from typing import Any

from assignments.models import Assignment
from cerdas.prepared import row_update
from kegiatan.form.label import label_from_template
from kegiatan.forms import CompiledForm


def label_made(assignment: Assignment, form: CompiledForm, answers: dict[str, Any]) -> str:
    """Return the label that the template gives; "" when it knows nothing of the unit."""
    return label_from_template(
        form.label_template, answers, assignment.prefilled_data, scope=form.shape.scope
    )


def label_after(
    assignment: Assignment, form: CompiledForm, before: dict[str, Any], after: dict[str, Any]
) -> str:
    """Return the label after a change of answers: another one only when the template says so.

    A label that was given otherwise stays as long as none of the answers in it changes.
    """
    made = label_made(assignment, form, after)
    is_same = not made or made == label_made(assignment, form, before)
    return assignment.assignment_label if is_same else made


def label_keep(assignment: Assignment, label: str) -> None:
    """Store another label; an empty one changes nothing."""
    label = label[:255]
    if label and label != assignment.assignment_label:
        assignment.assignment_label = label
        row_update(assignment, ["assignment_label", "updated_at"])
