"""The open leads of a sales person in one status, by an index; made while leads are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0021_open_search_index")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index("sales_person", "status", "id", name="lead_open_by_seller", condition=Q(is_closed=False)),
        ),
    ]
