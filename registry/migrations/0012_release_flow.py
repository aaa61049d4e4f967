"""States, stages and gates of releases."""

from django.db import migrations


class Migration(migrations.Migration):
    """States, stages and gates of releases."""

    dependencies = [("registry", "0011_second_factors")]

    operations = []
