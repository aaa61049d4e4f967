"""Draws rows of the data: those that are explained, and others to see whether they say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audits.explaining import black_boxes
from audits.explaining.rows import Rows
from audits.explaining.samples import stratified

BACKGROUND = 100
# Further draws, smaller ones: each costs a part of the explanation itself.
DRAWS, DRAWN, DRAWN_OF_BLACK_BOX, DRAWN_BACKGROUND = 3, 200, 30, 50
# A black box is asked so often for each row that it is explained on a tenth of them.
BLACK_BOX_PART = 10
FEWEST = 50


@dataclass(frozen=True)
class Draw:
    """Numbers of rows to explain, and of the background they are explained against, from 1 on.

    ``few`` of them are explained where the model can only be asked.
    """

    rows: Any
    background: Any
    few: int


def draw_all(strata: Any, rows: int, seed: int) -> list[Draw]:
    """Draw the rows of the explanation itself, and then of the draws beside it."""
    import numpy as np

    sizes = [(rows, BACKGROUND), *[(min(rows, DRAWN), DRAWN_BACKGROUND)] * DRAWS]
    draws = []
    for n, (size, behind) in enumerate(sizes):
        random = np.random.default_rng([seed, n])
        chosen = stratified(strata, size, random) + 1
        few = max(len(chosen) // BLACK_BOX_PART, min(len(chosen), FEWEST))
        background = stratified(strata, behind, random) + 1
        draws.append(Draw(chosen, background, DRAWN_OF_BLACK_BOX if n else few))
    return draws


def fewer(draw: Draw, strata: Any, *, width: int, seed: int) -> Draw:
    """Return as much of a draw as a black box of so many features is asked for."""
    import numpy as np

    random = np.random.default_rng([seed, draw.few])
    behind = black_boxes.background_rows(width, len(draw.background))
    rows, background = (
        numbers[stratified(strata[numbers - 1], wanted, random)]
        for numbers, wanted in ((draw.rows, draw.few), (draw.background, behind))
    )
    return Draw(rows, background, draw.few)


def taken(draw: Draw, rows: Rows) -> tuple[Rows, Rows]:
    """Return the rows and the background of a draw."""
    return rows.of(draw.rows), rows.of(draw.background)


def numbers_of(draws: Sequence[Draw], asked: Sequence[int]) -> Any:
    """Return every number that is drawn or asked for, once and ascending."""
    import numpy as np

    parts = [part for draw in draws for part in (draw.rows, draw.background)]
    return np.unique(np.concatenate([np.asarray(asked, dtype="int64"), *parts]))
