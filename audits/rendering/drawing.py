"""Pieces of SVG for paper: colours and typeface as attributes, since no stylesheet reaches them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from audits.rendering.fonts import SANS, width

INK, SOFT, RULE, FIRM, ACCENT, PAPER = (
    "#1b2530", "#55606d", "#dedcd6", "#b9b6ae", "#1d5a8c", "#ffffff",
)  # fmt: skip
WASH = "#e8f0f7"
# Ink and wash of each level of risk and verdict, lightest first.
TONES = (
    ("#2f6b4a", "#e3f0e8"),
    ("#7a5b00", "#faf0cf"),
    ("#a1470c", "#fbe5d6"),
    ("#9b1c31", "#f9dfe3"),
)


def element(tag: str, **attributes: object) -> str:
    """Return an empty element; underscores in names become hyphens, None leaves one out."""
    parts = (
        f"{name.replace('_', '-')}={quoteattr(_plain(value))}"
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag} {' '.join(parts)}/>"


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 10,
    fill: str = INK,
    anchor: str | None = None,
    semibold: bool = False,
) -> str:
    """Return a line of text; ``y`` is its baseline."""
    start = element(
        "text",
        x=x,
        y=y,
        font_family=SANS,
        font_size=size,
        font_weight=600 if semibold else 400,
        fill=fill,
        text_anchor=anchor,
    )
    return f"{start[:-2]}>{escape(words)}</text>"


def picture(size: tuple[float, float], title: str, parts: Iterable[str]) -> str:
    """Return the SVG; its title is what a screen reader says in its place."""
    wide, high = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img"'
        f' viewBox="0 0 {_plain(wide)} {_plain(high)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def wrapped(
    words: str, size: float, most: float, lines: int, *, semibold: bool = False
) -> list[str]:
    """Break words into at most so many lines of that width; the rest becomes an ellipsis."""
    found: list[str] = []
    line = ""
    for piece in _pieces(words, size, most, semibold):
        longer = f"{line} {piece}".strip()
        if width(longer, size, semibold=semibold) <= most:
            line = longer
            continue
        found.append(line)
        line = piece
    found.append(line)
    found = [line for line in found if line]
    if len(found) <= lines:
        return found
    last = found[lines - 1]
    while last and width(f"{last}…", size, semibold=semibold) > most:
        last = last[:-1]
    return [*found[: lines - 1], f"{last.rstrip()}…"]


def _pieces(words: str, size: float, most: float, semibold: bool) -> Iterable[str]:
    """Yield the words, the overlong ones cut so that each piece fits a line."""
    for word in words.split():
        piece = ""
        for letter in word:
            if width(piece + letter, size, semibold=semibold) > most:
                yield piece
                piece = ""
            piece += letter
        yield piece


def _plain(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
