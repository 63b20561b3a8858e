"""Who looks after people's data."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, grant


def give(apps, schema_editor):
    grant(apps, ADMINISTRATOR, ["leads.manage_personal_data"])


class Migration(migrations.Migration):
    dependencies = [("leads", "0023_people"), ("crm", "0002_roles")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
