"""What the roles may do with e-mails and their accounts."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, MANAGER, SALES, grant

SELLING = ["communications.view_message", "communications.use_own_account"]
MANAGING = [*SELLING, "communications.manage_shared_accounts"]


def give(apps, schema_editor):
    grant(apps, SALES, SELLING)
    grant(apps, MANAGER, MANAGING)
    grant(apps, ADMINISTRATOR, MANAGING)


class Migration(migrations.Migration):
    dependencies = [("communications", "0001_initial"), ("leads", "0003_roles"), ("crm", "0002_roles")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
