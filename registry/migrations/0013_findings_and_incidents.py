"""Findings and incidents with their moves, written once; what a finding says never changes."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = ("registry_findingmove", "registry_incidentmove")
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid

FUNCTION = """
CREATE FUNCTION registry_facts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - TG_ARGV) IS DISTINCT FROM (to_jsonb(NEW) - TG_ARGV) THEN
        RAISE EXCEPTION 'a fact of % is written once: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def facts_stay(table: str, *but: str) -> migrations.RunSQL:
    """Refuse DELETE and TRUNCATE, and UPDATE of any column but these."""
    columns = ", ".join(f"'{name}'" for name in but)
    return migrations.RunSQL(
        sql=(
            f"CREATE TRIGGER {table}_facts BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION registry_facts_stay({columns});"
            f"CREATE TRIGGER {table}_rows BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION registry_written_once();"
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION registry_written_once();"
        ),
        reverse_sql=(
            f"DROP TRIGGER {table}_facts ON {table}; DROP TRIGGER {table}_rows ON {table};"
            f"DROP TRIGGER {table}_whole ON {table};"
        ),
    )


class Migration(migrations.Migration):
    """Four tables and their triggers."""

    dependencies = [
        ("registry", "0012_release_flow"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="registry.modelversion",
                    ),
                ),
                (
                    "environment",
                    models.CharField(blank=True, max_length=60, verbose_name="environment"),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("link", models.CharField(max_length=20, verbose_name="causal link")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                ("aware_at", models.DateTimeField(verbose_name="aware since")),
                ("description", models.TextField(verbose_name="what happened")),
                ("affected", models.TextField(blank=True, verbose_name="people affected")),
                ("immediate_action", models.TextField(blank=True, verbose_name="immediate action")),
                ("reported_at", models.DateTimeField(verbose_name="reported")),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("state", models.CharField(max_length=20, verbose_name="state")),
                ("notified_at", models.DateTimeField(null=True, verbose_name="authority notified")),
            ],
            options={
                "verbose_name": "incident",
                "verbose_name_plural": "incidents",
                "ordering": ["-aware_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["reported", "assessed", "notified", "not_reportable", "closed"],
                            )
                        ),
                        name="an_incident_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "death",
                                    "health",
                                    "infrastructure",
                                    "rights",
                                    "widespread",
                                    "property",
                                    "malfunction",
                                ],
                            ),
                            ("link__in", ["known", "suspected", "unknown", "excluded"]),
                        ),
                        name="an_incident_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("aware_at__gte", models.F("occurred_at"))),
                        name="nobody_is_aware_before_it_occurred",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("notified_at__isnull", True),
                            ("notified_at__gte", models.F("occurred_at")),
                            _connector="OR",
                        ),
                        name="nobody_is_notified_before_it_occurred",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "notified"), _negated=True),
                            ("notified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="a_notification_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IncidentMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="registry.incident",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("act", models.CharField(max_length=20, verbose_name="act")),
                (
                    "before",
                    models.CharField(blank=True, max_length=20, verbose_name="state before"),
                ),
                ("after", models.CharField(max_length=20, verbose_name="state after")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("facts", models.JSONField(default=dict, verbose_name="facts")),
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
                ("printed_name", models.CharField(max_length=300, verbose_name="printed name")),
                ("role", models.CharField(max_length=200, verbose_name="role then")),
            ],
            options={
                "verbose_name": "step of an incident",
                "verbose_name_plural": "steps of incidents",
                "ordering": ["incident", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("incident", "number"), name="moves_of_an_incident_are_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "act__in",
                                [
                                    "report",
                                    "assess",
                                    "correct",
                                    "notify",
                                    "rule_out",
                                    "close",
                                    "half_passed",
                                    "all_passed",
                                ],
                            )
                        ),
                        name="a_move_of_an_incident_has_a_known_act",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="registry.modelversion",
                    ),
                ),
                ("source", models.CharField(max_length=20, verbose_name="source")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("text", models.TextField(verbose_name="what was found")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due", models.DateField(verbose_name="due")),
                (
                    "section",
                    models.CharField(blank=True, max_length=40, verbose_name="card section"),
                ),
                ("paragraph", models.PositiveIntegerField(null=True, verbose_name="paragraph")),
                ("quote", models.TextField(blank=True, verbose_name="quoted")),
                (
                    "card_revision",
                    models.PositiveIntegerField(null=True, verbose_name="card revision"),
                ),
                ("question", models.TextField(blank=True, verbose_name="question")),
                ("ground", models.TextField(blank=True, verbose_name="ground")),
                ("details", models.JSONField(default=dict, verbose_name="details")),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="registry.incident",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("state", models.CharField(max_length=20, verbose_name="state")),
                ("severity", models.CharField(max_length=10, verbose_name="severity")),
                ("accepted_until", models.DateField(null=True, verbose_name="risk accepted until")),
            ],
            options={
                "verbose_name": "finding",
                "verbose_name_plural": "findings",
                "ordering": ["-opened_at", "-pk"],
                "indexes": [
                    models.Index(fields=["version", "state"], name="findings_of_a_version")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "answered", "accepted_risk", "closed"])
                        ),
                        name="a_finding_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["low", "medium", "high", "critical"])),
                        name="a_finding_has_a_known_severity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                [
                                    "validation",
                                    "ethics",
                                    "deployment",
                                    "monitor",
                                    "incident",
                                    "audit",
                                ],
                            )
                        ),
                        name="a_finding_has_a_known_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted_risk"), _negated=True),
                            ("accepted_until__isnull", False),
                            _connector="OR",
                        ),
                        name="an_accepted_risk_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_by__isnull", True),
                            models.Q(("opened_by", models.F("owner")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_answers_their_own_finding",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paragraph__isnull", True),
                            models.Q(
                                models.Q(("section", ""), _negated=True),
                                models.Q(("quote", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_paragraph_is_quoted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="registry.finding",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("act", models.CharField(max_length=20, verbose_name="act")),
                (
                    "before",
                    models.CharField(blank=True, max_length=20, verbose_name="state before"),
                ),
                ("after", models.CharField(max_length=20, verbose_name="state after")),
                ("severity", models.CharField(max_length=10, verbose_name="severity after")),
                ("text", models.TextField(verbose_name="text")),
                ("plan", models.TextField(blank=True, verbose_name="remediation plan")),
                (
                    "outcome",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="outcome of the challenge"
                    ),
                ),
                ("until", models.DateField(null=True, verbose_name="risk accepted until")),
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
                ("printed_name", models.CharField(max_length=300, verbose_name="printed name")),
                ("role", models.CharField(max_length=200, verbose_name="role then")),
            ],
            options={
                "verbose_name": "move of a finding",
                "verbose_name_plural": "moves of findings",
                "ordering": ["finding", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("finding", "number"), name="moves_of_a_finding_are_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "act__in",
                                ["open", "answer", "challenge", "close", "accept_risk", "rate"],
                            )
                        ),
                        name="a_move_of_a_finding_has_a_known_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="a_move_of_a_finding_says_why",
                    ),
                ],
            },
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_facts_stay();"),
        facts_stay("registry_finding", "state", "severity", "accepted_until"),
        facts_stay(
            "registry_incident",
            "kind",
            "link",
            "occurred_at",
            "aware_at",
            "affected",
            "state",
            "notified_at",
        ),
    ]
