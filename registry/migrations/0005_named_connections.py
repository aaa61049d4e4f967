"""Queries over named connections, and dataset versions that are one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0004_rows_at_rest"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataQuery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("connection", models.CharField(max_length=40, verbose_name="connection")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("sql", models.TextField(verbose_name="query")),
                ("columns", models.JSONField(verbose_name="columns")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("train", "Training"),
                            ("test", "Test"),
                            ("reference", "Reference"),
                            ("production", "Production"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("provenance", models.TextField(verbose_name="provenance")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for review"),
                            ("reviewed", "Reviewed"),
                            ("refused", "Refused"),
                        ],
                        default="proposed",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
            ],
            options={
                "verbose_name": "query",
                "verbose_name_plural": "queries",
                "ordering": ["-proposed_at", "-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="datasetversion",
            name="data_is_csv_or_parquet",
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("format__in", ["csv", "parquet", "query"])),
                name="data_is_csv_or_parquet_or_a_query",
            ),
        ),
        migrations.AddField(
            model_name="dataquery",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="queries",
                to="registry.dataset",
            ),
        ),
        migrations.AddField(
            model_name="dataquery",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dataquery",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dataquery",
            name="version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="data_query",
                to="registry.datasetversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataquery",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["train", "test", "reference", "production"])),
                name="a_query_has_a_known_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataquery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("state", "proposed"),
                        ("version", None),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "reviewed"),
                        ("version__isnull", False),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "refused"),
                        ("version", None),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_query_is_decided_as_its_state_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataquery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_reviews_their_own_query",
            ),
        ),
    ]
