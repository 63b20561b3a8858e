"""Partners of other countries of the EU have their VAT numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0024_signature_and_mail_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="vat_eu",
            field=models.CharField(blank=True, db_default="", default="", max_length=14, verbose_name="EU VAT number"),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("vat_eu", ""), ("vat_eu__regex", "^[A-Z]{2}[0-9A-Z+*]{2,12}$"), _connector="OR"),
                name="partner_vat_eu_has_country",
            ),
        ),
    ]
