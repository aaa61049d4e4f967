"""Datasets and their versions: each version has a fingerprint and never changes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.append_only import AppendOnlyQuerySet
from registry.models.files import StoredFile
from registry.models.units import Unit
from registry.rules.catalogue import DATA_ROLES

if TYPE_CHECKING:
    from registry.models.people import User


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Adjectives for datasets."""

    def visible_to(self, user: User) -> DatasetQuerySet:
        """Those of the person's units."""
        return self.filter(unit__in=Unit.objects.visible_to(user))


class Dataset(models.Model):
    """A body of data under one name; what is used is always one of its versions."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="datasets")
    slug = models.SlugField(_("short name"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_dataset_per_name_and_unit")
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersionQuerySet(AppendOnlyQuerySet):
    """Adjectives for dataset versions."""

    def visible_to(self, user: User) -> DatasetVersionQuerySet:
        """Those of the person's units."""
        return self.filter(dataset__unit__in=Unit.objects.visible_to(user))

    def with_rows(self) -> DatasetVersionQuerySet:
        """Those whose rows were not deleted."""
        return self.filter(rows_deletion__isnull=True)

    def overdue(self, today: date) -> DatasetVersionQuerySet:
        """Those whose rows are still there after their last day."""
        return self.with_rows().filter(keep_until__lt=today)


class DatasetVersion(models.Model):
    """One immutable file of rows: its digest, its shape, its role and its sensitive columns.

    With the format ``query`` the file is the statement that was reviewed, and its digest tells what
    is asked, not which rows answer; those stay behind their connection.

    ``columns`` is a list of ``{"name", "type", "missing", "distinct"}`` in the order of the file.
    ``keep_until`` is the last day on which the rows are kept; afterwards this row stays without
    them. It is empty where no rows are kept here.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    format = models.CharField(_("format"), max_length=10)
    role = models.CharField(_("role"), max_length=20, choices=list(DATA_ROLES.items()))
    rows = models.BigIntegerField(_("rows"))
    columns = models.JSONField(_("columns"))
    sensitive_columns = models.JSONField(_("sensitive columns"))
    provenance = models.TextField(_("provenance"))
    keep_until = models.DateField(_("kept until"), null=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "-number"]
        verbose_name = _("dataset version")
        verbose_name_plural = _("dataset versions")
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "number"], name="dataset_versions_are_numbered"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=list(DATA_ROLES)), name="data_has_a_known_role"
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=["csv", "parquet", "query"]),
                name="data_is_csv_or_parquet_or_a_query",
            ),
            models.CheckConstraint(condition=models.Q(rows__gt=0), name="data_has_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.number}"

    @property
    def has_rows(self) -> bool:
        """Whether its rows were not deleted."""
        return not hasattr(self, "rows_deletion")
