"""Payments, files for KSeF, e-mails with invoices; the seller of a document; one open correction of an invoice."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0018_seller"),
        ("documents", "0003_sorting"),
        ("leads", "0016_my_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mail", models.BigIntegerField(unique=True, verbose_name="e-mail")),
                ("is_settled", models.BooleanField(default=False, verbose_name="settled")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "e-mail with an invoice",
                "verbose_name_plural": "e-mails with invoices",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("paid_on", models.DateField(verbose_name="date of payment")),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["paid_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PaymentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("paid_on", models.DateField(verbose_name="date of payment")),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StructuredInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xml", models.BinaryField(verbose_name="FA(3) file")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "structured invoice",
                "verbose_name_plural": "structured invoices",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="invoice",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="invoice",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="invoice",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="invoice",
            name="seller",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.seller",
                verbose_name="seller",
            ),
        ),
        migrations.AddField(
            model_name="invoiceevent",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="crm.seller",
                verbose_name="seller",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="seller",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.seller",
                verbose_name="seller",
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="seller",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="crm.seller",
                verbose_name="seller",
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="quantity",
            field=models.DecimalField(
                decimal_places=3,
                default=Decimal("1"),
                max_digits=9,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(Decimal("999999.999")),
                ],
                verbose_name="quantity",
            ),
        ),
        migrations.AlterField(
            model_name="invoicelineevent",
            name="quantity",
            field=models.DecimalField(
                decimal_places=3,
                default=Decimal("1"),
                max_digits=9,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(Decimal("999999.999")),
                ],
                verbose_name="quantity",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_invoiceevent" ("bank_account", "buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "cancelled_at", "correction_of_id", "correction_reason", "created_by_id", "currency", "delivery_address", "due_date", "gross_total", "id", "issue_date", "ksef_number", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "order_id", "paid_total", "partner_id", "payment_method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "sale_date", "seller_id", "sent_at", "split_payment", "state", "type_id", "vat_total") VALUES (NEW."bank_account", NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."cancelled_at", NEW."correction_of_id", NEW."correction_reason", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."due_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."ksef_number", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."order_id", NEW."paid_total", NEW."partner_id", NEW."payment_method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."prices", NEW."rate", NEW."sale_date", NEW."seller_id", NEW."sent_at", NEW."split_payment", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="302c5d0fb4ce4618067698ba16e442c0ffab42a8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e71bd",
                    table="documents_invoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."bank_account" IS DISTINCT FROM (NEW."bank_account") OR OLD."buyer_city" IS DISTINCT FROM (NEW."buyer_city") OR OLD."buyer_country" IS DISTINCT FROM (NEW."buyer_country") OR OLD."buyer_name" IS DISTINCT FROM (NEW."buyer_name") OR OLD."buyer_nip" IS DISTINCT FROM (NEW."buyer_nip") OR OLD."buyer_postal_code" IS DISTINCT FROM (NEW."buyer_postal_code") OR OLD."buyer_street" IS DISTINCT FROM (NEW."buyer_street") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."correction_of_id" IS DISTINCT FROM (NEW."correction_of_id") OR OLD."correction_reason" IS DISTINCT FROM (NEW."correction_reason") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."delivery_address" IS DISTINCT FROM (NEW."delivery_address") OR OLD."due_date" IS DISTINCT FROM (NEW."due_date") OR OLD."gross_total" IS DISTINCT FROM (NEW."gross_total") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issue_date" IS DISTINCT FROM (NEW."issue_date") OR OLD."ksef_number" IS DISTINCT FROM (NEW."ksef_number") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."net_in_system" IS DISTINCT FROM (NEW."net_in_system") OR OLD."net_total" IS DISTINCT FROM (NEW."net_total") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."numbered_at" IS DISTINCT FROM (NEW."numbered_at") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."paid_total" IS DISTINCT FROM (NEW."paid_total") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."payment_method" IS DISTINCT FROM (NEW."payment_method") OR OLD."prices" IS DISTINCT FROM (NEW."prices") OR OLD."rate" IS DISTINCT FROM (NEW."rate") OR OLD."sale_date" IS DISTINCT FROM (NEW."sale_date") OR OLD."seller_id" IS DISTINCT FROM (NEW."seller_id") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."split_payment" IS DISTINCT FROM (NEW."split_payment") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."type_id" IS DISTINCT FROM (NEW."type_id") OR OLD."vat_total" IS DISTINCT FROM (NEW."vat_total"))',
                    func='INSERT INTO "documents_invoiceevent" ("bank_account", "buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "cancelled_at", "correction_of_id", "correction_reason", "created_by_id", "currency", "delivery_address", "due_date", "gross_total", "id", "issue_date", "ksef_number", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "order_id", "paid_total", "partner_id", "payment_method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "sale_date", "seller_id", "sent_at", "split_payment", "state", "type_id", "vat_total") VALUES (NEW."bank_account", NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."cancelled_at", NEW."correction_of_id", NEW."correction_reason", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."due_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."ksef_number", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."order_id", NEW."paid_total", NEW."partner_id", NEW."payment_method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."prices", NEW."rate", NEW."sale_date", NEW."seller_id", NEW."sent_at", NEW."split_payment", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="5ce3b7c7830a55a311455b8a99d1e748f31114b1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_98fae",
                    table="documents_invoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_invoiceevent" ("bank_account", "buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "cancelled_at", "correction_of_id", "correction_reason", "created_by_id", "currency", "delivery_address", "due_date", "gross_total", "id", "issue_date", "ksef_number", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "order_id", "paid_total", "partner_id", "payment_method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "sale_date", "seller_id", "sent_at", "split_payment", "state", "type_id", "vat_total") VALUES (OLD."bank_account", OLD."buyer_city", OLD."buyer_country", OLD."buyer_name", OLD."buyer_nip", OLD."buyer_postal_code", OLD."buyer_street", OLD."cancelled_at", OLD."correction_of_id", OLD."correction_reason", OLD."created_by_id", OLD."currency", OLD."delivery_address", OLD."due_date", OLD."gross_total", OLD."id", OLD."issue_date", OLD."ksef_number", OLD."lead_id", OLD."net_in_system", OLD."net_total", OLD."notes", OLD."number", OLD."numbered_at", OLD."order_id", OLD."paid_total", OLD."partner_id", OLD."payment_method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."prices", OLD."rate", OLD."sale_date", OLD."seller_id", OLD."sent_at", OLD."split_payment", OLD."state", OLD."type_id", OLD."vat_total"); RETURN NULL;',
                    hash="9f3e7f23ef57e0ca5e61ce10da25dc383cfcf7c7",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_41eb2",
                    table="documents_invoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_orderevent" ("buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "cancelled_at", "created_by_id", "currency", "delivery_address", "delivery_date", "gross_total", "id", "issue_date", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "seller_id", "state", "type_id", "vat_total") VALUES (NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."cancelled_at", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."delivery_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."prices", NEW."rate", NEW."seller_id", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="c4b9178f6435303a734e2e029347d0d8842e6a48",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ed8cd",
                    table="documents_order",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."buyer_city" IS DISTINCT FROM (NEW."buyer_city") OR OLD."buyer_country" IS DISTINCT FROM (NEW."buyer_country") OR OLD."buyer_name" IS DISTINCT FROM (NEW."buyer_name") OR OLD."buyer_nip" IS DISTINCT FROM (NEW."buyer_nip") OR OLD."buyer_postal_code" IS DISTINCT FROM (NEW."buyer_postal_code") OR OLD."buyer_street" IS DISTINCT FROM (NEW."buyer_street") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."delivery_address" IS DISTINCT FROM (NEW."delivery_address") OR OLD."delivery_date" IS DISTINCT FROM (NEW."delivery_date") OR OLD."gross_total" IS DISTINCT FROM (NEW."gross_total") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issue_date" IS DISTINCT FROM (NEW."issue_date") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."net_in_system" IS DISTINCT FROM (NEW."net_in_system") OR OLD."net_total" IS DISTINCT FROM (NEW."net_total") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."numbered_at" IS DISTINCT FROM (NEW."numbered_at") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."prices" IS DISTINCT FROM (NEW."prices") OR OLD."rate" IS DISTINCT FROM (NEW."rate") OR OLD."seller_id" IS DISTINCT FROM (NEW."seller_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."type_id" IS DISTINCT FROM (NEW."type_id") OR OLD."vat_total" IS DISTINCT FROM (NEW."vat_total"))',
                    func='INSERT INTO "documents_orderevent" ("buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "cancelled_at", "created_by_id", "currency", "delivery_address", "delivery_date", "gross_total", "id", "issue_date", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "seller_id", "state", "type_id", "vat_total") VALUES (NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."cancelled_at", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."delivery_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."prices", NEW."rate", NEW."seller_id", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="689dbc3109a17b93ae90d665f5f27fefa0185bf1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_81d43",
                    table="documents_order",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_orderevent" ("buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "cancelled_at", "created_by_id", "currency", "delivery_address", "delivery_date", "gross_total", "id", "issue_date", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "seller_id", "state", "type_id", "vat_total") VALUES (OLD."buyer_city", OLD."buyer_country", OLD."buyer_name", OLD."buyer_nip", OLD."buyer_postal_code", OLD."buyer_street", OLD."cancelled_at", OLD."created_by_id", OLD."currency", OLD."delivery_address", OLD."delivery_date", OLD."gross_total", OLD."id", OLD."issue_date", OLD."lead_id", OLD."net_in_system", OLD."net_total", OLD."notes", OLD."number", OLD."numbered_at", OLD."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."prices", OLD."rate", OLD."seller_id", OLD."state", OLD."type_id", OLD."vat_total"); RETURN NULL;',
                    hash="ad675c5c6ff3b7463488281e3791c6f990092c0d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0bcc2",
                    table="documents_order",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ksef_number", ""), _negated=True),
                fields=("ksef_number",),
                name="invoice_ksef_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("correction_of",), name="invoice_one_open_correction"
            ),
        ),
        migrations.AddField(
            model_name="invoicemail",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="invoicemail",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="documents.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="documents.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddField(
            model_name="paymentevent",
            name="created_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="paymentevent",
            name="invoice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="documents.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddField(
            model_name="paymentevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="documents.payment",
            ),
        ),
        migrations.AddField(
            model_name="structuredinvoice",
            name="invoice",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="structured",
                to="documents.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddIndex(
            model_name="invoicemail",
            index=models.Index(models.F("id"), condition=models.Q(("is_settled", False)), name="invoicemail_open"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="payment_not_nothing"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_paymentevent" ("amount", "created_at", "created_by_id", "id", "invoice_id", "note", "paid_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."amount", NEW."created_at", NEW."created_by_id", NEW."id", NEW."invoice_id", NEW."note", NEW."paid_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="a6200468d89f2104cc860f3de939d087ba8b6f78",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0fc11",
                    table="documents_payment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_paymentevent" ("amount", "created_at", "created_by_id", "id", "invoice_id", "note", "paid_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."amount", OLD."created_at", OLD."created_by_id", OLD."id", OLD."invoice_id", OLD."note", OLD."paid_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="25c66ca9f2d6b0d75e3a0d8c21f1326997cfea06",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e03f7",
                    table="documents_payment",
                    when="AFTER",
                ),
            ),
        ),
    ]
