"""Search among open leads by an index of their own; made while leads are in use."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0020_my_day_indexes")]

    operations = [
        AddIndexConcurrently(
            "lead",
            GinIndex(
                fields=["search_text"],
                opclasses=["gin_trgm_ops"],
                name="lead_open_search",
                condition=Q(is_closed=False),
            ),
        ),
    ]
