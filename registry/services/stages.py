"""Where a release stands between its stages, and whose work it is; reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from registry.models import DataLink, RegisteredModel, Release
from registry.rules import policies as policy_rules
from registry.rules import releases as rules
from registry.services.case_files import Rows
from registry.services.gates import for_gate


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
        "submitted": {release.submitted_by_id},
        "registered": {version.registered_by_id},
        "purpose": _authors_of_the_purpose(version.model),
        "card": {revision.saved_by_id for revision in version.card.revisions.all()},
        "data": {link.attached_by_id for link in links}
        | {link.data.registered_by_id for link in links},
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


def for_signing(releases: Rows) -> Rows:
    """Fetch what ``hands_on`` reads as well, in a fixed number of queries."""
    links = DataLink.objects.select_related("data")
    return for_gate(releases).prefetch_related(
        Prefetch("version__data_links", queryset=links),
        "version__model__revisions",
        "version__card__revisions",
        "version__risk__assessments",
    )
