"""Find what is past its time, show it beforehand, and let it go, one file at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from registry.models import ModelVersion, RetentionHold, StoredFile, Unit, User
from registry.services import (
    journal,
    retention,
    retention_holds,
    retention_rules,
    rights,
    short_lived,
)
from registry.services.kept_files import Source, rows_due
from registry.services.short_lived import Expired
from registry.services.tombstones import Thing


@dataclass(frozen=True)
class Going:
    """A thing past its time: the holds that keep it, and how many other records need its bytes.

    ``unseen_holds`` counts the holds on what the person who asks does not see.
    """

    thing: Thing
    holds: tuple[RetentionHold, ...]
    needed_by: int
    unseen_holds: int = 0

    @property
    def is_held(self) -> bool:
        """Whether a hold keeps it."""
        return bool(self.holds or self.unseen_holds)

    @property
    def goes(self) -> bool:
        """Whether the next pass deletes it."""
        return not self.is_held and not self.needed_by

    def seen(self, holds: Collection[int]) -> Going:
        """Return it with these holds alone, and the others counted."""
        kept = tuple(hold for hold in self.holds if hold.pk in holds)
        return replace(self, holds=kept, unseen_holds=len(self.holds) - len(kept))

    @property
    def hold_numbers(self) -> list[int]:
        """The numbers of the holds."""
        return [hold.pk for hold in self.holds]


@dataclass(frozen=True)
class Preview:
    """What would go on a day: files by their records, and rows that carry no evidence by kind."""

    on: date
    going: list[Going]
    expired: list[Expired]


def preview(*, sources: Sequence[Source], by: User, on: date | None = None) -> Preview:
    """Return what the retention task would delete on a day, of the person's units; reads only.

    What is of several units is told to who may see it in all of them, a hold to who sees what is
    held. Raises PermissionDenied for a person who may not see it in any unit.
    """
    rights.require_anywhere(by=by, verb="retention.preview")
    units = set(Unit.objects.where(by, "retention.preview").values_list("pk", flat=True))
    found = foreseen(sources=sources, on=on)
    holds = set(RetentionHold.objects.visible_to(by).standing().values_list("pk", flat=True))
    seen = [one.seen(holds) for one in found.going if one.thing.unit_ids <= units]
    return Preview(found.on, seen, found.expired)


def foreseen(*, sources: Sequence[Source], on: date | None = None) -> Preview:
    """Return what the retention task would delete on a day, of the whole installation."""
    on = on or timezone.localdate()
    rules, holds = retention_rules.in_force(), retention_holds.standing()
    by_file: dict[int, list[Thing]] = {}
    for source in (*sources, rows_due):
        for thing in source(on, rules, None):
            if thing.is_due(on):
                by_file.setdefault(thing.file.pk, []).append(thing)
    going = []
    for things in by_file.values():
        held = {id(thing): tuple(retention_holds.on(thing, holds)) for thing in things}
        free = [thing for thing in things if not held[id(thing)]]
        needed_by = len(retention.holders_of(things[0].file, free))
        going += [
            Going(thing, held[id(thing)], 0 if held[id(thing)] else needed_by) for thing in things
        ]
    going.sort(key=lambda one: (one.thing.until or date.max, one.thing.title))
    return Preview(on, going, short_lived.expired(on, rules, holds))


def delete_due(*, sources: Sequence[Source]) -> int:
    """Delete every file whose records are all past their time; return how many files went.

    Each file is its own transaction with its tombstones and entries, so it may be killed anywhere
    and run again.
    """
    on, rules = timezone.localdate(), retention_rules.in_force()
    due = {
        thing.file.pk: thing.file
        for source in sources
        for thing in source(on, rules, None)
        if thing.is_due(on)
    }
    return sum(_delete(due[pk], sources=sources, on=on) for pk in sorted(due))


@journal.verb
def _delete(stored: StoredFile, *, sources: Sequence[Source], on: date) -> bool:
    """Delete one file if that is still due under the locks; say whether it went."""
    retention_holds.keep_holds_out()
    rules, holds = retention_rules.in_force(), retention_holds.standing()
    found = [thing for source in sources for thing in source(on, rules, stored)]
    _lock({thing.version.pk for thing in found if thing.version})
    # Somebody may have submitted one of the versions since it was looked at.
    found = [thing for source in sources for thing in source(on, rules, stored)]
    things = [one for one in found if one.is_due(on) and not retention_holds.on(one, holds)]
    if not things or retention.let_go(stored, things):
        return False
    for thing in things:
        journal.record(
            thing.action,
            by=None,
            role="system",
            subject=thing.record,
            model=thing.model,
            changes={
                "sha256": stored.sha256,
                "size": stored.size,
                "kind": thing.kind,
                "keep_until": str(thing.until),
            },
            reason=thing.rule,
        )
    return True


def _lock(versions: Collection[int]) -> None:
    """Let nobody submit or decide on these versions until this transaction ends."""
    locked = ModelVersion.objects.select_for_update(of=("self",)).filter(pk__in=versions)
    list(locked.order_by("pk").values_list("pk", flat=True))
