"""What rests on exhibits: case files, assessed hazards, conditions, reviews and findings."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from registry.models import (
    CaseFile,
    Condition,
    Entry,
    Evidence,
    Finding,
    Hazard,
    Review,
    ReviewEvent,
)

# The names under which details give the number of an exhibit.
NAMES = ("evidence", "exhibit")


def rested_on(exhibits: Iterable[Evidence]) -> set[int]:
    """Return those of the exhibits, by id, that something kept for good rests on or names."""
    asked = {one.pk: one.version for one in exhibits}
    if not asked:
        return set()
    versions = {version.pk for version in asked.values()}
    models = {version.model_id for version in asked.values()}
    slugs = {version.model.slug for version in asked.values()}
    named = {
        *_by_case_files(versions),
        *_by_hazards(models),
        *_by_conditions(asked, slugs),
        *_by_reviews(models),
        *_by_findings(models),
    }
    return asked.keys() & named


def _by_case_files(versions: Collection[int]) -> Iterator[int]:
    frozen = CaseFile.objects.filter(release__version__in=versions)
    return (exhibit["id"] for one in frozen.iterator() for exhibit in one.content["exhibits"])


def _by_hazards(models: Collection[int]) -> Iterator[int]:
    hazards = Hazard.objects.filter(assessment__file__version__model__in=models)
    for controls in hazards.values_list("assessed_controls", flat=True):
        for control in controls:
            yield from control.get("evidence", ())


def _by_conditions(exhibits: Collection[int], slugs: Collection[str]) -> Iterator[int]:
    """Give what was offered to fulfil a condition, accepted or not.

    What a later offer took the place of is told by the journal alone.
    """
    offered = Condition.objects.filter(evidence__in=exhibits)
    yield from offered.values_list("evidence__pk", flat=True)
    offers = Entry.objects.filter(action="condition.offered", model__in=slugs)
    for changes in offers.values_list("changes", flat=True):
        yield from _told(json.loads(changes))


def _by_reviews(models: Collection[int]) -> Iterator[int]:
    """Give what an outcome rests on, and what a review was opened for, or told of once more."""
    reviews = Review.objects.filter(model__in=models)
    for numbers, details in reviews.values_list("evidence", "details"):
        yield from numbers
        yield from _told(details)
    events = ReviewEvent.objects.filter(review__model__in=models)
    for details in events.values_list("details", flat=True):
        yield from _told(details)


def _by_findings(models: Collection[int]) -> Iterator[int]:
    findings = Finding.objects.filter(version__model__in=models).exclude(details={})
    for details in findings.values_list("details", flat=True):
        yield from _told(details)


def _told(details: dict[str, Any]) -> Iterator[int]:
    return (details[name] for name in NAMES if isinstance(details.get(name), int))
