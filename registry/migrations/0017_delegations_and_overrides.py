"""Delegations and overrides."""

import importlib

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

forbid = importlib.import_module("registry.migrations.0002_written_once").forbid


class Migration(migrations.Migration):
    """Seats given to others for a time, and emergency releases with their two signatures."""

    dependencies = [("registry", "0016_notices")]

    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("environment", models.CharField(max_length=60, verbose_name="environment")),
                ("days", models.PositiveSmallIntegerField(verbose_name="days")),
                ("reason", models.TextField(verbose_name="the emergency")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("starts_at", models.DateTimeField(null=True, verbose_name="in force since")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="ends")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("end_reason", models.TextField(blank=True, verbose_name="reason of the end")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "emergency release",
                "verbose_name_plural": "emergency releases",
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="OverrideSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("printed_name", models.CharField(max_length=300, verbose_name="printed name")),
                ("role", models.CharField(max_length=40, verbose_name="role then")),
                ("meaning", models.TextField(verbose_name="meaning of the signature")),
                ("reason", models.TextField(verbose_name="reason")),
                ("method", models.CharField(max_length=40, verbose_name="signed with")),
                ("digest", models.CharField(max_length=64, verbose_name="signed digest")),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                (
                    "override",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="registry.override",
                    ),
                ),
                (
                    "signer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "signature under an emergency release",
                "verbose_name_plural": "signatures under emergency releases",
                "ordering": ["override", "signed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("data_scientist", "Data scientist"),
                            ("validator", "Validator"),
                            ("model_risk_manager", "Model risk manager"),
                            ("business_owner", "Business owner"),
                            ("ethics_reviewer", "Ethics reviewer"),
                            ("deployer", "Deployer"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                            ("service", "Service"),
                        ],
                        max_length=40,
                        verbose_name="role",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("reason", models.TextField(verbose_name="reason")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("end_reason", models.TextField(blank=True, verbose_name="reason of the end")),
                (
                    "delegate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="delegate",
                    ),
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
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="giver",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
                "ordering": ["-given_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("delegate")), _negated=True),
                        name="nobody_delegates_to_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="a_delegation_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="a_delegation_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("days__lte", 14)),
                name="an_override_lasts_14_days_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at__isnull", True), ("starts_at__isnull", True)),
                    models.Q(("ends_at__isnull", False), ("starts_at__isnull", False)),
                    _connector="OR",
                ),
                name="an_override_in_force_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="overridesignature",
            constraint=models.UniqueConstraint(
                fields=("override", "role"), name="one_signature_per_role_and_override"
            ),
        ),
        migrations.AddConstraint(
            model_name="overridesignature",
            constraint=models.UniqueConstraint(
                fields=("override", "signer"), name="one_signature_per_person_and_override"
            ),
        ),
        migrations.AddConstraint(
            model_name="overridesignature",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["model_risk_manager", "business_owner"])),
                name="an_override_is_signed_by_two_named_roles",
            ),
        ),
        forbid("registry_overridesignature"),
    ]
