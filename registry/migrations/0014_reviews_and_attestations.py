"""Reviews and attestations: what was decided in one, or confirmed in the other, never changes."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = ("registry_reviewevent", "registry_attestationround", "registry_confirmation")
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid
facts_stay = importlib.import_module("registry.migrations.0013_findings_and_incidents").facts_stay

ENDING = (
    "state",
    "outcome",
    "reason",
    "evidence",
    "decided_by_id",
    "good_until",
    "closed_at",
    "closed_by_id",
    "closed_as",
)
# An open review is closed once; what was decided stays.
DONE_STAYS = (
    "CREATE TRIGGER registry_review_done BEFORE UPDATE ON registry_review "
    "FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION registry_written_once();"
)
DONE_GOES = "DROP TRIGGER registry_review_done ON registry_review;"


class Migration(migrations.Migration):
    """Reviews and attestations."""

    dependencies = [("registry", "0013_findings_and_incidents")]

    operations = [
        migrations.CreateModel(
            name="AttestationRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=60, verbose_name="period")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("due_on", models.DateField(verbose_name="due")),
                ("text", models.TextField(verbose_name="canonical text")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attestations",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "attestation round",
                "verbose_name_plural": "attestation rounds",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "says",
                    models.CharField(
                        choices=[
                            ("confirmed", "Confirmed"),
                            ("confirmed_with_exceptions", "Confirmed with exceptions"),
                        ],
                        max_length=30,
                        verbose_name="says",
                    ),
                ),
                ("exceptions", models.JSONField(verbose_name="exceptions")),
                ("meaning", models.TextField(verbose_name="meaning of the signature")),
                ("printed_name", models.CharField(max_length=300, verbose_name="printed name")),
                ("role", models.CharField(max_length=100, verbose_name="role then")),
                ("method", models.CharField(max_length=40, verbose_name="signed with")),
                ("digest", models.CharField(max_length=64, verbose_name="signed digest")),
                ("confirmed_at", models.DateTimeField(verbose_name="confirmed")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="registry.attestationround",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation",
                "verbose_name_plural": "confirmations",
                "ordering": ["round", "confirmed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("calendar", "By calendar"),
                            ("requested", "Asked for by a person"),
                            ("new_version", "New version"),
                            ("source_changed", "Source changed"),
                            ("drift_breach", "Drift"),
                            ("fairness_breach", "Fairness"),
                            ("schema_change", "Schema changed"),
                            ("finding", "Finding"),
                            ("incident", "Incident"),
                            ("policy_changed", "Policy changed"),
                            ("matrix_changed", "Risk matrix changed"),
                            ("framework_changed", "Framework changed"),
                            ("tier_changed", "Tier changed"),
                            ("upstream_changed", "A model that feeds this one changed"),
                            ("override", "Emergency release"),
                            ("unapproved_live", "Live without approval"),
                        ],
                        max_length=30,
                        verbose_name="cause",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="what makes it the same"
                    ),
                ),
                ("details", models.JSONField(verbose_name="details")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("revalidated", "Revalidated"),
                            ("adjusted", "Adjusted"),
                            ("no_change_needed", "No change needed"),
                            ("not_revalidated", "Not revalidated, for a reason"),
                            ("withdrawn_from_use", "Withdrawn from use"),
                        ],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("evidence", models.JSONField(default=list, verbose_name="evidence it rests on")),
                ("good_until", models.DateField(null=True, verbose_name="good until")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                (
                    "closed_as",
                    models.CharField(blank=True, max_length=100, verbose_name="role then"),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
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
                        related_name="reviews",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
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
                        related_name="reviews",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "ordering": ["due_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReviewEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("details", models.JSONField(verbose_name="details")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registry.review",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a review",
                "verbose_name_plural": "events of reviews",
                "ordering": ["review", "at", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="attestationround",
            constraint=models.UniqueConstraint(
                fields=("unit", "period"), name="one_round_per_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="attestationround",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                name="a_period_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(
                fields=("round", "owner"), name="an_owner_confirms_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(("says__in", ["confirmed", "confirmed_with_exceptions"])),
                name="a_confirmation_says_what_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["model", "state"], name="reviews_of_a_model"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("model", "cause", "key"),
                name="one_open_review_per_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "cause__in",
                        [
                            "calendar",
                            "requested",
                            "new_version",
                            "source_changed",
                            "drift_breach",
                            "fairness_breach",
                            "schema_change",
                            "finding",
                            "incident",
                            "policy_changed",
                            "matrix_changed",
                            "framework_changed",
                            "tier_changed",
                            "upstream_changed",
                            "override",
                            "unapproved_live",
                        ],
                    )
                ),
                name="a_review_has_a_known_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "open"),
                        ("closed_as", ""),
                        ("closed_at", None),
                        ("closed_by", None),
                        ("decided_by", None),
                        ("good_until", None),
                        ("outcome", ""),
                        ("reason", ""),
                    ),
                    models.Q(
                        ("state", "done"),
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("closed_as", ""), _negated=True),
                        models.Q(
                            models.Q(
                                ("decided_by__isnull", False),
                                ("good_until__isnull", False),
                                ("outcome", "not_revalidated"),
                            ),
                            models.Q(
                                ("decided_by", None),
                                ("good_until", None),
                                (
                                    "outcome__in",
                                    [
                                        "revalidated",
                                        "adjusted",
                                        "no_change_needed",
                                        "withdrawn_from_use",
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="a_review_is_closed_as_its_state_says",
            ),
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
        facts_stay("registry_review", *ENDING),
        migrations.RunSQL(DONE_STAYS, DONE_GOES),
    ]
