"""Events: written once, read in their order by whoever listens, and sent to the listeners named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit, UnitQuerySet
from registry.models.versions import ModelVersion
from registry.rules.events import EVENT_NAMES

if TYPE_CHECKING:
    from registry.models.people import User


class EventQuerySet(AppendOnlyQuerySet):
    """Adjectives for events."""

    def visible_to(self, user: User) -> EventQuerySet:
        """Those of the person's units, and those of the installation for who has a role."""
        return self.of(Unit.objects.visible_to(user))

    def of(self, units: UnitQuerySet) -> EventQuerySet:
        """Those of these units, and those of the installation where there is one unit at least."""
        if not units.exists():
            return self.none()
        of_none = Q(version__isnull=True, model__isnull=True)
        return self.filter(of_none | Q(version__model__unit__in=units) | Q(model__unit__in=units))

    def about(self, slug: str) -> EventQuerySet:
        """Those about the model of this short name."""
        return self.filter(Q(version__model__slug=slug) | Q(model__slug=slug))

    def with_subject(self) -> EventQuerySet:
        """With what an event says it is about, in one query."""
        return self.select_related("version__model__unit", "model__unit")


class Event(models.Model):
    """One thing that happened to a version, to a model, or to neither; its id grows with time.

    ``details`` say what led to it: the monitor, the run, the exhibit and its verdict.
    """

    name = models.CharField(_("name"), max_length=40)
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="events", null=True)
    # Only where no version is named.
    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="+", null=True)
    details = models.JSONField(_("details"))
    at = models.DateTimeField(_("at"))

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=Q(name__in=list(EVENT_NAMES)), name="an_event_has_a_known_name"
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=True) | Q(model__isnull=True),
                name="an_event_names_its_model_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def about(self) -> RegisteredModel | None:
        """The model it is about, if any."""
        return self.version.model if self.version else self.model


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Adjectives for deliveries."""

    def waiting(self) -> DeliveryQuerySet:
        """Those that have not arrived yet."""
        return self.filter(arrived_at__isnull=True, given_up_at__isnull=True)


class Delivery(models.Model):
    """One event on its way to one listener named in the settings, until it has arrived."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries")
    listener = models.CharField(_("listener"), max_length=60)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"))
    last_answer = models.CharField(_("last answer"), max_length=200, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "listener"], name="an_event_goes_to_a_listener_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.listener}"
