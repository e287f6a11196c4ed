"""Ids made on the server: UUIDv7, so that new rows land at the end of their index."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """Return a new UUIDv7."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
