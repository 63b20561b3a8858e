"""The company that documents print as their seller."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0017_document_types")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Seller",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="company name")),
                ("nip", models.CharField(max_length=10, verbose_name="NIP")),
                ("street", models.CharField(max_length=200, verbose_name="address")),
                ("postal_code", models.CharField(max_length=20, verbose_name="postal code")),
                ("city", models.CharField(max_length=100, verbose_name="city")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=50, verbose_name="phone")),
                ("bank_name", models.CharField(blank=True, max_length=100, verbose_name="bank")),
                ("bank_account", models.CharField(blank=True, max_length=34, verbose_name="bank account")),
                ("bank_account_eur", models.CharField(blank=True, max_length=34, verbose_name="bank account for EUR")),
                (
                    "exemption_basis",
                    models.CharField(blank=True, max_length=250, verbose_name="basis of the VAT exemption"),
                ),
                ("logo", models.ImageField(blank=True, upload_to="logos/", verbose_name="logo")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "seller",
                "verbose_name_plural": "sellers",
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(name=""), name="seller_name_not_empty"),
                    models.CheckConstraint(condition=models.Q(nip__regex="^\\d{10}$"), name="seller_nip_ten_digits"),
                ],
            },
        ),
    ]
