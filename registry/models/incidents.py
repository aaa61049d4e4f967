"""Incidents of models, and the steps that each of them took."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules import incidents as rules

if TYPE_CHECKING:
    from registry.models.people import User


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Adjectives for incidents."""

    def visible_to(self, user: User) -> IncidentQuerySet:
        """Those of the person's units."""
        return self.filter(model__unit__in=Unit.objects.visible_to(user))

    def running(self) -> IncidentQuerySet:
        """Those whose time to report runs."""
        timed = [code for code, kind in rules.KINDS.items() if kind.days is not None]
        return self.filter(state__in=sorted(rules.RUNNING), kind__in=timed)

    def unsettled(self) -> IncidentQuerySet:
        """Those that are not closed."""
        return self.exclude(state=rules.State.CLOSED)

    def for_list(self) -> IncidentQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("model__unit", "version__model", "reported_by")


class Incident(models.Model):
    """Something that went wrong with a model in use.

    Kind and times are mended by a move with a reason; the rest of what was reported stays.
    """

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="incidents")
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="incidents", null=True)
    environment = models.CharField(_("environment"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20)
    link = models.CharField(_("causal link"), max_length=20)
    occurred_at = models.DateTimeField(_("occurred"))
    aware_at = models.DateTimeField(_("aware since"))
    description = models.TextField(_("what happened"))
    affected = models.TextField(_("people affected"), blank=True)
    immediate_action = models.TextField(_("immediate action"), blank=True)
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=20)
    notified_at = models.DateTimeField(_("authority notified"), null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-aware_at", "-pk"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in rules.State]),
                name="an_incident_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(rules.KINDS)) & Q(link__in=list(rules.LINKS)),
                name="an_incident_has_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(aware_at__gte=F("occurred_at")),
                name="nobody_is_aware_before_it_occurred",
            ),
            models.CheckConstraint(
                condition=Q(notified_at__isnull=True) | Q(notified_at__gte=F("occurred_at")),
                name="nobody_is_notified_before_it_occurred",
            ),
            models.CheckConstraint(
                condition=~Q(state=rules.State.NOTIFIED.value) | Q(notified_at__isnull=False),
                name="a_notification_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk} of {self.model}"

    def clock(self, now: datetime | None = None) -> rules.Clock | None:
        """The time there is to report it, as it stands now; None where the Act sets none."""
        return rules.clock_of(
            self.kind, self.aware_at, self.state, self.notified_at, now or timezone.now()
        )


class IncidentMove(models.Model):
    """One step of an incident: who took it, in which role, and what they said.

    ``facts`` keeps what the step decides: class and reportability of an assessment, authority and
    reference of a notification, old and new values of a correction, cause and action of the end.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField(_("number"))
    act = models.CharField(_("act"), max_length=20)
    before = models.CharField(_("state before"), max_length=20, blank=True)
    after = models.CharField(_("state after"), max_length=20)
    text = models.TextField(_("text"), blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    printed_name = models.CharField(_("printed name"), max_length=300)
    role = models.CharField(_("role then"), max_length=200)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["incident", "number"]
        verbose_name = _("step of an incident")
        verbose_name_plural = _("steps of incidents")
        constraints = [
            # Two people moving the same incident at the same instant: the second is refused.
            models.UniqueConstraint(
                fields=["incident", "number"], name="moves_of_an_incident_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(act__in=[act.value for act in rules.Act]),
                name="a_move_of_an_incident_has_a_known_act",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident}, step {self.number}"
