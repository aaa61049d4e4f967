"""Registered models, and the dated revisions of their purpose, owner, maintainers.

Deputy and tier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.units import Unit
from registry.rules.catalogue import TASKS, USE_CASES
from registry.rules.eu_ai_act import CLASSES, OPERATOR_ROLES, UNCLASSIFIED

if TYPE_CHECKING:
    from registry.models.people import User


class RegisteredModelQuerySet(models.QuerySet["RegisteredModel"]):
    """Adjectives for registered models."""

    def visible_to(self, user: User) -> RegisteredModelQuerySet:
        """Those of the person's units."""
        return self.filter(unit__in=Unit.objects.visible_to(user))

    def in_use(self) -> RegisteredModelQuerySet:
        """Those that are not retired."""
        return self.filter(retired_at__isnull=True)

    def for_list(self) -> RegisteredModelQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("unit", "revision__owner")


class RegisteredModel(models.Model):
    """The thing with a purpose, an owner, a unit and a tier.

    Its versions are what gets released.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="models")
    slug = models.SlugField(_("short name"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=200)
    task = models.CharField(_("task"), max_length=20, choices=list(TASKS.items()))
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The revision in force. Null only between the two writes that register a model.
    revision = models.OneToOneField(
        "registry.ModelRevision", models.PROTECT, related_name="+", null=True
    )
    retired_at = models.DateTimeField(_("retired"), null=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    retirement_reason = models.TextField(_("reason of the retirement"), blank=True)

    objects = RegisteredModelQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("model")
        verbose_name_plural = _("models")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_model_per_name_and_unit"),
            models.CheckConstraint(
                condition=models.Q(task__in=list(TASKS)), name="a_model_has_a_known_task"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    retired_at__isnull=True, retired_by__isnull=True, retirement_reason=""
                )
                | models.Q(retired_at__isnull=False, retired_by__isnull=False)
                & ~models.Q(retirement_reason=""),
                name="a_retirement_has_a_person_and_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ModelRevision(models.Model):
    """What was said of a model from one instant on. Never changed; the next revision follows it."""

    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    purpose = models.TextField(_("purpose"))
    intended_use = models.TextField(_("intended use"))
    tier = models.PositiveSmallIntegerField(_("tier"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("deputy"),
    )
    maintainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("maintainers")
    )
    # Who can take over from a maintainer.
    maintainer_deputies = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("deputies of the maintainers")
    )
    business_goal = models.TextField(_("business goal"), blank=True)
    goal_kpi = models.TextField(_("KPI of the goal"), blank=True)
    expected_benefit = models.TextField(_("expected benefit"), blank=True)
    running_cost = models.TextField(_("running cost"), blank=True)
    use_case = models.CharField(
        _("use case"), max_length=20, blank=True, choices=list(USE_CASES.items())
    )
    ai_act_class = models.CharField(
        _("EU AI Act class"), max_length=30, choices=list(CLASSES.items()), default=UNCLASSIFIED
    )
    operator_role = models.CharField(
        _("operator role"), max_length=30, blank=True, choices=list(OPERATOR_ROLES.items())
    )
    ai_act_ground = models.TextField(_("ground of class and role"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    revised_at = models.DateTimeField(_("revised"))
    revised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The second person of an override of the tier; null for every other revision.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["model", "-number"]
        verbose_name = _("model revision")
        verbose_name_plural = _("model revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "number"], name="model_revisions_are_numbered"
            ),
            models.CheckConstraint(
                condition=models.Q(tier__gte=1, tier__lte=4), name="a_tier_is_1_to_4"
            ),
            models.CheckConstraint(
                condition=models.Q(deputy__isnull=True) | ~models.Q(deputy=models.F("owner")),
                name="a_deputy_is_not_the_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(use_case__in=["", *USE_CASES]), name="a_use_case_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ai_act_class__in=list(CLASSES), operator_role__in=["", *OPERATOR_ROLES]
                ),
                name="an_ai_act_class_and_role_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}, revision {self.number}"
