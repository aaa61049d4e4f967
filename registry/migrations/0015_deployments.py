"""What is live where; what was reported stays as it was reported, in the database as well."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ENDS = [("replaced", "Replaced"), ("taken_down", "Taken down")]
REPORTED = (
    "model_id, version_id, environment, label, artefact_sha256, image_digest, cluster, namespace,"
    " endpoint, live_from, key, reported_at, reported_by_id, role, shortcomings"
)
KEPT = (
    f"CREATE TRIGGER registry_deployment_facts BEFORE UPDATE OF {REPORTED} ON registry_deployment "
    "FOR EACH ROW EXECUTE FUNCTION registry_written_once();"
    "CREATE TRIGGER registry_deployment_rows BEFORE DELETE ON registry_deployment "
    "FOR EACH ROW EXECUTE FUNCTION registry_written_once();"
    "CREATE TRIGGER registry_deployment_whole BEFORE TRUNCATE ON registry_deployment "
    "FOR EACH STATEMENT EXECUTE FUNCTION registry_written_once();"
)
FREED = "".join(
    f"DROP TRIGGER registry_deployment_{part} ON registry_deployment;"
    for part in ("facts", "rows", "whole")
)


class Migration(migrations.Migration):
    """One table, its index and its triggers."""

    dependencies = [("registry", "0014_reviews_and_attestations")]

    operations = [
        migrations.CreateModel(
            name="Deployment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("environment", models.CharField(max_length=60, verbose_name="environment")),
                (
                    "label",
                    models.CharField(blank=True, max_length=60, verbose_name="version as reported"),
                ),
                (
                    "artefact_sha256",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="artefact digest as reported"
                    ),
                ),
                (
                    "image_digest",
                    models.CharField(blank=True, max_length=71, verbose_name="container image"),
                ),
                ("cluster", models.CharField(blank=True, max_length=200, verbose_name="cluster")),
                (
                    "namespace",
                    models.CharField(blank=True, max_length=200, verbose_name="namespace"),
                ),
                (
                    "endpoint",
                    models.CharField(blank=True, max_length=500, verbose_name="endpoint"),
                ),
                ("live_from", models.DateTimeField(verbose_name="live from")),
                ("live_until", models.DateTimeField(null=True, verbose_name="live until")),
                (
                    "key",
                    models.CharField(max_length=64, unique=True, verbose_name="key of the report"),
                ),
                ("reported_at", models.DateTimeField(verbose_name="reported")),
                ("role", models.CharField(max_length=100, verbose_name="role then")),
                (
                    "shortcomings",
                    models.JSONField(verbose_name="what was not covered when reported"),
                ),
                (
                    "uncovered_since",
                    models.DateTimeField(null=True, verbose_name="not covered since"),
                ),
                (
                    "ended_how",
                    models.CharField(
                        blank=True, choices=ENDS, max_length=12, verbose_name="ended by"
                    ),
                ),
                (
                    "end_reported_at",
                    models.DateTimeField(null=True, verbose_name="end reported"),
                ),
                (
                    "end_reason",
                    models.TextField(blank=True, verbose_name="why it was taken down"),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deployments",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deployments",
                        to="registry.release",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deployments",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "deployment",
                "verbose_name_plural": "deployments",
                "ordering": ["-live_from", "-pk"],
                "indexes": [
                    models.Index(
                        fields=["environment", "live_from", "live_until"],
                        name="what_was_live_when",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("live_until__isnull", True)),
                        fields=("model", "environment", "cluster", "namespace", "endpoint"),
                        name="one_current_deployment_per_target",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("live_until__isnull", True),
                            ("live_until__gte", models.F("live_from")),
                            _connector="OR",
                        ),
                        name="a_deployment_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reported_at__isnull", True),
                                ("ended_how", ""),
                                ("live_until__isnull", True),
                            ),
                            models.Q(
                                ("end_reported_at__isnull", False),
                                ("ended_how__in", ["replaced", "taken_down"]),
                                ("live_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_ended_deployment_says_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("artefact_sha256", ""), _negated=True),
                            models.Q(("label", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_deployment_says_what_runs",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, FREED),
    ]
