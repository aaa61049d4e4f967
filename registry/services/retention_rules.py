"""The installation's rules of retention: propose an edition, have a second person confirm it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from registry.models import RetentionRule, User
from registry.rules import retention_editions as editions
from registry.rules import retention_schedule as schedule
from registry.rules.periods import period
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, rights


@journal.verb
def propose(
    *, frameworks: Collection[str], periods: Mapping[str, str], reason: str, by: User
) -> RetentionRule:
    """Propose the next edition; it is in force once somebody else has confirmed it.

    ``periods`` maps kinds to texts such as "12 years"; a kind that is left out, or blank, is kept
    for its usual time.
    """
    role = rights.require_anywhere(by=by, verb="retention_rule.propose")
    _one_at_a_time()
    asked = {kind: text.strip() for kind, text in periods.items() if text.strip()}
    objections = schedule.objections_to(frameworks, asked)
    if not reason.strip():
        objections.append(
            Objection(
                "retention.no_reason", gettext_noop("Give the reason; it stands with the rules.")
            )
        )
    if objections:
        raise Refused(*objections)
    newest = RetentionRule.objects.first()
    rule = RetentionRule.objects.create(
        edition=newest.edition + 1 if newest else 1,
        frameworks=sorted(set(frameworks)),
        periods={kind: str(period(text)) for kind, text in sorted(asked.items())},
        reason=reason.strip(),
        proposed_at=timezone.now(),
        proposed_by=by,
        proposed_as=role,
    )
    _record(rule, "retention_rule.proposed", by=by, role=role, reason=rule.reason)
    return rule


@journal.verb
def confirm(*, rule: RetentionRule, by: User) -> RetentionRule:
    """Put the newest edition into force; never by the person who proposed it."""
    role = rights.require_anywhere(by=by, verb="retention_rule.confirm")
    _one_at_a_time()
    rule = RetentionRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    objections = _objections_to_confirming(rule, by)
    objections += schedule.objections_to(rule.frameworks, rule.periods)
    if objections:
        raise Refused(*objections)
    rule.confirmed_at, rule.confirmed_by, rule.confirmed_as = timezone.now(), by, role
    rule.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_as"])
    _record(rule, "retention_rule.confirmed", by=by, role=role)
    return rule


def _objections_to_confirming(rule: RetentionRule, by: User) -> list[Objection]:
    objections = []
    if rule.confirmed_at:
        objections.append(
            Objection(
                "retention.confirmed_already", gettext_noop("This edition is in force already.")
            )
        )
    elif RetentionRule.objects.filter(edition__gt=rule.edition).exists():
        objections.append(
            Objection(
                "retention.overtaken",
                gettext_noop("A later edition was proposed since; confirm that one."),
            )
        )
    if rule.proposed_by_id == by.pk:
        objections.append(
            Objection(
                "retention.own_proposal",
                gettext_noop("Nobody confirms their own proposal; ask a second person."),
            )
        )
    return objections


def newest_confirmed() -> RetentionRule | None:
    """Return the edition in force; None where the installation goes by the usual periods."""
    return RetentionRule.objects.filter(confirmed_at__isnull=False).first()


def in_force() -> schedule.Rules:
    """Return the rules everything is kept by now: usual periods, and all frameworks, unless set."""
    return rules_of(newest_confirmed())


def rules_of(rule: RetentionRule | None) -> schedule.Rules:
    """Return the rules an edition states; without one, those an installation starts with."""
    if rule is None:
        return schedule.Rules()
    return schedule.Rules(
        frameworks=frozenset(rule.frameworks),
        periods={kind: period(text) for kind, text in rule.periods.items()},
        edition=rule.edition,
    )


@dataclass(frozen=True)
class Told:
    """An edition, and what it changes against the one in force before it (0: as usual)."""

    rule: RetentionRule
    rules: schedule.Rules
    base: int
    changes: editions.Changes

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that apply under it, by their names."""
        return editions.frameworks(self.rules)


def told_editions() -> list[Told]:
    """Return every edition with what it changes, the newest first."""
    told, before = [], schedule.Rules()
    for rule in RetentionRule.objects.select_related("proposed_by", "confirmed_by").order_by(
        "edition"
    ):
        rules = rules_of(rule)
        told.append(Told(rule, rules, before.edition, editions.changes(before, rules)))
        if rule.confirmed_at:
            before = rules
    return told[::-1]


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('retention rules'), 0)")


def _record(rule: RetentionRule, action: str, *, by: User, role: str, reason: str = "") -> None:
    changes = {"edition": rule.edition, "frameworks": rule.frameworks, "periods": rule.periods}
    journal.record(action, by=by, subject=rule, role=role, changes=changes, reason=reason)
