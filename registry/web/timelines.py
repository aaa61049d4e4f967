"""The picture of what ran when: an environment a figure, a target a row, a deployment a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from registry.models import Deployment, RegisteredModel

WIDTH, ROW, TOP = 640, 40, 22
# A bar is seen, and can be pointed at, however short the time was.
NARROWEST = 3.0
LETTER = 7.0


# The newest ones; what ran before is asked for on the page of an instant.
MOST_SHOWN = 12


def ran(model: RegisteredModel) -> dict[str, Any]:
    """Return what the page of a model shows of where it ran."""
    newest = list(model.deployments.for_list()[:MOST_SHOWN])
    return {"deployments": newest, "timelines": timelines(newest)}


@dataclass(frozen=True)
class Bar:
    """One deployment at its place, in the picture's own units."""

    deployment: Deployment
    x: float
    until: float
    y: int
    kind: str
    words: str


def timelines(
    deployments: Sequence[Deployment], now: datetime | None = None
) -> list[dict[str, Any]]:
    """Return what is drawn for each environment: its rows, bars, and days along the edge."""
    now = now or timezone.now()
    drawn = []
    for environment in sorted({one.environment for one in deployments}):
        here = [one for one in deployments if one.environment == environment]
        drawn.append({"environment": environment, **_picture(here, now)})
    return drawn


def _picture(deployments: Sequence[Deployment], now: datetime) -> dict[str, Any]:
    first = min(one.live_from for one in deployments)
    # Of what began today, a day is shown; a width of no time would have no scale.
    start = min(first, now - timedelta(days=1))
    seconds = (now - start).total_seconds()

    def place(instant: datetime) -> float:
        return round(min((instant - start).total_seconds() / seconds, 1.0) * WIDTH, 1)

    targets = sorted({one.target for one in deployments})
    rows = {target: TOP + number * ROW for number, target in enumerate(targets)}
    bars = []
    for one in sorted(deployments, key=lambda each: (each.live_from, each.pk)):
        x, until = place(one.live_from), place(one.live_until or now)
        until = max(until, min(x + NARROWEST, WIDTH))
        x = min(x, until - NARROWEST)
        kind = "past" if one.live_until else "now"
        if one.uncovered_since is not None:
            kind += " uncovered"
        fits = int((until - x) / LETTER)
        words = one.said if len(one.said) <= fits else ""
        bars.append(Bar(one, x, until, rows[one.target] + 26, kind, words))
    return {
        "width": WIDTH,
        "height": TOP + ROW * len(targets) + 18,
        "bars": bars,
        "rows": [(target, y + 14) for target, y in rows.items()],
        "foot": TOP + ROW * len(targets) + 14,
        "start": date_format(timezone.localtime(start), "j M Y"),
        "end": date_format(timezone.localtime(now), "j M Y"),
    }
