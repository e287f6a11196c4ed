"""`manage.py list_kegiatan`: which activities there are, with their ids."""

from typing import Any

from django.core.management.base import CommandParser

from cerdas.commands import CerdasCommand
from kegiatan.models import KegiatanStatistik
from kegiatan.selectors import kegiatan_list_for, kegiatan_of_office


class Command(CerdasCommand):
    """What the actor sees: super_admin all, or those of --satker."""

    help = "List the activities that the actor sees, newest first, with their ids."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take nothing but who asks."""
        self.add_actor_arguments(parser)

    def run(self, **options: Any) -> Any:
        """List them."""
        seen = [item.kegiatan for item in kegiatan_list_for(self.actor)]
        office = self.satker_or_none
        if office is not None:
            here = set(kegiatan_of_office(office.pk).values_list("pk", flat=True))
            seen = [kegiatan for kegiatan in seen if kegiatan.pk in here]
        return [_described(kegiatan) for kegiatan in seen]


def _described(kegiatan: KegiatanStatistik) -> dict[str, Any]:
    return {
        "id": kegiatan.pk,
        "name": kegiatan.name,
        "year": kegiatan.year,
        "start": kegiatan.start_date.isoformat(),
        "end": kegiatan.end_date.isoformat(),
    }
