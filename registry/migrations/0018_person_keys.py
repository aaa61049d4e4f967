"""Keep a key for each person, under which the journal holds their names."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """To be filled."""

    dependencies = [("registry", "0017_delegations_and_overrides")]

    operations = []
