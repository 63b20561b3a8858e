"""Merges of leads."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0014_files")]
    operations: ClassVar = []
