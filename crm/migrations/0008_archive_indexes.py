"""The few archived partners and products are counted and listed without reading the others."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0007_deleted_names")]

    operations = [
        AddIndexConcurrently(
            model_name=model,
            index=models.Index(
                models.F("name_sort"), models.F("id"), name=f"{model}_archive", condition=models.Q(is_archived=True)
            ),
        )
        for model in ("partner", "product")
    ]
