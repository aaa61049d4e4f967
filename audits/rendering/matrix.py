"""The risk matrix as a picture: where each hazard stands before and after its controls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext

from audits.rendering.drawing import INK, PAPER, SOFT, TONES, element, picture, text, wrapped
from audits.rendering.words import labelled
from registry.rules.matrices import level

TOP, LEFT, WIDE, HIGH, SPACE = 14.0, 84.0, 92.0, 36.0, 3.0
DOT = 7.0
# How many marks a cell holds in its two rows.
MOST_IN_A_CELL = 10
TONE_NAMES = ("low", "medium", "high", "severe")


def letter(place: int) -> str:
    """Return the letter of the hazard at this place: A to Z, then A2 and on."""
    around, within = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[within] + (str(around + 1) if around else "")


def rank(code: str, levels: Sequence[Mapping[str, Any]]) -> int:
    """Return which of the four tones a level takes; an unknown level takes the gravest."""
    codes = [step["code"] for step in levels]
    place = codes.index(code) if code in codes else len(codes) - 1
    return round(place * (len(TONES) - 1) / max(1, len(codes) - 1))


def tone(code: str, levels: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return ink and wash of a level."""
    return TONES[rank(code, levels)]


def level_tones(matrix: Mapping[str, Any]) -> dict[str, str]:
    """Return the tone of each level, a class of the stylesheet."""
    return {
        step["code"]: TONE_NAMES[rank(step["code"], matrix["levels"])] for step in matrix["levels"]
    }


def draw(risk: Mapping[str, Any]) -> str:
    """Return the picture; hollow letters are inherent, filled ones residual."""
    matrix = risk["matrix"]
    rows, columns = len(matrix["likelihoods"]), len(matrix["impacts"])
    marks = _marks(risk["hazards"])
    bottom = TOP + rows * (HIGH + SPACE)
    parts: list[str] = []
    for likelihood in range(rows, 0, -1):
        top = TOP + (rows - likelihood) * (HIGH + SPACE)
        label = labelled(matrix["likelihoods"][likelihood - 1])
        parts += axis_label(label, LEFT - 8, top + HIGH / 2 + 3, "end", LEFT - 10)
        for impact in range(1, columns + 1):
            left = LEFT + (impact - 1) * (WIDE + SPACE)
            parts += _cell(matrix, likelihood, impact, left, top, marks[likelihood, impact])
    for impact in range(1, columns + 1):
        middle = LEFT + (impact - 1) * (WIDE + SPACE) + WIDE / 2
        label = labelled(matrix["impacts"][impact - 1])
        parts += axis_label(label, middle, bottom + 11, "middle", WIDE)
    parts.append(text(LEFT - 8, 8, gettext("Likelihood"), size=9.5, fill=INK, anchor="end"))
    right = LEFT + columns * (WIDE + SPACE) - SPACE
    parts.append(text(right, bottom + 25, gettext("Impact"), size=9.5, fill=INK, anchor="end"))
    parts += _arrow(risk, rows)
    parts += legend(matrix, bottom + 44)
    return picture((LEFT + columns * (WIDE + SPACE), bottom + 50), _said(risk), parts)


def _said(risk: Mapping[str, Any]) -> str:
    """Return the picture in words: every hazard with its two scores."""
    title = gettext("Risk matrix: inherent %(inherent)s, residual %(residual)s") % {
        "inherent": risk["inherent"]["score"],
        "residual": risk["residual"]["score"],
    }
    told = [
        gettext("%(letter)s from %(score)s to %(residual)s")
        % {
            "letter": letter(place),
            "score": hazard["score"],
            "residual": hazard["residual_score"],
        }
        for place, hazard in enumerate(risk["hazards"])
    ]
    return f"{title}; {'; '.join(told)}" if told else title


def _marks(hazards: Sequence[Mapping[str, Any]]) -> dict[tuple[int, int], list[tuple[str, bool]]]:
    """Return the letters in each cell, each with whether it is the residual one."""
    cells: dict[tuple[int, int], list[tuple[str, bool]]] = defaultdict(list)
    for place, hazard in enumerate(hazards):
        inherent = (hazard["likelihood"], hazard["impact"])
        residual = (hazard["residual_likelihood"], hazard["residual_impact"])
        cells[inherent].append((letter(place), False))
        cells[residual].append((letter(place), True))
    return cells


