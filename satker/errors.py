"""Refusals about sign-in, offices and people. Codes: docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from cerdas.errors import CerdasError


class WrongCredentials(CerdasError):
    """Unknown email, wrong password or inactive account: one answer for all."""

    code = "wrong_credentials"
    status = 401
    default_message = _("The email or the password is not right.")


class OtpRequired(CerdasError):
    """The password is right and the account asks for a code besides it."""

    code = "otp_required"
    status = 401
    default_message = _("Write the code that your authenticator app shows, or a recovery code.")


class OtpWrong(CerdasError):
    """The code is wrong, too old or used already."""

    code = "otp_wrong"
    status = 401
    default_message = _("The code is not right. Wait for the next one in your app and try again.")


class GoogleRefused(CerdasError):
    """A Google account that cannot sign in or be linked here; the message says why."""

    code = "google_refused"
    status = 403


class SignInCodeInvalid(CerdasError):
    """The code that a phone brings from the browser: unknown, old, used, or another phone's."""

    code = "sign_in_code_invalid"
    status = 401
    default_message = _("This sign-in took too long or was used already. Sign in again.")


class MailNotSent(CerdasError):
    """The mail server takes no letters now."""

    code = "mail_not_sent"
    status = 503
    retryable = True
    default_message = _(
        "The mail server takes no letters now. Letters sent before count; start the job again later"
        " for the others."
    )


class TooManyRequests(CerdasError):
    """A limit is reached; details: retry_after_seconds."""

    code = "too_many_requests"
    status = 429
    retryable = True
    default_message = _("Too many attempts. Wait a while and try again.")

    def __init__(self, message: object = None, *, retry_after_seconds: int) -> None:
        super().__init__(message, details={"retry_after_seconds": retry_after_seconds})


class EmailTaken(CerdasError):
    """An account with this email exists already."""

    code = "email_taken"
    status = 409
    default_message = _("There is an account with this email already. Recruit the person by email.")


class BelongsToOtherSatker(CerdasError):
    """The person works for another office; details: satker (its name)."""

    code = "belongs_to_other_satker"
    status = 409

    def __init__(self, satker_name: str) -> None:
        message = _("This person belongs to %(satker)s. Ask that office to release them first.")
        super().__init__(message % {"satker": satker_name}, details={"satker": satker_name})


class NotInOffice(CerdasError):
    """Roles are for active people of the office."""

    code = "not_in_office"
    status = 409
    default_message = _("This person does not work for your office now. Recruit them by email.")


class AlreadyInSatker(CerdasError):
    """Who belongs to an office cannot accept another's invitation; details: satker."""

    code = "already_in_satker"
    status = 409

    def __init__(self, satker_name: str) -> None:
        message = _("You belong to %(satker)s. Ask it to release you before you join another.")
        super().__init__(message % {"satker": satker_name}, details={"satker": satker_name})


class InvitationClosed(CerdasError):
    """The invitation was answered or withdrawn; details: state."""

    code = "invitation_closed"
    status = 409
    default_message = _("This invitation was answered or withdrawn. Ask the office for a new one.")
