"""Gather everything a report states into one plain dossier, or say what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from audits.rules.reports import RENDERER, Scope
from audits.services import (
    dossiers_of_models,
    dossiers_of_portfolios,
    dossiers_of_versions,
    extracts,
)
from audits.services.recalls import recalled_on
from audits.services.scopes import Subject
from audits.services.stated import Stated
from registry.models import ModelHead, ModelVersion, RegisteredModel, Release
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services.case_files import instant

TRIES = 3


@dataclass(frozen=True)
class Gathered:
    """What a report states, and the version and release it tells of where it is on one model."""

    dossier: dict[str, Any]
    version: ModelVersion | None
    release: Release | None


def gather(
    subject: Subject, *, profile: str, language: str, as_of: datetime | None = None
) -> Gathered:
    """Return the dossier as JSON data. Raises Refused with every exhibit that cannot be shown.

    Without ``as_of`` it is as of the last time anything was done, so the same state asked for twice
    gives the same dossier; with it, everything after that instant is left out.
    """
    # The few words in it that are ours are those of the report, not of whoever pressed.
    with translation.override(language):
        stated = _of_one_state(subject, as_of)
        extract = extracts.of(stated.entries, profile=profile)
    dossier = {
        "renderer": RENDERER,
        "scope": subject.scope.value,
        "profile": profile,
        "language": language,
        "as_of": stated.as_of,
        "asked_as_of": instant(as_of) if as_of else None,
        "organisation": settings.ORGANISATION,
        "verify_url": f"{settings.BASE_URL}/verify/",
        "recalled": recalled_on(subject.about, profile, language),
        **stated.facts,
        **extract,
    }
    return Gathered(dossier, stated.version, stated.release)


def _of_one_state(subject: Subject, as_of: datetime | None) -> Stated:
    """Return what is stated, all of it read between two writes.

    The tables are read one after the other; what is committed in between would be in the later ones
    alone. Every change is in the journal, so a model whose journal stands still was not changed.
    """
    for _attempt in range(TRIES):
        before = _heads(subject)
        stated = _stated(subject, as_of)
        if _heads(subject) == before:
            return stated
    raise Refused.because(
        "report.changing",
        gettext_noop("What the report is on is being changed right now; ask again in a minute."),
    )


def _heads(subject: Subject) -> dict[str, int]:
    if subject.model is not None:
        slugs = [subject.model.slug]
    else:
        of_units = RegisteredModel.objects.filter(unit__in=subject.units)
        slugs = list(of_units.values_list("slug", flat=True))
    return dict(ModelHead.objects.filter(model__in=slugs).values_list("model", "number"))


def _stated(subject: Subject, at: datetime | None) -> Stated:
    if subject.scope == Scope.PORTFOLIO:
        return dossiers_of_portfolios.stated(subject.units, at)
    if subject.model is not None and subject.scope == Scope.MODEL:
        return dossiers_of_models.stated(subject.model, at)
    if subject.version is None:
        raise ValueError(f"{subject.about} has no version.")
    return dossiers_of_versions.stated(subject.version, subject.release, at)
