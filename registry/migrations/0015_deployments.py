"""What is live where."""

from django.db import migrations


class Migration(migrations.Migration):
    """What is live where."""

    dependencies = [("registry", "0014_reviews_and_attestations")]

    operations = []
