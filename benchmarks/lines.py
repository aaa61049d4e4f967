"""One line of the bench: ours beside a peer, their ratio, and the target it has to keep."""

from __future__ import annotations

from dataclasses import dataclass

HEADINGS = ("", "What", "Ours", "Peer", "Ratio", "Target", "Holds")


@dataclass(frozen=True)
class Line:
    """What was measured, in words that stand in a table; ``note`` says how.

    ``holds`` is empty where there is no target, or nothing was measured.
    """

    letter: str
    name: str
    ours: str
    peer: str
    ratio: str
    target: str
    holds: bool | None
    note: str

    def cells(self) -> tuple[str, ...]:
        """Return the line as it stands in the table."""
        holds = {True: "yes", False: "NO", None: "–"}[self.holds]
        return self.letter, self.name, self.ours, self.peer, self.ratio, self.target, holds


def seconds(value: float) -> str:
    """Return a duration in the unit in which it is read best."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if value * factor >= 1:
            return f"{value * factor:,.3g} {unit}" if value < 1000 else f"{value:,.0f} s"
    return f"{value * 1e6:,.3g} µs"


def times(value: float, *, of: str) -> str:
    """Return a ratio in words, such as "118 times as fast"."""
    return f"{value:,.0f} times {of}" if value >= 10 else f"{value:.2f} times {of}"
