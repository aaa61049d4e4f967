"""What the policy asks of a version, and how each item stands; reads only."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from registry.models import Evidence, ModelVersion
from registry.rules import checklists as rules
from registry.rules.policies import ruling
from registry.services import case_files, policies


def checklist(version: ModelVersion) -> list[rules.Item]:
    """Return what the policy asks of this version for its tier, each with how it stands."""
    return checklists(ModelVersion.objects.filter(pk=version.pk))[version.pk]


def checklists(versions: QuerySet[ModelVersion]) -> dict[int, list[rules.Item]]:
    """Return the checklist of each version by its id, in a fixed number of queries."""
    definition = policies.in_force().definition
    exhibits = Prefetch("evidence", queryset=Evidence.objects.select_related("data"))
    return {
        version.pk: _checklist(version, definition, version.model.revision.tier)
        for version in case_files.with_facts(versions).prefetch_related(exhibits)
    }


def under(version: ModelVersion, definition: dict[str, Any], tier: int) -> list[rules.Item]:
    """Return the checklist by another edition and tier: those a release was submitted under."""
    exhibits = Prefetch("evidence", queryset=Evidence.objects.select_related("data"))
    fetched = case_files.with_facts(ModelVersion.objects.filter(pk=version.pk))
    return _checklist(fetched.prefetch_related(exhibits).get(), definition, tier)


def _checklist(version: ModelVersion, definition: dict[str, Any], tier: int) -> list[rules.Item]:
    links = version.attached_links
    test_files = case_files.test_files(version)
    card = version.card.effective
    return rules.checklist(
        ruling(definition, tier),
        card=card.sections if card else None,
        data_roles=[link.data.role for link in links],
        risk_is_assessed=version.risk.effective is not None,
        deputy_is_named=version.model.revision.deputy_id is not None,
        exhibits=[
            rules.Exhibit(
                id=exhibit.pk,
                kind=exhibit.kind,
                verdict=exhibit.verdict,
                at=exhibit.filed_at,
                reproduced=exhibit.reproduced,
                file=exhibit.data.file_id if exhibit.data else None,
                outdated=exhibit.data is not None and exhibit.data.file_id not in test_files,
            )
            for exhibit in version.evidence.all()
        ],
        test_files=sorted(test_files),
        now=timezone.now(),
    )
