"""Keep retention rules, legal holds, tombstones, and what checks of the store found."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WRITTEN_ONCE = ("registry_tombstone", "registry_storecheck")
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid
facts_stay = importlib.import_module("registry.migrations.0013_findings_and_incidents").facts_stay


def done_stays(table: str, end: str) -> migrations.RunSQL:
    """Refuse any change once this column is filled."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_done BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (OLD.{end} IS NOT NULL) EXECUTE FUNCTION registry_written_once();",
        f"DROP TRIGGER {table}_done ON {table};",
    )


class Migration(migrations.Migration):
    """Four tables and their triggers, and what a check of the store found beside each file."""

    dependencies = [("registry", "0019_checkpoints")]

    operations = [
        migrations.CreateModel(
            name="RetentionHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("model", "One model, with its data"),
                            ("dataset", "One dataset"),
                            ("unit", "One unit"),
                            ("installation", "The whole installation"),
                        ],
                        max_length=12,
                        verbose_name="scope",
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("placed_at", models.DateTimeField(verbose_name="placed")),
                ("placed_as", models.CharField(max_length=100, verbose_name="role then")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released")),
                (
                    "released_as",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="role of who released it"
                    ),
                ),
                (
                    "release_reason",
                    models.TextField(blank=True, verbose_name="why it was released"),
                ),
            ],
            options={
                "verbose_name": "legal hold",
                "verbose_name_plural": "legal holds",
                "ordering": ["-placed_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("edition", models.PositiveIntegerField(unique=True, verbose_name="edition")),
                ("frameworks", models.JSONField(verbose_name="frameworks")),
                ("periods", models.JSONField(verbose_name="periods")),
                ("reason", models.TextField(verbose_name="reason")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("proposed_as", models.CharField(max_length=100, verbose_name="role then")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                (
                    "confirmed_as",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="role of who confirmed"
                    ),
                ),
            ],
            options={
                "verbose_name": "retention rule",
                "verbose_name_plural": "retention rules",
                "ordering": ["-edition"],
            },
        ),
        migrations.CreateModel(
            name="StoreCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("ended_at", models.DateTimeField(verbose_name="ended")),
                ("files", models.PositiveIntegerField(verbose_name="files read")),
                ("bytes", models.BigIntegerField(verbose_name="bytes read")),
                ("left", models.PositiveIntegerField(verbose_name="files left for the next pass")),
                ("broken_count", models.PositiveIntegerField(verbose_name="broken files")),
                ("broken", models.JSONField(verbose_name="broken")),
                ("orphans_count", models.PositiveIntegerField(verbose_name="orphans")),
                ("orphans", models.JSONField(verbose_name="files that no record names")),
            ],
            options={
                "verbose_name": "check of the store",
                "verbose_name_plural": "checks of the store",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                "technical_documentation",
                                "Technical documentation: case files, decisions, cards, risk, policies",
                            ),
                            ("journal", "Journal"),
                            ("evidence", "Files of evidence"),
                            ("report", "Sealed reports, and what they were made from"),
                            ("artefact", "Artefacts and environments of versions"),
                            (
                                "automatic_log",
                                "Exhibits of drift that nothing rests on",
                            ),
                            ("rows", "Rows of datasets"),
                            ("predictions", "Predictions that were handed in"),
                            ("draft", "Drafts that were never submitted"),
                            ("notice", "Notices"),
                            ("mail", "Mails that were sent or given up"),
                            ("delivery", "Deliveries of events to listeners"),
                            ("session", "Sessions and tokens that have expired"),
                        ],
                        max_length=30,
                        verbose_name="kind",
                    ),
                ),
                ("record_kind", models.CharField(max_length=40, verbose_name="kind of record")),
                (
                    "record_id",
                    models.BigIntegerField(null=True, verbose_name="number of the record"),
                ),
                ("title", models.CharField(max_length=300, verbose_name="what it was")),
                ("sha256", models.CharField(max_length=64, verbose_name="digest")),
                ("size", models.BigIntegerField(verbose_name="size in bytes")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="how many")),
                ("unit_ids", models.JSONField(default=list, verbose_name="units")),
                ("since", models.DateTimeField(verbose_name="kept since")),
                ("at", models.DateTimeField(verbose_name="deleted")),
                ("rule", models.CharField(max_length=300, verbose_name="under the rule")),
            ],
            options={
                "verbose_name": "tombstone",
                "verbose_name_plural": "tombstones",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="storedfile",
            name="checked_at",
            field=models.DateTimeField(db_index=True, null=True, verbose_name="checked"),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="wrong",
            field=models.CharField(
                blank=True,
                choices=[
                    ("missing", "Missing: restore it from a backup."),
                    ("changed", "Changed: its bytes do not have its digest; restore it."),
                    ("locked", "Locked: its key is missing or damaged; see ROWS_OLD_KEYS."),
                ],
                db_index=True,
                max_length=10,
                verbose_name="found",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(
                    (
                        "action__in",
                        (
                            "dataset_version.rows_deleted",
                            "run.predictions_deleted",
                            "evidence.file_deleted",
                            "model_version.artefact_deleted",
                            "model_version.environment_deleted",
                            "report.file_deleted",
                            "report.dossier_deleted",
                            "tombstone.laid",
                        ),
                    )
                ),
                fields=["subject_kind", "subject_id"],
                name="journal_of_deletions",
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="dataset",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="registry.dataset",
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="model",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="placed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="released_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="registry.unit",
            ),
        ),
        migrations.AddField(
            model_name="retentionrule",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionrule",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="tombstone",
            name="file",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tombstones",
                to="registry.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="tombstone",
            name="model",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="tombstone",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.unit",
            ),
        ),
        migrations.AddField(
            model_name="tombstone",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tombstones",
                to="registry.modelversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("dataset", None),
                        ("model__isnull", False),
                        ("scope", "model"),
                        ("unit", None),
                    ),
                    models.Q(
                        ("dataset__isnull", False),
                        ("model", None),
                        ("scope", "dataset"),
                        ("unit", None),
                    ),
                    models.Q(
                        ("dataset", None),
                        ("model", None),
                        ("scope", "unit"),
                        ("unit__isnull", False),
                    ),
                    models.Q(
                        ("dataset", None),
                        ("model", None),
                        ("scope", "installation"),
                        ("unit", None),
                    ),
                    _connector="OR",
                ),
                name="a_hold_names_what_it_holds",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_hold_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("release_reason", ""),
                        ("released_as", ""),
                        ("released_at", None),
                        ("released_by", None),
                    ),
                    models.Q(
                        ("released_at__isnull", False),
                        ("released_by__isnull", False),
                        models.Q(("released_as", ""), _negated=True),
                        models.Q(("release_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_released_hold_says_by_whom_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="a_retention_rule_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_as", ""), ("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                        models.Q(("confirmed_as", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_second_person_confirms_a_retention_rule",
            ),
        ),
        migrations.AddIndex(
            model_name="tombstone",
            index=models.Index(fields=["record_kind", "record_id"], name="tombstones_of_records"),
        ),
        migrations.AddConstraint(
            model_name="tombstone",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule", ""), _negated=True), name="a_tombstone_names_its_rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="tombstone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "technical_documentation",
                            "journal",
                            "evidence",
                            "report",
                            "artefact",
                            "automatic_log",
                            "rows",
                            "predictions",
                            "draft",
                            "notice",
                            "mail",
                            "delivery",
                            "session",
                        ],
                    )
                ),
                name="a_tombstone_has_a_known_kind",
            ),
        ),
        *(forbid(table) for table in WRITTEN_ONCE),
        facts_stay(
            "registry_retentionhold",
            "released_at",
            "released_by_id",
            "released_as",
            "release_reason",
        ),
        done_stays("registry_retentionhold", "released_at"),
        facts_stay("registry_retentionrule", "confirmed_at", "confirmed_by_id", "confirmed_as"),
        done_stays("registry_retentionrule", "confirmed_at"),
    ]
