"""Draws two samples side by side, bin by bin: one bar for the reference, one for the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audits.charts.drawings import SIZES, WIDTH, Drawing, Target, width, wrapped

TOP, FOOT, SIDE, GAP = 30, 8, 10, 10
ROW, SINGLE = 30, 22
MOST_LABEL = 170
BAR = 9


@dataclass(frozen=True)
class Bin:
    """One bin: its name, and the share of rows in it, 0 to 1, of each sample.

    ``None`` stands for a share that is not shown, and for a sample that there is not.
    """

    name: str
    before: float | None
    after: float | None = None


def paired_bars(
    bins: Sequence[Bin],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    percent: Callable[[float], str],
    names: tuple[str, str] = ("", ""),
    withheld: str = "–",
) -> str:
    """Draw the shares of each bin; ``names`` say which sample is which.

    Without a second name there is one bar a bin. ``percent`` writes a share, ``withheld`` stands
    where one is not shown.
    """
    single = not names[1]
    row = SINGLE if single else ROW
    top = SIDE if single else TOP
    height = top + row * len(bins) + FOOT
    drawing = Drawing(target, title=title, description=description, height=height)
    size = SIZES[target]
    lines = [wrapped(one.name, size, MOST_LABEL, lines=1)[0] for one in bins]
    left = SIDE + max((width(line, size) for line in lines), default=0) + GAP
    shares = [share for one in bins for share in (one.before, one.after) if share is not None]
    room = WIDTH - SIDE - left - width(percent(1.0), size) - GAP
    unit = room / max([*shares, 0.01])
    if not single:
        _key(drawing, names, left)
    for place, (one, line) in enumerate(zip(bins, lines, strict=True)):
        middle = top + row * place + row / 2
        said = [
            percent(share) if share is not None else withheld for share in (one.before, one.after)
        ]
        told = f"{one.name}: {said[0]}" if single else f"{one.name}: {said[0]} → {said[1]}"
        group = drawing.group(told)
        drawing.text(line, left - GAP, middle + 4, anchor="end", into=group)
        sides = [("now", one.before, said[0], middle)]
        if not single:
            sides = [
                ("past", one.before, said[0], middle - 6),
                ("now", one.after, said[1], middle + 6),
            ]
        for role, share, words, y in sides:
            end = left + unit * (share or 0.0)
            if share:
                drawing.bar(group, role, left=left, right=end, y=y)
            drawing.text(words, end + 5, y + 4, into=group)
    drawing.line("zero", (left, top), (left, height - FOOT))
    return drawing.svg()


def _key(drawing: Drawing, names: tuple[str, str], left: float) -> None:
    """Say which bar is whose, over the bars."""
    x = left
    for role, name in zip(("past", "now"), names, strict=True):
        group = drawing.group(name)
        drawing.bar(group, role, left=x, right=x + 18, y=12)
        drawing.text(name, x + 24, 16, into=group)
        x += 24 + width(name, drawing.size) + 2 * GAP
