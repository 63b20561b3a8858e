"""Activity types."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0009_names_of_deleted_partners")]
    operations: ClassVar = []
