"""What the policy asks of a version, and how each item stands; reads only."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from registry.models import Evidence, Finding, ModelVersion, ScorecardFilling
from registry.rules import checklists as rules
from registry.rules.policies import Ruling, ruling
from registry.services import case_files, policies, twins


def checklist(version: ModelVersion, environment: str = "") -> list[rules.Item]:
    """Return what the policy asks of this version for its tier, each with how it stands.

    Without an environment: what is asked where the policy makes no difference.
    """
    definition = policies.in_force().definition
    return under(version, definition, version.model.revision.tier, environment)


def checklists(versions: QuerySet[ModelVersion]) -> dict[int, list[rules.Item]]:
    """Return the checklist of each version by its id, in a fixed number of queries."""
    definition = policies.in_force().definition
    return {
        version.pk: judged(version, ruling(definition, version.model.revision.tier))
        for version in fetched(versions)
    }


def under(
    version: ModelVersion, definition: dict[str, Any], tier: int, environment: str = ""
) -> list[rules.Item]:
    """Return the checklist by another edition and tier: those a release was submitted under."""
    found = fetched(ModelVersion.objects.filter(pk=version.pk)).get()
    return judged(found, ruling(definition, tier, environment))


def fetched(versions: QuerySet[ModelVersion]) -> QuerySet[ModelVersion]:
    """Fetch what ``judged`` reads, in a fixed number of queries however many rows there are."""
    exhibits = Prefetch("evidence", queryset=Evidence.objects.select_related("data"))
    findings = Prefetch("findings", queryset=Finding.objects.unsettled(), to_attr="unsettled")
    others = ModelVersion.objects.twinned().order_by("number").prefetch_related(findings)
    scorecards = ScorecardFilling.objects.filter(model=OuterRef("model"))
    return (
        twins.with_twins(case_files.with_facts(versions), others)
        .prefetch_related(exhibits, findings)
        .annotate(scorecard_is_filled=Exists(scorecards))
    )


def judged(version: ModelVersion, asked: Ruling) -> list[rules.Item]:
    """Return how a version from ``fetched`` stands to everything a ruling asks for."""
    links = version.attached_links
    test_files = case_files.test_files(version)
    card = version.card.effective
    return rules.checklist(
        asked,
        card=card.sections if card else None,
        data_roles=[link.data.role for link in links],
        risk_is_assessed=version.risk.effective is not None,
        deputy_is_named=version.model.revision.deputy_id is not None,
        scorecard_is_filled=version.scorecard_is_filled,
        findings=[(finding.severity, finding.title) for finding in version.unsettled],
        twin_findings=[
            (finding.severity, finding.title, twins.label_beside(version, twin))
            for twin in twins.twins_of(version)
            for finding in twin.unsettled
        ],
        exhibits=[
            rules.Exhibit(
                id=exhibit.pk,
                kind=exhibit.kind,
                verdict=exhibit.verdict,
                at=exhibit.filed_at,
                reproduced=exhibit.reproduced,
                file=exhibit.data.file_id if exhibit.data else None,
                outdated=exhibit.data is not None and exhibit.data.file_id not in test_files,
                independent=exhibit.independent,
            )
            for exhibit in version.evidence.all()
        ],
        test_files=sorted(test_files),
        now=timezone.now(),
    )
