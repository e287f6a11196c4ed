"""Reads about offices, their area, and who holds which role in them."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from satker.models import (
    Invitation,
    InvitationState,
    Satker,
    SatkerUserRole,
    SatkerWilayahTugas,
    User,
)


@dataclass(frozen=True)
class SatkerRole:
    """A role of a person in an office."""

    role: str
    satker: Satker


def request_satker(*, user: User | AnonymousUser, code: str | None) -> Satker | None:
    """Return the office that a request works in, or None.

    code: the office in the URL; it counts only when it is the person's own, or for super_admin.
    Without code: the person's own office. Costs no query for people who came with a token.
    """
    if not isinstance(user, User) or not user.is_active:
        return None
    if code is not None and user.is_superuser:
        return Satker.objects.filter(code=code).first()
    own = user.satker
    if own is None or (code is not None and code != own.code):
        return None
    return own


def satker_prefixes(satker_id: UUID) -> tuple[str, ...]:
    """Return the code prefixes an office is responsible for, in order; `*` for the head office."""
    found = SatkerWilayahTugas.objects.filter(satker_id=satker_id)
    return tuple(
        found.order_by("wilayah_code_prefix").values_list("wilayah_code_prefix", flat=True)
    )


def satker_roles(user_id: UUID, satker_id: UUID) -> frozenset[str]:
    """Return the roles a person holds in an office: empty for the inactive and for who left it."""
    held = SatkerUserRole.objects.filter(
        user_id=user_id,
        user__satker_id=satker_id,
        user__is_active=True,
        content_object_id=satker_id,
    )
    return frozenset(held.values_list("permission__codename", flat=True))


def satker_roles_of(user: User) -> list[SatkerRole]:
    """Return all roles a person holds in their office, in one query."""
    if user.satker is None:
        return []
    return [SatkerRole(role, user.satker) for role in sorted(satker_roles(user.pk, user.satker.pk))]


def invitations_for(user: User) -> QuerySet[Invitation]:
    """Return the invitations a person can answer, newest first.

    A floating person sees all that wait for their email; a member only those of their own office.
    """
    waiting = Invitation.objects.filter(email=user.email, state=InvitationState.WAITING)
    if user.is_superuser:
        return waiting.none()
    if user.satker_id is not None:
        waiting = waiting.filter(satker_id=user.satker_id)
    return waiting.select_related("satker").order_by("-created_at")
