"""The evaluation plans of versions, written once like every act."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = ("registry_evaluationplan",)
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_named_connections"),
    ]

    operations = [
        migrations.CreateModel(
            name="EvaluationPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="revision")),
                ("content", models.JSONField(verbose_name="content")),
                ("reason", models.TextField(verbose_name="reason")),
                ("revised_at", models.DateTimeField(verbose_name="revised")),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.policyedition",
                    ),
                ),
                (
                    "revised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluation plan",
                "verbose_name_plural": "evaluation plans",
                "ordering": ["version", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "number"), name="plans_are_numbered")
                ],
            },
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
    ]
