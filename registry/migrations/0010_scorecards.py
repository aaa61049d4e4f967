"""Scorecards, tiers set by two people, what more is said of a model, and what feeds what."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

forbid = importlib.import_module("registry.migrations.0002_written_once").forbid
WRITTEN_ONCE = ("registry_scorecardfilling",)


class Migration(migrations.Migration):
    """Three tables, more columns on models and their revisions, and a trigger for the cards."""

    dependencies = [("registry", "0009_richer_risk")]

    operations = [
        migrations.CreateModel(
            name="ModelRelation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField(verbose_name="which output feeds which input")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(null=True, verbose_name="until")),
                ("end_reason", models.TextField(blank=True, verbose_name="reason of the end")),
            ],
            options={
                "verbose_name": "relation of models",
                "verbose_name_plural": "relations of models",
                "ordering": ["-since", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ScorecardFilling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="revision")),
                (
                    "edition",
                    models.PositiveSmallIntegerField(verbose_name="edition of the questions"),
                ),
                ("answers", models.JSONField(verbose_name="answers")),
                ("grounds", models.JSONField(verbose_name="grounds")),
                (
                    "ai_act_class",
                    models.CharField(max_length=30, verbose_name="EU AI Act class then"),
                ),
                ("tier", models.PositiveSmallIntegerField(verbose_name="tier")),
                ("points", models.PositiveSmallIntegerField(verbose_name="points")),
                ("why", models.JSONField(verbose_name="how the tier came about")),
                ("filled_at", models.DateTimeField(verbose_name="filled")),
            ],
            options={
                "verbose_name": "scorecard",
                "verbose_name_plural": "scorecards",
                "ordering": ["model", "-number"],
            },
        ),
        migrations.CreateModel(
            name="TierOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("tier", models.PositiveSmallIntegerField(verbose_name="tier")),
                ("reason", models.TextField(verbose_name="reason")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                (
                    "proposer_name",
                    models.CharField(max_length=300, verbose_name="printed name of the proposer"),
                ),
                (
                    "proposer_role",
                    models.CharField(max_length=200, verbose_name="role of the proposer then"),
                ),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                (
                    "confirmer_name",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="printed name of the confirmer"
                    ),
                ),
                (
                    "confirmer_role",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="role of the confirmer then"
                    ),
                ),
                ("meaning", models.TextField(blank=True, verbose_name="meaning of the signature")),
                ("method", models.CharField(blank=True, max_length=60, verbose_name="signed with")),
                (
                    "signed_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="signed digest"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("end_reason", models.TextField(blank=True, verbose_name="reason of the end")),
            ],
            options={
                "verbose_name": "override of a tier",
                "verbose_name_plural": "overrides of tiers",
                "ordering": ["model", "-number"],
            },
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="ai_act_class",
            field=models.CharField(
                choices=[
                    ("prohibited", "Prohibited practice (Art. 5)"),
                    ("high_risk_annex_iii", "High risk, listed use (Art. 6(2), Annex III)"),
                    ("high_risk_annex_i", "High risk, part of a product (Art. 6(1), Annex I)"),
                    ("limited", "Transparency duty (Art. 50)"),
                    ("minimal", "Minimal risk"),
                    ("out_of_scope", "Outside the scope of the Act (Art. 2 and 3)"),
                    ("unclassified", "Not classified yet"),
                ],
                default="unclassified",
                max_length=30,
                verbose_name="EU AI Act class",
            ),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="ai_act_ground",
            field=models.TextField(blank=True, verbose_name="ground of class and role"),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="business_goal",
            field=models.TextField(blank=True, verbose_name="business goal"),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="expected_benefit",
            field=models.TextField(blank=True, verbose_name="expected benefit"),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="goal_kpi",
            field=models.TextField(blank=True, verbose_name="KPI of the goal"),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="maintainer_deputies",
            field=models.ManyToManyField(
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="deputies of the maintainers",
            ),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="operator_role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("provider", "Provider"),
                    ("deployer", "Deployer (uses it)"),
                    ("importer", "Importer"),
                    ("distributor", "Distributor"),
                    ("authorised_representative", "Authorised representative"),
                    ("product_manufacturer", "Product manufacturer"),
                ],
                max_length=30,
                verbose_name="operator role",
            ),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="running_cost",
            field=models.TextField(blank=True, verbose_name="running cost"),
        ),
        migrations.AddField(
            model_name="modelrevision",
            name="use_case",
            field=models.CharField(
                blank=True,
                choices=[
                    ("credit", "Credit"),
                    ("hiring", "Hiring"),
                    ("insurance", "Insurance"),
                    ("health", "Health"),
                    ("marketing", "Marketing"),
                    ("fraud", "Fraud"),
                    ("other", "Another use"),
                ],
                max_length=20,
                verbose_name="use case",
            ),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="retired_at",
            field=models.DateTimeField(null=True, verbose_name="retired"),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="retired_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="retirement_reason",
            field=models.TextField(blank=True, verbose_name="reason of the retirement"),
        ),
        migrations.AddConstraint(
            model_name="modelrevision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "use_case__in",
                        [
                            "",
                            "credit",
                            "hiring",
                            "insurance",
                            "health",
                            "marketing",
                            "fraud",
                            "other",
                        ],
                    )
                ),
                name="a_use_case_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelrevision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ai_act_class__in",
                        [
                            "prohibited",
                            "high_risk_annex_iii",
                            "high_risk_annex_i",
                            "limited",
                            "minimal",
                            "out_of_scope",
                            "unclassified",
                        ],
                    ),
                    (
                        "operator_role__in",
                        [
                            "",
                            "provider",
                            "deployer",
                            "importer",
                            "distributor",
                            "authorised_representative",
                            "product_manufacturer",
                        ],
                    ),
                ),
                name="an_ai_act_class_and_role_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("retired_at__isnull", True),
                        ("retired_by__isnull", True),
                        ("retirement_reason", ""),
                    ),
                    models.Q(
                        ("retired_at__isnull", False),
                        ("retired_by__isnull", False),
                        models.Q(("retirement_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_retirement_has_a_person_and_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="modelrelation",
            name="downstream",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fed_by",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="modelrelation",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="modelrelation",
            name="related_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="modelrelation",
            name="upstream",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="feeds",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="scorecardfilling",
            name="filled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="scorecardfilling",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scorecards",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="tieroverride",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tieroverride",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tieroverride",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tier_overrides",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="tieroverride",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="modelrelation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("upstream", "downstream"),
                name="a_model_feeds_another_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("upstream", models.F("downstream")), _negated=True),
                name="a_model_does_not_feed_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_by__isnull", True), ("until__isnull", True)),
                    models.Q(("ended_by__isnull", False), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="an_ended_relation_names_who_ended_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecardfilling",
            constraint=models.UniqueConstraint(
                fields=("model", "number"), name="scorecards_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecardfilling",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier__gte", 1), ("tier__lte", 4)),
                name="a_scored_tier_is_1_to_4",
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.UniqueConstraint(
                fields=("model", "number"), name="overrides_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at__isnull", True), ("ended_at__isnull", True)),
                fields=("model",),
                name="one_open_override_per_model",
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at__isnull", False), ("ended_at__isnull", True)),
                fields=("model",),
                name="one_override_in_force_per_model",
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier__gte", 1), ("tier__lte", 4)), name="an_override_is_1_to_4"
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="an_override_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="an_override_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="tieroverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        models.Q(("method", ""), _negated=True),
                        models.Q(("signed_digest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_confirmed_override_is_signed",
            ),
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
    ]
