"""Reports on models, releases and portfolios, as of an instant, with serials."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audits.rules.runs

# Until now every report was on a version. The rows are checked at once, for PostgreSQL alters no
# table that still has to check some.
NAME_WHAT_THEY_ARE_ON = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE audits_report
SET scope = 'version',
    about = 'version ' || version_id,
    model_id = (
        SELECT model_id FROM registry_modelversion WHERE registry_modelversion.id = version_id
    ),
    serial = upper(
        'MG-' || substr(key, 1, 4) || '-' || substr(key, 5, 4) || '-' || substr(key, 9, 4)
        || '-' || substr(key, 13, 4)
    );
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    """Let a report be on more than a version, be known by a serial, be superseded and recalled."""

    dependencies = [
        ("audits", "0002_runs_of_more_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="about",
            field=models.CharField(default="", max_length=100, verbose_name="about"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="asked_as_of",
            field=models.DateTimeField(null=True, verbose_name="asked as of"),
        ),
        migrations.AddField(
            model_name="report",
            name="model",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.registeredmodel",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="recall_reason",
            field=models.TextField(blank=True, verbose_name="why it was recalled"),
        ),
        migrations.AddField(
            model_name="report",
            name="recalled_at",
            field=models.DateTimeField(null=True, verbose_name="recalled"),
        ),
        migrations.AddField(
            model_name="report",
            name="recalled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="scope",
            field=models.CharField(
                choices=[
                    ("version", "A version"),
                    ("release", "A release"),
                    ("model", "A model"),
                    ("portfolio", "A portfolio"),
                ],
                default="",
                max_length=10,
                verbose_name="scope",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="serial",
            field=models.CharField(default="", max_length=30, verbose_name="serial"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="superseded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="audits.report",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="units",
            field=models.ManyToManyField(related_name="+", to="registry.unit"),
        ),
        migrations.AlterField(
            model_name="report",
            name="case_file_digest",
            field=models.CharField(blank=True, max_length=64, verbose_name="case file"),
        ),
        migrations.AlterField(
            model_name="report",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.modelversion",
            ),
        ),
        migrations.RunSQL(NAME_WHAT_THEY_ARE_ON, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["about", "profile", "language"], name="reports_on_a_thing"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", audits.rules.runs.State["FAILED"]), _negated=True),
                fields=("serial",),
                name="one_report_for_each_serial",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("model__isnull", False), ("scope__in", ["version", "release", "model"])
                    ),
                    models.Q(
                        ("model__isnull", True),
                        ("release__isnull", True),
                        ("scope", "portfolio"),
                        ("version__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_report_is_on_a_model_or_on_a_portfolio",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("version__isnull", False),
                    models.Q(("scope__in", ["version", "release"]), _negated=True),
                    _connector="OR",
                ),
                name="a_report_on_a_version_names_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("release__isnull", False),
                    models.Q(("scope", "release"), _negated=True),
                    _connector="OR",
                ),
                name="a_report_on_a_release_names_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("recall_reason", ""),
                        ("recalled_at__isnull", True),
                        ("recalled_by__isnull", True),
                    ),
                    models.Q(
                        ("recalled_at__isnull", False),
                        ("recalled_by__isnull", False),
                        ("state", audits.rules.runs.State["DONE"]),
                        models.Q(("recall_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_recalled_report_says_when_by_whom_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("superseded_by__isnull", True),
                    models.Q(
                        ("state", audits.rules.runs.State["DONE"]),
                        models.Q(("superseded_by", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_sealed_report_is_superseded_by_another",
            ),
        ),
    ]
