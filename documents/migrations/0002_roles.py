"""What the roles may do with orders and invoices, and the first types for a system that is in use already."""

from django.db import migrations

from crm.roles import ADMINISTRATOR, MANAGER, SALES, grant

SELLING = [
    "documents.view_order",
    "documents.add_order",
    "documents.change_order",
    "documents.delete_order",
    "documents.confirm_order",
    "documents.view_invoice",
    "documents.add_invoice",
    "documents.change_invoice",
    "documents.delete_invoice",
]
MANAGING = [
    *SELLING,
    "documents.close_order",
    "documents.issue_invoice",
    "documents.close_invoice",
    "documents.view_unattached",
]


def give(apps, schema_editor):
    grant(apps, SALES, SELLING)
    grant(apps, MANAGER, MANAGING)
    grant(apps, ADMINISTRATOR, MANAGING)


def add_types(apps, schema_editor):
    """A new system gets them with the rest of the seed (load_seed)."""
    if not apps.get_model("crm", "LeadStatus").objects.exists():
        return
    orders, invoices = apps.get_model("crm", "OrderType"), apps.get_model("crm", "InvoiceType")
    orders.objects.create(name="Zamówienie sprzedaży", pattern="ZS/{rok}/{miesiąc}/{nr:04}", sort_order=1)
    invoices.objects.create(name="Faktura VAT", pattern="FV/{rok}/{miesiąc}/{nr:04}", sort_order=1)
    invoices.objects.create(
        name="Faktura korygująca", pattern="KOR/{rok}/{miesiąc}/{nr:04}", is_correction=True, sort_order=2
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("crm", "0017_document_types")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.RunPython(add_types, migrations.RunPython.noop),
    ]
