"""Editions of the policy that people propose and approve."""

from django.db import migrations


class Migration(migrations.Migration):
    """Editions of the policy that people propose and approve."""

    dependencies = [("registry", "0007_events")]

    operations = []
