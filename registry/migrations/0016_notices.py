"""Notices, and events as CloudEvents."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

NAMES = [
    "model.retraining_due",
    "model.review_due",
    "release.submitted",
    "release.approved",
    "release.rejected",
    "release.sent_back",
    "release.withdrawn",
    "release.revoked",
    "release.retired",
    "release.void",
    "release.expired",
    "release.live",
    "release.superseded",
    "condition.breached",
    "finding.opened",
    "finding.closed",
    "incident.reported",
    "override.used",
    "deployment.unapproved",
    "gate.closed",
    "gate.opened",
    "policy.adopted",
]


def number() -> models.BigAutoField:
    """Return a table's key."""
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    """Three tables; events of more names, and of no version."""

    dependencies = [("registry", "0015_deployments")]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", number()),
                ("digest_of", models.DateField(null=True, verbose_name="digest of")),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("due_at", models.DateTimeField(verbose_name="next attempt")),
                (
                    "last_answer",
                    models.CharField(blank=True, max_length=200, verbose_name="last answer"),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("given_up_at", models.DateTimeField(null=True, verbose_name="given up")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ["due_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(digest_of__isnull=False),
                        fields=("person", "digest_of"),
                        name="one_digest_a_day_and_person",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=Q(given_up_at__isnull=True, sent_at__isnull=True),
                        fields=["due_at"],
                        name="mails_that_wait",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", number()),
                (
                    "address",
                    models.EmailField(blank=True, max_length=254, verbose_name="mail address"),
                ),
                (
                    "acts",
                    models.CharField(default="at_once", max_length=10, verbose_name="what happens"),
                ),
                (
                    "reminders",
                    models.CharField(default="digest", max_length=10, verbose_name="reminders"),
                ),
                (
                    "time_zone",
                    models.CharField(blank=True, max_length=60, verbose_name="time zone"),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mail_choice",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of mails",
                "verbose_name_plural": "choices of mails",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            ("acts__in", ["at_once", "digest"]),
                            ("reminders__in", ["digest", "none"]),
                        ),
                        name="a_choice_of_mails_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", number()),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("params", models.JSONField(default=dict, verbose_name="details")),
                ("link", models.CharField(blank=True, max_length=300, verbose_name="page")),
                ("unit", models.CharField(blank=True, max_length=50, verbose_name="unit")),
                ("model", models.CharField(blank=True, max_length=80, verbose_name="model")),
                ("about_kind", models.CharField(max_length=40, verbose_name="kind of subject")),
                ("about_id", models.BigIntegerField(null=True, verbose_name="subject id")),
                ("created_at", models.DateTimeField(verbose_name="told")),
                ("day", models.DateField(verbose_name="day")),
                ("reminder", models.BooleanField(verbose_name="reminder")),
                ("critical", models.BooleanField(verbose_name="critical")),
                (
                    "awaits_digest",
                    models.BooleanField(default=False, verbose_name="waits for the daily mail"),
                ),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
                (
                    "mail",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="registry.mail",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(reminder=True),
                        fields=("person", "code", "about_kind", "about_id", "day"),
                        name="a_reminder_comes_once_a_day",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=Q(read_at__isnull=True),
                        fields=["person"],
                        name="notices_not_read",
                    ),
                    models.Index(
                        condition=Q(awaits_digest=True),
                        fields=["person"],
                        name="notices_for_a_digest",
                    ),
                    models.Index(fields=["person", "-id"], name="notices_of_a_person"),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="event", name="an_event_has_a_known_name"),
        migrations.AlterField(
            model_name="event",
            name="name",
            field=models.CharField(max_length=40, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="event",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="registry.modelversion",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="model",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=Q(name__in=NAMES), name="an_event_has_a_known_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=Q(("version__isnull", True), ("model__isnull", True), _connector="OR"),
                name="an_event_names_its_model_once",
            ),
        ),
    ]
