"""Reports on models, releases and portfolios, as of an instant, with serials."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """To be filled."""

    dependencies = [("audits", "0002_runs_of_more_kinds")]

    operations = []
