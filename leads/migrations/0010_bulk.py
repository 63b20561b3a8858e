"""Bulk changes."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0009_board_totals")]
    operations: ClassVar = []
