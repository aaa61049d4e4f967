"""Rows that carry no evidence: notices, mails, deliveries, sessions and drafts, gone in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from knox.models import get_token_model

from registry.models import Delivery, Mail, Notice, Release, RetentionHold, Tombstone
from registry.rules import casefile
from registry.rules.holds import Scope
from registry.rules.refusals import Refused
from registry.rules.releases import State
from registry.rules.retention import DRAFT_LAPSED
from registry.rules.retention_schedule import Facts, Kept, Rules, keep_until
from registry.services import journal, retention_holds, retention_rules, submissions

BATCH = 500
# Which instant of a row its period is counted from.
AGES = {
    "notice": "created_at",
    "mail": "created_at",
    "delivery": "event__at",
    "session": "expire_date",
    "authtoken": "expiry",
}
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Expired:
    """So many rows of one kind past their time, since when the oldest is there, and the rule."""

    kind: str
    table: str
    count: int
    since: datetime
    rule: str


def expired(on: date, rules: Rules, holds: Sequence[RetentionHold]) -> list[Expired]:
    """Return what would go on a day, by kind; reads only."""
    found = []
    for kind, rows, kept in (*_rows(on, rules, holds), _drafts(on, rules, holds)):
        name = str(rows.model._meta.model_name)
        count = rows.count()
        if count:
            oldest = rows.aggregate(since=Min(AGES.get(name, "submitted_at")))["since"]
            found.append(Expired(kind, name, count, oldest, kept.rule))
    return found


def delete_expired() -> int:
    """Delete all of it in batches that commit on their own, and discard drafts; return how many."""
    on, rules = timezone.localdate(), retention_rules.in_force()
    deleted = 0
    for place in range(len(_rows(on, rules, ()))):
        while batch := _delete_batch(place, on, rules):
            deleted += batch
    for draft in _drafts(on, rules, retention_holds.standing())[1]:
        # Somebody may have submitted it since it was looked up.
        with suppress(Refused):
            submissions.discard(release=draft, reason=DRAFT_LAPSED, by=None)
            deleted += 1
    return deleted


@journal.verb
def _delete_batch(place: int, on: date, rules: Rules) -> int:
    """Delete the oldest rows of one kind, and keep a tombstone for all of them together."""
    retention_holds.keep_holds_out()
    kind, rows, kept = _rows(on, rules, retention_holds.standing())[place]
    name = str(rows.model._meta.model_name)
    age = AGES[name]
    batch = list(rows.order_by(age, "pk").values_list("pk", age)[:BATCH])
    if not batch:
        return 0
    keys = [key for key, _at in batch]
    rows.model._default_manager.filter(pk__in=keys).delete()
    tombstone = Tombstone.objects.create(
        kind=kind,
        record_kind=name,
        title=_title(rows, [at for _key, at in batch]),
        sha256=casefile.digest(casefile.canonical([str(key) for key in keys])),
        size=0,
        count=len(keys),
        since=batch[0][1],
        at=timezone.now(),
        rule=kept.rule,
    )
    journal.record(
        "tombstone.laid",
        by=None,
        role="system",
        subject=tombstone,
        changes={"sha256": tombstone.sha256, "kind": kind, "count": len(keys)},
        reason=kept.rule,
    )
    return len(keys)


def _title(rows: Rows, ages: Sequence[datetime]) -> str:
    first, last = (at.astimezone(UTC).date().isoformat() for at in (ages[0], ages[-1]))
    return f"{len(ages)} {rows.model._meta.verbose_name_plural}, {first} to {last}"


def _rows(on: date, rules: Rules, holds: Sequence[RetentionHold]) -> list[tuple[str, Rows, Kept]]:
    """Return what is past its time of every kind; notices before the mails that carried them."""
    gone_out = Mail.objects.waiting().values("pk")
    tables: tuple[tuple[str, Rows, Callable[[Sequence[RetentionHold]], Q]], ...] = (
        (
            "notice",
            Notice.objects.filter(awaits_digest=False).exclude(mail__in=gone_out),
            lambda held: Q(model__in=_slugs(held)) | Q(unit__in=_units(held)),
        ),
        ("mail", Mail.objects.filter(notices=None).exclude(pk__in=gone_out), _nothing),
        (
            "delivery",
            Delivery.objects.exclude(arrived_at=None, given_up_at=None),
            _held_deliveries,
        ),
        ("session", Session.objects.all(), _nothing),
        ("session", get_token_model().objects.all(), _nothing),
    )
    found = []
    for kind, rows, held_by in tables:
        kept, cut = _cut(kind, on, rules)
        age = AGES[str(rows.model._meta.model_name)]
        old = rows.filter(**{f"{age}__lt": cut}).exclude(held_by(holds))
        if any(hold.scope == Scope.INSTALLATION for hold in holds):
            old = old.none()
        found.append((kind, old, kept))
    return found


def _drafts(on: date, rules: Rules, holds: Sequence[RetentionHold]) -> tuple[str, Rows, Kept]:
    """Return drafts that were never submitted; they are closed, and the rows stay."""
    kept, cut = _cut("draft", on, rules)
    drafts = Release.objects.filter(state=State.DRAFT, case_file=None, submitted_at__lt=cut)
    held = Q(version__model__unit__slug__in=_units(holds))
    drafts = drafts.exclude(held | Q(version__model__slug__in=_slugs(holds)))
    if any(hold.scope == Scope.INSTALLATION for hold in holds):
        drafts = drafts.none()
    return "draft", drafts.select_related("version__model__unit"), kept


def _cut(kind: str, on: date, rules: Rules) -> tuple[Kept, datetime]:
    """Return the rule of a kind, and the instant before which a row was made that is past it."""
    kept = keep_until(kind, Facts(made=on), rules)
    if kept is None:
        raise ValueError(kind)
    day = kept.period.began_by(on)
    while kept.period.after(day) >= on:
        day = date.fromordinal(day.toordinal() - 1)
    return kept, timezone.make_aware(datetime.combine(day, time.max))


def _held_deliveries(holds: Sequence[RetentionHold]) -> Q:
    slugs, units = _slugs(holds), _units(holds)
    return (
        Q(event__model__slug__in=slugs)
        | Q(event__version__model__slug__in=slugs)
        | Q(event__model__unit__slug__in=units)
        | Q(event__version__model__unit__slug__in=units)
    )


def _nothing(holds: Sequence[RetentionHold]) -> Q:
    """Name no row: only a hold on the whole installation keeps these."""
    return Q(pk__in=[])


def _slugs(holds: Sequence[RetentionHold]) -> list[str]:
    return [hold.model.slug for hold in holds if hold.model]


def _units(holds: Sequence[RetentionHold]) -> list[str]:
    return [hold.unit.slug for hold in holds if hold.unit]
