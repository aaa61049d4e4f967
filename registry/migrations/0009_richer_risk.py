"""Matrices people edit, and hazards that say more."""

from django.db import migrations


class Migration(migrations.Migration):
    """Matrices people edit, and hazards that say more."""

    dependencies = [("registry", "0008_policies_in_force")]

    operations = []
