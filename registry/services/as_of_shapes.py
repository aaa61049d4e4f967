"""How things that were set back to an instant are told: plain JSON values, the same at every door.

Who does not see a person's printed name elsewhere does not see it here either: names are those of
today, but for what was signed, which keeps the name it was signed with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from registry.models import (
    Condition,
    Decision,
    Deployment,
    Finding,
    Incident,
    Membership,
    ModelRevision,
    ModelVersion,
    Override,
    PolicyEdition,
    RegisteredModel,
    Release,
    ReleaseMove,
    Review,
    Unit,
    User,
)
from registry.rules import findings as finding_rules
from registry.services import as_of_releases, matrices
from registry.services.case_files import instant


def model(one: RegisteredModel) -> dict[str, Any]:
    """What a model is, and whether it was out of use."""
    return {
        "slug": one.slug,
        "name": one.name,
        "task": one.task,
        "unit": {"slug": one.unit.slug, "name": one.unit.name},
        "registered_at": instant(one.registered_at),
        "retired_at": when(one.retired_at),
        "retirement_reason": one.retirement_reason,
    }


def revision(one: ModelRevision | None) -> dict[str, Any] | None:
    """What was said of a model."""
    if one is None:
        return None
    return {
        "revision": one.number,
        "purpose": one.purpose,
        "intended_use": one.intended_use,
        "tier": one.tier,
        "owner": one.owner.printed_name,
        "deputy": who(one.deputy),
        "maintainers": sorted(person.printed_name for person in one.maintainers.all()),
        "reason": one.reason,
        "revised_at": instant(one.revised_at),
        "revised_by": one.revised_by.printed_name,
        "confirmed_by": who(one.confirmed_by),
    }


def version(one: ModelVersion) -> dict[str, Any]:
    """Which version, and which card and assessment were in effect on it."""
    card, risk = one.card.effective, one.risk.effective
    return {
        "id": one.pk,
        "number": one.number,
        "label": one.label,
        "registered_at": instant(one.registered_at),
        "card": {"revision": card.number, "filled": card.filled_count} if card else None,
        "risk": {"revision": risk.number, "inherent": risk.inherent, "residual": risk.residual}
        if risk
        else None,
    }


def release(one: Release, at: datetime) -> dict[str, Any]:
    """Which release, where it stood, and its gate."""
    return {
        "id": one.pk,
        "version": {"number": one.version.number, "label": one.version.label},
        **as_of_releases.standing_of(one, at),
    }


def decision(one: Decision) -> dict[str, Any]:
    """One signed act."""
    return {
        "act": one.act,
        "printed_name": one.printed_name,
        "role": one.role,
        "stage": one.stage_name,
        "meaning": one.meaning,
        "reason": one.reason,
        "method": one.method,
        "on_behalf_of": who(one.on_behalf_of),
        "signed_at": instant(one.signed_at),
        "case_file_digest": one.case_file_digest,
    }


def decision_on(one: Decision) -> dict[str, Any]:
    """One signed act, and for which release."""
    release = one.release
    return {
        "release": release.pk,
        "version": release.version.label,
        "environment": release.environment,
        **decision(one),
    }


def move(one: ReleaseMove) -> dict[str, Any]:
    """One change of a release's state."""
    return {
        "act": one.act,
        "before": one.before,
        "after": one.after,
        "at": instant(one.at),
        "by": who(one.by),
    }


def condition(one: Condition, at: datetime) -> dict[str, Any]:
    """One condition of an approval, what was offered for it, and whether it was overdue."""
    return {
        "number": one.number,
        "text": one.text,
        "owner": one.owner.printed_name,
        "due": instant(one.due_at),
        "overdue": one.accepted_at is None and one.due_at <= at,
        "offer": one.offer,
        "offered_at": when(one.offered_at),
        "offered_by": who(one.offered_by),
        "accepted_at": when(one.accepted_at),
        "accepted_by": who(one.accepted_by),
    }


