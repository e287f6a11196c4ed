"""The current rows that come along with the results of operations."""

from collections.abc import Sequence
from uuid import UUID

from assignments.sync.documents import Document, assignment_documents
from cerdas.tenancy import tenant_scope
from kegiatan.selectors import kegiatan_roles
from satker.models import User
from satker.permissions import ADMIN_KEGIATAN


def visible_documents(
    *, user: User, kegiatan_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, Document]:
    """Return the units among `ids` that the person may see now, in their own office.

    Those in their hands; for admin_kegiatan all of the kegiatan.
    """
    if not ids or user.satker is None:
        return {}
    with tenant_scope(user.satker):
        return visible_in_scope(user=user, kegiatan_id=kegiatan_id, ids=ids)


def visible_in_scope(*, user: User, kegiatan_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Document]:
    """Return what `visible_documents` does, where the scope of their office is open already."""
    if user.satker is None:
        return {}
    documents = assignment_documents(user_id=user.pk, ids=ids)
    # a feed stamp is given exactly for what is in the person's hands
    unseen = [key for key, document in documents.items() if document["rev"] is None]
    if unseen and ADMIN_KEGIATAN not in kegiatan_roles(user.pk, kegiatan_id, user.satker.pk):
        return {key: documents[key] for key in documents if key not in unseen}
    return {k: d for k, d in documents.items() if d["kegiatan"] == kegiatan_id}
