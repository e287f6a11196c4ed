"""Account cards: name, email, roles, and the QR code of a fresh one-time link."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from cerdas.admin_rights import OfficeRights
from kegiatan.admin_crew import PersonFacts, RoleShown, people_facts
from satker.models import User
from satker.services.account_links import AccountLink, account_links_issue


@dataclass(frozen=True)
class AccountCard:
    """One card. qr: SVG; url: the same link in writing."""

    link: AccountLink
    url: str
    qr: SafeString
    roles: tuple[RoleShown, ...]


def cards_of(
    request: HttpRequest, rights: OfficeRights, people: Sequence[User]
) -> list[AccountCard]:
    """Make a link and a card for each person; links made before end.

    Raises NotAllowed, NotFound.
    """
    links = account_links_issue(actor=rights.user, satker=rights.satker, users=people)
    facts = people_facts(rights.satker, [user.pk for user in people], None)
    return [_card(request, link, facts.get(link.user.pk, PersonFacts())) for link in links]


def card_of(request: HttpRequest, rights: OfficeRights, person: User) -> AccountCard:
    """Make the card of one person."""
    return cards_of(request, rights, [person])[0]


def _card(request: HttpRequest, link: AccountLink, facts: PersonFacts) -> AccountCard:
    url = request.build_absolute_uri(link.path)
    # A fixed mask: trying all eight takes ten times as long and no reader needs the best.
    code = segno.make_qr(url, error="m", mask=2)
    svg = code.svg_inline(scale=1, border=4, omitsize=True, dark="#000", light="#fff", title="QR")
    return AccountCard(link, url, mark_safe(svg), tuple(facts.roles))
