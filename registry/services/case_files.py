"""Gather the facts of a version into a case file, freeze it, and see what changed since."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from registry.models import (
    CaseFile,
    DataLink,
    EvaluationPlan,
    Evidence,
    Hazard,
    ModelVersion,
    PolicyEdition,
    Release,
    StoredFile,
)
from registry.rules import casefile as rules
from registry.rules.cards import SECTION_CODES, filled
from registry.services import contexts

Rows = TypeVar("Rows", bound=QuerySet[Any])

RELATED = (
    "model__unit",
    "model__revision__owner",
    "model__revision__deputy",
    "artefact",
    "environment",
    "card__effective",
    "risk__effective__matrix",
)


def with_facts(versions: Rows, prefix: str = "", at: datetime | None = None) -> Rows:
    """Fetch what ``subject`` reads, in a fixed number of queries however many rows there are.

    ``prefix`` is the path to the version ("version__") when the rows are releases. With ``at`` the
    lists are those of that instant; what a row points at is set back by ``as_of_versions.rewind``.
    """
    links = DataLink.objects.attached() if at is None else DataLink.objects.at(at)
    links = links.select_related("data__dataset", "data__file").order_by("data_id")
    hazards = Hazard.objects.order_by("place")
    plans = EvaluationPlan.objects.order_by("-number")
    if at is not None:
        plans = plans.filter(revised_at__lte=at)
    return versions.select_related(*(prefix + path for path in RELATED)).prefetch_related(
        Prefetch(f"{prefix}data_links", queryset=links, to_attr="attached_links"),
        Prefetch(f"{prefix}risk__effective__hazards", queryset=hazards),
        Prefetch(f"{prefix}plans", queryset=plans),
    )


def subject(version: ModelVersion) -> dict[str, Any]:
    """Return the facts whose change voids a decision, read from rows fetched by ``with_facts``."""
    revision = version.model.revision
    return {
        "model": {
            "slug": version.model.slug,
            "name": version.model.name,
            "task": version.model.task,
            "purpose": revision.purpose,
            "intended_use": revision.intended_use,
        },
        "version": {
            "label": version.label,
            "artefact": _file(
                version.artefact, name=version.artefact_name, format=version.artefact_format
            ),
            "source": version.source,
            "code_commit": version.code_commit,
            "environment": _file(version.environment, name=version.environment_name),
            "parameters": version.parameters,
            "features": version.features,
            "label_column": version.label_column,
            "positive_label": version.positive_label,
            "threshold": version.threshold,
        },
        "data": [_data(link) for link in version.attached_links],
        "card": _card(version),
        "risk": _risk(version),
        **_plan(version),
    }


def test_files(version: ModelVersion) -> set[int]:
    """Return the files of the attached test data, by id; evidence on any other data is outdated."""
    return {link.data.file_id for link in version.attached_links if link.data.role == "test"}


def _file(stored: StoredFile | None, **more: str) -> dict[str, Any] | None:
    return {"sha256": stored.sha256, "size": stored.size, **more} if stored else None


def _data(link: DataLink) -> dict[str, Any]:
    data = link.data
    return {
        "dataset": data.dataset.name,
        "number": data.number,
        "role": data.role,
        "sha256": data.file.sha256,
        "format": data.format,
        "rows": data.rows,
        "columns": data.columns,
        "sensitive_columns": data.sensitive_columns,
        "provenance": data.provenance,
    }


def _card(version: ModelVersion) -> dict[str, Any] | None:
    revision = version.card.effective
    if revision is None:
        return None
    return {
        "revision": revision.number,
        "sections": revision.sections,
        "filled": len(filled(revision.sections)),
        "of": len(SECTION_CODES),
    }


def _risk(version: ModelVersion) -> dict[str, Any] | None:
    assessment = version.risk.effective
    return assessment.stated if assessment else None


def _plan(version: ModelVersion) -> dict[str, Any]:
    """Return the newest revision of the version's own plan, under a key that is absent without one.

    A null in its place would differ from every case file frozen before there were plans.
    """
    plan = next(iter(version.plans.all()), None)
    return {"plan": {"revision": plan.number, **plan.content}} if plan else {}


def build(
    version: ModelVersion, *, policy: PolicyEdition, release: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the whole case file of a version as it stands now."""
    return stated(
        with_facts(ModelVersion.objects.filter(pk=version.pk)).get(), policy=policy, release=release
    )


def stated(
    version: ModelVersion,
    *,
    policy: PolicyEdition,
    release: dict[str, Any] | None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """Return the whole case file of a version fetched by ``with_facts``, as it stands in the rows.

    With ``at`` the rows are set back to that instant by ``as_of_versions.rewind``.
    """
    revision = version.model.revision
    facts = subject(version)
    matrix = version.risk.effective.matrix if version.risk.effective else None
    return rules.build(
        subject=facts,
        context={
            "unit": version.model.unit.name,
            "owner": revision.owner.printed_name,
            "deputy": revision.deputy.printed_name if revision.deputy else None,
            "maintainers": sorted(person.printed_name for person in revision.maintainers.all()),
            "tier": revision.tier,
            **contexts.said_of(version.model, at),
        },
        exhibits=exhibits_of(version, at),
        editions={
            "policy": {"name": policy.name, "edition": policy.edition, "digest": policy.digest},
            "matrix": {"name": matrix.name, "edition": matrix.edition, "digest": matrix.digest}
            if matrix
            else None,
        },
        release=release,
    )


def exhibits_of(version: ModelVersion, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return every exhibit of the version, earlier runs of the same kind included.

    With ``at`` those that were filed by that instant.
    """
    filed = Evidence.objects.filter(version=version).order_by("pk")
    if at is not None:
        filed = filed.filter(filed_at__lte=at)
    return [
        {
            "id": evidence.pk,
            "kind": evidence.kind,
            "title": evidence.title,
            "digest": evidence.digest,
            "verdict": evidence.verdict,
            "summary": evidence.summary,
            "producer": evidence.producer,
            "reproduced": evidence.reproduced,
            "at": instant(evidence.filed_at),
        }
        for evidence in filed
    ]


def freeze(release: Release, content: dict[str, Any]) -> CaseFile:
    """Write a case file down under its digest, as the release's newest; inside a verb only."""
    text = rules.canonical(content)
    frozen = CaseFile.objects.create(
        release=release,
        number=release.case_files.count() + 1,
        text=text,
        digest=rules.digest(text),
        frozen_at=timezone.now(),
    )
    release.case_file = frozen
    release.save(update_fields=["case_file"])
    return frozen


def changes_since_frozen(release: Release) -> list[rules.Difference]:
    """Return the subject facts that differ from the frozen ones; any of them voids an approval."""
    return list(
        rules.differences(release.case_file.content["subject"], plain(subject(release.version)))
    )


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as they read back from canonical text, so that both sides compare alike."""
    content: dict[str, Any] = CaseFile(text=rules.canonical(facts)).content
    return content


def instant(moment: datetime) -> str:
    """Return a time as the case file writes it: UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
