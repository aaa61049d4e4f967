"""Whose work versions and reviews are about, for many at once; reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from registry.models import DataLink, ModelVersion, OverrideSignature, Release, Review
from registry.services import stages, twins

Rows = TypeVar("Rows", bound=QuerySet[Any])
Hands = dict[str, set[int | None]]


def with_hands(rows: Rows, prefix: str = "") -> Rows:
    """Fetch what ``stages.hands_on_version`` reads, in a fixed number of queries.

    ``prefix`` is the path to the version ("version__") when the rows are something else.
    """
    found = _with_own_hands(rows, prefix).prefetch_related(
        f"{prefix}model__revisions", f"{prefix}model__scorecards"
    )
    return twins.with_twins(found, of_twins(), prefix)


def of_twins() -> QuerySet[ModelVersion]:
    """Return all that have a twin, with what ``stages.hands_on_version`` reads of a twin."""
    return _with_own_hands(ModelVersion.objects.twinned())


def _with_own_hands(rows: Rows, prefix: str = "") -> Rows:
    links = DataLink.objects.select_related("data")
    return rows.prefetch_related(
        Prefetch(f"{prefix}data_links", queryset=links),
        f"{prefix}releases__moves",
        f"{prefix}evidence",
        f"{prefix}plans",
        f"{prefix}card__revisions",
        f"{prefix}risk__assessments",
    )


def of_reviews(reviews: Sequence[Review]) -> dict[int, Hands]:
    """Return whose work is reviewed, by review: the version's, or else that of all approved."""
    versions = _versions(reviews)
    found: dict[int, Hands] = {}
    for review in reviews:
        hands: Hands = found.setdefault(review.pk, {})
        for version in _reviewed(review, versions):
            for part, people in stages.hands_on_version(version).items():
                hands.setdefault(part, set()).update(people)
    return found


def signers_of(reviews: Iterable[Review]) -> dict[int, set[int]]:
    """Return who let the version through, for the reviews of emergency releases."""
    asked = {one.pk: one.details.get("override") for one in reviews if one.cause == "override"}
    if not asked:
        return {}
    signed: dict[int, set[int]] = {}
    rows = OverrideSignature.objects.filter(override__in=set(asked.values()) - {None})
    for override, signer in rows.values_list("override_id", "signer_id"):
        signed.setdefault(override, set()).add(signer)
    return {pk: signed.get(override, set()) for pk, override in asked.items() if override}


def _versions(reviews: Sequence[Review]) -> list[ModelVersion]:
    """Return the versions named, and of models as a whole the approved and the newest ones."""
    if not reviews:
        return []
    named = [review.version_id for review in reviews if review.version_id]
    whole = [review.model_id for review in reviews if not review.version_id]
    approved = Exists(Release.objects.standing().filter(version=OuterRef("pk")))
    newer = ModelVersion.objects.filter(model=OuterRef("model"), number__gt=OuterRef("number"))
    rows = ModelVersion.objects.annotate(is_approved=approved).filter(
        Q(pk__in=named) | Q(model__in=whole) & (Q(is_approved=True) | ~Exists(newer))
    )
    return list(with_hands(rows.select_related("model").order_by("-number")))


def _reviewed(review: Review, versions: Iterable[Any]) -> list[ModelVersion]:
    if review.version_id:
        return [one for one in versions if one.pk == review.version_id]
    own = [one for one in versions if one.model_id == review.model_id]
    return [one for one in own if one.is_approved] or own[:1]
