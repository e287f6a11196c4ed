"""The mail with a link that sets a new password."""

import logging
from uuid import UUID

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from satker.models import User

logger = logging.getLogger(__name__)


def password_reset_send(*, user_id: UUID, origin: str, language: str | None) -> None:
    """Mail a person a link that works once and for PASSWORD_RESET_TIMEOUT seconds.

    origin: scheme and host of this installation, e.g. https://cerdas.example.id. The inactive get
    no mail. Sending twice gives two links; using one ends both.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": token},
    )
    context = {
        "user": user,
        "password_reset_url": origin + path,
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    with translation.override(language or settings.LANGUAGE_CODE):
        subject = render_to_string("account/email/password_reset_key_subject.txt", context)
        body = render_to_string("account/email/password_reset_key_message.txt", context)
    send_mail(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [user.email])
    logger.info("password reset mailed to user %s", user.pk)
