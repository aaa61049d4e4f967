"""Whether a version may run on a release now, computed from what is there; reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from registry.models import DataLink, Evidence, Release
from registry.rules import casefile
from registry.rules import policies as policy_rules
from registry.rules import releases as rules
from registry.rules.refusals import Objection
from registry.services import case_files
from registry.services.case_files import Rows
from registry.services.stages import progress_of


@dataclass(frozen=True)
class Gate:
    """Whether the version may run in the environment on this release, and every reason against."""

    allowed: bool
    reasons: tuple[Objection, ...]


def gate(release: Release) -> Gate:
    """Compute the gate from what is there now; nobody has to have closed it by hand.

    The state alone opens nothing: the signatures have to be there, over this very case file.
    ``release`` comes from ``for_gate``; a list of them costs a fixed number of queries.
    """
    reasons = rules.gate_reasons(
        state=release.state,
        unsigned=progress_of(release).stage is not None,
        broken=not _is_what_was_signed(release),
        expired=release.valid_until is not None and release.valid_until <= timezone.now(),
        changed=[change.fact for change in case_files.changes_since_frozen(release)],
        failing=[exhibit.title for exhibit in _failing(release)],
    )
    return Gate(not reasons, tuple(reasons))


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

    Evidence on data that is not attached speaks neither for nor against.
    """
    ruling = policy_rules.ruling(release.policy.definition, release.tier)
    closing = {ask.kind for ask in ruling.evidence if ask.closes_gate}
    attached = case_files.test_files(release.version)
    newest: dict[tuple[str, int | None], Evidence] = {}
    for exhibit in sorted(release.version.evidence.all(), key=lambda one: (one.filed_at, one.pk)):
        file = exhibit.data.file_id if exhibit.data else None
        if exhibit.kind in closing and (file is None or file in attached):
            newest[exhibit.kind, file] = exhibit
    return [exhibit for exhibit in newest.values() if exhibit.verdict == "fail"]


def for_gate(releases: Rows) -> Rows:
    """Fetch what ``gate`` and ``progress_of`` read, in a fixed number of queries."""
    return (
        case_files.with_facts(releases, "version__")
        .select_related("case_file", "policy", "submitted_by")
        .prefetch_related(
            "decisions",
            Prefetch("version__evidence", queryset=Evidence.objects.select_related("data")),
        )
    )


def for_signing(releases: Rows) -> Rows:
    """Fetch what ``stages.hands_on`` reads as well, in a fixed number of queries."""
    links = DataLink.objects.select_related("data")
    return for_gate(releases).prefetch_related(
        Prefetch("version__data_links", queryset=links),
        "version__releases",
        "version__model__revisions",
        "version__card__revisions",
        "version__risk__assessments",
    )
