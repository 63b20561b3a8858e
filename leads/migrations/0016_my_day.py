"""Indexes of Mój dzień and of the search."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0015_merges")]
    operations: ClassVar = []
