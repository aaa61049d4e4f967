"""Where the models a person may see stand on the risk matrix; reads only."""

from __future__ import annotations

from typing import Any

from registry.models import RiskFile, Unit, User


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
