"""Compare rows with entries from before these held digests, as far as they tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model

from registry.models import (
    AttestationRound,
    Condition,
    Confirmation,
    Membership,
    Override,
    PolicyApproval,
    PolicyEdition,
)
from registry.rules.casefile import canonical, digest
from registry.rules.journal import Break
from registry.services import personal
from registry.services.openings import Openers
from registry.services.row_tellings import Find, Seen, Told

Holds = Callable[[Any, Told], bool]


def _role(row: Membership, told: Told) -> bool:
    user = told.changes["user"]
    return (
        (row.role, row.unit.slug, row.granted_by_id)
        == (told.changes["role"], told.unit, told.actor_id)
        # Earlier still, it told the name alone.
        and (not isinstance(user, dict) or row.user_id == user["person"])
    )


def _end_of_role(row: Membership, told: Told) -> bool:
    return row.ended_at is not None and row.ended_by_id == told.actor_id


def _inventory(row: AttestationRound, told: Told) -> bool:
    return row.digest == told.changes["digest"] == digest(row.text)


def _confirmation(row: Confirmation, told: Told) -> bool:
    stands = (row.says, row.digest, row.exceptions, row.meaning, row.owner_id)
    changes = told.changes
    says = (changes["says"], changes["digest"], changes["exceptions"], told.reason, told.actor_id)
    return stands == says


def _policy(row: PolicyEdition, told: Told) -> bool:
    if row.digest != told.changes["digest"] or digest(canonical(row.definition)) != row.digest:
        return False
    return (row.note, row.proposed_by_id) == (told.reason, told.actor_id)


def _emergency(row: Override, told: Told) -> bool:
    said = (told.changes["environment"], told.changes["days"], told.changes["digest"], told.reason)
    return (row.environment, row.days, row.digest, row.reason) == said


def _term(row: Override, told: Told) -> bool:
    return row.ends_at == datetime.fromisoformat(told.changes["ends_at"])


def _end(row: Override, told: Told) -> bool:
    return (row.end_reason, row.ended_by_id) == (told.reason, told.actor_id)


def _offer(row: Condition, told: Told) -> bool:
    return row.offered_at is not None


def _acceptance(row: Condition, told: Told) -> bool:
    return (row.acceptance, row.accepted_by_id) == (told.reason, told.actor_id)


# By action, the kind of row that the entry is about, and what has to hold of it.
ABOUT: dict[str, tuple[str, type[Model], Holds]] = {
    "membership.granted": ("role", Membership, _role),
    "membership.ended": ("end of a role", Membership, _end_of_role),
    "attestation.opened": ("inventory", AttestationRound, _inventory),
    "attestation.confirmed": ("confirmation", Confirmation, _confirmation),
    "policy.loaded": ("policy", PolicyEdition, _policy),
    "policy.proposed": ("policy", PolicyEdition, _policy),
    "override.requested": ("emergency release", Override, _emergency),
    "override.used": ("emergency term", Override, _term),
    "override.ended": ("emergency end", Override, _end),
    "condition.offered": ("offer", Condition, _offer),
    "condition.accepted": ("acceptance", Condition, _acceptance),
}
# By action, the kinds of rows that were written with it, whose numbers it does not tell.
UNNUMBERED: dict[str, tuple[str, ...]] = {
    "release.drafted": ("move",),
    "release.submitted": ("move",),
    "release.approved": ("move", "condition"),
    "override.requested": ("emergency signature",),
    "policy.loaded": ("policy adoption",),
    "policy.approved": ("policy approval",),
    "policy.adopted": ("policy adoption",),
}


def find(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    """Yield the rows that are not what these entries tell, and note of which they tell."""
    for action in {one.action for one in told}:
        same = [one for one in told if one.action == action]
        seen.older.update(UNNUMBERED.get(action, ()))
        if action in ABOUT:
            yield from _compare(same, seen, *ABOUT[action])
        if action == "policy.approved":
            yield from _approvals(same, seen)


def _compare(
    told: Sequence[Told], seen: Seen, kind: str, table: type[Model], holds: Holds
) -> Iterator[Break]:
    rows = table._default_manager.in_bulk([one.subject for one in told])
    openers = _openers(told) if kind == "confirmation" else None
    for one in told:
        row: Any = rows.get(one.subject)
        seen.add(kind, one.subject)
        if row is None:
            yield Break(one.number, f"{kind} {one.subject}, of which it tells, is not there")
        elif not holds(row, one) or (
            openers and seen.names.differ(one.number, one.actor, row.printed_name, openers)
        ):
            yield Break(one.number, f"{kind} {one.subject} is not the one of which it tells")


def _approvals(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    """Compare approvals by edition and signer: these entries do not tell their numbers."""
    rows = PolicyApproval.objects.filter(edition__in={one.subject for one in told})
    kept = {(row.edition_id, row.signer_id): row for row in rows}
    openers = _openers(told)
    for one in told:
        row = kept.get((one.subject, one.actor_id))
        if row is None:
            yield Break(one.number, "the approval of which it tells is not there")
        elif (row.digest, row.reason) != (one.changes["digest"], one.reason) or (
            seen.names.differ(one.number, one.actor, row.printed_name, openers)
        ):
            yield Break(one.number, f"policy approval {row.pk} is not the one of which it tells")


def _openers(told: Sequence[Told]) -> Openers:
    return Openers({personal.person_of(one.actor) for one in told if personal.is_sealed(one.actor)})


FINDERS: dict[str, Find] = dict.fromkeys({*ABOUT, *UNNUMBERED}, find)
