"""The index behind the search of contacts is built while people work."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0013_contact_search")]

    operations = [
        AddIndexConcurrently(
            model_name="partnercontact",
            index=GinIndex(fields=["search_text"], name="contact_search", opclasses=["gin_trgm_ops"]),
        ),
    ]
