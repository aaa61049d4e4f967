"""Keys of sealed files, the last day of each dataset version's rows, and the deletions of rows."""

import datetime
import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = ("registry_rowsdeletion",)
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid


def usual_last_day() -> datetime.date:
    """Count from today for rows that are there already, so that no upgrade deletes any."""
    return datetime.date.today() + datetime.timedelta(days=settings.ROWS_KEPT_DAYS)


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0003_evidence_of_data_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="wrapped_key",
            field=models.BinaryField(null=True, verbose_name="key, wrapped"),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="wrapped_by",
            field=models.CharField(
                blank=True, default="", max_length=16, verbose_name="wrapped by the key"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="storedfile",
            name="erased_at",
            field=models.DateTimeField(null=True, verbose_name="erased"),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="has_leftovers",
            field=models.BooleanField(
                db_index=True, default=False, verbose_name="has bytes to remove"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("wrapped_by", ""), ("wrapped_key__isnull", True)),
                    models.Q(
                        ("erased_at", None),
                        ("wrapped_key__isnull", False),
                        models.Q(("wrapped_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_sealed_file_has_a_key_and_an_erased_one_none",
            ),
        ),
        # As a column's default, since the rows of this table are written once and take no UPDATE.
        migrations.AddField(
            model_name="datasetversion",
            name="keep_until",
            field=models.DateField(default=usual_last_day, null=True, verbose_name="kept until"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="RowsDeletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="digest")),
                ("rows", models.BigIntegerField(verbose_name="rows")),
                ("reason", models.TextField(verbose_name="reason")),
                ("deleted_at", models.DateTimeField(verbose_name="deleted")),
                (
                    "data",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows_deletion",
                        to="registry.datasetversion",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "deletion of rows",
                "verbose_name_plural": "deletions of rows",
                "ordering": ["-deleted_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="a_deletion_of_rows_has_a_reason",
                    )
                ],
            },
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
    ]
