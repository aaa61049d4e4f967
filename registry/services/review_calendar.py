"""Open the reviews that the calendar asks for, and remind of those that are overdue."""

from __future__ import annotations

from django.utils import timezone

from registry.models import RegisteredModel, Review
from registry.services import journal, review_dates, reviews


def watch() -> None:
    """Do both for every model; safe to be killed anywhere and done again."""
    now = timezone.now()
    for pk, due in sorted(review_dates.due_dates().items()):
        if due <= now:
            _open(model=RegisteredModel.objects.get(pk=pk))
    overdue = Review.objects.overdue(now).select_related("model__unit", "model__revision__owner")
    for review in overdue.order_by("pk"):
        _remind(review=review)


@journal.verb
def _open(*, model: RegisteredModel) -> None:
    """Open the calendar's review, unless another worker did or somebody has just closed one."""
    model = reviews.locked(model)
    due = review_dates.next_review_due(model)
    if due is None or due > timezone.now() or model.reviews.open().filter(cause="calendar"):
        return
    reviews.open_for(
        model=model,
        version=None,
        cause="calendar",
        details={"due": timezone.localdate(due).isoformat()},
        by=None,
    )


@journal.verb
def _remind(*, review: Review) -> None:
    """Tell once a day who may close it; a reminder told today is not told again."""
    reviews.tell("review.overdue", review)
