"""Notices, and events as CloudEvents."""

from django.db import migrations


class Migration(migrations.Migration):
    """Notices, and events as CloudEvents."""

    dependencies = [("registry", "0015_deployments")]

    operations = []