def finding(one: Finding, at: datetime) -> dict[str, Any]:
    """One finding, by the severity and the state it had."""
    today = timezone.localdate(at)
    stands = finding_rules.standing(one.state, one.accepted_until, today)
    return {
        "id": one.pk,
        "title": one.title,
        "severity": one.severity,
        "state": stands.value,
        "owner": one.owner.printed_name,
        "opened_at": instant(one.opened_at),
        "due": one.due.isoformat(),
        "overdue": finding_rules.is_overdue(stands, one.due, today),
    }


def incident(one: Incident, at: datetime) -> dict[str, Any]:
    """One incident, by the facts known of it, and how its clock stood."""
    clock = one.clock(at)
    return {
        "id": one.pk,
        "kind": one.kind,
        "state": one.state,
        "occurred_at": instant(one.occurred_at),
        "aware_at": instant(one.aware_at),
        "reported_at": instant(one.reported_at),
        "notified_at": when(one.notified_at),
        "clock": {"due": instant(clock.due), "state": clock.state} if clock else None,
    }


def review(one: Review, at: datetime) -> dict[str, Any]:
    """One review, and whether it was overdue."""
    return {
        "number": one.pk,
        "cause": one.cause,
        "state": one.state,
        "opened_at": instant(one.opened_at),
        "due": instant(one.due_at),
        "overdue": one.is_open and one.due_at <= at,
        "outcome": one.outcome,
        "closed_at": when(one.closed_at),
    }


def deployment(one: Deployment) -> dict[str, Any]:
    """What ran where, and since when nothing covered it."""
    return {
        "number": one.pk,
        "version": one.said,
        "environment": one.environment,
        "target": one.target,
        "live_from": instant(one.live_from),
        "live_until": when(one.live_until),
        "uncovered_since": when(one.uncovered_since),
    }


def override(one: Override, at: datetime) -> dict[str, Any]:
    """One emergency release, and whether it let its version through."""
    over = one.ended_at is not None or (one.ends_at is not None and one.ends_at <= at)
    return {
        "number": one.pk,
        "environment": one.environment,
        "reason": one.reason,
        "asked_at": instant(one.asked_at),
        "starts_at": when(one.starts_at),
        "ends_at": when(one.ends_at),
        "ended_at": when(one.ended_at),
        "in_force": one.starts_at is not None and not over,
        "signed_by": [each.printed_name for each in one.signatures.all()],
    }


def roles(unit: Unit, at: datetime) -> list[dict[str, Any]]:
    """Who held which role in a unit."""
    return roles_by_unit([unit], at)[unit.pk]


def roles_by_unit(units: Iterable[Unit], at: datetime) -> dict[int, list[dict[str, Any]]]:
    """Who held which role, by unit; in one query for all of them."""
    told: dict[int, list[dict[str, Any]]] = {unit.pk: [] for unit in units}
    for one in Membership.objects.at(at).filter(unit__in=told).select_related("user"):
        granted, person = instant(one.granted_at), one.user.printed_name
        told[one.unit_id].append({"role": one.role, "person": person, "granted_at": granted})
    for held in told.values():
        held.sort(key=lambda one: (one["role"], one["person"], one["granted_at"]))
    return told


def editions(at: datetime) -> dict[str, Any]:
    """Which policy and which matrix were in force; null before the first was."""
    policy, matrix = PolicyEdition.objects.in_force_at(at).first(), matrices.in_force_at(at)
    return {
        "policy": {"name": policy.name, "edition": policy.edition, "digest": policy.digest}
        if policy
        else None,
        "matrix": {"name": matrix.name, "edition": matrix.edition, "digest": matrix.digest}
        if matrix
        else None,
    }


def when(moment: datetime | None) -> str | None:
    """An instant as the journal writes it."""
    return instant(moment) if moment else None


def who(person: User | None) -> str | None:
    """A printed name."""
    return person.printed_name if person else None
