"""`manage.py parked list|apply|discard`: decide about field work that could not be applied."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from assignments.models import ParkedOperation
from assignments.services.parked import Crew, parked_apply, parked_discard, parked_list
from cerdas.commands import CerdasCommand
from cerdas.errors import NotFound
from satker.models import Satker, User


class Command(CerdasCommand):
    """Lists, applies or discards parked field work of one office."""

    help = "List, apply or discard field work that waits for the office."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the action and its options."""
        # not required here: it may follow the action, and `run` says when it is missing
        self.add_actor_arguments(parser, actor_required=False)
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="what waits, oldest first")
        listing.add_argument("--state", default="waiting", choices=ParkedOperation.State.values)
        apply = actions.add_parser("apply", help="apply it to its unit")
        apply.add_argument("id", type=UUID)
        apply.add_argument("--reason", default="")
        apply.add_argument("--ppl", help="email of who gets a unit that is made")
        apply.add_argument("--pml", help="email of that person's supervisor")
        apply.add_argument(
            "--archive-faulty",
            action="store_true",
            help="keep answers of the wrong shape apart instead of refusing",
        )
        discard = actions.add_parser("discard", help="do not use it; the phone is told why")
        discard.add_argument("id", type=UUID)
        discard.add_argument("--reason", required=True)
        for action in (listing, apply, discard):
            self.add_actor_arguments(action, again=True)

    def run(self, **options: Any) -> Any:
        """Carry out the action in the scope of the office. Raises Invalid without --actor."""
        action = options["action"]
        if action == "list":
            return [
                describe(row)
                for row in parked_list(actor=self.actor, satker=self.satker, state=options["state"])
            ]
        if action == "discard":
            row = parked_discard(
                actor=self.actor,
                satker=self.satker,
                parked_id=options["id"],
                reason=options["reason"],
            )
            return describe(row)
        crew = Crew(self._person(options["ppl"]), self._person(options["pml"]))
        row = parked_apply(
            actor=self.actor,
            satker=self.satker,
            parked_id=options["id"],
            reason=options["reason"],
            crew=crew,
            archive_faulty=options["archive_faulty"],
        )
        return describe(row)

    def _person(self, email: str | None) -> UUID | None:
        return None if email is None else person_id(self.satker, email)


def person_id(satker: Satker, email: str) -> UUID:
    """Return the id of a person of an office by email. Raises NotFound."""
    found = User.objects.filter(satker=satker, email=email.strip().lower()).first()
    if found is None:
        raise NotFound
    return found.pk


def describe(row: ParkedOperation) -> dict[str, Any]:
    """Return a parked row as the admin needs it to decide."""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "state": row.state,
        "kegiatan": row.kegiatan.name,
        "assignment": str(row.assignment_id),
        "by": row.user.email,
        "reason": row.reason,
        "details": row.details,
        "received_at": row.received_at.isoformat(),
        "decision_reason": row.decision_reason,
    }
