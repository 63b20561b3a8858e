"""Indexes of what open leads lack, for Mój dzień; made while leads are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0019_totals_by_seller_fill")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index("sales_person", "expected_close", name="lead_open_by_close", condition=Q(is_closed=False)),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                "sales_person",
                "id",
                name="lead_open_undated",
                condition=Q(is_closed=False, expected_close__isnull=True),
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                "sales_person", "id", name="lead_open_undescribed", condition=Q(is_closed=False, description="")
            ),
        ),
    ]
