"""Where a release stands between its stages, and whose work it is; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from registry.models import ModelVersion, RegisteredModel, Release
from registry.rules import plans as plan_rules
from registry.rules import policies as policy_rules
from registry.rules import releases as rules


@dataclass(frozen=True)
class Progress:
    """The stages of a release, the approvals on its current case file, and where it stands."""

    stages: tuple[rules.Stage, ...]
    signatures: tuple[rules.Signature, ...]
    stage: int | None

    def signed_at(self, place: int) -> int:
        """How many have signed at a stage."""
        return sum(1 for signature in self.signatures if signature.stage == place)


def progress_of(release: Release) -> Progress:
    """Return where the release stands; signatures on an earlier case file no longer count."""
    stages = policy_rules.ruling(release.policy.definition, release.tier).stages
    given = tuple(
        rules.Signature(decision.signer_id, decision.stage)
        for decision in release.decisions.all()
        if decision.act == rules.Act.APPROVE and decision.case_file_id == release.case_file_id
    )
    return Progress(stages, given, rules.current_stage(stages, given))


def hands_on(release: Release) -> dict[str, set[int | None]]:
    """Return whose work the release is, part by part, over the whole history of the version."""
    version = release.version
    links = version.data_links.all()
    return {
        "submitted": {one.submitted_by_id for one in version.releases.all()},
        "registered": {version.registered_by_id},
        "purpose": _authors_of_the_purpose(version.model),
        "card": {revision.saved_by_id for revision in version.card.revisions.all()},
        "data": {link.attached_by_id for link in links}
        | {link.data.registered_by_id for link in links}
        | {link.detached_by_id for link in links},
        "evidence": {one.filed_by_id for one in version.evidence.all() if not one.reproduced},
        "tier": _who_lightened_the_tier(version.model),
        "plan": _who_loosened_the_plan(version),
        "risk": {assessment.assessed_by_id for assessment in version.risk.assessments.all()},
    }


def _authors_of_the_purpose(model: RegisteredModel) -> set[int | None]:
    """Return who wrote a purpose or an intended use; a revision of the tier alone is not that."""
    authors: set[int | None] = set()
    said = None
    for revision in sorted(model.revisions.all(), key=lambda one: one.number):
        if (revision.purpose, revision.intended_use) != said:
            authors.add(revision.revised_by_id)
        said = (revision.purpose, revision.intended_use)
    return authors


def _who_lightened_the_tier(model: RegisteredModel) -> set[int | None]:
    """Return who revised the model into a lighter tier, under which fewer people have to sign."""
    revisions = sorted(model.revisions.all(), key=lambda one: one.number)
    return {
        after.revised_by_id for before, after in pairwise(revisions) if after.tier > before.tier
    }


def _who_loosened_the_plan(version: ModelVersion) -> set[int | None]:
    """Return who took a limit back that the version had set itself, though the policy allows it."""
    revisions = sorted(version.plans.all(), key=lambda one: one.number)
    return {
        after.revised_by_id
        for before, after in pairwise(revisions)
        if plan_rules.is_laxer(after.content, before.content)
    }
