"""Whether a version may run on a release now, computed from what is there; reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from registry.models import Evidence, Release
from registry.rules import policies as policy_rules
from registry.rules import releases as rules
from registry.rules.refusals import Objection
from registry.services import case_files
from registry.services.case_files import Rows


@dataclass(frozen=True)
class Gate:
    """Whether the version may run in the environment on this release, and every reason against."""

    allowed: bool
    reasons: tuple[Objection, ...]


def gate(release: Release) -> Gate:
    """Compute the gate from what is there now; nobody has to have closed it by hand.

    ``release`` comes from ``for_gate``; a list of them costs a fixed number of queries.
    """
    ruling = policy_rules.ruling(release.policy.definition, release.tier)
    closing = {ask.kind for ask in ruling.evidence if ask.closes_gate}
    newest: dict[str, Evidence] = {}
    for exhibit in sorted(release.version.evidence.all(), key=lambda one: (one.filed_at, one.pk)):
        newest[exhibit.kind] = exhibit
    reasons = rules.gate_reasons(
        state=release.state,
        expired=release.valid_until is not None and release.valid_until <= timezone.now(),
        changed=[change.fact for change in case_files.changes_since_frozen(release)],
        failing=[
            exhibit.title
            for kind, exhibit in sorted(newest.items())
            if kind in closing and exhibit.verdict == "fail"
        ],
    )
    return Gate(not reasons, tuple(reasons))


def for_gate(releases: Rows) -> Rows:
    """Fetch what ``gate`` and ``progress_of`` read, in a fixed number of queries."""
    return (
        case_files.with_facts(releases, "version__")
        .select_related("case_file", "policy", "submitted_by")
        .prefetch_related("decisions", "version__evidence")
    )