def _cell(
    matrix: Mapping[str, Any],
    likelihood: int,
    impact: int,
    left: float,
    top: float,
    marks: list[tuple[str, bool]],
) -> Iterator[str]:
    ink, wash = tone(level(matrix, likelihood, impact), matrix["levels"])
    yield element("rect", x=left, y=top, width=WIDE, height=HIGH, rx=2, fill=wash)
    product = str(likelihood * impact)
    yield text(left + WIDE - 4, top + HIGH - 4, product, size=8, fill=ink, anchor="end")
    shown = marks if len(marks) <= MOST_IN_A_CELL else marks[: MOST_IN_A_CELL - 1]
    for place, (name, residual) in enumerate(shown):
        x = left + 11 + (place % 5) * (2 * DOT + 2.5)
        y = top + 11 + (place // 5) * (2 * DOT + 3)
        yield from _mark(x, y, name, ink, residual)
    if len(shown) < len(marks):
        x = left + 11 + 4 * (2 * DOT + 2.5)
        yield text(x, top + 31, f"+{len(marks) - len(shown)}", size=8, fill=ink, anchor="middle")


def _mark(x: float, y: float, name: str, ink: str, residual: bool) -> Iterator[str]:
    yield element(
        "circle", cx=x, cy=y, r=DOT, fill=ink if residual else PAPER, stroke=ink, stroke_width=1
    )
    colour = PAPER if residual else ink
    yield text(x, y + 3.2, name, size=9, fill=colour, anchor="middle", semibold=True)


def axis_label(words: str, x: float, y: float, anchor: str, most: float) -> Iterator[str]:
    """Yield the name of a likelihood or impact, on two lines at most."""
    lines = wrapped(words, 9.5, most, 2)
    for place, line in enumerate(lines):
        shift = (place - (len(lines) - 1) / 2) * 10 if anchor == "end" else place * 10
        yield text(x, y + shift, line, size=9.5, fill=SOFT, anchor=anchor)


def _arrow(risk: Mapping[str, Any], rows: int) -> Iterator[str]:
    """Join the overall inherent cell to the overall residual one, corner to corner."""
    start, end = (_corner(risk[key], rows) for key in ("inherent", "residual"))
    for place, dashes in ((start, "3 2"), (end, None)):
        yield element(
            "rect", x=place[0], y=place[1], width=WIDE, height=HIGH, rx=2, fill="none",
            stroke=INK, stroke_width=1.2, stroke_dasharray=dashes,
        )  # fmt: skip
    if start == end:
        return
    (x1, y1), (x2, y2) = (_foot(place) for place in (start, end))
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if length < 1:
        return
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    yield element(
        "line", x1=x1, y1=y1, x2=x2 - 5 * ux, y2=y2 - 5 * uy, stroke=INK, stroke_width=1.2
    )
    back = (x2 - 7 * ux, y2 - 7 * uy)
    points = (
        f"{x2:.1f},{y2:.1f} {back[0] - 3 * uy:.1f},{back[1] + 3 * ux:.1f}"
        f" {back[0] + 3 * uy:.1f},{back[1] - 3 * ux:.1f}"
    )
    yield element("polygon", points=points, fill=INK)


def _corner(place: Mapping[str, Any], rows: int) -> tuple[float, float]:
    return (
        LEFT + (place["impact"] - 1) * (WIDE + SPACE),
        TOP + (rows - place["likelihood"]) * (HIGH + SPACE),
    )


def _foot(place: tuple[float, float]) -> tuple[float, float]:
    """Return where an arrow meets a cell: to the lower right, clear of the letters."""
    return place[0] + WIDE * 0.68, place[1] + HIGH * 0.72


def legend(matrix: Mapping[str, Any], y: float) -> Iterator[str]:
    """Yield what the tones mean, side by side."""
    x = LEFT
    for step in matrix["levels"]:
        ink, wash = tone(step["code"], matrix["levels"])
        scores = "" if matrix.get("grid") else f" {step['from']}–{step['to']}"
        yield element("rect", x=x, y=y - 9, width=12, height=11, rx=2, fill=wash, stroke=ink,
                      stroke_width=0.5)  # fmt: skip
        yield text(x + 17, y, labelled(step["name"]) + scores, size=9.5, fill=SOFT)
        x += 104
