"""Private files on disk, safe against a crash between the file and its row."""

import os
from typing import Any

from django.core.files.storage import FileSystemStorage


class DurableFileStorage(FileSystemStorage):
    """Writes to a temporary name, syncs, then renames; saving a name that exists keeps it.

    Attachments are named by their digest, so the bytes under an existing name are the same.
    """

    def _save(self, name: str, content: Any) -> str:
        path = self.path(name)
        directory = os.path.dirname(path)
        os.makedirs(directory, exist_ok=True)
        if os.path.exists(path):
            os.utime(path)  # keeps the sweep away from a file that is being named again
            return name
        temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.part"
        with open(temporary, "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name itself: it is the digest of the content."""
        return name
