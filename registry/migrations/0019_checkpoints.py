"""Keep signed checkpoints of the journal, and what checks of it found."""

from __future__ import annotations

import importlib
from itertools import islice

import django.db.models.deletion
from django.db import migrations, models

from registry.rules.merkle import leaf_hash, root

WRITTEN_ONCE = (
    "registry_installation",
    "registry_checkpointkey",
    "registry_checkpoint",
    "registry_checkpointdelivery",
    "registry_checkpointstamp",
    "registry_journaltile",
    "registry_journalcheck",
)
forbid = importlib.import_module("registry.migrations.0002_written_once").forbid
A_TILE = 256


def lay_tiles(apps, schema_editor):
    """Hash the full runs of what stood in the journal before there were tiles."""
    seals = apps.get_model("registry", "Entry").objects.order_by("number")
    seals = seals.values_list("seal", flat=True).iterator(chunk_size=2000)
    tiles = apps.get_model("registry", "JournalTile")
    index = 0
    while len(run := list(islice(seals, A_TILE))) == A_TILE:
        tiles.objects.create(index=index, root=root(map(leaf_hash, run)).hex())
        index += 1


class Migration(migrations.Migration):
    """Tables, the installation's name, and the tiles of what is there."""

    dependencies = [("registry", "0018_person_keys")]

    operations = [
        migrations.CreateModel(
            name="CheckpointKey",
            fields=[
                (
                    "fingerprint",
                    models.CharField(
                        max_length=64, primary_key=True, serialize=False, verbose_name="fingerprint"
                    ),
                ),
                ("public_key", models.CharField(max_length=64, verbose_name="public key")),
                (
                    "begins_after",
                    models.BigIntegerField(unique=True, verbose_name="signs after entry"),
                ),
                ("begun_at", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "key of checkpoints",
                "verbose_name_plural": "keys of checkpoints",
                "ordering": ["begins_after"],
            },
        ),
        migrations.CreateModel(
            name="JournalCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("whole", models.BooleanField(verbose_name="whole")),
                ("entries", models.BigIntegerField(verbose_name="entries")),
                ("number", models.BigIntegerField(null=True, verbose_name="first broken entry")),
                ("wrong", models.TextField(blank=True, verbose_name="what is wrong")),
                ("seconds", models.FloatField(verbose_name="seconds")),
            ],
            options={
                "verbose_name": "check of the journal",
                "verbose_name_plural": "checks of the journal",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="JournalTile",
            fields=[
                (
                    "index",
                    models.BigIntegerField(primary_key=True, serialize=False, verbose_name="place"),
                ),
                ("root", models.CharField(max_length=64, verbose_name="hash")),
            ],
            options={
                "verbose_name": "tile of the journal",
                "verbose_name_plural": "tiles of the journal",
                "ordering": ["index"],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "size",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="entries"
                    ),
                ),
                ("head", models.CharField(max_length=64, verbose_name="seal of the last entry")),
                ("root", models.CharField(max_length=64, verbose_name="root of the tree")),
                ("at", models.CharField(max_length=32, verbose_name="when (UTC)")),
                ("statement", models.TextField(verbose_name="statement")),
                ("signature", models.CharField(max_length=128, verbose_name="signature")),
                ("frontier", models.JSONField(verbose_name="edge of the tree")),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.checkpointkey",
                    ),
                ),
            ],
            options={
                "verbose_name": "checkpoint",
                "verbose_name_plural": "checkpoints",
                "ordering": ["size"],
            },
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(unique=True, verbose_name="name")),
            ],
            options={
                "verbose_name": "installation",
                "verbose_name_plural": "installation",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_installation")
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckpointDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sink", models.CharField(max_length=500, verbose_name="place")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="registry.checkpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery of a checkpoint",
                "verbose_name_plural": "deliveries of checkpoints",
                "ordering": ["checkpoint", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "sink"), name="a_checkpoint_is_delivered_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckpointStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("authority", models.CharField(max_length=500, verbose_name="authority")),
                ("token", models.BinaryField(verbose_name="token")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stamps",
                        to="registry.checkpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "time stamp of a checkpoint",
                "verbose_name_plural": "time stamps of checkpoints",
                "ordering": ["checkpoint", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "authority"), name="an_authority_stamps_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "INSERT INTO registry_installation (id, uuid) VALUES (1, gen_random_uuid());",
            "",
        ),
        migrations.RunPython(lay_tiles, migrations.RunPython.noop),
        *(forbid(table) for table in WRITTEN_ONCE),
    ]
