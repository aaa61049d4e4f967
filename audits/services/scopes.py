"""What a report is on: exactly one of a version, a release, a model, or the units of a portfolio.

And whether the person may ask for one on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from audits.rules.reports import Scope
from registry.models import ModelVersion, RegisteredModel, Release, Unit, User
from registry.rules.casefile import canonical, digest
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import Act
from registry.rules.wording import gettext_noop
from registry.services import rights


@dataclass(frozen=True)
class Subject:
    """What a report is on, with its rows; ``units`` are those whose people may see it.

    ``release`` is the one that was asked for; on a version or a model it is left to be found.
    """

    scope: Scope
    about: str
    units: tuple[Unit, ...]
    existed_from: datetime
    model: RegisteredModel | None = None
    version: ModelVersion | None = None
    release: Release | None = None


def locked(
    *,
    version: ModelVersion | None,
    release: Release | None,
    model: RegisteredModel | None,
    portfolio: Sequence[Unit] | None,
) -> Subject:
    """Return the one thing a report was asked on, under a lock: of two presses one is first.

    The lock leaves the keys free. What points at the row may go on being written, and a press on
    the model waits for none on its version that waits for it in turn.

    Raises Refused where it is none or several, or a release that was never submitted.
    """
    if sum(one is not None for one in (version, release, model, portfolio)) != 1:
        raise Refused.because(
            "report.scope",
            gettext_noop("A report is on one version, one release, one model or one portfolio."),
        )
    if version is not None:
        return _version(version)
    if release is not None:
        return _release(release)
    if model is not None:
        return _model(model)
    return _portfolio(portfolio or ())


def require(*, by: User, subject: Subject) -> str:
    """Return the role the person asks in; in a portfolio they need one in every unit."""
    roles = [rights.require(by=by, verb="report.request", unit=unit) for unit in subject.units]
    return ", ".join(dict.fromkeys(", ".join(roles).split(", ")))


def objections_to_instant(subject: Subject, as_of: datetime | None) -> list[Objection]:
    """Say what stands against telling how it was at this instant."""
    if as_of is None:
        return []
    if as_of >= timezone.now():
        return [
            Objection(
                "report.as_of_future",
                gettext_noop("%(asked)s is not over yet; leave it out for a report on today."),
                {"asked": as_of.isoformat()},
            )
        ]
    if as_of < subject.existed_from:
        return [
            Objection(
                "report.as_of_before",
                gettext_noop("There was nothing to report on at %(asked)s; it began %(from)s."),
                {"asked": as_of.isoformat(), "from": subject.existed_from.isoformat()},
            )
        ]
    return []


def _version(version: ModelVersion) -> Subject:
    kept = _version_row(version.pk)
    return Subject(
        Scope.VERSION,
        f"version {kept.pk}",
        (kept.model.unit,),
        kept.registered_at,
        kept.model,
        kept,
    )


def _release(release: Release) -> Subject:
    version = _version_row(release.version_id)
    kept = Release.objects.get(pk=release.pk)
    if kept.case_file_id is None or kept.submitted_at is None:
        raise Refused.because(
            "report.draft",
            gettext_noop(
                "This release was never submitted; submit it first, or ask for a report on the"
                " version."
            ),
        )
    return Subject(
        Scope.RELEASE,
        f"release {kept.pk}",
        (version.model.unit,),
        # When it was submitted first; sent back and submitted again, the row says the last time.
        kept.moves.filter(act=Act.SUBMIT).earliest("at").at,
        version.model,
        version,
        kept,
    )


def _version_row(pk: int) -> ModelVersion:
    rows = ModelVersion.objects.select_for_update(of=("self",), no_key=True)
    found: ModelVersion = rows.select_related("model__unit").get(pk=pk)
    return found


def _model(model: RegisteredModel) -> Subject:
    rows = RegisteredModel.objects.select_for_update(of=("self",), no_key=True)
    kept = rows.select_related("unit").get(pk=model.pk)
    first = kept.versions.order_by("number").first()
    if first is None:
        raise Refused.because(
            "report.no_version",
            gettext_noop("This model has no version to report on yet; add one first."),
        )
    return Subject(Scope.MODEL, f"model {kept.pk}", (kept.unit,), first.registered_at, kept)


def _portfolio(portfolio: Sequence[Unit]) -> Subject:
    ids = {unit.pk for unit in portfolio}
    units = tuple(Unit.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("slug"))
    if not units:
        raise Refused.because(
            "report.no_unit", gettext_noop("Name at least one unit for the portfolio.")
        )
    named = digest(canonical([unit.slug for unit in units]))
    began = min(unit.founded_at for unit in units)
    return Subject(Scope.PORTFOLIO, f"portfolio {named}", units, began)
