"""Releases as they stood at a past instant, by the moves they took and what was signed by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from registry.models import CaseFile, ModelRevision, PolicyEdition, Release, ReleaseMove
from registry.rules import gates as gate_rules
from registry.rules.as_of import not_yet
from registry.rules.releases import APPROVALS, MOVES, STANDING, Act, State
from registry.services import as_of_conditions, as_of_versions, case_files, gates
from registry.services.case_files import instant

# What was signed to end a release, so that it was decided then. A draft is given up unsigned.
DECIDING = frozenset({*APPROVALS, Act.REJECT, Act.WITHDRAW, Act.REVOKE, Act.RETIRE})


def releases_at(releases: QuerySet[Release], at: datetime) -> list[Release]:
    """Return those that were there by then, as they stood; in a fixed number of queries.

    ``gates.gate(release, at)`` and ``stages.progress_of`` read of each what there was then. They
    are set back in memory, and never to be saved.
    """
    taken = ReleaseMove.objects.filter(at__lte=at).select_related("by").order_by("at", "pk")
    found = gates.for_gate(releases.filter(pk__in=taken.order_by().values("release")), at)
    rewound = list(found.prefetch_related(Prefetch("moves", queryset=taken)))
    as_of_versions.rewind([one.version for one in rewound], at)
    as_of_conditions.rewind([one for each in rewound for one in each.conditions.all()], at)
    _rewind(rewound, at)
    return rewound


def release_at(release: Release, at: datetime) -> Release:
    """Return one release as it stood. Raises NotYet for one that was begun later."""
    found = releases_at(Release.objects.filter(pk=release.pk), at)
    if not found:
        raise not_yet(str(release), instant(at))
    return found[0]


def state_of_release(release: Release, at: datetime) -> dict[str, Any]:
    """Return where a release stood at an instant, what the clock made of it, and its gate then.

    Raises NotYet for one that was begun later.
    """
    return standing_of(release_at(release, at), at)


def standing_of(release: Release, at: datetime) -> dict[str, Any]:
    """Return the same of a release that ``releases_at`` gave.

    ``state`` is what was written down by then; ``stands`` is what time alone had made of it, which
    is written down only when it is noticed.
    """
    gate = gates.gate(release, at)
    frozen = release.case_file
    return {
        "environment": release.environment,
        "state": release.state,
        "stands": _stands(release, at),
        "tier": release.tier,
        "policy": {"name": release.policy.name, "edition": release.policy.edition},
        "submitted_at": instant(release.submitted_at),
        "submitted_by": release.submitted_by.printed_name,
        "decided_at": instant(release.decided_at) if release.decided_at else None,
        "valid_until": instant(release.valid_until) if release.valid_until else None,
        "case_file": {"number": frozen.number, "digest": frozen.digest} if frozen else None,
        "gate": {"allowed": gate.allowed, "reasons": [one.kept() for one in gate.reasons]},
    }


def _stands(release: Release, at: datetime) -> str:
    """Return the state after what follows by itself, by the same rules as when it is noticed."""
    if release.state not in STANDING:
        return release.state
    conditions = release.conditions.all()
    due = gate_rules.moves_due(
        release.state,
        changed=bool(case_files.changes_since_frozen(release)),
        expired=release.valid_until is not None and release.valid_until <= at,
        overdue=bool(gates.overdue(release, at)),
        waiting=any(not one.accepted_at for one in conditions),
        conditional=bool(conditions),
    )
    state = State(release.state)
    for act in due:
        state = MOVES[state, act]
    return state.value


def _rewind(releases: Sequence[Release], at: datetime) -> None:
    """Set back what the row keeps of its last submission and decision only."""
    files: dict[int, list[CaseFile]] = defaultdict(list)
    for one in CaseFile.objects.filter(release__in=[one.pk for one in releases]).order_by("number"):
        files[one.release_id].append(one)
    for release in releases:
        moves = list(release.moves.all())
        begun = [one for one in moves if one.act in (Act.DRAFT, Act.SUBMIT)]
        submitted = [one.at for one in begun if one.act == Act.SUBMIT]
        decided = [one for one in moves if one.act in DECIDING and one.before != State.DRAFT]
        release.state = moves[-1].after
        release.case_file = _frozen(files[release.pk], submitted, at)
        if begun:
            release.submitted_at, release.submitted_by = begun[-1].at, begun[-1].by
        release.decided_at = decided[-1].at if decided else None
        if not any(one.act in APPROVALS for one in moves):
            release.valid_until = None
    _rewind_rulings(releases)


def _frozen(
    files: Sequence[CaseFile], submitted: Sequence[datetime], at: datetime
) -> CaseFile | None:
    """Return the newest case file of then; an exhibit filed in review froze one of its own.

    A submission freezes its own a moment after the time that its move was given.
    """
    if not submitted:
        return None
    own = next((one for one in files if one.frozen_at >= submitted[-1]), None)
    known = [one for one in files if one.frozen_at <= at or one == own]
    return known[-1]


def _rewind_rulings(releases: Iterable[Release]) -> None:
    """Set the policy and the tier back to those of the last submission, or of the draft."""
    drafts, pinned = [], {}
    for release in releases:
        if release.case_file is None:
            drafts.append(release)
            continue
        content = release.case_file.content
        release.tier = content["context"]["tier"]
        policy: Mapping[str, Any] = content["editions"]["policy"]
        if release.policy.digest != policy["digest"] or release.policy.name != policy["name"]:
            pinned[release] = (policy["name"], policy["edition"])
    if pinned:
        editions = PolicyEdition.objects.filter(edition__in={one for _, one in pinned.values()})
        named = {(one.name, one.edition): one for one in editions}
        for release, key in pinned.items():
            release.policy = named[key]
    if drafts:
        _rewind_drafts(drafts)


def _rewind_drafts(drafts: Sequence[Release]) -> None:
    """A draft was written under the policy and in the tier of its day; no case file says which."""
    adopted = list(PolicyEdition.objects.in_force().select_related("adoption"))
    models = {one.version.model_id for one in drafts}
    revisions = list(ModelRevision.objects.filter(model__in=models).order_by("number"))
    for release in drafts:
        day = release.submitted_at
        held = [one for one in adopted if one.adoption.adopted_at <= day]
        said = [
            one
            for one in revisions
            if one.model_id == release.version.model_id and one.revised_at <= day
        ]
        release.policy = held[0] if held else release.policy
        release.tier = said[-1].tier if said else release.tier
