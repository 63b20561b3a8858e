"""Partners and products are found by any part of their search text; the indexes are built while people work."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0003_partner_search")]

    operations = [
        AddIndexConcurrently(
            model_name="partner",
            index=GinIndex(fields=["search_text"], name="partner_search", opclasses=["gin_trgm_ops"]),
        ),
        AddIndexConcurrently(
            model_name="product",
            index=GinIndex(fields=["search_text"], name="product_search", opclasses=["gin_trgm_ops"]),
        ),
    ]
