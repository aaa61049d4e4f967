"""Keep signed checkpoints of the journal, and what checks of it found."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """To be filled."""

    dependencies = [("registry", "0018_person_keys")]

    operations = []
