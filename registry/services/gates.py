"""Whether a version may run on a release now, computed from what is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Prefetch, Subquery
from django.utils import timezone

from registry.models import (
    Condition,
    DataLink,
    Decision,
    Evidence,
    PolicyEdition,
    Release,
    ReleaseMove,
)
from registry.rules import casefile
from registry.rules import gates as rules
from registry.rules import policies as policy_rules
from registry.rules.checklists import replaces
from registry.rules.refusals import Objection
from registry.rules.releases import MOVES, Act, State
from registry.services import case_files, hands, twins
from registry.services.case_files import Rows
from registry.services.entries import wrote
from registry.services.stages import progress_of, ruling_of


@dataclass(frozen=True)
class Gate:
    """Whether the version may run in the environment on this release, and every reason against."""

    allowed: bool
    reasons: tuple[Objection, ...]


def gate(release: Release, now: datetime | None = None) -> Gate:
    """Compute the gate from what is there now; nobody has to have closed it by hand.

    The state alone opens nothing: the signatures have to be there, over this very case file.
    ``release`` comes from ``for_gate``; a list of them costs a fixed number of queries.
    """
    now = now or timezone.now()
    expired = release.valid_until is not None and release.valid_until <= now
    reasons = lasting_reasons(release, expired=expired, breached=overdue(release, now))
    return Gate(not reasons, tuple(reasons))


def lasting_reasons(
    release: Release, *, expired: bool, breached: Iterable[Condition] = ()
) -> list[Objection]:
    """Return the reasons against; ``expired`` and ``breached`` are what time alone makes so."""
    if release.case_file is None:
        return rules.gate_reasons(state=release.state)
    return rules.gate_reasons(
        state=release.state,
        unsigned=bool(progress_of(release).open),
        broken=not _is_what_was_signed(release),
        expired=expired,
        changed=[change.fact for change in case_files.changes_since_frozen(release)],
        failing=[exhibit.title for exhibit in _failing(release)],
        breached=[condition.text for condition in breached],
        outdated_policy=_policy_is_outdated(release),
        tier=release.tier,
        ai_act_class=release.version.model.revision.ai_act_class,
    )


def overdue(release: Release, now: datetime) -> list[Condition]:
    """Return the conditions that are past their day and not accepted."""
    return [one for one in release.conditions.all() if not one.accepted_at and one.due_at <= now]


def _policy_is_outdated(release: Release) -> bool:
    """Say whether a later edition is in force that closes what was approved under earlier ones."""
    current = release.policy_now
    if current is None or current == release.policy.digest:
        return False
    return _definition(current, release.tier, release.environment).new_edition_closes_gate


@lru_cache(maxsize=64)
def _definition(digest: str, tier: int, environment: str) -> policy_rules.Ruling:
    """Return what an edition says; it never changes, so each is read once."""
    edition = PolicyEdition.objects.in_force().filter(digest=digest)[0]
    return policy_rules.ruling(edition.definition, tier, environment)


def _is_what_was_signed(release: Release) -> bool:
    """Say whether the case file's text has its digest, and each signature on it that digest."""
    digest = casefile.digest(release.case_file.text)
    signed = {
        decision.case_file_digest
        for decision in release.decisions.all()
        if decision.case_file_id == release.case_file_id
    }
    return {digest} | signed == {release.case_file.digest}


def _failing(release: Release) -> list[Evidence]:
    """Return what fails where the policy closes the gate: the newest of each kind and test file.

    Evidence on data that is not attached speaks neither for nor against, and what was handed in
    does not hide a run that failed.
    """
    closing = {ask.kind: ask for ask in ruling_of(release).evidence if ask.closes_gate}
    attached = case_files.test_files(release.version)
    newest: dict[tuple[str, int | None], Evidence] = {}
    for exhibit in sorted(release.version.evidence.all(), key=lambda one: (one.filed_at, one.pk)):
        file = exhibit.data.file_id if exhibit.data else None
        if exhibit.kind in closing and (file is None or file in attached):
            held = newest.get((exhibit.kind, file))
            fails = held is not None and held.verdict == "fail"
            if held is None or not fails or replaces(closing[exhibit.kind], exhibit, held):
                newest[exhibit.kind, file] = exhibit
    return [exhibit for exhibit in newest.values() if exhibit.verdict == "fail"]


def for_gate(releases: Rows, at: datetime | None = None) -> Rows:
    """Fetch what ``gate`` and ``progress_of`` read, in a fixed number of queries.

    With ``at`` the lists are those of that instant; the rest is set back by ``as_of_releases``.
    """
    policies, decisions = PolicyEdition.objects.in_force(), Decision.objects.all()
    conditions, evidence = Condition.objects.all(), Evidence.objects.select_related("data")
    if at is not None:
        policies = PolicyEdition.objects.in_force_at(at)
        decisions = decisions.filter(signed_at__lte=at)
        conditions, evidence = Condition.objects.at(at), evidence.filter(filed_at__lte=at)
    return (
        case_files.with_facts(releases, "version__", at)
        .annotate(policy_now=Subquery(policies.values("digest")[:1]))
        .select_related("case_file", "policy", "submitted_by")
        .prefetch_related(
            Prefetch("decisions", queryset=decisions),
            Prefetch("conditions", queryset=conditions),
            Prefetch("version__evidence", queryset=evidence),
        )
    )


def for_signing(releases: Rows) -> Rows:
    """Fetch what ``stages.hands_on`` reads as well, in a fixed number of queries."""
    links = DataLink.objects.select_related("data")
    found = for_gate(releases).prefetch_related(
        Prefetch("version__data_links", queryset=links),
        "version__releases__decisions",
        "version__releases__moves",
        "version__model__revisions",
        "version__model__scorecards",
        "version__card__revisions",
        "version__risk__assessments",
    )
    return twins.with_twins(found, hands.of_twins(), "version__")


def move(release: Release, act: Act, *, by: object, at: datetime) -> None:
    """Move a release by the table, and keep the move; inside a verb only."""
    before = State(release.state)
    release.state = MOVES[before, act]
    release.save(update_fields=["state"])
    made = ReleaseMove.objects.create(
        release=release, act=act, before=before, after=release.state, at=at, by=by
    )
    wrote("move", made, about=release)
