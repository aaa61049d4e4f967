"""The sheet a chart is drawn on: shapes by role, styled for the page or for paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Literal
from xml.etree import ElementTree

Target = Literal["page", "pdf"]

WIDTH = 560
SIZES: Mapping[Target, float] = {"page": 12, "pdf": 10.5}
FONT = "Source Sans Pro"
INK, SOFT, RULE, ACCENT, SEVERE, PAPER = (
    "#1b2530",
    "#55606d",
    "#dedcd6",
    "#1d5a8c",
    "#9b1c31",
    "#ffffff",
)
ON_PAPER: Mapping[str, Mapping[str, str]] = {
    "grid": {"stroke": RULE, "stroke-width": "0.6"},
    "zero": {"stroke": SOFT, "stroke-width": "1"},
    "limit": {"stroke": SEVERE, "stroke-width": "1", "stroke-dasharray": "4 3"},
    "whisker": {"stroke": ACCENT, "stroke-width": "2"},
    "whisker bad": {"stroke": SEVERE, "stroke-width": "2"},
    "dot": {"fill": ACCENT},
    "dot bad": {"fill": SEVERE},
    "past": {"stroke": "#a9b0b8", "stroke-width": "9"},
    "now": {"stroke": ACCENT, "stroke-width": "9"},
    "few": {"fill": PAPER, "stroke": ACCENT, "stroke-width": "1.5"},
    "label": {"fill": SOFT},
    "count": {"fill": INK, "font-weight": "600"},
}
"""What the stylesheet says of each role on the page, as attributes for paper."""

# Parts of the font size, on the wide side: text must never reach past its room in any typeface.
NARROW, WIDE, FULL, REGULAR = 0.34, 0.86, 1.05, 0.6
NARROW_LETTERS = frozenset("iljtfrI.,:;'|!()[]/ ")


class Drawing:
    """One SVG in the making."""

    def __init__(self, target: Target, *, title: str, description: str, height: float) -> None:
        """Begin a chart of the common width; its title is its accessible name."""
        self.target = target
        self.size = SIZES[target]
        attributes = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {plain(height)}",
            "role": "img",
            "aria-label": printable(title),
        }
        if target == "page":
            attributes = {"class": "chart", **attributes}
        self.root = ElementTree.Element("svg", attributes)
        self.told(self.root, title)
        if description:
            ElementTree.SubElement(self.root, "desc").text = printable(description)

    def line(self, role: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a straight line."""
        (x1, y1), (x2, y2) = start, end
        self._shape(self.root, "line", role, x1=x1, y1=y1, x2=x2, y2=y2)

    def group(self, title: str) -> ElementTree.Element:
        """Begin shapes that belong together; the title shows when a pointer rests on them."""
        group = ElementTree.SubElement(self.root, "g")
        self.told(group, title)
        return group

    def bar(
        self, into: ElementTree.Element, role: str, *, left: float, right: float, y: float
    ) -> None:
        """Draw a whisker from left to right."""
        self._shape(into, "line", role, x1=left, y1=y, x2=right, y2=y)

    def dot(self, into: ElementTree.Element, role: str, x: float, y: float) -> None:
        """Draw a round mark, or a square on its corner for a bad one: not by colour alone."""
        if role.endswith("bad"):
            points = ((x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y))
            shape = self._shape(into, "polygon", role)
            shape.set("points", " ".join(f"{plain(a)},{plain(b)}" for a, b in points))
        else:
            self._shape(into, "circle", role, cx=x, cy=y, r=5)

    def square(
        self, into: ElementTree.Element, corner: tuple[float, float], side: float, shade: float
    ) -> None:
        """Draw a square whose shade is 0 (none) to 1 (deepest, text on it still readable)."""
        x, y = corner
        within = side - 3 if side > 12 else side
        square = self._shape(into, "rect", "cell", x=x, y=y, width=within, height=within)
        opacity = 0.05 + 0.2 * shade
        if self.target == "page":
            square.set("fill-opacity", plain(opacity))
        else:
            square.set("fill", blended(ACCENT, opacity))

    def text(
        self,
        words: str,
        x: float,
        y: float,
        *,
        anchor: str = "start",
        role: str = "label",
        into: ElementTree.Element | None = None,
    ) -> None:
        """Write one line of text; ``y`` is its baseline."""
        parent = self.root if into is None else into
        text = self._shape(parent, "text", role, x=x, y=y)
        text.set("text-anchor", anchor)
        if self.target == "pdf":
            text.set("font-family", FONT)
            text.set("font-size", plain(self.size))
        text.text = printable(words)

    def told(self, element: ElementTree.Element, words: str) -> None:
        """Give an element its title."""
        ElementTree.SubElement(element, "title").text = printable(words)

    def svg(self) -> str:
        """Return the finished picture."""
        return ElementTree.tostring(self.root, encoding="unicode")

    def _shape(
        self, into: ElementTree.Element, tag: str, role: str, **places: float
    ) -> ElementTree.Element:
        shape = ElementTree.SubElement(into, tag)
        for name, value in places.items():
            shape.set(name, plain(value))
        if self.target == "page":
            shape.set("class", role)
        else:
            for name, text in ON_PAPER.get(role, {}).items():
                shape.set(name, text)
        return shape


def width(words: str, size: float) -> float:
    """Return how wide a line of text is at the most."""
    return size * sum(map(_letter, words))


def wrapped(words: str, size: float, room: float, *, lines: int = 2) -> list[str]:
    """Break text into so many lines of that width; what is left over ends in an ellipsis."""
    found: list[str] = []
    rest = printable(words).strip()
    while rest and len(found) < lines:
        line = _fitting(rest, size, room)
        if len(found) == lines - 1 and line != rest:
            line = f"{_fitting(rest, size, room - width('…', size)).rstrip()}…"
            rest = ""
        found.append(line.rstrip())
        rest = rest[len(line) :].strip()
    return found or [""]


def printable(words: str) -> str:
    """Return text without the control characters that no XML may hold."""
    return "".join(
        " " if letter in "\t\r\n" else letter if _allowed(letter) else "\ufffd" for letter in words
    )


def plain(number: float) -> str:
    """Return a coordinate without needless digits."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def blended(colour: str, opacity: float) -> str:
    """Return the colour as it looks over white paper, without transparency."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - opacity * (255 - part)):02x}" for part in parts)


def _fitting(words: str, size: float, room: float) -> str:
    """Return the longest beginning that fits, up to a space where there is one."""
    end = len(words)
    while end > 1 and width(words[:end], size) > room:
        end -= 1
    if end == len(words) or words[end] == " ":
        return words[:end]
    space = words.rfind(" ", 0, end)
    return words[:space] if space > 0 else words[:end]


def _allowed(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs") and letter not in "\ufffe\uffff"


def _letter(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if letter in NARROW_LETTERS:
        return NARROW
    if unicodedata.east_asian_width(letter) in "WF":
        return FULL
    return WIDE if letter.isupper() or letter in "mw@%—…" else REGULAR
