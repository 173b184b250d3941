"""Draw the brand images: a pin that shows home, with a plus.

Usage: python scripts/draw_brand.py

Every shape is a signed distance (negative inside), so that edges are smooth at any size and the same
picture comes out everywhere. Needs the standard library only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, sqrt
from pathlib import Path
import struct
import zlib

BRAND = Path(__file__).parents[1] / "custom_components" / "ddns_plus" / "brand"

type Point = tuple[float, float]
type Colour = tuple[float, float, float]
type Shape = Callable[[float, float], float]

WHITE: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours for one kind of background."""

    pin_top: Colour
    pin_bottom: Colour
    badge_top: Colour
    badge_bottom: Colour


def colour(code: str) -> Colour:
    """Return the colour of a code such as ff8800."""
    red, green, blue = (value / 255 for value in bytes.fromhex(code))
    return red, green, blue


LIGHT = Palette(
    pin_top=colour("1fb6e8"),
    pin_bottom=colour("0a5fb0"),
    badge_top=colour("ffb02e"),
    badge_bottom=colour("f47a12"),
)
DARK = Palette(
    pin_top=colour("5ad1f7"),
    pin_bottom=colour("2f8fe0"),
    badge_top=colour("ffc65c"),
    badge_bottom=colour("ff962b"),
)


def circle(centre: Point, radius: float) -> Shape:
    """Return a disc."""
    return lambda x, y: hypot(x - centre[0], y - centre[1]) - radius


def drop(top: Point, radius: float, tip: Point, tip_radius: float) -> Shape:
    """Return a disc that narrows straight down to a smaller one."""
    height = tip[1] - top[1]
    slope = (radius - tip_radius) / height
    cosine = sqrt(1 - slope * slope)

    def distance(x: float, y: float) -> float:
        along, aside = y - top[1], abs(x - top[0])
        place = along * cosine - aside * slope
        if place < 0:
            return hypot(aside, along) - radius
        if place > cosine * height:
            return hypot(aside, along - height) - tip_radius
        return aside * cosine + along * slope - radius

    return distance


def polygon(corners: list[Point], rounding: float) -> Shape:
    """Return a polygon, grown by the rounding of its corners."""
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

    def distance(x: float, y: float) -> float:
        nearest = float("inf")
        inside = False
        for (x1, y1), (x2, y2) in edges:
            width, height = x2 - x1, y2 - y1
            share = ((x - x1) * width + (y - y1) * height) / (width**2 + height**2)
            share = min(1.0, max(0.0, share))
            nearest = min(
                nearest, hypot(x - x1 - share * width, y - y1 - share * height)
            )
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * width / height:
                inside = not inside
        return (-nearest if inside else nearest) - rounding

    return distance


def bar(start: Point, end: Point, radius: float) -> Shape:
    """Return a line with round ends."""
    width, height = end[0] - start[0], end[1] - start[1]

    def distance(x: float, y: float) -> float:
        share = (x - start[0]) * width + (y - start[1]) * height
        share = min(1.0, max(0.0, share / (width**2 + height**2)))
        return (
            hypot(x - start[0] - share * width, y - start[1] - share * height) - radius
        )

    return distance


def without(shape: Shape, *holes: Shape) -> Shape:
    """Return a shape with holes."""
    return lambda x, y: max(shape(x, y), *(-hole(x, y) for hole in holes))


def joined(*shapes: Shape) -> Shape:
    """Return shapes as one."""
    return lambda x, y: min(shape(x, y) for shape in shapes)


# The picture measures 1 by 1; y points down.
PIN = drop((0.46, 0.41), 0.395, (0.46, 0.965), 0.03)
HOUSE = joined(
    polygon([(0.46, 0.185), (0.675, 0.38), (0.245, 0.38)], 0.028),
    polygon([(0.32, 0.35), (0.6, 0.35), (0.6, 0.53), (0.32, 0.53)], 0.022),
)
DOOR = polygon([(0.422, 0.455), (0.498, 0.455), (0.498, 0.62), (0.422, 0.62)], 0.012)
BADGE_CENTRE = (0.775, 0.775)
BADGE = circle(BADGE_CENTRE, 0.195)
GAP = circle(BADGE_CENTRE, 0.232)
PLUS = joined(
    bar((0.677, 0.775), (0.873, 0.775), 0.032),
    bar((0.775, 0.677), (0.775, 0.873), 0.032),
)


def blend(top: Colour, bottom: Colour, share: float) -> Colour:
    """Return the colour that far on the way from top to bottom."""
    share = min(1.0, max(0.0, share))
    red, green, blue = (a + (b - a) * share for a, b in zip(top, bottom, strict=True))
    return red, green, blue


def pixels(size: int, palette: Palette) -> bytes:
    """Return the picture as rows of RGBA, each led by its filter byte."""
    layers: list[tuple[Shape, Callable[[float], Colour]]] = [
        (without(PIN, GAP), lambda y: blend(palette.pin_top, palette.pin_bottom, y)),
        (without(HOUSE, DOOR), lambda _: WHITE),
        (
            BADGE,
            lambda y: blend(palette.badge_top, palette.badge_bottom, y * 2.5 - 1.4),
        ),
        (PLUS, lambda _: WHITE),
    ]
    rows = bytearray()
    for row in range(size):
        y = (row + 0.5) / size
        shades = [(shape, paint(y)) for shape, paint in layers]
        rows.append(0)
        for column in range(size):
            x = (column + 0.5) / size
            mixed, opacity = (0.0, 0.0, 0.0), 0.0
            for shape, shade in shades:
                cover = min(1.0, max(0.0, 0.5 - shape(x, y) * size))
                if cover:
                    total = cover + opacity * (1 - cover)
                    mixed = blend(mixed, shade, cover / total)
                    opacity = total
            rows += bytes(round(value * 255) for value in (*mixed, opacity))
    return bytes(rows)


def png(size: int, rows: bytes) -> bytes:
    """Return rows of RGBA as a PNG file (W3C PNG, third edition)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def main() -> None:
    """Write every image that Home Assistant looks for."""
    BRAND.mkdir(parents=True, exist_ok=True)
    for prefix, palette in (("", LIGHT), ("dark_", DARK)):
        for suffix, size in (("", 256), ("@2x", 512)):
            path = BRAND / f"{prefix}icon{suffix}.png"
            path.write_bytes(png(size, pixels(size, palette)))
            print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
