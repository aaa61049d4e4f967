"""Attestations: the inventory that is frozen, and what an owner may say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.casefile import Difference
from registry.rules.casefile import differences as differing
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

FORMAT = "mlops-gov/inventory/1"
CONFIRMED = "confirmed"
WITH_EXCEPTIONS = "confirmed_with_exceptions"
SAYINGS = {
    CONFIRMED: gettext_noop("Confirmed"),
    WITH_EXCEPTIONS: gettext_noop("Confirmed with exceptions"),
}
# What the signature means, printed with it wherever it is shown.
MEANINGS = {
    CONFIRMED: gettext_noop(
        "I own these models and confirm that the inventory states them as they are"
    ),
    WITH_EXCEPTIONS: gettext_noop(
        "I own these models and confirm the inventory but for the exceptions I name"
    ),
}
LONGEST_PERIOD_NAME = 60
LONGEST_WAIT_DAYS = 92
SHORTEST_EXCEPTION = 10
LONGEST_EXCEPTION = 4000


@dataclass(frozen=True)
class Owner:
    """Who answers for a model, as the account and the printed name of that day."""

    id: int
    username: str
    name: str


@dataclass(frozen=True)
class Standing:
    """What the inventory says of one model.

    ``level`` is the worst residual level of the versions approved, empty where none was assessed.
    Times and days are ISO 8601 texts.
    """

    slug: str
    name: str
    owner: Owner
    tier: int
    level: str
    approved: tuple[Mapping[str, str], ...]
    live: tuple[Mapping[str, str], ...]
    next_review_due: str
    open_reviews: int
    open_findings: int


def inventory(unit: str, models: Iterable[Standing]) -> dict[str, Any]:
    """Put the inventory of a unit together: the same state gives the same text."""
    return {
        "format": FORMAT,
        "unit": unit,
        "models": [
            {
                "slug": one.slug,
                "name": one.name,
                "owner": {
                    "id": one.owner.id,
                    "username": one.owner.username,
                    "name": one.owner.name,
                },
                "tier": one.tier,
                "level": one.level,
                "approved": _sorted(one.approved),
                "live": _sorted(one.live),
                "next_review_due": one.next_review_due,
                "open_reviews": one.open_reviews,
                "open_findings": one.open_findings,
            }
            for one in sorted(models, key=lambda one: one.slug)
        ],
    }


def _sorted(parts: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return sorted((dict(part) for part in parts), key=lambda part: sorted(part.items()))


def owners(frozen: Mapping[str, Any]) -> dict[int, Owner]:
    """Return everybody who has to confirm, by their account's id."""
    return {model["owner"]["id"]: Owner(**model["owner"]) for model in frozen["models"]}


def models_of(frozen: Mapping[str, Any], owner_id: int) -> list[dict[str, Any]]:
    """Return what the inventory says of the models of one owner."""
    return [model for model in frozen["models"] if model["owner"]["id"] == owner_id]


@dataclass(frozen=True)
class Drift:
    """What is no longer as it was frozen.

    ``added`` models are not covered by the round, ``gone`` ones are no longer in use.
    """

    added: tuple[dict[str, Any], ...]
    gone: tuple[dict[str, Any], ...]
    changed: tuple[tuple[dict[str, Any], tuple[Difference, ...]], ...]


def drift(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> Drift:
    """Compare the frozen inventory with the one of now, model by model."""
    before = {model["slug"]: model for model in frozen["models"]}
    after = {model["slug"]: model for model in now["models"]}
    changed = (
        (after[slug], tuple(differing(before[slug], after[slug])))
        for slug in before
        if slug in after
    )
    return Drift(
        added=tuple(model for slug, model in after.items() if slug not in before),
        gone=tuple(model for slug, model in before.items() if slug not in after),
        changed=tuple((model, found) for model, found in changed if found),
    )


def objections_to_round(
    *,
    period: str,
    starts_on: date,
    ends_on: date,
    due_on: date,
    today: date,
    taken: bool,
    models: int,
    ownerless: Sequence[str],
) -> list[Objection]:
    """Say why a round cannot be opened like this.

    ``ownerless`` are the models whose owner may no longer confirm anything in the unit.
    """
    objections = []
    if not 0 < len(period.strip()) <= LONGEST_PERIOD_NAME:
        objections.append(
            Objection(
                "attestation.period",
                gettext_noop("Name the period, 2026-Q4 say, in up to %(most)s characters."),
                {"most": LONGEST_PERIOD_NAME},
            )
        )
    if taken:
        objections.append(
            Objection(
                "attestation.taken",
                gettext_noop("This period was opened already; name another, or go to that one."),
            )
        )
    if starts_on > ends_on:
        objections.append(
            Objection(
                "attestation.backwards",
                gettext_noop("The period ends before it starts; swap its two days."),
            )
        )
    if not today < due_on or (due_on - today).days > LONGEST_WAIT_DAYS:
        objections.append(
            Objection(
                "attestation.due",
                gettext_noop(
                    "Owners need a day to come to confirm by, %(most)s days from now at most."
                ),
                {"most": LONGEST_WAIT_DAYS},
            )
        )
    if not models:
        objections.append(
            Objection(
                "attestation.empty",
                gettext_noop("No model of this unit is in use, so there is nothing to confirm."),
            )
        )
    if ownerless:
        objections.append(
            Objection(
                "attestation.ownerless",
                gettext_noop(
                    "The owner of %(models)s has no role left here that could confirm; revise the"
                    " model with another owner first."
                ),
                {"models": ", ".join(ownerless)},
            )
        )
    return objections


def objections_to_confirming(
    *,
    says: str,
    exceptions: Mapping[str, str],
    mine: Iterable[str],
    seen: str,
    digest: str,
    done: bool,
) -> list[Objection]:
    """Say why an owner cannot confirm like this; ``seen`` is the digest that was shown to them."""
    if done:
        return [
            Objection(
                "attestation.done",
                gettext_noop("You confirmed this inventory already; what was signed stays."),
            )
        ]
    objections = []
    if seen != digest:
        objections.append(
            Objection(
                "attestation.other_digest",
                gettext_noop("This is not the inventory that was shown to you; read it again."),
            )
        )
    if says not in SAYINGS:
        objections.append(
            Objection(
                "attestation.says",
                gettext_noop("Say one of %(known)s."),
                {"known": ", ".join(SAYINGS)},
            )
        )
    foreign = sorted(set(exceptions) - set(mine))
    if foreign:
        objections.append(
            Objection(
                "attestation.not_yours",
                gettext_noop("You do not own %(models)s in this inventory; leave them out."),
                {"models": ", ".join(foreign)},
            )
        )
    if (says == WITH_EXCEPTIONS) != bool(exceptions):
        objections.append(
            Objection(
                "attestation.exceptions",
                gettext_noop(
                    "Exceptions are named model by model, and only with “confirmed with"
                    " exceptions”."
                ),
            )
        )
    short = [
        slug
        for slug, text in exceptions.items()
        if not SHORTEST_EXCEPTION <= len(text.strip()) <= LONGEST_EXCEPTION
    ]
    if short:
        objections.append(
            Objection(
                "attestation.exception_text",
                gettext_noop(
                    "Say of %(models)s what is not as stated, in %(least)s to %(most)s characters."
                ),
                {
                    "models": ", ".join(short),
                    "least": SHORTEST_EXCEPTION,
                    "most": LONGEST_EXCEPTION,
                },
            )
        )
    return objections
