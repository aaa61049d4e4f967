"""What goes wrong among what a person may see; reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from audits.models import Monitor, Run
from audits.rules import today as rules
from audits.rules.runs import State
from audits.services.needs import MOST_SHOWN
from registry.models import (
    Deployment,
    Evidence,
    Incident,
    Override,
    Release,
    StoreCheck,
    Unit,
    User,
)
from registry.rules.gate_answers import Answer
from registry.rules.incidents import CLOCK_NAMES
from registry.rules.refusals import Objection, Refused
from registry.services import gate_answers, gates, kept_checks, rights, store
from registry.services.portfolio import breaches

# A clock that was not heard: more than half of the time has passed, or all of it.
PRESSING = frozenset({"half", "overdue"})


@dataclass(frozen=True)
class Alert:
    """Something that goes wrong: what about, where it is read, and the sentences that say why.

    ``kind`` is a key of ``ALERTS``; ``note`` is a text of the exhibit's own. The subject of a
    breached share is the code of the level.
    """

    kind: str
    subject: str
    link: str
    at: datetime | None = None
    until: datetime | None = None
    reasons: tuple[Objection, ...] = ()
    note: str = ""

    @property
    def words(self) -> rules.AlertKind:
        """The words of its kind."""
        return rules.ALERTS[self.kind]


def alerts(user: User) -> list[Alert]:
    """Return what goes wrong, the gravest first; what waits for the person is not repeated."""
    live, let_through = uncovered(user), _let_through(user)
    # What runs uncovered says so itself, and what was let through is open for now.
    said = {(one.version_id, one.environment) for one, _answer in live}
    said |= {(one.version_id, one.environment) for one in let_through}
    found = (
        (_live(one, answer) for one, answer in live),
        _clocks(user),
        _store(user),
        _journal(user),
        _closed_gates(user, said),
        (_emergency(one) for one in let_through),
        _breached_shares(user),
        _failing_exhibits(user),
        _monitors(user),
        _failed_runs(user),
    )
    return list(islice((one for each in found for one in each), MOST_SHOWN))


def uncovered(user: User) -> list[tuple[Deployment, Answer | None]]:
    """Return what runs now without a valid approval, with the answer of its gate.

    The gate is asked as it stands now, so that an approval which ended is told at once.
    """
    running = Deployment.objects.visible_to(user).current()
    found = list(running.select_related("version__model", "model").order_by("-live_from", "-pk"))
    answers = gate_answers.of_versions({one.version_id for one in found})
    asked = [(one, answers.get((one.version_id, one.environment))) for one in found]
    return [
        (one, answer)
        for one, answer in asked
        if one.uncovered_since or answer is None or not answer.allowed
    ]


def _live(one: Deployment, answer: Answer | None) -> Alert:
    why = answer.reasons if answer and not answer.allowed else ()
    environment = {"environment": one.environment}
    return Alert(
        "live",
        f"{one.model} {one.said}",
        reverse("deployment", args=[one.pk]),
        one.uncovered_since or one.live_from,
        reasons=(Objection("today.live", rules.LIVE_UNCOVERED, environment), *why[:1]),
    )


def _clocks(user: User) -> Iterator[Alert]:
    """Incidents that press, for those who cannot move them on: the others have them to do."""
    theirs = Unit.objects.where(user, "incident.advance")
    running = Incident.objects.visible_to(user).running().exclude(model__unit__in=theirs)
    for one in running.for_list():
        clock = one.clock()
        if clock and clock.state in PRESSING:
            said = {
                "clock": CLOCK_NAMES[clock.state],
                "days": clock.days,
                "article": clock.article,
            }
            yield Alert(
                "incident",
                str(one.version or one.model),
                reverse("incident", args=[one.pk]),
                one.aware_at,
                clock.due,
                (Objection("today.clock", rules.CLOCK_RUNS, said),),
            )


def _store(user: User) -> Iterator[Alert]:
    """What the checks of the store found, for those who answer for it."""
    if not rights.may_anywhere(by=user, verb="store.read"):
        return
    last = StoreCheck.objects.first()
    lost = last.orphans_count if last else 0
    counts = ((store.broken().count(), rules.STORE_BROKEN), (lost, rules.STORE_ORPHANS))
    reasons = [Objection("today.store", said, {"files": n}) for n, said in counts if n]
    if reasons:
        at = last.ended_at if last else None
        yield Alert("store", gettext("Store"), reverse("store"), at, reasons=tuple(reasons))


def _journal(user: User) -> Iterator[Alert]:
    """What the last check of the journal found, or could not see, for the same people."""
    last = kept_checks.last_kept()
    if last is None or (last.whole and not last.unread):
        return
    if not rights.may_anywhere(by=user, verb="store.read"):
        return
    said = {"places": ", ".join(last.unread)}
    reason = Objection("today.journal", rules.JOURNAL_UNREAD, said)
    if not last.whole:
        found = {"number": last.number, "wrong": last.wrong}
        reason = Objection("today.journal", rules.JOURNAL_BROKEN, found)
    yield Alert("journal", gettext("Journal"), reverse("journal"), last.at, reasons=(reason,))


def _closed_gates(user: User, said: set[tuple[int | None, str]]) -> Iterator[Alert]:
    """Gates of approvals nobody took back, unless a later approval took their place."""
    later = Release.objects.in_force().filter(
        version__model=OuterRef("version__model"),
        environment=OuterRef("environment"),
        pk__gt=OuterRef("pk"),
    )
    approved = Release.objects.visible_to(user).approved().filter(~Exists(later))
    approved = approved.filter(version__model__retired_at=None).order_by("-decided_at", "-pk")
    for release in gates.for_gate(approved):
        gate = gates.gate(release)
        if not gate.allowed and (release.version_id, release.environment) not in said:
            yield Alert(
                "gate",
                str(release),
                reverse("release", args=[release.pk]),
                release.decided_at,
                reasons=gate.reasons[:1],
            )


def _let_through(user: User) -> QuerySet[Override]:
    now = timezone.now()
    in_force = Override.objects.visible_to(user).in_force(now).select_related("version__model")
    return in_force.order_by("ends_at", "pk")


def _emergency(one: Override) -> Alert:
    environment = {"environment": one.environment}
    return Alert(
        "override",
        str(one),
        reverse("override", args=[one.pk]),
        until=one.ends_at,
        reasons=(Objection("today.emergency", rules.IN_FORCE_BY_EMERGENCY, environment),),
    )


def _breached_shares(user: User) -> Iterator[Alert]:
    """Levels at which more models stand than the risk appetite takes."""
    try:
        found = breaches(user)
    except Refused:  # No matrix was loaded yet.
        return
    for one in found:
        said = {
            "models": one.models,
            "of": one.of,
            "share": round(100 * one.share),
            "limit": round(100 * one.limit),
        }
        yield Alert(
            "share",
            one.level,
            reverse("models"),
            reasons=(Objection("today.share", rules.SHARE_BREACHED, said),),
        )


def _failing_exhibits(user: User) -> Iterator[Alert]:
    """Exhibits that fail and are the newest of their kind for the version."""
    same = Evidence.objects.filter(version=OuterRef("version"), kind=OuterRef("kind"))
    newest = Subquery(same.order_by("-filed_at", "-pk").values("pk")[:1])
    failing = Evidence.objects.visible_to(user).filter(verdict="fail", pk=newest)
    failing = failing.select_related("version__model").order_by("-filed_at", "-pk")
    for one in failing[:MOST_SHOWN]:
        yield Alert(
            "exhibit",
            str(one.version),
            reverse("exhibit", args=[one.pk]),
            one.filed_at,
            note=one.summary,
        )


def _monitors(user: User) -> Iterator[Alert]:
    """Monitors that could not look."""
    blind = Monitor.objects.visible_to(user).watching().exclude(trouble=[]).for_list()
    for one in blind[:MOST_SHOWN]:
        yield Alert(
            "monitor",
            str(one.version),
            reverse("monitor", args=[one.pk]),
            one.looked_at,
            reasons=(Objection(**one.trouble[0]),),
        )


def _failed_runs(user: User) -> Iterator[Alert]:
    failed = Run.objects.visible_to(user).filter(state=State.FAILED).for_list()
    for one in failed[:MOST_SHOWN]:
        yield Alert("run", str(one.version), reverse("run", args=[one.pk]), one.finished_at)
