"""Reviews of a model, and the further events that came in while one was open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.outcomes import OUTCOME_NAMES, Outcome
from registry.rules.reviews import CAUSE_NAMES, STATE_NAMES, State

if TYPE_CHECKING:
    from registry.models.people import User

UNDECIDED = Q(
    outcome="",
    closed_at=None,
    closed_by=None,
    closed_as="",
    reason="",
    decided_by=None,
    good_until=None,
)
DECIDED = Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason="") & ~Q(closed_as="")
WAITS = Q(outcome=Outcome.NOT_REVALIDATED.value, decided_by__isnull=False, good_until__isnull=False)


class ReviewQuerySet(models.QuerySet["Review"]):
    """Adjectives for reviews."""

    def visible_to(self, user: User) -> ReviewQuerySet:
        """Those of the person's units."""
        return self.filter(model__unit__in=Unit.objects.visible_to(user))

    def open(self) -> ReviewQuerySet:
        """Those that nobody has closed."""
        return self.filter(state=State.OPEN.value)

    def overdue(self, now: datetime) -> ReviewQuerySet:
        """Those that should have been closed by now."""
        return self.open().filter(due_at__lte=now)

    def for_list(self) -> ReviewQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("model__unit", "version").annotate(
            repeats=models.Count("events")
        )


class Review(models.Model):
    """One look at a model that something asked for: the calendar, an event, a person.

    ``key`` is what makes a repeated cause the same one, see ``registry.rules.reviews.key_of``.
    ``details`` say what led to it. ``evidence`` are the ids of the exhibits the outcome rests on.
    Once done it is never changed; the database refuses it.
    """

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="reviews")
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="reviews", null=True)
    cause = models.CharField(_("cause"), max_length=30, choices=list(CAUSE_NAMES.items()))
    key = models.CharField(_("what makes it the same"), max_length=200, blank=True)
    details = models.JSONField(_("details"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[(state.value, name) for state, name in STATE_NAMES.items()],
        default=State.OPEN.value,
    )
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    due_at = models.DateTimeField(_("due"))
    outcome = models.CharField(
        _("outcome"),
        max_length=20,
        choices=[(outcome.value, name) for outcome, name in OUTCOME_NAMES.items()],
        blank=True,
    )
    reason = models.TextField(_("reason"), blank=True)
    evidence = models.JSONField(_("evidence it rests on"), default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    good_until = models.DateField(_("good until"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    closed_as = models.CharField(_("role then"), max_length=100, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes = [models.Index(fields=["model", "state"], name="reviews_of_a_model")]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "cause", "key"],
                condition=Q(state=State.OPEN.value),
                name="one_open_review_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=list(CAUSE_NAMES)), name="a_review_has_a_known_cause"
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN.value) & UNDECIDED
                | Q(state=State.DONE.value)
                & DECIDED
                & (
                    WAITS
                    | Q(
                        outcome__in=[
                            one.value for one in Outcome if one is not Outcome.NOT_REVALIDATED
                        ],
                        decided_by=None,
                        good_until=None,
                    )
                ),
                name="a_review_is_closed_as_its_state_says",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}, {CAUSE_NAMES[self.cause].lower()}, review {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.state == State.OPEN.value

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been closed by now."""
        return self.is_open and self.due_at <= timezone.now()


class ReviewEvent(models.Model):
    """The same cause once more, while its review was open."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="events")
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+", null=True)
    details = models.JSONField(_("details"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["review", "at", "pk"]
        verbose_name = _("event of a review")
        verbose_name_plural = _("events of reviews")

    def __str__(self) -> str:
        return f"{self.review}, once more"
