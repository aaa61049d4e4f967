"""How versions were used: what the periods of the retention schedule are counted by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from registry.models import Deployment, ModelVersion, Override, Release
from registry.rules.releases import OPEN
from registry.rules.retention_schedule import Facts


@dataclass
class Use:
    """When a version was last put into service and last in use, and whether it is now."""

    placed: date | None = None
    ended: date | None = None
    in_use: bool = False

    def add(self, placed: datetime | None, ended: datetime | None, *, on: date) -> None:
        """Take one more use into account; without an end it still goes on."""
        begun, over = _day(placed), _day(ended)
        self.placed = max(filter(None, (self.placed, begun)), default=None)
        if over is None or over >= on:
            self.in_use = True
        else:
            self.ended = max(filter(None, (self.ended, over)), default=None)


def facts_of(versions: Iterable[ModelVersion], *, on: date) -> dict[int, Facts]:
    """Return by each version's id what its records' periods are counted by.

    What is live, let through in an emergency, approved until later or waiting for a decision is in
    use. An approval that was taken back counts until its end: too long is better than too short.
    ``made`` is the version's own day; each record has its own instead.
    """
    wanted = {version.pk: version for version in versions}
    uses = {pk: Use() for pk in wanted}
    for release in Release.objects.filter(version__in=wanted):
        if release.state in OPEN:
            uses[release.version_id].in_use = True
        elif release.valid_until is not None:
            uses[release.version_id].add(release.decided_at, release.valid_until, on=on)
    for deployment in Deployment.objects.filter(version__in=wanted):
        uses[deployment.version_id or 0].add(deployment.live_from, deployment.live_until, on=on)
    overrides = Override.objects.filter(version__in=wanted)
    for override in overrides.filter(starts_at__isnull=False):
        uses[override.version_id].add(override.starts_at, override.ends_at, on=on)
    for version in overrides.waiting().values_list("version_id", flat=True):
        uses[version].in_use = True
    return {
        pk: Facts(
            made=_day(version.registered_at) or on,
            placed=uses[pk].placed,
            ended=uses[pk].ended,
            in_use=uses[pk].in_use,
            ai_act_class=version.model.revision.ai_act_class,
        )
        for pk, version in wanted.items()
    }


def made(facts: Facts, at: datetime) -> Facts:
    """Return the facts of one record of the version, which was made at this instant."""
    return replace(facts, made=_day(at) or facts.made)


def versions_of(pks: Collection[int]) -> list[ModelVersion]:
    """Return versions with what their facts are read from."""
    return list(ModelVersion.objects.filter(pk__in=pks).select_related("model__revision"))


def _day(at: datetime | None) -> date | None:
    return timezone.localtime(at).date() if at else None
