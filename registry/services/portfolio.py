"""Where the models a person may see stand on the risk matrix; reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from registry.models import RiskFile, Unit, User
from registry.rules.matrices import shares
from registry.services import matrices


def residual_places(user: User) -> dict[int, dict[str, Any]]:
    """Return, by model id, the residual risk of the newest version that is assessed."""
    files = (
        RiskFile.objects.filter(
            version__model__unit__in=Unit.objects.visible_to(user), effective__isnull=False
        )
        .select_related("effective", "version")
        .order_by("version__number")
    )
    return {file.version.model_id: file.effective.residual for file in files}


@dataclass(frozen=True)
class Breach:
    """More models stand at a level than the risk appetite takes; shares go from 0 to 1."""

    level: str
    share: float
    limit: float
    models: int
    of: int


def breaches(user: User) -> list[Breach]:
    """Return the levels at which too large a share of the models the person may see stands.

    By the residual risk of the newest assessed version, and the shares of the matrix in force.
    """
    levels = [place["level"] for place in residual_places(user).values()]
    counted = Counter(levels)
    found = [
        Breach(level, counted[level] / len(levels), limit, counted[level], len(levels))
        for level, limit in shares(matrices.in_force().definition).items()
        if levels
    ]
    return [breach for breach in found if breach.share > breach.limit]
