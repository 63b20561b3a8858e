"""What the roles may do with calls and telephony."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, MANAGER, SALES, grant

SELLING = ["communications.view_call", "communications.process_call"]
MANAGING = [*SELLING, "communications.manage_telephony"]


def give(apps, schema_editor):
    grant(apps, SALES, SELLING)
    grant(apps, MANAGER, MANAGING)
    grant(apps, ADMINISTRATOR, MANAGING)


class Migration(migrations.Migration):
    dependencies = [("communications", "0004_calls"), ("crm", "0002_roles")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
