"""Keep a key for each person, under which the journal holds their names."""

from __future__ import annotations

import importlib

from django.db import migrations, models

facts_stay = importlib.import_module("registry.migrations.0013_findings_and_incidents").facts_stay

# Whoever is erased stays erased: no key is put back.
ERASED_STAYS = (
    "CREATE TRIGGER registry_personkey_erased BEFORE UPDATE ON registry_personkey "
    "FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION registry_written_once();"
)
ERASED_GOES = "DROP TRIGGER registry_personkey_erased ON registry_personkey;"


class Migration(migrations.Migration):
    """People's keys, and room in the journal for sealed names."""

    dependencies = [("registry", "0017_delegations_and_overrides")]

    operations = [
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                (
                    "person",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="account"
                    ),
                ),
                ("wrapped_key", models.BinaryField(null=True, verbose_name="wrapped key")),
                (
                    "wrapped_by",
                    models.CharField(blank=True, max_length=16, verbose_name="wrapped under"),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="erased")),
            ],
            options={
                "verbose_name": "person's key",
                "verbose_name_plural": "people's keys",
                "ordering": ["person"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("erased_at__isnull", True),
                                ("wrapped_key__isnull", False),
                                models.Q(("wrapped_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("erased_at__isnull", False),
                                ("wrapped_by", ""),
                                ("wrapped_key__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="an_erased_person_has_no_key",
                    )
                ],
            },
        ),
        migrations.AlterField(
            model_name="entry", name="actor", field=models.TextField(verbose_name="who")
        ),
        migrations.AlterField(
            model_name="entry", name="subject", field=models.TextField(verbose_name="subject")
        ),
        facts_stay("registry_personkey", "wrapped_key", "wrapped_by", "erased_at"),
        migrations.RunSQL(ERASED_STAYS, ERASED_GOES),
    ]
