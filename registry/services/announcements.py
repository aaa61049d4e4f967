"""Tell of what happens to releases: people who have to act, and systems that listen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from registry.models import Condition, Decision, Event, GateRow, Release, ReleaseMove, User
from registry.rules.releases import IN_FORCE, REVIEWING, Act, State
from registry.rules.roles import Role
from registry.services import events, journal, notices, relations, stages

# What a signed act is announced as, and what its people are told. None where nobody waits for it.
SIGNED: dict[Act, tuple[str | None, str | None]] = {
    Act.REJECT: ("release.rejected", "release.rejected"),
    Act.SEND_BACK: ("release.sent_back", "release.sent_back"),
    Act.RETURN: ("release.sent_back", "release.sent_back"),
    Act.WITHDRAW: ("release.withdrawn", None),
    Act.REVOKE: ("release.revoked", "release.revoked"),
    Act.RETIRE: ("release.retired", "release.retired"),
}
# What follows by itself is told of from here, since nobody's verb is there to tell of it.
BY_ITSELF: dict[str, tuple[str, str]] = {
    Act.VOID: ("release.void", "release.void"),
    Act.EXPIRE: ("release.expired", "release.expired"),
    Act.BREACH: ("condition.breached", "condition.breached"),
}
# What ends or suspends an approval changes what the models downstream get, by the code they are
# told.
CHANGES = {
    Act.REVOKE: "revoked",
    Act.RETIRE: "release_retired",
    Act.VOID: "void",
    Act.EXPIRE: "expired",
    Act.BREACH: "condition_breached",
}
LOOKED_BACK = timedelta(days=7)
EXPIRING = timedelta(days=30)
DUE_SOON = timedelta(days=7)


def of_submission(release: Release, by: User) -> None:
    """Tell those who can sign first; inside a verb only."""
    _announce("release.submitted", release, by)
    call_signers(release, ())


def of_decision(release: Release, decision: Decision, before: Iterable[int]) -> None:
    """Tell of a signed act, and whoever it is now the turn of; inside a verb only."""
    act, by = Act(decision.act), decision.signer
    if act in SIGNED and (act is not Act.REJECT or release.state == State.REJECTED):
        name, code = SIGNED[act]
        if name:
            _announce(name, release, by)
        if code:
            _tell(code, release, _answering_for(release))
    _tell_downstream(act, release, by)
    if act in REVIEWING and release.state == State.IN_REVIEW:
        call_signers(release, before if act is not Act.SEND_BACK else ())


def of_approval(release: Release) -> None:
    """Tell of an approval; inside a verb only."""
    _announce("release.approved", release, None)
    _tell("release.approved", release, _answering_for(release))


def call_signers(release: Release, told_before: Iterable[int]) -> None:
    """Tell those who can sign the stages that have just opened, less whose work it is."""
    progress = stages.progress_of(release)
    opened = [place for place in progress.open if place not in set(told_before)]
    roles = {role for place in opened for role in progress.stages[place].roles}
    hands = {person for people in stages.hands_on(release).values() for person in people}
    unit = release.version.model.unit
    people = notices.holders(unit, *sorted(roles)).exclude(pk__in=[one for one in hands if one])
    _tell("release.waits_for_you", release, people)


def of_what_followed() -> int:
    """Tell of moves that followed by themselves, each once; return how many there were."""
    since = timezone.now() - LOOKED_BACK
    told = set(
        Event.objects.filter(at__gte=since, details__has_key="move").values_list(
            "details__move", flat=True
        )
    )
    moves = ReleaseMove.objects.filter(by=None, at__gte=since, act__in=sorted(BY_ITSELF))
    waiting = [pk for pk in moves.order_by("pk").values_list("pk", flat=True) if pk not in told]
    for pk in waiting:
        _tell_of_move(pk=pk)
    return len(waiting)


@journal.verb
def _tell_of_move(*, pk: int) -> None:
    """Tell of one move, unless another worker did meanwhile."""
    move = ReleaseMove.objects.get(pk=pk)
    release = (
        Release.objects.select_for_update(of=("self",))
        .select_related("version__model__unit", "version__model__revision")
        .get(pk=move.release_id)
    )
    name, code = BY_ITSELF[move.act]
    if Event.objects.filter(name=name, details__move=pk).exists():
        return
    _announce(name, release, None, move=pk)
    unit = release.version.model.unit
    managers = notices.holders(unit, Role.MODEL_RISK_MANAGER, Role.VALIDATOR)
    _tell(code, release, [*_answering_for(release), *managers])
    if move.act == Act.BREACH:
        _tell(code, release, [one.owner for one in release.conditions.waiting()])
    _tell_downstream(Act(move.act), release, None)


def _tell_downstream(act: Act, release: Release, by: User | None) -> None:
    if act in CHANGES:
        change = {"change": CHANGES[act], "release": release.pk}
        relations.open_downstream(release.version.model, change, by)


def of_gates() -> int:
    """Announce every gate that opened or closed since it was last told of; return how many."""
    now = timezone.now()
    changed = [
        row.pk for row in GateRow.objects.order_by("pk") if row.is_open(now) != row.told_open
    ]
    for pk in changed:
        _tell_of_gate(pk=pk)
    return len(changed)


@journal.verb
def _tell_of_gate(*, pk: int) -> None:
    row = GateRow.objects.select_for_update(of=("self",)).get(pk=pk)
    is_open = row.is_open(timezone.now())
    if is_open == row.told_open:
        return
    row.told_open = is_open
    row.save(update_fields=["told_open"])
    events.announce(
        name="gate.opened" if is_open else "gate.closed",
        version=row.version,
        details={"environment": row.environment, "release": row.release_id, "state": row.state},
        by=None,
    )


@journal.verb
def remind() -> None:
    """Remind of approvals that end soon and of conditions that are due soon, once a day."""
    now = timezone.now()
    ending = Release.objects.in_force().filter(valid_until__gt=now, valid_until__lte=now + EXPIRING)
    for release in ending.select_related("version__model__unit", "version__model__revision"):
        _tell("release.expiring", release, _answering_for(release))
    due = Condition.objects.waiting().filter(
        release__state__in=sorted(IN_FORCE), due_at__gt=now, due_at__lte=now + DUE_SOON
    )
    for condition in due.select_related("release__version__model__unit", "owner"):
        notices.tell(
            people=[condition.owner],
            code="condition.due_soon",
            about=condition,
            model=condition.release.version.model,
            link=reverse("condition", args=[condition.pk]),
        )


def _answering_for(release: Release) -> list[User]:
    """Return who asked for the release and who owns the model."""
    owner = release.version.model.revision.owner
    return [release.submitted_by, *([owner] if owner != release.submitted_by else [])]


def _tell(code: str, release: Release, people: Iterable[User]) -> None:
    notices.tell(
        people=people,
        code=code,
        about=release,
        model=release.version.model,
        link=reverse("release", args=[release.pk]),
    )


def _announce(name: str, release: Release, by: User | None, **more: object) -> None:
    digest = release.case_file.digest if release.case_file else ""
    events.announce(
        name=name,
        version=release.version,
        details={
            "release": release.pk,
            "environment": release.environment,
            "case_file": digest,
            **more,
        },
        by=by,
    )
