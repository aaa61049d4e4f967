"""Which container images a release is known to run from, and which wait to be looked at."""

from __future__ import annotations

from registry.models import Deployment, Finding, Release
from registry.rules.coverage import OTHER_IMAGE, SOURCE


def known_to(release: Release) -> list[str]:
    """Return the images a release is known to run from, the one that it went live with first.

    Another one counts once the finding about it is settled while it still runs: what was found
    and taken down is found again when it comes back.
    """
    covered = release.deployments.exclude(image_digest="").order_by("live_from", "pk")
    known = list(dict.fromkeys(covered.values_list("image_digest", flat=True)))
    if not known:
        return []
    found = Deployment.objects.current().filter(
        version=release.version_id,
        environment=release.environment,
        shortcomings__contains=[{"code": OTHER_IMAGE}],
    )
    return known + [one.image_digest for one in found if not is_held_back(one)]


def is_held_back(deployment: Deployment) -> bool:
    """Say whether it runs from another image, and the finding about that is not settled yet."""
    if all(one["code"] != OTHER_IMAGE for one in deployment.shortcomings):
        return False
    about = Finding.objects.unsettled().filter(
        version=deployment.version_id,
        source=SOURCE,
        details__environment=deployment.environment,
        details__image_digest=deployment.image_digest,
        details__shortcomings__contains=[OTHER_IMAGE],
    )
    return about.exists()
