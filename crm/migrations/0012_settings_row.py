"""The row of the system's settings, so that no request has to make it."""

from typing import ClassVar

from django.db import migrations


def add_row(apps, schema_editor):
    apps.get_model("crm", "SystemSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0011_notifications")]
    operations: ClassVar = [migrations.RunPython(add_row, migrations.RunPython.noop)]
