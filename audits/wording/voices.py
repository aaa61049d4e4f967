"""How a door speaks of values: its language, its numbers, and counts that may be bounded."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audits.wording.explanation import MISSING

DIGITS = 4
LONGEST_NUMBER = 8


@dataclass(frozen=True)
class Voice:
    """How a door speaks: its language, its numbers, and its counts that may be bounded."""

    translate: Callable[[str], str]
    format: Callable[[float, int], str]
    count: Callable[[Any], str]

    def write(self, value: float, decimals: int) -> str:
        """Write a number with so many decimals; what rounds to 0 has no sign."""
        return self.format(round(value, decimals) + 0.0, decimals)

    def text(self, text: str | None) -> str:
        """Write a value of the data; a number of many digits with four of them."""
        if text is None:
            return self.translate(MISSING)
        if len(text) <= LONGEST_NUMBER:
            return text
        try:
            value = float(text)
        except ValueError:
            return text
        return self.value(value) if math.isfinite(value) else text

    def value(self, value: float) -> str:
        """Write a value of a feature with four digits."""
        if value == int(value) and abs(value) < 1e15:
            return self.write(value, 0)
        size = math.floor(math.log10(abs(value)))
        return self.write(value, min(8, max(0, DIGITS - 1 - size)))
