"""Whether a valid approval covers what runs, and what follows where one does or none does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from registry.models import (
    Deployment,
    ModelVersion,
    Override,
    RegisteredModel,
    Release,
    ReleaseMove,
    User,
)
from registry.rules import coverage as rules
from registry.rules.gate_answers import OVERRIDE, Answer
from registry.rules.refusals import Objection
from registry.rules.releases import IN_FORCE, MOVES, Act, State
from registry.services import alarms, events, gate_answers, gates, images, journal, relations
from registry.services.case_files import instant


@dataclass(frozen=True)
class Covered:
    """What covers a deployment: the release, and everything that is short of it."""

    release: Release | None
    shortcomings: tuple[Objection, ...]


def judge(deployment: Deployment) -> Covered:
    """Say what covers a deployment that is reported; reads only.

    What runs is held to the gate as it answers now; what has ended already, and is only reported
    late, to the approval that held when it began.
    """
    version = deployment.version
    allowed, release = False, None
    if version is not None and deployment.live_until is None:
        answer = gate_answers.of_versions([version.pk]).get((version.pk, deployment.environment))
        allowed, release = answer is not None and answer.allowed, _open_on(answer)
    elif version is not None:
        release = _in_force_at(version, deployment.environment, deployment.live_from)
        allowed = release is not None or _let_through_at(
            version, deployment.environment, deployment.live_from
        )
    shortcomings = rules.shortcomings(
        alarms.said(deployment),
        label=version.label if version else None,
        registered=_registered(deployment),
        images=images.known_to(release) if release else (),
        allowed=allowed,
        approved_at=_approved_at(release) if release else None,
        live_from=deployment.live_from,
    )
    return Covered(None if shortcomings else release, tuple(shortcomings))


def _open_on(answer: Answer | None) -> Release | None:
    """Return the release on which the gate is open.

    None where it is closed, and where an emergency release lets the version through without one.
    """
    if answer is None or not answer.allowed or answer.decision == OVERRIDE:
        return None
    return Release.objects.filter(pk=answer.release).first()


def _registered(deployment: Deployment) -> str:
    version = deployment.version
    return version.artefact.sha256 if version and version.artefact else ""


def _approved_at(release: Release) -> datetime | None:
    """Return when its approval was given; None for one that was let through unapproved."""
    moves = release.moves.filter(after__in=sorted(IN_FORCE)).order_by("at", "pk")
    return moves.values_list("at", flat=True).first()


def _in_force_at(version: ModelVersion, environment: str, instant: datetime) -> Release | None:
    """Return the release whose approval held at a past instant; None where none did."""
    moves = ReleaseMove.objects.filter(
        release__version=version, release__environment=environment, at__lte=instant
    ).select_related("release")
    last = {move.release_id: move for move in moves.order_by("at", "pk")}
    for move in sorted(last.values(), key=lambda one: one.at, reverse=True):
        until = move.release.valid_until
        if move.after in IN_FORCE and until is not None and until > instant:
            found: Release = move.release
            return found
    return None


def _let_through_at(version: ModelVersion, environment: str, instant: datetime) -> bool:
    """Say whether an emergency release let the version through at a past instant."""
    return Override.objects.at(instant).filter(version=version, environment=environment).exists()


@journal.verb
def follow(deployment: Deployment, covered: Covered, *, by: User | None) -> None:
    """Let the release go live that covers what runs, or tell everybody that none does."""
    if covered.shortcomings:
        alarms.raise_for(deployment, covered.shortcomings)
    elif covered.release is not None and deployment.live_until is None:
        release = Release.objects.select_for_update().get(pk=covered.release.pk)
        if (State(release.state), Act.GO_LIVE) in MOVES:
            _move(release, Act.GO_LIVE, deployment, by)
    supersede(deployment, by=by)


@journal.verb
def supersede(deployment: Deployment, *, by: User | None) -> None:
    """Supersede the releases that were live beside this and run nowhere any more.

    What still runs on another target, while something new is rolled out, is not over yet; and
    where nothing runs that is approved, nothing took its place.
    """
    live = Release.objects.filter(
        version__model=deployment.model, environment=deployment.environment, state=State.LIVE
    )
    running = Deployment.objects.current().exclude(release=None).values("release")
    if live.filter(pk__in=running).exists():
        for release in live.exclude(pk__in=running).select_for_update().order_by("pk"):
            _move(release, Act.SUPERSEDE, deployment, by)


# What the journal calls it, and what listeners are told.
MOVED = {
    Act.GO_LIVE: ("release.went_live", "release.live"),
    Act.SUPERSEDE: ("release.superseded", "release.superseded"),
}


def _move(release: Release, act: Act, deployment: Deployment, by: User | None) -> None:
    action, event = MOVED[act]
    gates.move(release, act, by=by, at=timezone.now())
    journal.record(
        action,
        by=by,
        subject=release,
        role="system" if by is None else deployment.role,
        model=deployment.model,
        changes={"deployment": deployment.pk, "environment": deployment.environment},
    )
    events.announce(
        name=event,
        version=release.version,
        details={"release": release.pk, "environment": release.environment},
        by=by,
    )
    if act is Act.GO_LIVE:
        change = {"change": "went_live", "release": release.pk}
        relations.open_downstream(deployment.model, change, by)


def watch() -> int:
    """Look whether what runs is covered as it was; return for how much that has changed.

    An approval that ends while something runs on it is told once.
    """
    running = Deployment.objects.current().exclude(version=None)
    found = list(running.select_related("version__artefact").order_by("pk"))
    answers = gate_answers.of_versions({one.version_id for one in found})
    due = [
        one for one in found if _has_changed(one, answers.get((one.version_id, one.environment)))
    ]
    for deployment in due:
        look_again(deployment=deployment)
    return len(due)


def _has_changed(deployment: Deployment, answer: Answer | None) -> bool:
    """Say whether what is written of a running deployment is no longer so."""
    same = deployment.artefact_sha256 == _registered(deployment)
    if answer is None or not answer.allowed or not same:
        return deployment.uncovered_since is None
    if deployment.uncovered_since is not None:
        return not images.is_held_back(deployment)
    return answer.decision != OVERRIDE and answer.release != deployment.release_id


def told_of(deployment: Deployment) -> dict[str, object]:
    """Return what covers a deployment as its entries keep it; the row keeps only the last of it."""
    since = deployment.uncovered_since
    return {"release": deployment.release_id, "uncovered_since": instant(since) if since else None}


@journal.verb
def look_again(*, deployment: Deployment) -> None:
    """Judge once more what runs, now that its gate has opened or closed."""
    model = (
        RegisteredModel.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "revision__owner")
        .get(pk=deployment.model_id)
    )
    running = Deployment.objects.current().select_for_update(of=("self",))
    found = running.select_related("version__artefact").filter(pk=deployment.pk).first()
    if found is None:
        return
    deployment, deployment.model = found, model
    answers = gate_answers.of_versions([deployment.version_id])
    answer = answers.get((deployment.version_id, deployment.environment))
    if not _has_changed(deployment, answer):
        return
    release, covered = _open_on(answer), answer is not None and answer.allowed
    ended = () if covered else (rules.approval_ended(answer.reasons if answer else ()),)
    deployment.release = release or deployment.release
    deployment.uncovered_since = None if covered else timezone.now()
    deployment.save(update_fields=["release", "uncovered_since"])
    journal.record(
        "deployment.covered" if covered else "deployment.uncovered",
        by=None,
        subject=deployment,
        role="system",
        model=model,
        changes={
            "gate": [one.code for one in answer.reasons] if answer else [],
            **told_of(deployment),
        },
    )
    follow(deployment, Covered(release, ended), by=None)
