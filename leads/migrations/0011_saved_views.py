"""Saved views."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0010_bulk")]
    operations: ClassVar = []
