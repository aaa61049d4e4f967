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
from registry.rules.gate_answers import OVERRIDE
from registry.rules.refusals import Objection
from registry.rules.releases import OPEN, STANDING, Act, State
from registry.services import case_files
from registry.services.entries import Pending, record
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
    rows += _let_through(overrides, now)
    if any(row.is_open(now) != row.told_open for row in rows):
        dispatch.settle_gates()


def _let_through(overrides: OverrideQuerySet, now: datetime) -> list[GateRow]:
    """Open the gates that an emergency release opens, and close those it no longer does.

    An approval that stands needs none, and says more.
    """
    rows = []
    held = set(overrides.at(now))
    for override in overrides.exclude(starts_at=None).order_by("starts_at", "pk"):
        row = GateRow.objects.filter(
            version=override.version, environment=override.environment
        ).first() or GateRow(version=override.version, environment=override.environment)
        holds = override in held
        if row.pk and row.state != OVERRIDE and (row.is_open(now) or not holds):
            continue
        artefact = override.version.artefact
        row.state, row.valid_until, row.condition_due = OVERRIDE, override.ends_at, None
        row.reasons = [] if holds else [told(rules.OVERRIDE_ENDED)]
        row.artefact_sha256 = artefact.sha256 if artefact else ""
        row.case_file_digest, row.settled_at = "", now
        row.save()
        rows.append(row)
    return rows


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
    params = {name: str(value) for name, value in reason.params.items()}
    return {"code": reason.code, "message": reason.message, "params": params}
