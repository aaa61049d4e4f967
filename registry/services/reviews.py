"""Open reviews of models by event and by hand, and close them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from registry.models import (
    Evidence,
    ModelVersion,
    RegisteredModel,
    Release,
    Review,
    ReviewEvent,
    User,
)
from registry.rules import outcomes
from registry.rules import reviews as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import HANDS
from registry.rules.roles import DECIDERS, MAY
from registry.rules.wording import gettext_noop
from registry.services import hands, journal, notices, review_dates, rights
from registry.services.names import Named

SIGNED_OVERRIDE = Objection(
    "review.own_work.override",
    gettext_noop("You signed this emergency release; somebody else has to review it."),
)


@journal.verb
def open_for(
    *,
    model: RegisteredModel,
    version: ModelVersion | None,
    cause: str,
    details: Mapping[str, Any],
    by: User | None,
) -> Review:
    """Open a review for a cause; while the same one is open it is noted there once more.

    ``cause`` is a key of ``registry.rules.reviews.CAUSES``; ``details`` are plain JSON values. The
    right to what led to it was asked for by the verb that calls this.
    """
    model = locked(model)
    key = rules.key_of(cause, version.pk if version else None, details)
    now = timezone.now()
    same = model.reviews.open().filter(cause=cause, key=key).select_for_update().first()
    review = same or Review.objects.create(
        model=model,
        version=version,
        cause=cause,
        key=key,
        details=dict(details),
        opened_at=now,
        opened_by=by,
        due_at=rules.due_at(cause, model.revision.tier, now),
    )
    if same:
        ReviewEvent.objects.create(
            review=review, version=version, details=dict(details), at=now, by=by
        )
    journal.record(
        "review.repeated" if same else "review.opened",
        by=by,
        subject=review,
        role="system" if by is None else "",
        model=model,
        changes={"cause": cause, "key": key, **details},
    )
    if not same:
        tell("review.opened", review)
    return review


@journal.verb
def request(
    *, model: RegisteredModel, version: ModelVersion | None, reason: str, by: User
) -> Review:
    """Ask for a review by hand; what is doubted goes into its details."""
    rights.require(by=by, verb="review.open", unit=model.unit)
    objections = outcomes.objections_to_reason(reason)
    if version is not None and version.model_id != model.pk:
        objections.append(
            Objection(
                "review.other_model",
                gettext_noop("This version belongs to another model; choose one of this model's."),
            )
        )
    if objections:
        raise Refused(*objections)
    details = {"reason": reason.strip()}
    return open_for(model=model, version=version, cause="requested", details=details, by=by)


@journal.verb
def close(*, review: Review, ending: outcomes.Ending, by: User) -> Review:
    """Close a review with its outcome; of two people at the same instant the second is refused."""
    model = locked(review.model)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    role = rights.require(by=by, verb="review.close", unit=model.unit)
    if not review.is_open:
        raise Refused.because(
            "review.done", gettext_noop("This review is closed already; see what was decided.")
        )
    objections = objections_to_person(review, by)
    objections += outcomes.objections_to_closing(ending, _ground(review, model))
    if objections:
        raise Refused(*objections)
    review.state = rules.State.DONE.value
    review.outcome, review.reason = ending.outcome, ending.reason.strip()
    review.evidence = sorted(set(ending.evidence))
    review.decided_by_id, review.good_until = ending.decided_by, ending.good_until
    review.closed_at, review.closed_by, review.closed_as = timezone.now(), by, role
    review.save()
    journal.record(
        "review.closed",
        by=by,
        subject=review,
        role=role,
        model=model,
        changes={
            "cause": review.cause,
            "outcome": review.outcome,
            "evidence": review.evidence,
            "decided_by": Named(review.decided_by) if review.decided_by else None,
            "good_until": review.good_until.isoformat() if review.good_until else None,
        },
        reason=review.reason,
    )
    return review


def tell(code: str, review: Review) -> None:
    """Tell the owner and those who may close it; inside a verb only."""
    model = review.model
    closers = notices.holders(model.unit, *MAY["review.close"])
    notices.tell(
        people=[model.revision.owner, *closers],
        code=code,
        about=review,
        model=model,
        link=reverse("review", args=[review.pk]),
    )


def objections_to_person(review: Review, by: User) -> list[Objection]:
    """Say why this person may not close the review: it is about their own work."""
    signers = hands.signers_of([review]).get(review.pk, set())
    signed = [SIGNED_OVERRIDE] if by.pk in signers else []
    return signed + [
        Objection(f"review.own_work.{part}", HANDS[part])
        for part, people in hands.of_reviews([review])[review.pk].items()
        if by.pk in people
    ]


def closable(reviews: Sequence[Review], by: User) -> list[Review]:
    """Return those that are about none of this person's work, in a fixed number of queries."""
    worked, signers = hands.of_reviews(reviews), hands.signers_of(reviews)
    return [
        review
        for review in reviews
        if not any(by.pk in people for people in worked[review.pk].values())
        and by.pk not in signers.get(review.pk, set())
    ]


def deciders(review: Review) -> list[User]:
    """Return who may have decided that a model is not revalidated: nobody whose work it is."""
    parts = hands.of_reviews([review])[review.pk]
    worked = {person for people in parts.values() for person in people}
    worked |= hands.signers_of([review]).get(review.pk, set())
    holders = notices.holders(review.model.unit, *DECIDERS)
    return [person for person in holders if person.pk not in worked]


def usable_evidence(review: Review) -> list[Evidence]:
    """Return the exhibits an outcome can rest on: those of the model, the newest first."""
    exhibits = Evidence.objects.filter(version__model=review.model_id)
    return list(exhibits.select_related("version__model").order_by("-filed_at", "-pk"))


def _ground(review: Review, model: RegisteredModel) -> outcomes.Ground:
    exhibits = usable_evidence(review)
    running = Release.objects.standing().filter(version__model=model)
    if review.version_id:
        running = running.filter(version=review.version_id)
    return outcomes.Ground(
        today=timezone.localdate(),
        latest=review_dates.latest_promise(model),
        usable=frozenset(one.pk for one in exhibits),
        fresh=frozenset(one.pk for one in exhibits if one.filed_at >= review.opened_at),
        deciders=frozenset(person.pk for person in deciders(review)),
        running=tuple(str(one) for one in running.select_related("version__model")),
    )


def locked(model: RegisteredModel) -> RegisteredModel:
    """Hold the model, so that the same cause told twice at an instant is one review."""
    return (
        RegisteredModel.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "revision__owner")
        .get(pk=model.pk)
    )
