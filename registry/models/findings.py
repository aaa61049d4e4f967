"""Findings on versions, and the moves that each of them took."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules import findings as rules

if TYPE_CHECKING:
    from registry.models.people import User


class FindingQuerySet(models.QuerySet["Finding"]):
    """Adjectives for findings."""

    def visible_to(self, user: User) -> FindingQuerySet:
        """Those of the person's units."""
        return self.filter(version__model__unit__in=Unit.objects.visible_to(user))

    def standing(self, state: str, today: date | None = None) -> FindingQuerySet:
        """Those that stand so today, an acceptance that has ended counting as open."""
        today = today or timezone.localdate()
        lapsed = Q(state=rules.State.ACCEPTED_RISK, accepted_until__lt=today)
        stored = Q(state=state)
        if state == rules.State.OPEN:
            return self.filter(stored | lapsed)
        return self.filter(stored).exclude(lapsed)

    def unsettled(self, today: date | None = None) -> FindingQuerySet:
        """Those that are neither closed nor accepted as a risk today."""
        today = today or timezone.localdate()
        return self.filter(
            Q(state__in=sorted(rules.UNSETTLED))
            | Q(state=rules.State.ACCEPTED_RISK, accepted_until__lt=today)
        )

    def overdue(self, today: date | None = None) -> FindingQuerySet:
        """Those whose day has passed and that are not settled."""
        today = today or timezone.localdate()
        return self.unsettled(today).filter(due__lt=today)

    def for_list(self) -> FindingQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("version__model__unit", "owner", "opened_by")


class Finding(models.Model):
    """What somebody found wrong with a version.

    What it says never changes; state, severity and the end of an acceptance follow from its moves.
    """

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="findings")
    source = models.CharField(_("source"), max_length=20)
    title = models.CharField(_("title"), max_length=rules.LONGEST_TITLE)
    text = models.TextField(_("what was found"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due = models.DateField(_("due"))
    # The very words of the card that it is about, with the revision they stood in.
    section = models.CharField(_("card section"), max_length=40, blank=True)
    paragraph = models.PositiveIntegerField(_("paragraph"), null=True)
    quote = models.TextField(_("quoted"), blank=True)
    card_revision = models.PositiveIntegerField(_("card revision"), null=True)
    question = models.TextField(_("question"), blank=True)
    ground = models.TextField(_("ground"), blank=True)
    details = models.JSONField(_("details"), default=dict)
    incident = models.ForeignKey(
        "registry.Incident", models.PROTECT, related_name="findings", null=True
    )
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    state = models.CharField(_("state"), max_length=20)
    severity = models.CharField(_("severity"), max_length=10)
    accepted_until = models.DateField(_("risk accepted until"), null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [models.Index(fields=["version", "state"], name="findings_of_a_version")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in rules.State]),
                name="a_finding_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=list(rules.SEVERITIES)),
                name="a_finding_has_a_known_severity",
            ),
            models.CheckConstraint(
                condition=Q(source__in=list(rules.SOURCES)), name="a_finding_has_a_known_source"
            ),
            models.CheckConstraint(
                condition=~Q(state=rules.State.ACCEPTED_RISK.value)
                | Q(accepted_until__isnull=False),
                name="an_accepted_risk_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(opened_by__isnull=True) | ~Q(opened_by=F("owner")),
                name="nobody_answers_their_own_finding",
            ),
            models.CheckConstraint(
                condition=Q(paragraph__isnull=True) | ~Q(section="") & ~Q(quote=""),
                name="a_paragraph_is_quoted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def stands(self) -> rules.State:
        """Where it stands today."""
        return rules.standing(self.state, self.accepted_until, timezone.localdate())

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed and it is not settled."""
        return rules.is_overdue(self.stands, self.due, timezone.localdate())


class FindingMove(models.Model):
    """One step of a finding: who took it, in which role, and what they said."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField(_("number"))
    act = models.CharField(_("act"), max_length=20)
    before = models.CharField(_("state before"), max_length=20, blank=True)
    after = models.CharField(_("state after"), max_length=20)
    severity = models.CharField(_("severity after"), max_length=10)
    text = models.TextField(_("text"))
    plan = models.TextField(_("remediation plan"), blank=True)
    outcome = models.CharField(_("outcome of the challenge"), max_length=20, blank=True)
    until = models.DateField(_("risk accepted until"), null=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    printed_name = models.CharField(_("printed name"), max_length=300)
    role = models.CharField(_("role then"), max_length=200)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["finding", "number"]
        verbose_name = _("move of a finding")
        verbose_name_plural = _("moves of findings")
        constraints = [
            # Two people moving the same finding at the same instant: the second is refused.
            models.UniqueConstraint(
                fields=["finding", "number"], name="moves_of_a_finding_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(act__in=[act.value for act in rules.Act]),
                name="a_move_of_a_finding_has_a_known_act",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_move_of_a_finding_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.finding}, step {self.number}"
