"""The typefaces of the report, out of their packages: where they lie, what they can print."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

SANS = "Source Sans Pro"
SERIF = "Source Serif Pro"
# White space that layout consumes; it needs no glyph.
LAYOUT = {"\n", "\t", " "}


class Face(NamedTuple):
    """One face: the family's name in the stylesheet, its weight, and its file."""

    family: str
    weight: int
    package: str
    file: str

    @property
    def url(self) -> str:
        """Where the file lies, as a URL for the stylesheet."""
        return self.path.as_uri()

    @property
    def path(self) -> Path:
        """Where the file lies. The packages are unpacked on disk, so it is a plain path."""
        return Path(str(files(self.package) / "files" / self.file))


FACES = (
    Face(SANS, 400, "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    Face(SANS, 600, "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    Face(SERIF, 400, "font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    Face(SERIF, 600, "font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
)


def face_rules() -> str:
    """Return the ``@font-face`` rules for the stylesheet."""
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight};'
        f' src: url("{face.url}") format("truetype"); }}'
        for face in FACES
    )


def printable(value: Any) -> Any:
    """Return the value with every character that the typefaces lack written as its code point.

    Without the machine's fonts there is no fallback, and an empty box would hide what stood there.
    Control and direction characters become visible the same way. The attached files keep the text.
    """
    if isinstance(value, str):
        return _printable_text(value)
    if isinstance(value, dict):
        return {_printable_text(str(key)): printable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [printable(part) for part in value]
    return value


def width(text: str, size: float, *, semibold: bool = False) -> float:
    """Return how wide the text is in the sans face, in the unit of ``size``."""
    advances = _advances(1 if semibold else 0)
    return sum(advances.get(ord(letter), 500) for letter in text) * size / 1000


def _printable_text(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    known = _characters()
    return "".join(
        letter if letter in LAYOUT or ord(letter) in known else f"[U+{ord(letter):04X}]"
        for letter in unicodedata.normalize("NFC", text)
    )


@cache
def _characters() -> frozenset[int]:
    """Return what both weights of the sans face can print; the serif face falls back on it."""
    regular, semibold = _advances(0), _advances(1)
    return frozenset(code for code in regular if code in semibold and code >= 0x20)


@cache
def _advances(place: int) -> dict[int, int]:
    """Return the advance width of every character of a face, in thousandths of its size."""
    from fontTools.ttLib import TTFont

    with TTFont(FACES[place].path) as font:
        widths, scale = font["hmtx"], 1000 / font["head"].unitsPerEm
        return {code: round(widths[name][0] * scale) for code, name in font.getBestCmap().items()}
