"""Recruiting people by exact email, and answering invitations.

Source: spec, "Roles": a floating person is invited, a person of the office gets the role at once,
and a person of another office is refused with that office's name.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils import timezone

from cerdas.errors import Invalid, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.access import check_grants_role
from kegiatan.errors import NotSupervisor, SatkerHasLeft
from kegiatan.models import KegiatanMember, KegiatanSatker
from kegiatan.services.roles import check_supervisor, role_give, role_grant
from satker.access import check_satker_admin
from satker.errors import AlreadyInSatker, BelongsToOtherSatker, InvitationClosed, NotInOffice
from satker.models import Invitation, InvitationState, Satker, User
from satker.permissions import ADMIN_SATKER, SATKER_ROLES
from satker.services.lookups import Lookup
from satker.services.roles import satker_role_give, satker_role_grant
from satker.services.sign_in import email_normalise

logger = logging.getLogger(__name__)
GRANTED, INVITED = "granted", "invited"
_EMAIL_LENGTH = 254


@dataclass(frozen=True)
class Recruitment:
    """What came of recruiting. `invited` says nothing about whether the person has an account."""

    outcome: str
    member: KegiatanMember | None = None
    invitation: Invitation | None = None


def recruit(
    *,
    actor: User,
    satker: Satker,
    email: str,
    role: str,
    kegiatan_satker: KegiatanSatker | None = None,
    pml: User | None = None,
) -> Recruitment:
    """Bring a person into an activity of the office, or into the office (role admin_satker).

    kegiatan_satker: needed for the roles of an activity. Every call is a look-up of a person:
    logged, and limited per hour. Repeating gives the same role or the invitation that waits.
    Raises NotAllowed, NotFound (not your office), Invalid, TooManyRequests, BelongsToOtherSatker,
    NotInOffice (a deactivated person of the office), NotSupervisor, SatkerHasLeft.
    """
    with tenant_scope(satker):
        _check_recruits(actor, satker, role, kegiatan_satker, pml)
        email = _email(email)
        lookup = Lookup.start(actor=actor, satker_id=satker.pk, email=email)
        person = User.objects.select_related("satker").filter(email=email).first()
        if person is None or person.satker is None:
            invitation = invitation_make(actor, satker, email, role, kegiatan_satker, pml)
            done = Recruitment(INVITED, invitation=invitation)
        elif person.satker.pk != satker.pk:
            lookup.finish(BelongsToOtherSatker.code)
            raise BelongsToOtherSatker(person.satker.name)
        else:
            done = _grant(actor, satker, person, role, kegiatan_satker, pml)
        lookup.finish(done.outcome)
    return done


def _check_recruits(
    actor: User, satker: Satker, role: str, place: KegiatanSatker | None, pml: User | None
) -> None:
    if role in SATKER_ROLES:
        check_satker_admin(actor=actor, satker_id=satker.pk)
        return
    if place is None or place.satker_id != satker.pk:
        raise NotFound
    check_grants_role(actor=actor, place=place, role=role)
    if place.left_at is not None:
        raise SatkerHasLeft
    if pml is not None:
        check_supervisor(place=place, role=role, pml=pml)


def _email(email: str) -> str:
    email = email_normalise(email)
    try:
        MaxLengthValidator(_EMAIL_LENGTH)(email)
        validate_email(email)
    except ValidationError as error:
        raise Invalid(details={"fields": {"email": error.messages}}) from error
    return email


def _grant(
    actor: User,
    satker: Satker,
    person: User,
    role: str,
    place: KegiatanSatker | None,
    pml: User | None,
) -> Recruitment:
    if not person.is_active:
        raise NotInOffice
    if place is None:
        satker_role_grant(actor=actor, satker=satker, user=person, role=role)
        return Recruitment(GRANTED)
    member = role_grant(actor=actor, kegiatan_satker=place, user=person, role=role, pml=pml)
    return Recruitment(GRANTED, member=member)


def invitation_make(
    actor: User,
    satker: Satker,
    email: str,
    role: str,
    place: KegiatanSatker | None,
    pml: User | None,
) -> Invitation:
    """Write an invitation that somebody with the right has decided on, or return the waiting one.

    place: None for a role in the office. email: as stored, lower case.
    """
    invitation, created = Invitation.objects.get_or_create(
        satker=satker,
        email=email,
        kegiatan_id=place.kegiatan_statistik_id if place is not None else None,
        role=role,
        state=InvitationState.WAITING,
        defaults={"invited_by": actor, "pml_id": pml.pk if pml is not None else None},
    )
    if not created and pml is not None and invitation.pml_id != pml.pk:
        invitation.pml_id = pml.pk
        invitation.save(update_fields=["pml_id", "updated_at"])
    logger.info("invitation %s by %s of satker %s", invitation.pk, actor.pk, satker.pk)
    return invitation


def invitation_accept(*, actor: User, invitation_id: UUID) -> Invitation:
    """Join the office that invites, with the role it offers, in one transaction.

    Accepting again gives the same; of two offices' invitations accepted at once one wins.
    Raises NotFound (absent or somebody else's), InvitationClosed, AlreadyInSatker, SatkerHasLeft.
    """
    found = _own_invitation(actor, invitation_id)
    if actor.satker is not None and actor.satker.pk != found.satker_id:
        raise AlreadyInSatker(actor.satker.name)
    with tenant_scope(found.satker_id):
        # Place, invitation, person: withdrawing and leaving the activity wait for this or win.
        place = _place(found)
        invitation = _lock_invitation(found)
        if invitation.state == InvitationState.ACCEPTED:
            return invitation
        _check_waiting(invitation)
        person = _join(actor, invitation.satker)
        _give_what_was_offered(invitation, place, person)
        _answer(invitation, InvitationState.ACCEPTED)
    logger.info("invitation %s accepted", invitation.pk)
    return invitation


def invitation_decline(*, actor: User, invitation_id: UUID) -> Invitation:
    """Turn an invitation down. Repeating does nothing. Raises NotFound, InvitationClosed."""
    with transaction.atomic():
        invitation = _lock_invitation(_own_invitation(actor, invitation_id))
        if invitation.state != InvitationState.DECLINED:
            _check_waiting(invitation)
            _answer(invitation, InvitationState.DECLINED)
    return invitation


def invitation_withdraw(*, actor: User, satker: Satker, invitation_id: UUID) -> Invitation:
    """Take an office's invitation back. Repeating does nothing.

    Raises NotFound (absent or another office's), NotAllowed, InvitationClosed.
    """
    found = Invitation.objects.filter(pk=invitation_id, satker=satker).first()
    if found is None:
        raise NotFound
    with tenant_scope(satker):
        place = _place(found)
        if place is None:
            check_satker_admin(actor=actor, satker_id=satker.pk)
        else:
            check_grants_role(actor=actor, place=place, role=found.role)
        invitation = _lock_invitation(found)
        if invitation.state != InvitationState.WITHDRAWN:
            _check_waiting(invitation)
            _answer(invitation, InvitationState.WITHDRAWN)
    return invitation


def invitations_of_office(
    *, actor: User, satker: Satker, states: Iterable[str] = (InvitationState.WAITING,)
) -> list[Invitation]:
    """Return an office's invitations, newest first, for super_admin and its admin_satker.

    Raises NotAllowed, NotFound.
    """
    check_satker_admin(actor=actor, satker_id=satker.pk)
    found = Invitation.objects.filter(satker=satker, state__in=list(states))
    return list(found.order_by("-created_at"))


def _own_invitation(actor: User, invitation_id: UUID) -> Invitation:
    found = Invitation.objects.filter(pk=invitation_id, email=actor.email).first()
    if found is None or actor.is_superuser:
        raise NotFound
    return found


def _lock_invitation(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_related("satker").select_for_update(of=("self",))
    return rows.get(pk=invitation.pk)


def _check_waiting(invitation: Invitation) -> None:
    if invitation.state != InvitationState.WAITING:
        raise InvitationClosed(details={"state": invitation.state})


def _place(invitation: Invitation) -> KegiatanSatker | None:
    if invitation.kegiatan_id is None:
        return None
    places = KegiatanSatker.objects.select_for_update(no_key=True)
    place = places.filter(
        satker_id=invitation.satker_id, kegiatan_statistik_id=invitation.kegiatan_id
    ).first()
    if place is None:
        raise SatkerHasLeft
    return place


def _join(actor: User, satker: Satker) -> User:
    """Make a floating person a member of the office; theirs already: nothing to do."""
    # No join here: after waiting for the lock PostgreSQL would give the new person with the office
    # as it was joined before.
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if not person.is_active:
        raise NotInOffice
    if person.satker is None:
        person.satker = satker
        person.save(update_fields=["satker", "updated_at"])
    elif person.satker.pk != satker.pk:
        raise AlreadyInSatker(person.satker.name)
    return person


def _give_what_was_offered(
    invitation: Invitation, place: KegiatanSatker | None, person: User
) -> None:
    if place is None:
        satker_role_give(satker=invitation.satker, user=person, role=ADMIN_SATKER)
        return
    supervisor = None
    if invitation.pml_id is not None:
        supervisor = User.objects.filter(pk=invitation.pml_id).first()
    try:
        role_give(place=place, user=person, role=invitation.role, pml=supervisor)
    except NotSupervisor:
        # No longer PML since the invitation: the office names another.
        role_give(place=place, user=person, role=invitation.role)


def _answer(invitation: Invitation, state: InvitationState) -> None:
    invitation.state = state
    invitation.answered_at = timezone.now()
    invitation.save(update_fields=["state", "answered_at", "updated_at"])
