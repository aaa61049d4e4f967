"""Matrices people edit, and hazards that say more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TEXTS = (
    ("cause", "cause"),
    ("consequence", "consequence"),
    ("affected", "affected people"),
    ("vulnerable", "vulnerable groups"),
    ("likelihood_ground", "ground for the likelihood"),
    ("impact_ground", "ground for the impact"),
    ("residual_ground", "ground for the residual risk"),
)


class Migration(migrations.Migration):
    """Matrices people edit, and hazards that say more."""

    dependencies = [
        ("registry", "0008_policies_in_force"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="riskmatrix",
            name="edited_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="riskmatrix",
            name="reason",
            field=models.TextField(blank=True, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="riskassessment",
            name="knowledge",
            field=models.CharField(
                blank=True,
                choices=[("weak", "Weak"), ("moderate", "Moderate"), ("strong", "Strong")],
                max_length=8,
                verbose_name="strength of knowledge",
            ),
        ),
        migrations.AddField(
            model_name="riskassessment",
            name="knowledge_ground",
            field=models.TextField(blank=True, verbose_name="ground for the strength of knowledge"),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("knowledge__in", ["", "weak", "moderate", "strong"])),
                name="an_assessment_has_a_known_strength",
            ),
        ),
        *(
            migrations.AddField(
                model_name="hazard",
                name=name,
                field=models.TextField(blank=True, verbose_name=words),
            )
            for name, words in TEXTS
        ),
        migrations.AddField(
            model_name="hazard",
            name="assessed_controls",
            field=models.JSONField(default=list, verbose_name="assessed controls"),
        ),
    ]
