"""Writers for the feed: what an office and its phones do at the same time, some of it undone."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import DatabaseError, connections

from assignments.models import Assignment
from assignments.services.cancelling import assignment_cancel
from assignments.services.reassigning import assignment_reassign
from assignments.sync.processing import Batch
from cerdas.database_errors import is_retryable
from cerdas.errors import CerdasError
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from kegiatan.services.roles import role_grant, role_revoke
from satker.models import Satker, User
from tests.assignments.sending import create, operation, submit

REASON = {"notes": "Periksa lagi"}
# from status: (type, data, who acts)
STEPS: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "Assigned": [("open", {}, "ppl"), ("submit", {}, "ppl")],
    "Opened": [("submit", {}, "ppl")],
    "Rejected by PML": [("submit", {}, "ppl")],
    "Rejected by Admin": [("submit", {}, "ppl")],
    "Submitted by PPL": [("approve", {}, "pml"), ("reject", REASON, "pml")],
    "Approved by PML": [("revert_approval", REASON, "pml"), ("reject", REASON, "admin")],
}


@dataclass
class Office:
    """Who and what the writers work on.

    supervisor: whose role nobody takes, so that new units find a PML. crew: the others with phones.
    """

    satker: Satker
    kegiatan: KegiatanStatistik
    place: KegiatanSatker
    admin: User
    supervisor: User
    crew: list[User]
    done: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)


class Undone(Exception):
    """Raised by a writer to roll back what it did."""


def units(office: Office) -> list[tuple[UUID, str, int, UUID, UUID]]:
    """Return (id, status, version, PPL, PML) of every unit that is not cancelled."""
    with tenant_scope(office.satker):
        return list(
            Assignment.objects.filter(cancelled_at__isnull=True)
            .order_by("pk")
            .values_list("pk", "response__status", "response__version", "ppl_id", "pml_id")
        )


def send(office: Office, actor: User, *operations: dict[str, Any]) -> list[Any]:
    """Process operations as a request of this person would, and return the results."""
    body = orjson.dumps({"operations": operations})
    batch = Batch(
        user=User.objects.select_related("satker").get(pk=actor.pk),
        kegiatan_id=office.kegiatan.pk,
        operations=orjson.loads(body)["operations"],
        body=body,
    )
    return [result for _id, result in batch.process()]


def _step(office: Office, dice: random.Random) -> str:
    unit, status, version, ppl, pml = dice.choice(units(office))
    kind, data, who = dice.choice(STEPS[status])
    people = {user.pk: user for user in [*office.crew, office.supervisor, office.admin]}
    actor = people[{"ppl": ppl, "pml": pml, "admin": office.admin.pk}[who]]
    if kind == "submit":
        made = submit(unit, base_version=version, data={"label": f"Keluarga {dice.random():.6f}"})
    else:
        made = operation(kind, unit, base_version=version, data=data)
    [result] = send(office, actor, made)
    return f"{kind} {result.outcome}"


def _create(office: Office, dice: random.Random) -> str:
    [result] = send(office, dice.choice(office.crew), create(uuid4()))
    return f"create {result.outcome}"


def _reassign(office: Office, dice: random.Random) -> str:
    chosen = dice.sample([unit[0] for unit in units(office)], 3)
    people = {"ppl": dice.choice(office.crew), "pml": dice.choice(office.crew)}
    both = dice.choice([["ppl"], ["pml"], ["ppl", "pml"]])
    assignment_reassign(
        actor=office.admin, satker=office.satker, kegiatan=office.kegiatan,
        assignment_ids=chosen, **{name: people[name] for name in both},
    )  # fmt: skip
    return "reassign"


def _cancel(office: Office, dice: random.Random) -> str:
    fresh = [unit[0] for unit in units(office) if unit[1] == "Assigned"]
    if len(fresh) < 10:
        return "cancel spared"
    assignment_cancel(
        actor=office.admin, satker=office.satker, kegiatan=office.kegiatan,
        assignment_ids=[dice.choice(fresh)], reason="Ganda",
    )  # fmt: skip
    return "cancel"


def _role(office: Office, dice: random.Random) -> str:
    change = dice.choice([role_grant, role_grant, role_revoke])
    user, role = dice.choice(office.crew), dice.choice(["PPL", "PML"])
    change(actor=office.admin, kegiatan_satker=office.place, user=user, role=role)
    return change.__name__


def _label(office: Office, dice: random.Random) -> str:
    unit = dice.choice(units(office))[0]
    with tenant_scope(office.satker):
        found = Assignment.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit)
        found.assignment_label = f"Rumah {dice.random():.6f}"
        found.save(update_fields=["assignment_label", "updated_at"])
    return "label"


ACTIONS = (_step, _step, _step, _create, _reassign, _reassign, _cancel, _role, _role, _label)


def _slowly(office: Office, dice: random.Random) -> str:
    """One action in a transaction that stays open for a while and often is undone."""
    action = dice.choice([_reassign, _cancel, _role, _label])
    undo = dice.random() < 0.5
    try:
        with tenant_scope(office.satker, new_transaction=True):
            name = action(office, dice)
            time.sleep(dice.uniform(0.01, 0.3))
            if undo:
                raise Undone
    except Undone:
        return f"{name} undone"
    return f"{name} slow"


def write(office: Office, seed: int, stop: threading.Event) -> None:
    """Act until told to stop. Refusals and deadlocks are part of life, anything else a fault."""
    dice = random.Random(seed)
    try:
        while not stop.is_set():
            slow = dice.random() < 0.15
            action = _slowly if slow else dice.choice(ACTIONS)
            try:
                office.done[action(office, dice)] += 1
            except CerdasError as error:
                office.done[f"{action.__name__.strip('_')} {error.code}"] += 1
            except DatabaseError as error:
                if not is_retryable(error):
                    raise
                office.done["busy"] += 1
    except BaseException as error:
        office.faults.append(error)
    finally:
        connections.close_all()
