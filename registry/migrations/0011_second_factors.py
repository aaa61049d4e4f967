"""What signing takes beside a password."""

from django.db import migrations


class Migration(migrations.Migration):
    """What signing takes beside a password."""

    dependencies = [("registry", "0010_scorecards")]

    operations = []
