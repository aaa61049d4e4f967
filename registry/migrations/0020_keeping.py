"""Keep retention rules, legal holds, tombstones, and what checks of the store found."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """To be filled."""

    dependencies = [("registry", "0019_checkpoints")]

    operations = []
