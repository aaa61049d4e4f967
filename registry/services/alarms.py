"""Tell everybody of what runs without a valid approval: a finding, a review, an event, notices."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from registry.models import Deployment, ModelVersion
from registry.rules import coverage as rules
from registry.rules.deployments import Report
from registry.rules.refusals import Objection
from registry.rules.roles import Role
from registry.services import events, findings, notices, reviews


def raise_for(deployment: Deployment, shortcomings: Sequence[Objection]) -> None:
    """Open a finding and a review, announce it, and tell those who answer for the model.

    Inside a verb only.
    """
    model, codes = deployment.model, [one.code for one in shortcomings]
    details = {"environment": deployment.environment, **said(deployment).what}
    anchor = deployment.version or _nearest_version(deployment)
    if anchor is not None:
        findings.open_automatically(
            version=anchor,
            source=rules.SOURCE,
            severity=rules.severity(codes),
            title=rules.title(codes),
            text=" ".join(str(one) for one in shortcomings),
            details={**details, "shortcomings": codes},
        )
    reviews.open_for(
        model=model,
        version=deployment.version,
        cause="unapproved_live",
        details={**details, "deployment": deployment.pk, "shortcomings": codes},
        by=None,
    )
    events.announce(
        name="deployment.unapproved",
        version=deployment.version,
        model=model,
        details={**details, "deployment": deployment.pk, "shortcomings": codes},
        by=None,
    )
    managers = notices.holders(model.unit, Role.MODEL_RISK_MANAGER)
    notices.tell(
        people=[*managers, model.revision.owner],
        code="deployment.unapproved",
        about=deployment,
        model=model,
        link=f"{reverse('live')}?model={model.slug}",
        urgent=True,
    )


def _nearest_version(deployment: Deployment) -> ModelVersion | None:
    """Return what a finding about an unknown artefact hangs on.

    The version that ran in the environment last, or else the newest one; None where the model has
    none at all.
    """
    ran = deployment.model.deployments.filter(environment=deployment.environment)
    last = ran.exclude(version=None).order_by("-live_from", "-pk").first()
    newest: ModelVersion | None = deployment.model.versions.order_by("-number").first()
    return last.version if last else newest


def said(deployment: Deployment) -> Report:
    """Return what the deploying side said of it."""
    return Report(
        deployment.environment,
        deployment.label,
        deployment.artefact_sha256,
        deployment.image_digest,
    )
