"""A portfolio's heat map: how many models stand where on the risk matrix, by residual risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from audits.rendering.drawing import INK, element, picture, text
from audits.rendering.matrix import HIGH, LEFT, SPACE, TOP, WIDE, axis_label, legend, tone
from audits.rendering.words import labelled
from registry.rules.matrices import level

Facts = Mapping[str, Any]


def draw(matrix: Facts) -> str:
    """Return the picture; an empty cell has no number."""
    definition = matrix["definition"]
    counts = {(one["likelihood"], one["impact"]): one["models"] for one in matrix["cells"]}
    rows, columns = len(definition["likelihoods"]), len(definition["impacts"])
    bottom = TOP + rows * (HIGH + SPACE)
    parts: list[str] = []
    for likelihood in range(rows, 0, -1):
        top = TOP + (rows - likelihood) * (HIGH + SPACE)
        name = labelled(definition["likelihoods"][likelihood - 1])
        parts += axis_label(name, LEFT - 8, top + HIGH / 2 + 3, "end", LEFT - 10)
        for impact in range(1, columns + 1):
            left = LEFT + (impact - 1) * (WIDE + SPACE)
            count = counts.get((likelihood, impact), 0)
            parts += _cell(definition, likelihood, impact, (left, top), count)
    for impact in range(1, columns + 1):
        middle = LEFT + (impact - 1) * (WIDE + SPACE) + WIDE / 2
        name = labelled(definition["impacts"][impact - 1])
        parts += axis_label(name, middle, bottom + 11, "middle", WIDE)
    parts.append(text(LEFT - 8, 8, gettext("Likelihood"), size=9.5, fill=INK, anchor="end"))
    right = LEFT + columns * (WIDE + SPACE) - SPACE
    parts.append(text(right, bottom + 25, gettext("Impact"), size=9.5, fill=INK, anchor="end"))
    parts += legend(definition, bottom + 44)
    return picture((LEFT + columns * (WIDE + SPACE), bottom + 50), _said(definition, counts), parts)


def _cell(
    matrix: Facts, likelihood: int, impact: int, place: tuple[float, float], count: int
) -> Iterator[str]:
    ink, wash = tone(level(matrix, likelihood, impact), matrix["levels"])
    left, top = place
    yield element("rect", x=left, y=top, width=WIDE, height=HIGH, rx=2, fill=wash)
    if count:
        x, y = left + WIDE / 2, top + HIGH / 2 + 5.5
        yield text(x, y, str(count), size=16, fill=ink, anchor="middle", semibold=True)


def _said(matrix: Facts, counts: Mapping[tuple[int, int], int]) -> str:
    """Return the picture in words: every cell that holds a model."""
    told = [
        ngettext(
            "%(count)s model at %(likelihood)s, %(impact)s",
            "%(count)s models at %(likelihood)s, %(impact)s",
            count,
        )
        % {
            "count": count,
            "likelihood": labelled(matrix["likelihoods"][likelihood - 1]),
            "impact": labelled(matrix["impacts"][impact - 1]),
        }
        for (likelihood, impact), count in sorted(counts.items(), reverse=True)
    ]
    title = gettext("Heat map of residual risk, by likelihood and impact")
    return f"{title}: {'; '.join(told) or gettext('no model is assessed')}."
