"""Refusals about activities and questionnaires. Codes: docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from cerdas.errors import CerdasError


class SatkerHasLeft(CerdasError):
    """The office does not, or no longer, carry out the activity."""

    code = "not_taking_part"
    status = 409
    default_message = _("Your office does not take part in this activity any more.")


class NotSupervisor(CerdasError):
    """The supervisor named for a PPL is not PML there."""

    code = "not_supervisor"
    status = 409
    default_message = _("The supervisor must be PML of this activity in your office.")


class FormFaulty(CerdasError):
    """A questionnaire that cannot be published; details: faults [{path, code,
    message, remedy, severity, sheet, row, column}], errors before warnings."""

    code = "invalid"
    status = 400
    default_message = _("The questionnaire has faults. Correct what is listed and publish again.")


class FormDoubtful(CerdasError):
    """A questionnaire with warnings, published by somebody who has not seen them; details: faults
    as in FormFaulty."""

    code = "form_warnings"
    status = 409
    default_message = _("The questionnaire can be published, but has warnings. Look at them first.")


class DraftChanged(CerdasError):
    """The draft, or the version that a first saving grew from, is another by now.

    details: revision, by (name), at; by and at null when the draft was thrown away.
    """

    code = "draft_changed"
    status = 409
    default_message = _(
        "Somebody else has saved this draft meanwhile. Open it again and put your changes in."
    )


class KegiatanExists(CerdasError):
    """Another activity has this name in this year; details: kegiatan (its id)."""

    code = "kegiatan_exists"
    status = 409
    default_message = _("There is an activity of this name in this year already.")


class EngineBusy(CerdasError):
    """Somebody else's questionnaire is being looked at by the form engine of this server."""

    code = "busy"
    status = 503
    retryable = True
    default_message = _("The form engine is busy. Nothing was stored; try again in a moment.")


class EngineGaveUp(CerdasError):
    """The form engine gave no verdict on a draft; details: reason."""

    code = "no_verdict"
    status = 409
    default_message = _("The form engine could not judge the answers with this questionnaire.")
