"""What the roles may do with leads."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, MANAGER, SALES, grant

SELLING = ["leads.view_lead", "leads.add_lead", "leads.change_lead", "leads.delete_lead"]
MANAGING = [*SELLING, "leads.view_managed_leads", "leads.delete_any_lead", "leads.reassign_any_lead"]


def give(apps, schema_editor):
    grant(apps, SALES, SELLING)
    grant(apps, MANAGER, MANAGING)
    grant(apps, ADMINISTRATOR, [*MANAGING, "leads.view_all_leads"])


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_status_marks"), ("crm", "0002_roles")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
