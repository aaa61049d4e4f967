"""What signing takes beside a password."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What signing takes beside a password."""

    dependencies = [("registry", "0010_scorecards")]

    operations = [
        migrations.CreateModel(
            name="PasskeyChallenge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session", models.CharField(max_length=64, verbose_name="session")),
                ("about", models.CharField(max_length=300, verbose_name="about")),
                (
                    "challenge",
                    models.CharField(max_length=64, unique=True, verbose_name="challenge"),
                ),
                ("rp_id", models.CharField(max_length=255, verbose_name="host")),
                ("origin", models.CharField(max_length=300, verbose_name="origin")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "challenge to a passkey",
                "verbose_name_plural": "challenges to passkeys",
                "indexes": [models.Index(fields=["expires_at"], name="challenges_by_expiry")],
            },
        ),
    ]
