"""The portfolio at a glance: counts over the models a person may see; reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from audits.services.alerts import uncovered
from registry.models import Finding, RegisteredModel, Release, Review, Unit, User
from registry.rules.findings import BLOCKING
from registry.services.portfolio import residual_places

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Portfolio:
    """Counts over the models the person may see; ``cells`` maps (likelihood, impact) to models.

    ``uncovered`` is what runs without a valid approval; ``findings`` are the high and critical ones
    that are not settled; ``expiring`` are approvals that end soon.
    """

    models: int
    units: int
    approved: int
    severe: int
    uncovered: int
    findings: int
    overdue_reviews: int
    expiring: int
    cells: dict[tuple[int, int], int]


def portfolio(user: User) -> Portfolio:
    """Count models by residual risk of their newest assessed version, and what needs looking at."""
    now = timezone.now()
    places = residual_places(user).values()
    holding = Release.objects.visible_to(user).in_force().filter(valid_until__gt=now)
    return Portfolio(
        models=RegisteredModel.objects.visible_to(user).count(),
        units=Unit.objects.visible_to(user).count(),
        approved=holding.values("version__model").distinct().count(),
        severe=sum(1 for place in places if place["level"] == "severe"),
        uncovered=len(uncovered(user)),
        findings=Finding.objects.visible_to(user).unsettled().filter(severity__in=BLOCKING).count(),
        overdue_reviews=Review.objects.visible_to(user).overdue(now).count(),
        expiring=holding.filter(valid_until__lte=now + SOON).count(),
        cells=dict(Counter((place["likelihood"], place["impact"]) for place in places)),
    )
