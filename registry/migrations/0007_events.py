"""Events and their deliveries; events are written once, in the database as well."""

import django.db.models.deletion
from django.db import migrations, models

NAMES = ["model.retraining_due", "model.review_due"]
KEPT = (
    "CREATE TRIGGER registry_event_rows BEFORE UPDATE OR DELETE ON registry_event "
    "FOR EACH ROW EXECUTE FUNCTION registry_written_once();"
    "CREATE TRIGGER registry_event_whole BEFORE TRUNCATE ON registry_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION registry_written_once();"
)
FREED = (
    "DROP TRIGGER registry_event_rows ON registry_event;"
    "DROP TRIGGER registry_event_whole ON registry_event;"
)


class Migration(migrations.Migration):
    """Two tables and two triggers."""

    dependencies = [("registry", "0006_evaluation_plans")]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("model.retraining_due", "The model is due to be trained again"),
                            ("model.review_due", "The model is due for a review"),
                        ],
                        max_length=40,
                        verbose_name="name",
                    ),
                ),
                ("details", models.JSONField(verbose_name="details")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__in", NAMES)), name="an_event_has_a_known_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("listener", models.CharField(max_length=60, verbose_name="listener")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("due_at", models.DateTimeField(verbose_name="next attempt")),
                (
                    "last_answer",
                    models.CharField(blank=True, max_length=200, verbose_name="last answer"),
                ),
                ("arrived_at", models.DateTimeField(null=True, verbose_name="arrived")),
                ("given_up_at", models.DateTimeField(null=True, verbose_name="given up")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="registry.event",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ["due_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "listener"), name="an_event_goes_to_a_listener_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, FREED),
    ]
