"""Notifications and how each user wants them."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0010_activity_types")]
    operations: ClassVar = []
