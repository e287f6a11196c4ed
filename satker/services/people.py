"""Accounts of people: make, deactivate, take out of an office."""

import logging

from django.db import connection, transaction

from cerdas.errors import NotAllowed, NotFound
from satker.access import check_satker_admin, check_super_admin
from satker.errors import EmailTaken
from satker.models import DeviceToken, Satker, SatkerUserRole, User
from satker.services.lookups import Lookup
from satker.services.sign_in import email_normalise
from satker.services.validation import check_model, check_password_strength

logger = logging.getLogger(__name__)
# Key of the advisory lock under which the first super_admin is made.
_FIRST_SUPER_ADMIN_LOCK = 6_104_001


def user_create(
    *, actor: User, satker: Satker | None, email: str, name: str, password: str | None = None
) -> User:
    """Make an account in an office; without password its person signs in with Google only.

    satker: None makes a floating person and is for super_admin. Whether an email is taken is a
    look-up of a person, so it is logged and limited as recruiting is.
    Raises NotAllowed, NotFound (not your office), EmailTaken, Invalid, TooManyRequests.
    """
    if satker is None:
        check_super_admin(actor)
    else:
        check_satker_admin(actor=actor, satker_id=satker.pk)
    email = email_normalise(email)
    lookup = Lookup.start(actor=actor, satker_id=satker.pk, email=email) if satker else None
    user = _account(email=email, name=name, password=password, satker=satker)
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            if lookup is not None:
                lookup.finish(EmailTaken.code)
            raise EmailTaken
        check_model(user)
        user.save(force_insert=True)
    if lookup is not None:
        lookup.finish("created")
    logger.info("user %s created by %s", user.pk, actor.pk)
    return user


def super_admin_create(
    *, actor: User | None, email: str, name: str, password: str | None = None
) -> User:
    """Make a super_admin. Without actor only when there is none yet: the first of an installation.

    Raises NotAllowed, EmailTaken, Invalid.
    """
    if actor is not None:
        check_super_admin(actor)
    email = email_normalise(email)
    user = _account(email=email, name=name, password=password, satker=None)
    user.is_superuser = user.is_staff = True
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_SUPER_ADMIN_LOCK])
        if actor is None and User.objects.filter(is_superuser=True).exists():
            raise NotAllowed
        if User.objects.filter(email=email).exists():
            raise EmailTaken
        check_model(user)
        user.save(force_insert=True)
    logger.info("super_admin %s created by %s", user.pk, actor.pk if actor else "installation")
    return user


def user_deactivate(*, actor: User, satker: Satker, user: User) -> User:
    """End a person's access at once: no sign-in, no token. History and roles stay.

    Raises NotAllowed (also for oneself), NotFound (not of this office). Repeating does nothing.
    """
    return _set_active(actor=actor, satker=satker, user=user, active=False)


def user_activate(*, actor: User, satker: Satker, user: User) -> User:
    """Let a deactivated person sign in again, with the roles held before."""
    return _set_active(actor=actor, satker=satker, user=user, active=True)


def user_unassign_satker(*, actor: User, satker: Satker, user: User) -> None:
    """Make a person of an office floating and take their roles in the office.

    The roles in activities are ended by `kegiatan.services.roles.membership_end_all`, in the same
    transaction. Raises NotAllowed, NotFound.
    """
    check_satker_admin(actor=actor, satker_id=satker.pk)
    with transaction.atomic():
        locked = _lock_person(satker, user)
        SatkerUserRole.objects.filter(user=locked, content_object=satker).delete()
        locked.satker = None
        locked.save(update_fields=["satker", "updated_at"])
    logger.info("user %s left satker %s by %s", user.pk, satker.pk, actor.pk)


def _set_active(*, actor: User, satker: Satker, user: User, active: bool) -> User:
    check_satker_admin(actor=actor, satker_id=satker.pk)
    if user.pk == actor.pk:
        raise NotAllowed
    with transaction.atomic():
        locked = _lock_person(satker, user)
        locked.is_active = active
        locked.save(update_fields=["is_active", "updated_at"])
        if not active:
            DeviceToken.objects.filter(user=locked).delete()
    logger.info("user %s active=%s by %s", locked.pk, active, actor.pk)
    return locked


def _lock_person(satker: Satker, user: User) -> User:
    people = User.objects.select_for_update(no_key=True)
    locked = people.filter(pk=user.pk, satker_id=satker.pk).first()
    if locked is None:
        raise NotFound
    return locked


def _account(*, email: str, name: str, password: str | None, satker: Satker | None) -> User:
    user = User(email=email, name=name.strip(), satker=satker)
    if password is None:
        user.set_unusable_password()
    else:
        check_password_strength(password, user)
        user.set_password(password)
    return user
