"""What a report states of a model in use, as plain data.

What was let through in an emergency, what ran where, how it is reviewed, and what its owner
confirmed of it. Each function takes the instant as of which it is told; without one it is told as
it stands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q

from registry.models import (
    AttestationRound,
    Confirmation,
    Deployment,
    Evidence,
    ModelVersion,
    Override,
    RegisteredModel,
    Review,
    User,
)
from registry.rules.review_details import between
from registry.services.as_of_oversight import deployments_at, overrides_at, reviews_at
from registry.services.case_files import instant


def overrides_of(version: ModelVersion, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return the emergency releases of the version, with both signatures and what followed."""
    found = Override.objects.filter(version=version).select_related("asked_by", "ended_by")
    found = found.order_by("asked_at", "pk")
    causes = Review.objects.filter(model=version.model, cause="override")
    overrides = found.prefetch_related("signatures") if at is None else overrides_at(found, at)
    followed = causes if at is None else reviews_at(causes, at)
    reviews = {review.details.get("override"): review for review in followed}
    return [_override(one, reviews.get(one.pk)) for one in overrides]


def _override(override: Override, review: Review | None) -> dict[str, Any]:
    return {
        "number": override.pk,
        "environment": override.environment,
        "days": override.days,
        "reason": override.reason,
        "digest": override.digest,
        "asked_at": instant(override.asked_at),
        "asked_by": override.asked_by.printed_name,
        "starts_at": _when(override.starts_at),
        "ends_at": _when(override.ends_at),
        "ended_at": _when(override.ended_at),
        "ended_by": _who(override.ended_by),
        "end_reason": override.end_reason,
        "signatures": [
            {
                "printed_name": one.printed_name,
                "role": one.role,
                "meaning": one.meaning,
                "reason": one.reason,
                "method": one.method,
                "digest": one.digest,
                "at": instant(one.signed_at),
            }
            for one in override.signatures.all()
        ],
        "review": {"number": review.pk, "outcome": review.outcome} if review else None,
    }


def deployments_of(version: ModelVersion, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return what was reported to run of the version, and of the model where nobody knows what."""
    found = Deployment.objects.filter(
        Q(version=version) | Q(version=None, model=version.model)
    ).select_related("release", "reported_by", "ended_by")
    found = found.order_by("live_from", "pk")
    deployments = found if at is None else deployments_at(found, at)
    return [_deployment(one, version) for one in deployments]


def _deployment(deployment: Deployment, version: ModelVersion) -> dict[str, Any]:
    registered = version.artefact.sha256 if version.artefact else ""
    reported = deployment.artefact_sha256
    return {
        "number": deployment.pk,
        "environment": deployment.environment,
        "of_this_version": deployment.version_id == version.pk,
        "label": deployment.label,
        "target": deployment.target,
        "artefact_sha256": reported,
        # Null where one side has no digest to compare.
        "matches": reported == registered if reported and registered else None,
        "image_digest": deployment.image_digest,
        "live_from": instant(deployment.live_from),
        "live_until": _when(deployment.live_until),
        "reported_at": instant(deployment.reported_at),
        "reported_by": deployment.reported_by.printed_name,
        "ended_how": deployment.ended_how,
        "end_reported_at": _when(deployment.end_reported_at),
        "ended_by": _who(deployment.ended_by),
        "end_reason": deployment.end_reason,
        "uncovered_since": _when(deployment.uncovered_since),
        "shortcomings": [
            {"message": one["message"], "params": one["params"]} for one in deployment.shortcomings
        ],
    }


def reviews_of(model: RegisteredModel, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return every review of the model, the open ones too."""
    found = Review.objects.filter(model=model).order_by("opened_at", "pk")
    found = found.select_related("version", "opened_by", "decided_by", "closed_by")
    reviews = list(found.prefetch_related("events") if at is None else reviews_at(found, at))
    named = {number for review in reviews for number in review.evidence}
    titles = dict(Evidence.objects.filter(pk__in=named).values_list("pk", "title"))
    return [_review(one, titles) for one in reviews]


def _review(review: Review, titles: dict[int, str]) -> dict[str, Any]:
    return {
        "number": review.pk,
        "version": review.version.label if review.version else None,
        "cause": review.cause,
        "led_to": {
            name: _told(name, value) for name, value in review.details.items() if value != ""
        },
        "repeats": len(review.events.all()),
        "opened_at": instant(review.opened_at),
        "opened_by": _who(review.opened_by),
        "due": instant(review.due_at),
        "outcome": review.outcome,
        "reason": review.reason,
        "rests_on": [titles.get(number, str(number)) for number in review.evidence],
        "decided_by": _who(review.decided_by),
        "good_until": review.good_until.isoformat() if review.good_until else None,
        "closed_at": _when(review.closed_at),
        "closed_by": _who(review.closed_by),
        "closed_as": review.closed_as,
    }


def attestations_of(model: RegisteredModel, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return the rounds whose inventory states the model, and what its owner of then confirmed."""
    rounds = AttestationRound.objects.filter(unit=model.unit_id).order_by("opened_at")
    confirmations = Confirmation.objects.all()
    if at is not None:
        rounds = rounds.filter(opened_at__lte=at)
        confirmations = confirmations.filter(confirmed_at__lte=at)
    told = []
    for one in rounds.prefetch_related(Prefetch("confirmations", confirmations)):
        stated = next((row for row in one.inventory["models"] if row["slug"] == model.slug), None)
        if stated is None:
            continue
        owner = stated["owner"]["id"]
        confirmed = next((each for each in one.confirmations.all() if each.owner_id == owner), None)
        told.append(
            {
                "period": one.period,
                "starts_on": one.starts_on.isoformat(),
                "ends_on": one.ends_on.isoformat(),
                "due_on": one.due_on.isoformat(),
                "digest": one.digest,
                "opened_at": instant(one.opened_at),
                "owner": stated["owner"]["name"],
                "confirmation": _confirmation(confirmed, model.slug) if confirmed else None,
            }
        )
    return told


def _confirmation(confirmation: Confirmation, slug: str) -> dict[str, Any]:
    return {
        "says": confirmation.says,
        "exception": confirmation.exceptions.get(slug, ""),
        "printed_name": confirmation.printed_name,
        "role": confirmation.role,
        "meaning": confirmation.meaning,
        "method": confirmation.method,
        "digest": confirmation.digest,
        "at": instant(confirmation.confirmed_at),
    }


def _told(name: str, value: object) -> str:
    """Return a detail as a text, so that names are found in it as in any other."""
    return between(name).join(map(str, value)) if isinstance(value, list) else str(value)


def _when(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None


def _who(person: User | None) -> str | None:
    return person.printed_name if person else None
