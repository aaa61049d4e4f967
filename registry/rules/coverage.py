"""Whether what runs is what was approved, and how grave it is where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from registry.rules.deployments import CLOCK_SKEW, Report
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

SOURCE = "deployment"
OTHER_IMAGE = "deployment.other_image"


def shortcomings(
    report: Report,
    *,
    label: str | None,
    registered: str,
    images: Sequence[str] = (),
    allowed: bool,
    approved_at: datetime | None,
    live_from: datetime,
) -> list[Objection]:
    """Return every reason why no valid approval covers this deployment; empty when one does.

    ``label`` is the registered version's, None where nobody registered one; ``registered`` is the
    digest of its artefact, empty for a vendor's model. ``images`` are those the release is known
    to run from, the one it went live with first. ``approved_at`` is when the approval that opens
    the gate was given.
    """
    if label is None:
        return [
            Objection(
                "deployment.unknown_version",
                gettext_noop("What runs (%(what)s) was never registered as a version here."),
                {"what": report.label or report.artefact_sha256[:12]},
            )
        ]
    reasons = []
    if report.artefact_sha256 != registered:
        none = gettext_noop("none")
        reasons.append(
            Objection(
                "deployment.other_artefact",
                gettext_noop(
                    "What runs as %(label)s is another artefact (%(reported)s) than the one that"
                    " was registered (%(registered)s)."
                ),
                {
                    "label": label,
                    "reported": report.artefact_sha256[:12] or none,
                    "registered": registered[:12] or none,
                },
            )
        )
    if images and report.image_digest and report.image_digest not in images:
        reasons.append(
            Objection(
                OTHER_IMAGE,
                gettext_noop(
                    "%(label)s runs from another container image (%(reported)s) than the one it"
                    " went live with (%(known)s). It may be a rebuild of the same artefact: have"
                    " the new image looked at, and settle the finding; from then on it counts as"
                    " covered."
                ),
                {
                    "label": label,
                    "reported": report.image_digest[:19],
                    "known": images[0][:19],
                },
            )
        )
    if not allowed:
        reasons.append(
            Objection(
                "deployment.not_approved",
                gettext_noop("No valid approval covers %(label)s in %(environment)s."),
                {"label": label, "environment": report.environment},
            )
        )
    elif approved_at is not None and live_from < approved_at - CLOCK_SKEW:
        reasons.append(
            Objection(
                "deployment.before_approval",
                gettext_noop("It was live from %(live_from)s, and approved on %(approved_at)s."),
                {
                    "live_from": live_from.isoformat(timespec="seconds"),
                    "approved_at": approved_at.isoformat(timespec="seconds"),
                },
            )
        )
    return reasons


def approval_ended(reasons: Sequence[Objection]) -> Objection:
    """Say that what runs was covered once, and why it is no longer."""
    return Objection(
        "deployment.approval_ended",
        gettext_noop("What runs was approved once and is no longer: %(why)s"),
        {"why": " ".join(str(one) for one in reasons)},
    )


# How grave it is; what is not named here is as grave as it gets.
SEVERITIES = {
    "deployment.other_image": "high",
    "deployment.before_approval": "high",
    "deployment.approval_ended": "high",
}


def severity(codes: Sequence[str]) -> str:
    """Return how grave a finding about these shortcomings is."""
    return (
        "critical" if {SEVERITIES.get(code, "critical") for code in codes} != {"high"} else "high"
    )


def title(codes: Sequence[str]) -> str:
    """Return what a finding about these shortcomings is called."""
    if set(codes) == {OTHER_IMAGE}:
        return gettext_noop("Live from another container image")
    return gettext_noop("Live without a valid approval")
