"""Activities."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0011_saved_views")]
    operations: ClassVar = []
