"""Everything the page of a release shows about its case, whoever looks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from registry.models import CaseFile, Evidence, Release
from registry.rules import casefile
from registry.rules import stages as stage_rules
from registry.rules.releases import OPEN, STANDING
from registry.services import checklists, gates, signers, stages
from registry.services.case_files import changes_since_frozen
from registry.web.risk import grid


def whole_case(release: Release, progress: stages.Progress) -> dict[str, Any]:
    """Return everything the page shows about a release, whoever looks."""
    content = release.case_file.content
    risk = content["subject"]["risk"]
    before = _approved_before(release)
    could_sign = signers.of_open_stages(release, progress)
    return {
        "release": release,
        "version": release.version,
        "model": release.version.model,
        "content": content,
        "gate": gates.gate(release),
        "standing": release.state in STANDING,
        "waiting": release.state in OPEN,
        "progress": progress,
        "stages": [
            {**_stage(release, progress, place), "signers": could_sign.get(place)}
            for place in range(len(progress.stages))
        ],
        "deployments": release.deployments.for_list(),
        "conditions": release.conditions.select_related("owner", "accepted_by", "evidence"),
        "moves": release.moves.select_related("by"),
        "today": timezone.localdate(),
        "changed": changes_since_frozen(release),
        "before": before,
        "changes": list(
            casefile.differences(before.content["subject"], content["subject"]) if before else []
        ),
        "exhibits": Evidence.objects.filter(
            pk__in=[exhibit["id"] for exhibit in content["exhibits"]]
        ).select_related("data__dataset"),
        "case_files": release.case_files.all(),
        "grid": grid(risk["matrix"], _marks(risk)) if risk else [],
        "checklist": checklists.under(
            release.version, release.policy.definition, release.tier, release.environment
        )
        if release.state in OPEN
        else [],
    }


def _stage(release: Release, progress: stages.Progress, place: int) -> dict[str, Any]:
    """Return how one stage stands, ask by ask."""
    stage, votes = progress.stages[place], stage_rules.at(progress.votes, place)
    return {
        "stage": stage,
        "done": stage_rules.is_complete(stage, votes),
        "open": place in progress.open and release.state in OPEN,
        "signed": progress.signed_at(place),
        "asks": [
            (ask, sum(1 for vote in votes if vote.approves and vote.role == ask.role))
            for ask in stage.asks
        ],
        "against": sum(1 for vote in votes if not vote.approves),
    }


def _marks(risk: dict[str, Any]) -> dict[tuple[int, int], list[str]]:
    marks: dict[tuple[int, int], list[str]] = {}
    for word in ("inherent", "residual"):
        place = risk[word]
        marks.setdefault((place["likelihood"], place["impact"]), []).append(word)
    return marks


def _approved_before(release: Release) -> CaseFile | None:
    """Return the case file of the model's last other approved release to the same environment."""
    earlier = (
        Release.objects.filter(
            version__model=release.version.model,
            environment=release.environment,
            valid_until__isnull=False,
            submitted_at__lt=release.submitted_at,
        )
        .select_related("case_file")
        .order_by("-decided_at")
        .first()
    )
    return earlier.case_file if earlier else None
