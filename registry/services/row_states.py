"""Compare signatures, policies, roles and what moves a release with the digests in entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from registry.models import (
    AttestationRound,
    Condition,
    Confirmation,
    Membership,
    Override,
    OverrideSignature,
    PolicyAdoption,
    PolicyApproval,
    PolicyEdition,
    Release,
    ReleaseMove,
)
from registry.rules import row_digests
from registry.rules.journal import Break
from registry.services import personal
from registry.services.case_files import instant
from registry.services.openings import Openers
from registry.services.row_tellings import Seen, Told

BATCH = 1000
# By kind, the rows of which an entry has to tell.
ROWS: dict[str, QuerySet[Any]] = {
    "move": ReleaseMove.objects.all(),
    "condition": Condition.objects.all(),
    "offer": Condition.objects.filter(offered_at__isnull=False),
    "acceptance": Condition.objects.filter(accepted_at__isnull=False),
    "emergency release": Override.objects.all(),
    "emergency signature": OverrideSignature.objects.all(),
    "emergency term": Override.objects.filter(starts_at__isnull=False),
    "emergency end": Override.objects.filter(ended_at__isnull=False),
    "inventory": AttestationRound.objects.all(),
    "confirmation": Confirmation.objects.all(),
    "policy": PolicyEdition.objects.all(),
    "policy approval": PolicyApproval.objects.all(),
    "policy adoption": PolicyAdoption.objects.all(),
    "role": Membership.objects.all(),
    "end of a role": Membership.objects.filter(ended_at__isnull=False),
}
# These print the name of who acted.
SIGNED = frozenset({"emergency signature", "confirmation", "policy approval"})


def find(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    """Yield the rows that are not as the digests in these entries tell."""
    by_kind: dict[str, list[tuple[Told, int, str]]] = {}
    for one in told:
        for kind, pk, digest in one.changes[row_digests.WROTE]:
            by_kind.setdefault(kind, []).append((one, pk, digest))
            seen.add(kind, pk)
            if kind == "offer":
                seen.offers[pk] = one.number, digest
    for kind, all_said in by_kind.items():
        yield from _compare(kind, all_said, seen)


def _compare(kind: str, said: Sequence[tuple[Told, int, str]], seen: Seen) -> Iterator[Break]:
    rows = ROWS[kind].model._default_manager.in_bulk({pk for _told, pk, _digest in said})
    signers = {one.actor for one, _pk, _digest in said if kind in SIGNED}
    openers = Openers({personal.person_of(one) for one in signers if personal.is_sealed(one)})
    for one, pk, digest in said:
        row = rows.get(pk)
        if row is None:
            yield Break(one.number, f"{kind} {pk}, of which it tells, is not there")
        # A later offer takes the place of one, so only the last is compared, at the end.
        elif kind != "offer" and (
            row_digests.digest_of(row, row_digests.WRITTEN[kind]) != digest
            or (
                kind in SIGNED
                and seen.names.differ(one.number, one.actor, row.printed_name, openers)
            )
        ):
            yield Break(one.number, f"{kind} {pk} is not the one of which it tells")


def note_approvals(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    """Note until when approvals hold; a later approval of the same release takes its place."""
    for one in told:
        if until := one.changes.get("valid_until"):
            seen.approvals[one.subject] = one.number, until
    return iter(())


def last_break(seen: Seen, last: int) -> Break | None:
    """Return what is not as the last entry about it tells: offers, approvals, states."""
    return _offers_break(seen) or _approvals_break(seen) or _states_break(last)


def _states_break(last: int) -> Break | None:
    """Return a release that shows another state than its last move led to."""
    moves = ReleaseMove.objects.filter(release=OuterRef("pk")).order_by("-pk")
    moved = Release.objects.annotate(led_to=Subquery(moves.values("after")[:1]))
    wrong = moved.filter(led_to__isnull=False).exclude(state=F("led_to")).order_by("pk").first()
    if wrong is None:
        return None
    return Break(last, f"release {wrong.pk} is {wrong.state}, its last move was to {wrong.led_to}")


def _approvals_break(seen: Seen) -> Break | None:
    for some in _in_batches(seen.approvals):
        for pk, row in Release.objects.in_bulk(some).items():
            number, until = seen.approvals[pk]
            if row.valid_until is None or instant(row.valid_until) != until:
                return Break(number, f"the approval of release {pk} ends otherwise than it tells")
    return None


def _in_batches(told: Collection[int]) -> Iterator[list[int]]:
    numbers = list(told)
    return (numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH))


def _offers_break(seen: Seen) -> Break | None:
    for some in _in_batches(seen.offers):
        for pk, row in Condition.objects.in_bulk(some).items():
            number, digest = seen.offers[pk]
            if row_digests.digest_of(row, row_digests.WRITTEN["offer"]) != digest:
                return Break(number, f"offer {pk} is not the one of which it tells")
    return None
