"""What the details of a review's cause are called, on pages and in reports."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

# One that is not here is shown by its own name. In the order in which they are shown.
DETAIL_NAMES = {
    "reason": gettext_noop("Why"),
    "summary": gettext_noop("What was found"),
    "title": gettext_noop("Exhibit"),
    "label": gettext_noop("Version"),
    "source": gettext_noop("Source before and now"),
    "dataset": gettext_noop("Dataset"),
    "data": gettext_noop("Data before and now"),
    "added": gettext_noop("Columns added"),
    "removed": gettext_noop("Columns removed"),
    "retyped": gettext_noop("Columns of another type"),
    "tier": gettext_noop("Tier before and now"),
    "revision": gettext_noop("Revision"),
    "environment": gettext_noop("Environment"),
    "edition": gettext_noop("Edition"),
    "upstream": gettext_noop("Model that changed"),
    "path": gettext_noop("By way of"),
    "due": gettext_noop("Was due"),
    "verdict": gettext_noop("Verdict"),
    "monitor": gettext_noop("Number of the monitor"),
    "run": gettext_noop("Number of the run"),
    "digest": gettext_noop("Digest"),
    "artefact_sha256": gettext_noop("Digest of the artefact that runs"),
    "image_digest": gettext_noop("Digest of the container image"),
}
# Numbers of something that has a page of its own; paper has none to lead to.
NUMBER_NAMES = {
    "override": gettext_noop("Number of the emergency release"),
    "exhibit": gettext_noop("Number of the exhibit"),
    "evidence": gettext_noop("Number of the exhibit"),
    "finding": gettext_noop("Number of the finding"),
    "incident": gettext_noop("Number of the incident"),
    "deployment": gettext_noop("Number of the deployment"),
    "release": gettext_noop("Number of the release"),
    "change": gettext_noop("What changed"),
    "shortcomings": gettext_noop("What was wrong"),
}
