"""States, stages and gates of releases."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

forbid = importlib.import_module("registry.migrations.0002_written_once").forbid


class Migration(migrations.Migration):
    """More states and acts, their moves, the conditions of an approval, and settled gates."""

    dependencies = [("registry", "0011_second_factors")]

    operations = [
        migrations.CreateModel(
            name="Condition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("text", models.TextField(verbose_name="condition")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "evidence_kind",
                    models.CharField(blank=True, max_length=20, verbose_name="kind of evidence"),
                ),
                ("offered_at", models.DateTimeField(null=True, verbose_name="offered")),
                ("offer", models.TextField(blank=True, verbose_name="what fulfils it")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                (
                    "acceptance",
                    models.TextField(blank=True, verbose_name="reason of the acceptance"),
                ),
            ],
            options={
                "verbose_name": "condition",
                "verbose_name_plural": "conditions",
                "ordering": ["release", "number"],
            },
        ),
        migrations.CreateModel(
            name="GateRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("environment", models.CharField(max_length=60, verbose_name="environment")),
                ("state", models.CharField(max_length=30, verbose_name="state")),
                ("reasons", models.JSONField(verbose_name="reasons")),
                ("valid_until", models.DateTimeField(null=True, verbose_name="valid until")),
                (
                    "condition_due",
                    models.DateTimeField(null=True, verbose_name="next condition due"),
                ),
                (
                    "artefact_sha256",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="digest of the artefact"
                    ),
                ),
                (
                    "case_file_digest",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="digest of the case file"
                    ),
                ),
                ("settled_at", models.DateTimeField(verbose_name="settled")),
                ("told_open", models.BooleanField(default=False, verbose_name="told to be open")),
            ],
            options={
                "verbose_name": "gate",
                "verbose_name_plural": "gates",
                "ordering": ["version", "environment"],
            },
        ),
        migrations.CreateModel(
            name="ReleaseMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("act", models.CharField(max_length=30, verbose_name="act")),
                ("before", models.CharField(blank=True, max_length=30, verbose_name="before")),
                ("after", models.CharField(max_length=30, verbose_name="after")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "move",
                "verbose_name_plural": "moves",
                "ordering": ["release", "at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="decision",
            name="one_approval_per_person_and_case_file",
        ),
        migrations.RemoveConstraint(
            model_name="decision",
            name="a_decision_has_a_known_act",
        ),
        migrations.RemoveConstraint(
            model_name="release",
            name="one_open_release_per_environment",
        ),
        migrations.RemoveConstraint(
            model_name="release",
            name="a_release_has_a_known_state",
        ),
        migrations.RemoveConstraint(
            model_name="release",
            name="an_approval_has_an_end",
        ),
        migrations.AddField(
            model_name="decision",
            name="asked",
            field=models.JSONField(default=list, verbose_name="conditions asked"),
        ),
        migrations.AddField(
            model_name="decision",
            name="delegation_number",
            field=models.PositiveBigIntegerField(null=True, verbose_name="delegation"),
        ),
        migrations.AddField(
            model_name="decision",
            name="on_behalf_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="round",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="round"),
        ),
        migrations.AddField(
            model_name="decision",
            name="sent_to",
            field=models.PositiveSmallIntegerField(
                null=True, verbose_name="stage it was sent back to"
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="independent",
            field=models.BooleanField(default=False, verbose_name="made on the validator's side"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="act",
            field=models.CharField(max_length=30, verbose_name="act"),
        ),
        migrations.AlterField(
            model_name="release",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Submitted"),
                    ("in_review", "In review"),
                    ("approved", "Approved"),
                    ("approved_with_conditions", "Approved with conditions"),
                    ("rejected", "Rejected"),
                    ("withdrawn", "Withdrawn"),
                    ("live", "Live"),
                    ("superseded", "Superseded"),
                    ("expired", "Expired"),
                    ("condition_breached", "Condition breached"),
                    ("revoked", "Revoked"),
                    ("void", "Void"),
                    ("retired", "Retired"),
                ],
                max_length=30,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("act__in", ["approve", "approve_with_conditions", "reject"])),
                fields=("case_file", "round", "stage", "signer"),
                name="one_vote_per_person_and_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "act__in",
                        [
                            "draft",
                            "submit",
                            "begin",
                            "approve",
                            "approve_with_conditions",
                            "reject",
                            "send_back",
                            "return",
                            "withdraw",
                            "revoke",
                            "retire",
                            "go_live",
                            "supersede",
                            "expire",
                            "breach",
                            "mend",
                            "clear",
                            "void",
                        ],
                    )
                ),
                name="a_decision_has_a_known_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "in_review", "submitted"])),
                fields=("version", "environment"),
                name="one_open_release_per_environment",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "in_review",
                            "approved",
                            "approved_with_conditions",
                            "rejected",
                            "withdrawn",
                            "live",
                            "superseded",
                            "expired",
                            "condition_breached",
                            "revoked",
                            "void",
                            "retired",
                        ],
                    )
                ),
                name="a_release_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", False),
                    models.Q(
                        (
                            "state__in",
                            ["approved", "approved_with_conditions", "condition_breached", "live"],
                        ),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="an_approval_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("case_file__isnull", False),
                    models.Q(
                        (
                            "state__in",
                            [
                                "approved",
                                "approved_with_conditions",
                                "condition_breached",
                                "expired",
                                "live",
                                "void",
                            ],
                        ),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="an_approval_has_a_case_file",
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="accepted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conditions",
                to="registry.decision",
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="evidence",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.evidence",
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="offered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="release",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conditions",
                to="registry.release",
            ),
        ),
        migrations.AddField(
            model_name="gaterow",
            name="release",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.release",
            ),
        ),
        migrations.AddField(
            model_name="gaterow",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gates",
                to="registry.modelversion",
            ),
        ),
        migrations.AddField(
            model_name="releasemove",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="releasemove",
            name="release",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="registry.release",
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.UniqueConstraint(
                fields=("release", "number"), name="conditions_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("evidence_kind", ""),
                    (
                        "evidence_kind__in",
                        [
                            "performance",
                            "fairness",
                            "explanation",
                            "drift",
                            "data",
                            "validation",
                            "other",
                        ],
                    ),
                    _connector="OR",
                ),
                name="a_condition_asks_for_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_at__isnull", True), ("offered_at__isnull", False), _connector="OR"
                ),
                name="what_is_accepted_was_offered",
            ),
        ),
        migrations.AddConstraint(
            model_name="gaterow",
            constraint=models.UniqueConstraint(
                fields=("version", "environment"), name="one_gate_per_version_and_environment"
            ),
        ),
        migrations.AddConstraint(
            model_name="releasemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "act__in",
                        [
                            "draft",
                            "submit",
                            "begin",
                            "approve",
                            "approve_with_conditions",
                            "reject",
                            "send_back",
                            "return",
                            "withdraw",
                            "revoke",
                            "retire",
                            "go_live",
                            "supersede",
                            "expire",
                            "breach",
                            "mend",
                            "clear",
                            "void",
                        ],
                    ),
                    (
                        "after__in",
                        [
                            "draft",
                            "submitted",
                            "in_review",
                            "approved",
                            "approved_with_conditions",
                            "rejected",
                            "withdrawn",
                            "live",
                            "superseded",
                            "expired",
                            "condition_breached",
                            "revoked",
                            "void",
                            "retired",
                        ],
                    ),
                ),
                name="a_move_is_of_the_table",
            ),
        ),
        forbid("registry_releasemove"),
    ]
