"""Refusals of the workflow and of sync. Codes: docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from cerdas.errors import CerdasError


class WrongStatus(CerdasError):
    """The action is not possible in the current status; details: status, action."""

    code = "wrong_status"
    status = 409
    default_message = _("This is not possible in the unit's present status. Sync and look again.")


class ReasonRequired(CerdasError):
    """The action needs a reason."""

    code = "reason_required"
    status = 400
    default_message = _("Write the reason first.")


class PeriodClosed(CerdasError):
    """Outside the field period; details: start_date, end_date."""

    code = "period_closed"
    status = 409
    default_message = _("The field period is not running. Ask the admin of your activity.")


class PeriodOpen(CerdasError):
    """The office edits answers only after the field period."""

    code = "period_open"
    status = 409
    default_message = _("The office can edit answers only after the field period has ended.")


class PredecessorFailed(CerdasError):
    """The operation named in `after` was not applied."""

    code = "predecessor_failed"
    status = 409
    default_message = _("The step before this one was not accepted. Sync and look again.")


class OperationIdReused(CerdasError):
    """The same operation id came with other content."""

    code = "operation_id_reused"
    status = 409
    default_message = _("This operation id was used for something else. Send it with a new id.")


class Discarded(CerdasError):
    """The office decided not to apply this field work; details: reason."""

    code = "discarded"
    status = 409
    default_message = _("Your office decided not to use this work.")


class IdTaken(CerdasError):
    """The id that a device chose exists already."""

    code = "id_taken"
    status = 409
    default_message = _("This id is taken. Save the unit again under a new one.")


class NotEditable(CerdasError):
    """An edit touches questions that the role may not change; details: paths."""

    code = "not_allowed"
    status = 403
    default_message = _("Some of these questions are not yours to change.")


class UnknownFormVersion(CerdasError):
    """No questionnaire was published under this version; details: form_version_used."""

    code = "unknown_form_version"
    status = 400
    default_message = _("This version of the questionnaire does not exist.")


class WrongShape(CerdasError):
    """Answers whose types do not fit the questionnaire; details: faults [{path, code, message}]."""

    code = "wrong_shape"
    status = 400
    default_message = _("Some answers do not fit the questionnaire.")


class NoSupervisor(CerdasError):
    """A new unit has no PML to go to."""

    code = "no_pml"
    status = 409
    default_message = _("You have no supervisor yet. Your office will decide.")


class NewUnitsNotAllowed(CerdasError):
    """The kegiatan takes no units found in the field."""

    code = "new_units_not_allowed"
    status = 409
    default_message = _("This activity takes no new units. Your office will decide.")
