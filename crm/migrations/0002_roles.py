"""The three roles and what they may do with users, partners, products and settings."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, MANAGER, SALES, grant

PARTNERS = ["crm.view_partner", "crm.add_partner", "crm.change_partner", "crm.view_product"]
MANAGING = [
    *PARTNERS,
    "crm.delete_partner",
    "crm.add_product",
    "crm.change_product",
    "crm.delete_product",
    "crm.manage_settings",
    "crm.manage_own_team",
]
ADMINISTERING = [*MANAGING, "crm.view_user", "crm.add_user", "crm.change_user", "crm.delete_user", "crm.change_team"]


def give(apps, schema_editor):
    grant(apps, SALES, PARTNERS)
    grant(apps, MANAGER, MANAGING)
    grant(apps, ADMINISTRATOR, ADMINISTERING)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
