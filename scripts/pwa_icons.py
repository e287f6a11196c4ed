"""Draw the icons of Cerdas Mobile: the mark of cerdas/static/cerdas/icon.svg as PNG.

Phones want PNG for the home screen; `maskable` fills the square, since the phone cuts its shape.
    .venv/bin/python scripts/pwa_icons.py
"""

from pathlib import Path

from PIL import Image, ImageDraw

OUT = Path(__file__).resolve().parent.parent / "pwa" / "public" / "icons"
BRAND, WHITE, AMBER = "#0f766e", "#ffffff", "#fbbf24"
OVERSAMPLING = 4


def line(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float) -> None:
    """Draw a line with round ends and corners."""
    draw.line(points, fill=AMBER, width=round(width), joint="curve")
    for x, y in points:
        radius = width / 2
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=AMBER)


def icon(size: int, *, is_maskable: bool) -> Image.Image:
    """Return the mark; units of the SVG are 32 to the side."""
    side = size * OVERSAMPLING
    unit = side / 32
    image = Image.new("RGBA", (side, side), BRAND if is_maskable else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    if not is_maskable:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=8 * unit, fill=BRAND)
    scale = 0.8 if is_maskable else 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        return ((x - 16) * scale + 16) * unit, ((y - 16) * scale + 16) * unit

    width = 3.2 * unit * scale
    outer = 8 + 1.6  # radius to the middle of the stroke, and half its width
    left, top = at(16.1 - outer, 16 - outer)
    right, bottom = at(16.1 + outer, 16 + outer)
    draw.arc((left, top, right, bottom), 37, 323, fill=WHITE, width=round(width))
    for x, y in ((22.5, 11.2), (22.5, 20.8)):
        cx, cy = at(x, y)
        draw.ellipse((cx - width / 2, cy - width / 2, cx + width / 2, cy + width / 2), fill=WHITE)
    line(draw, [at(14, 16), at(16.6, 18.7), at(23, 11.8)], 3 * unit * scale)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every icon that the manifest names."""
    OUT.mkdir(parents=True, exist_ok=True)
    for size in (192, 512):
        icon(size, is_maskable=False).save(OUT / f"icon-{size}.png", optimize=True)
    icon(512, is_maskable=True).convert("RGB").save(OUT / "maskable-512.png", optimize=True)


if __name__ == "__main__":
    main()
