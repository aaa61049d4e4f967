"""Settle gates: after every verb, move what has to move, and write down how each gate stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from registry import dispatch
from registry.models import GateRow, Override, Release
from registry.models.overrides import OverrideQuerySet
from registry.rules import gates as rules
from registry.rules import overrides as rules_of_overrides
from registry.rules.gate_answers import OVERRIDE
from registry.rules.refusals import Objection
from registry.rules.releases import OPEN, STANDING, Act, State
from registry.services import case_files
from registry.services.entries import Pending, record, wrote
from registry.services.gates import for_gate, lasting_reasons, move, overdue

# What changes the rules for every model at once.
FOR_ALL = frozenset({"policy.loaded", "policy.adopted"})
PAST = {
    Act.VOID: "voided",
    Act.EXPIRE: "expired",
    Act.BREACH: "condition_breached",
    Act.MEND: "condition_mended",
    Act.CLEAR: "conditions_cleared",
}


def settle(pending: Pending) -> None:
    """Move the releases that have to move, and write down how each gate stands now.

    Called at the end of every outermost verb, for the models it touched, before its entries are
    appended: so a changed fact voids an approval in the very transaction that changes it.
    """
    slugs = {entry["model"] for entry in pending.entries if entry["model"]} | pending.touched
    if any(entry["action"] in FOR_ALL for entry in pending.entries):
        slugs |= set(
            Release.objects.filter(state__in=sorted(STANDING)).values_list(
                "version__model__slug", flat=True
            )
        )
    for slug in sorted(slugs):
        _settle_model(slug)


def _settle_model(slug: str) -> None:
    overrides = Override.objects.filter(version__model__slug=slug)
    if not _unsettled(slug).exists() and not overrides.exists():
        return
    # One at a time, and after the change is made: a gate computed before another verb's commit and
    # written after it would be open on what is no longer there.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gates'), hashtext(%s))", [slug])
    now = timezone.now()
    releases = list(for_gate(_unsettled(slug)).order_by("submitted_at", "pk"))
    for release in releases:
        _move_by_itself(release, now)
    rows = [_written(release, now) for release in _standing_for_their_place(releases)]
    _end_overrides(overrides, now)
    rows += _let_through(overrides, now)
    if any(row.is_open(now) != row.told_open for row in rows):
        dispatch.settle_gates()


def _end_overrides(overrides: OverrideQuerySet, now: datetime) -> None:
    """End the emergency releases whose days are over, or against which somebody decided since."""
    lasting = overrides.lasting().select_related("version__model")
    over = {one.pk: (one, rules_of_overrides.DAYS_OVER) for one in lasting.filter(ends_at__lte=now)}
    for one in lasting.overtaken():
        over.setdefault(one.pk, (one, rules_of_overrides.OVERTAKEN))
    for override, reason in over.values():
        override.ended_at = min(now, override.ends_at or now)
        override.end_reason = reason
        override.save(update_fields=["ended_at", "end_reason"])
        wrote("emergency end", override)
        record(
            "override.ended",
            by=None,
            subject=override,
            role="system",
            model=override.version.model,
            changes={"environment": override.environment},
            reason=reason,
        )


def _let_through(overrides: OverrideQuerySet, now: datetime) -> list[GateRow]:
    """Open the gates that an emergency release opens, and close those it no longer does.

    An approval that stands needs none, and says more; and where a release was asked for, that is
    what the gate shows once the emergency is over.
    """
    used = overrides.exclude(starts_at=None).select_related("version__model", "version__artefact")
    last = {
        (one.version_id, one.environment): one
        for one in used.prefetch_related("signatures").order_by("starts_at", "pk")
    }
    rows = []
    for override in last.values():
        row = GateRow.objects.filter(
            version=override.version, environment=override.environment
        ).first() or GateRow(version=override.version, environment=override.environment)
        ends = override.ended_at or override.ends_at
        holds = override.ended_at is None and ends is not None and ends > now
        if row.pk and row.state != OVERRIDE and (row.is_open(now) or not holds):
            continue
        artefact = override.version.artefact
        row.state, row.condition_due = OVERRIDE, None
        row.valid_until = ends
        row.reasons = _against(override, holds)
        row.artefact_sha256 = artefact.sha256 if artefact else ""
        row.case_file_digest, row.settled_at = "", now
        row.save()
        rows.append(row)
    return rows


def _against(override: Override, holds: bool) -> list[dict[str, Any]]:
    """Return why an emergency release opens nothing. That it began is not enough to believe it."""
    artefact = override.version.artefact
    digest = rules_of_overrides.digest_of(
        model=override.version.model.slug,
        version=override.version.label,
        artefact=artefact.sha256 if artefact else None,
        environment=override.environment,
        days=override.days,
        reason=override.reason,
    )
    signed = [
        rules_of_overrides.Signed(one.role, one.signer_id, one.digest)
        for one in override.signatures.all()
    ]
    if override.starts_at is None or override.ends_at is None:
        return [told(rules.OVERRIDE_BROKEN)]
    last = rules_of_overrides.ends_at(override.starts_at, override.days)
    if override.ends_at > last or not rules_of_overrides.is_signed(signed, digest):
        return [told(rules.OVERRIDE_BROKEN)]
    return [] if holds else [told(rules.OVERRIDE_ENDED)]


def _unsettled(slug: str) -> QuerySet[Release]:
    """Return the releases of a model whose gates may have changed: all but those at their end."""
    settled = GateRow.objects.filter(
        version=OuterRef("version"), environment=OuterRef("environment")
    )
    known = settled.filter(Q(release__gt=OuterRef("pk")) | Q(release=OuterRef("pk")))
    return Release.objects.filter(version__model__slug=slug).filter(
        Q(state__in=sorted(STANDING | OPEN | {State.DRAFT}))
        | ~Exists(known.filter(Q(state=OuterRef("state")) | Q(release__gt=OuterRef("pk"))))
    )


def _standing_for_their_place(releases: list[Release]) -> list[Release]:
    """Return, for each version and environment, the release that answers for it.

    The newest whose approval stands; else the newest at all.
    """
    chosen: dict[tuple[int, str], Release] = {}
    for release in releases:
        place = (release.version_id, release.environment)
        held = chosen.get(place)
        if held is None or release.state in STANDING or held.state not in STANDING:
            chosen[place] = release
    return list(chosen.values())


def _move_by_itself(release: Release, now: datetime) -> None:
    if release.state not in STANDING:
        return
    conditions = release.conditions.all()
    changes = case_files.changes_since_frozen(release)
    due = rules.moves_due(
        release.state,
        changed=bool(changes),
        expired=release.valid_until is not None and release.valid_until <= now,
        overdue=bool(overdue(release, now)),
        waiting=any(not one.accepted_at for one in conditions),
        conditional=bool(conditions),
    )
    for act in due:
        told = {"changed": [change.fact for change in changes]} if act is Act.VOID else {}
        move(release, act, by=None, at=now)
        record(
            f"release.{PAST[act]}",
            by=None,
            subject=release,
            role="system",
            model=release.version.model,
            changes={"case_file": release.case_file.digest, **told},
        )


def _written(release: Release, now: datetime) -> GateRow:
    waiting = [one.due_at for one in release.conditions.all() if not one.accepted_at]
    artefact = release.version.artefact
    reasons = lasting_reasons(release, expired=False)
    row, _ = GateRow.objects.update_or_create(
        version=release.version,
        environment=release.environment,
        defaults={
            "release": release,
            "state": release.state,
            "reasons": [told(one) for one in reasons],
            "valid_until": release.valid_until,
            "condition_due": min(waiting, default=None),
            "artefact_sha256": artefact.sha256 if artefact else "",
            "case_file_digest": release.case_file.digest if release.case_file else "",
            "settled_at": now,
        },
    )
    return row


def told(reason: Objection) -> dict[str, Any]:
    """Return a reason as a row keeps it."""
    return reason.kept()
