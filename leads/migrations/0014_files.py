"""Files."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0013_comments")]
    operations: ClassVar = []
