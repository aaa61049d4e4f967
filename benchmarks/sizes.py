"""How many rows each line of the bench takes."""

from __future__ import annotations

from dataclasses import dataclass

FULL = 1_000_000


@dataclass(frozen=True)
class Sizes:
    """The rows of each line, in proportion to those of the first."""

    rows: int = FULL

    @property
    def large(self) -> int:
        """Ten times the rows."""
        return 10 * self.rows

    @property
    def drawn(self) -> int:
        """The rows that are drawn from again and again: 100,000 at full size."""
        return max(200, self.rows // 10)

    @property
    def explained(self) -> int:
        """The rows that are explained: 2,000 at full size."""
        return max(50, self.rows // 500)
