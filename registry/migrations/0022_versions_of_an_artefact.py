"""A file knows the versions whose artefact it is; nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0021_checks_without_a_place")]

    operations = [
        migrations.AlterField(
            model_name="modelversion",
            name="artefact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="registry.storedfile",
            ),
        )
    ]
