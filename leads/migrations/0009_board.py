"""The board: positions and sums of columns."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0008_status_log_never_negative"), ("crm", "0011_notifications")]
    operations: ClassVar = []
