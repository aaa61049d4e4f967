"""The inventory of a unit as it is now: who owns what, what is approved, live and due."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count
from django.utils import timezone

from registry.models import (
    Deployment,
    Finding,
    RegisteredModel,
    Release,
    Review,
    RiskFile,
    Unit,
    User,
)
from registry.rules import attestations as rules
from registry.services import review_dates


def inventory_of(unit: Unit) -> dict[str, Any]:
    """Return the inventory of the models in use, in a fixed number of queries."""
    models = list(
        RegisteredModel.objects.in_use()
        .filter(unit=unit, revision__isnull=False)
        .select_related("revision__owner")
    )
    releases = _releases(unit)
    live = _live(unit)
    levels = _levels(unit)
    due = review_dates.due_dates([model.pk for model in models])
    reviews = dict(
        Review.objects.open()
        .filter(model__unit=unit)
        .order_by()
        .values_list("model")
        .annotate(n=Count("pk"))
    )
    findings = dict(
        Finding.objects.unsettled()
        .filter(version__model__unit=unit)
        .order_by()
        .values_list("version__model")
        .annotate(n=Count("pk"))
    )
    return rules.inventory(
        unit.slug,
        (
            rules.Standing(
                slug=model.slug,
                name=model.name,
                owner=owner_of(model.revision.owner),
                tier=model.revision.tier,
                level=levels.get(model.pk, ""),
                approved=tuple(releases[model.pk]),
                live=tuple(live[model.pk]),
                next_review_due=(
                    timezone.localdate(due[model.pk]).isoformat() if model.pk in due else ""
                ),
                open_reviews=reviews.get(model.pk, 0),
                open_findings=findings.get(model.pk, 0),
            )
            for model in models
        ),
    )


def owner_of(person: User) -> rules.Owner:
    """Return an owner as the inventory names one."""
    return rules.Owner(person.pk, person.username, person.printed_name)


def _releases(unit: Unit) -> defaultdict[int, list[dict[str, str]]]:
    found: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    standing = Release.objects.standing().filter(version__model__unit=unit)
    for release in standing.select_related("version"):
        found[release.version.model_id].append(
            {
                "version": release.version.label,
                "environment": release.environment,
                "state": release.state,
                "valid_until": (
                    timezone.localdate(release.valid_until).isoformat()
                    if release.valid_until
                    else ""
                ),
            }
        )
    return found


def _live(unit: Unit) -> defaultdict[int, list[dict[str, str]]]:
    found: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    current = Deployment.objects.current().filter(model__unit=unit).select_related("version")
    for deployment in current:
        found[deployment.model_id].append(
            {
                "version": deployment.version.label if deployment.version else deployment.label,
                "environment": deployment.environment,
            }
        )
    return found


def _levels(unit: Unit) -> dict[int, str]:
    """Return the worst residual level among what is approved; else that of the newest version."""
    assessed = RiskFile.objects.filter(version__model__unit=unit, effective__isnull=False)
    files = list(assessed.select_related("effective", "version").order_by("version__number"))
    approved = set(
        Release.objects.standing()
        .filter(version__model__unit=unit)
        .values_list("version", flat=True)
    )
    ranked: dict[int, tuple[bool, int, str]] = {}
    for file in files:
        residual = file.effective.residual if file.effective else {}
        is_approved = file.version_id in approved
        # Of versions nobody approved the newest counts, of approved ones the worst.
        weight = residual.get("score", 0) if is_approved else file.version.number
        place = (is_approved, weight, residual.get("level", ""))
        model = file.version.model_id
        ranked[model] = max(place, ranked.get(model, place))
    return {model: level for model, (_approved, _weight, level) in ranked.items()}
