"""Reviews and attestations."""

from django.db import migrations


class Migration(migrations.Migration):
    """Reviews and attestations."""

    dependencies = [("registry", "0013_findings_and_incidents")]

    operations = []
