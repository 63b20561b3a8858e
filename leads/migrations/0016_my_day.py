"""The index behind the stuck leads of Mój dzień is built while people work."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("leads", "0015_merges")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                models.F("status_entered_at"),
                models.F("id"),
                condition=models.Q(("is_closed", False)),
                name="lead_open_by_stay",
            ),
        ),
    ]
