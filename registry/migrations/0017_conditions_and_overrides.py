"""Conditions, delegations and overrides."""

from django.db import migrations


class Migration(migrations.Migration):
    """Conditions, delegations and overrides."""

    dependencies = [("registry", "0016_notices")]

    operations = []
