"""A drawn house, for the photos of the demo's units."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageDraw

from assignments.services.media import Upload, received_file

_SIZE = (640, 480)


@contextmanager
def house_photo() -> Iterator[Upload]:
    """Give one picture as an upload; it can be stored for many units while the block runs."""
    picture = Image.new("RGB", _SIZE, "#9fd3f0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 330, 640, 480), fill="#7aa35a")
    draw.rectangle((170, 200, 470, 390), fill="#f1e2c0", outline="#6b4f2a", width=4)
    draw.polygon(((140, 205), (320, 90), (500, 205)), fill="#a8452f", outline="#6b2a1c")
    draw.rectangle((285, 280, 355, 390), fill="#6b4f2a")
    for left in (200, 390):
        draw.rectangle((left, 240, left + 55, 295), fill="#cfe8f5", outline="#6b4f2a", width=3)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=80)
    content = stream.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    with received_file(io.BytesIO(content), length_bytes=len(content), sha256=digest) as upload:
        yield upload
