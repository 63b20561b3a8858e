"""Who may import files, and see the imports of others."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, MANAGER, grant


def give(apps, schema_editor):
    grant(apps, MANAGER, ["leads.run_import"])
    grant(apps, ADMINISTRATOR, ["leads.run_import", "leads.view_all_imports"])


class Migration(migrations.Migration):
    dependencies = [("leads", "0006_list_indexes"), ("crm", "0002_roles")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
