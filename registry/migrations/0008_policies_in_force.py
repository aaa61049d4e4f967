"""Editions of the policy that people propose and approve, and two more roles."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = ("registry_policyapproval", "registry_policyadoption")
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid

# Until now an edition held as soon as it was loaded.
ADOPT = (
    "INSERT INTO registry_policyadoption (edition_id, adopted_at) "
    "SELECT id, loaded_at FROM registry_policyedition ORDER BY id;"
)


def identity() -> models.BigAutoField:
    """Return the column that every table has."""
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    """Editions of the policy that people propose and approve, and two more roles."""

    dependencies = [("registry", "0007_events")]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
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
        migrations.AddField(
            model_name="policyedition",
            name="text",
            field=models.TextField(blank=True, default="", verbose_name="text"),
        ),
        migrations.AddField(
            model_name="policyedition",
            name="note",
            field=models.TextField(blank=True, default="", verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="policyedition",
            name="base",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.policyedition",
            ),
        ),
        migrations.AddField(
            model_name="policyedition",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="policyedition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_by__isnull", True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_proposed_policy_has_a_reason",
            ),
        ),
        migrations.CreateModel(
            name="PolicyApproval",
            fields=[
                ("id", identity()),
                ("digest", models.CharField(max_length=64, verbose_name="signed digest")),
                ("meaning", models.TextField(verbose_name="meaning of the signature")),
                ("reason", models.TextField(verbose_name="reason")),
                ("printed_name", models.CharField(max_length=300, verbose_name="printed name")),
                ("role", models.CharField(max_length=40, verbose_name="role then")),
                ("method", models.CharField(max_length=40, verbose_name="signed with")),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="registry.policyedition",
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
                "verbose_name": "approval of a policy",
                "verbose_name_plural": "approvals of policies",
                "ordering": ["edition", "signed_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "signer"), name="one_approval_per_person_and_policy"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="an_approval_of_a_policy_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyAdoption",
            fields=[
                ("id", identity()),
                ("adopted_at", models.DateTimeField(verbose_name="adopted")),
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adoption",
                        to="registry.policyedition",
                    ),
                ),
            ],
            options={
                "verbose_name": "adoption of a policy",
                "verbose_name_plural": "adoptions of policies",
                "ordering": ["edition"],
            },
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
        migrations.RunSQL(ADOPT, migrations.RunSQL.noop),
    ]
