"""Retention: the rules that were set, and what was deleted when, why and under which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.datasets import DatasetVersion
from registry.models.files import StoredFile
from registry.models.registered_models import RegisteredModel
from registry.models.units import Unit
from registry.models.versions import ModelVersion
from registry.rules.retention_schedule import KINDS

if TYPE_CHECKING:
    from registry.models.people import User

KIND_NAMES = {code: kind.name for code, kind in KINDS.items()}


class RowsDeletion(models.Model):
    """The end of one dataset version's rows. Its fingerprint, shape and figures stay.

    ``deleted_by`` is empty where the retention set for the rows had passed.
    """

    data = models.OneToOneField(DatasetVersion, models.PROTECT, related_name="rows_deletion")
    sha256 = models.CharField(_("digest"), max_length=64)
    rows = models.BigIntegerField(_("rows"))
    reason = models.TextField(_("reason"))
    deleted_at = models.DateTimeField(_("deleted"))
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-deleted_at", "-pk"]
        verbose_name = _("deletion of rows")
        verbose_name_plural = _("deletions of rows")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="a_deletion_of_rows_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data}: {self.sha256[:12]}"


class RetentionRule(models.Model):
    """One edition of an installation's rules; in force once a second person has confirmed it.

    ``frameworks`` are those the installation stands under; ``periods`` maps kinds to texts such as
    "12 years" and leaves out what stays as usual.
    """

    edition = models.PositiveIntegerField(_("edition"), unique=True)
    frameworks = models.JSONField(_("frameworks"))
    periods = models.JSONField(_("periods"))
    reason = models.TextField(_("reason"))
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_as = models.CharField(_("role then"), max_length=100)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    confirmed_as = models.CharField(_("role of who confirmed"), max_length=100, blank=True)

    class Meta:
        ordering = ["-edition"]
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_retention_rule_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, confirmed_as="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                & ~Q(confirmed_by=F("proposed_by"))
                & ~Q(confirmed_as=""),
                name="a_second_person_confirms_a_retention_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"retention rule {self.edition}"


class TombstoneQuerySet(AppendOnlyQuerySet):
    """Adjectives for tombstones."""

    def visible_to(self, user: User) -> TombstoneQuerySet:
        """Those all of whose units the person sees; those of no unit are for who has a role."""
        units = list(Unit.objects.visible_to(user).values_list("pk", flat=True))
        return self.filter(unit_ids__contained_by=units) if units else self.none()


class Tombstone(models.Model):
    """What is left of bytes that were deleted: what they were, and under which rule they went.

    One for each record whose file went, which stays as it was; or one for so many rows of a kind
    that carries no evidence (``count``), where the digest is over their numbers.
    """

    kind = models.CharField(_("kind"), max_length=30, choices=list(KIND_NAMES.items()))
    record_kind = models.CharField(_("kind of record"), max_length=40)
    record_id = models.BigIntegerField(_("number of the record"), null=True)
    title = models.CharField(_("what it was"), max_length=300)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="tombstones", null=True)
    sha256 = models.CharField(_("digest"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    count = models.PositiveIntegerField(_("how many"), default=1)
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="tombstones", null=True)
    model = models.ForeignKey(RegisteredModel, models.PROTECT, related_name="+", null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True)
    # The ids of all units it was of; ``unit`` is the only one, where it is but one.
    unit_ids = models.JSONField(_("units"), default=list)
    since = models.DateTimeField(_("kept since"))
    at = models.DateTimeField(_("deleted"))
    rule = models.CharField(_("under the rule"), max_length=300)

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        indexes = [models.Index(fields=["record_kind", "record_id"], name="tombstones_of_records")]
        constraints = [
            models.CheckConstraint(condition=~Q(rule=""), name="a_tombstone_names_its_rule"),
            models.CheckConstraint(
                condition=Q(kind__in=list(KIND_NAMES)), name="a_tombstone_has_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.title
