"""Scorecards, tiers and what feeds what."""

from django.db import migrations


class Migration(migrations.Migration):
    """Scorecards, tiers and what feeds what."""

    dependencies = [("registry", "0009_richer_risk")]

    operations = []
