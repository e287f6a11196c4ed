"""Program: open an image, make its thumbnail. Runs alone, under limits.

Arguments: image, thumbnail to write, side in pixels. Exit code 3: not a readable image.
See cerdas.subprocess_limits.
"""

import sys

from PIL import Image, ImageOps

Image.MAX_IMAGE_PIXELS = 120_000_000  # the best phone cameras of today have 108 million
FORMATS = ("JPEG", "PNG", "WEBP")


def main(source: str, target: str, pixels: int) -> int:
    """Write the thumbnail, upright and without metadata."""
    try:
        with Image.open(source, formats=FORMATS) as image:
            image.draft("RGB", (pixels * 2, pixels * 2))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((pixels, pixels))
            upright.convert("RGB").save(target, "JPEG", quality=75)
    except Exception as error:  # any fault of a decoder means: not a readable image
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
