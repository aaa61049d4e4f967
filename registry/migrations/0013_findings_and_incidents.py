"""Findings and incidents."""

from django.db import migrations


class Migration(migrations.Migration):
    """Findings and incidents."""

    dependencies = [("registry", "0012_release_flow")]

    operations = []
