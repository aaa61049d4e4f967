"""When models have to be reviewed next by the calendar; reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from registry.models import RegisteredModel, Release, Review
from registry.rules import policies as policy_rules
from registry.rules import reviews as rules
from registry.rules.outcomes import restarts_calendar
from registry.services import policies


def next_review_due(model: RegisteredModel) -> datetime | None:
    """Return when the model has to be reviewed by the calendar; None before the first approval."""
    return due_dates([model.pk]).get(model.pk)


def due_dates(models: Collection[int] | None = None) -> dict[int, datetime]:
    """Return the same for several models, or for all, in a fixed number of queries."""
    # What has expired or become void is no less due: it may still run somewhere.
    releases = Release.objects.approved().filter(version__model__retired_at__isnull=True)
    releases = releases.select_related("version__model__revision")
    done = Review.objects.filter(state=rules.State.DONE.value)
    if models is not None:
        releases = releases.filter(version__model__in=models)
        done = done.filter(model__in=models)
    looks: dict[int, list[rules.Look]] = defaultdict(list)
    for review in done:
        looks[review.model_id].append(_look(review))
    approvals: dict[tuple[RegisteredModel, str], list[rules.Look]] = defaultdict(list)
    for release in releases:
        approved_at = release.decided_at or release.submitted_at
        place = (release.version.model, release.environment)
        approvals[place].append(rules.Look(approved_at, full=True))
    # Where nothing is approved, no policy need be loaded yet.
    definition = policies.in_force().definition if approvals else {}
    found: dict[int, datetime] = {}
    for (model, environment), approved in approvals.items():
        ruled = policy_rules.ruling(definition, model.revision.tier, environment)
        due = rules.next_due([*approved, *looks[model.pk]], ruled.review_days)
        if due is not None:
            found[model.pk] = min(due, found.get(model.pk, due))
    return found


def latest_promise(model: RegisteredModel) -> date:
    """Return the last day until which "not revalidated" can be good: one interval from today."""
    ruled = policy_rules.ruling(policies.in_force().definition, model.revision.tier)
    return timezone.localdate() + timedelta(days=ruled.review_days)


def _look(review: Review) -> rules.Look:
    return rules.Look(
        at=review.closed_at or review.opened_at,
        full=restarts_calendar(review.cause, review.outcome),
        until=end_of(review.good_until) if review.good_until else None,
    )


def end_of(day: date) -> datetime:
    """Return the instant at which a day is over here."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
