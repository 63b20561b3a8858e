"""The EU VAT number of the buyer stands on documents."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_needed_order"),
    ]

    operations = [
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
            name="buyer_vat_eu",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=14,
                verbose_name="EU VAT number of the buyer",
            ),
        ),
        migrations.AddField(
            model_name="invoiceevent",
            name="buyer_vat_eu",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=14,
                verbose_name="EU VAT number of the buyer",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="buyer_vat_eu",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=14,
                verbose_name="EU VAT number of the buyer",
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="buyer_vat_eu",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=14,
                verbose_name="EU VAT number of the buyer",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "documents_invoiceevent" ("bank_account", "buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "buyer_vat_eu", "cancelled_at", "correction_of_id", "correction_reason", "created_by_id", "currency", "delivery_address", "due_date", "gross_total", "id", "issue_date", "ksef_number", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "order_id", "paid_total", "partner_id", "payment_method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "sale_date", "seller_id", "sent_at", "split_payment", "state", "type_id", "vat_total") VALUES (NEW."bank_account", NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."buyer_vat_eu", NEW."cancelled_at", NEW."correction_of_id", NEW."correction_reason", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."due_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."ksef_number", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."order_id", NEW."paid_total", NEW."partner_id", NEW."payment_method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."prices", NEW."rate", NEW."sale_date", NEW."seller_id", NEW."sent_at", NEW."split_payment", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="1ae6cf9a7d5effb1abd4fedba404a1055675d5b7",
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
                    condition='WHEN (OLD."bank_account" IS DISTINCT FROM (NEW."bank_account") OR OLD."buyer_city" IS DISTINCT FROM (NEW."buyer_city") OR OLD."buyer_country" IS DISTINCT FROM (NEW."buyer_country") OR OLD."buyer_name" IS DISTINCT FROM (NEW."buyer_name") OR OLD."buyer_nip" IS DISTINCT FROM (NEW."buyer_nip") OR OLD."buyer_postal_code" IS DISTINCT FROM (NEW."buyer_postal_code") OR OLD."buyer_street" IS DISTINCT FROM (NEW."buyer_street") OR OLD."buyer_vat_eu" IS DISTINCT FROM (NEW."buyer_vat_eu") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."correction_of_id" IS DISTINCT FROM (NEW."correction_of_id") OR OLD."correction_reason" IS DISTINCT FROM (NEW."correction_reason") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."delivery_address" IS DISTINCT FROM (NEW."delivery_address") OR OLD."due_date" IS DISTINCT FROM (NEW."due_date") OR OLD."gross_total" IS DISTINCT FROM (NEW."gross_total") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issue_date" IS DISTINCT FROM (NEW."issue_date") OR OLD."ksef_number" IS DISTINCT FROM (NEW."ksef_number") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."net_in_system" IS DISTINCT FROM (NEW."net_in_system") OR OLD."net_total" IS DISTINCT FROM (NEW."net_total") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."numbered_at" IS DISTINCT FROM (NEW."numbered_at") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."paid_total" IS DISTINCT FROM (NEW."paid_total") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."payment_method" IS DISTINCT FROM (NEW."payment_method") OR OLD."prices" IS DISTINCT FROM (NEW."prices") OR OLD."rate" IS DISTINCT FROM (NEW."rate") OR OLD."sale_date" IS DISTINCT FROM (NEW."sale_date") OR OLD."seller_id" IS DISTINCT FROM (NEW."seller_id") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."split_payment" IS DISTINCT FROM (NEW."split_payment") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."type_id" IS DISTINCT FROM (NEW."type_id") OR OLD."vat_total" IS DISTINCT FROM (NEW."vat_total"))',
                    func='INSERT INTO "documents_invoiceevent" ("bank_account", "buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "buyer_vat_eu", "cancelled_at", "correction_of_id", "correction_reason", "created_by_id", "currency", "delivery_address", "due_date", "gross_total", "id", "issue_date", "ksef_number", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "order_id", "paid_total", "partner_id", "payment_method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "sale_date", "seller_id", "sent_at", "split_payment", "state", "type_id", "vat_total") VALUES (NEW."bank_account", NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."buyer_vat_eu", NEW."cancelled_at", NEW."correction_of_id", NEW."correction_reason", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."due_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."ksef_number", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."order_id", NEW."paid_total", NEW."partner_id", NEW."payment_method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."prices", NEW."rate", NEW."sale_date", NEW."seller_id", NEW."sent_at", NEW."split_payment", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="5e5534560b59811921133bf7fde19e1eecdc8cc2",
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
                    func='INSERT INTO "documents_invoiceevent" ("bank_account", "buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "buyer_vat_eu", "cancelled_at", "correction_of_id", "correction_reason", "created_by_id", "currency", "delivery_address", "due_date", "gross_total", "id", "issue_date", "ksef_number", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "order_id", "paid_total", "partner_id", "payment_method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "sale_date", "seller_id", "sent_at", "split_payment", "state", "type_id", "vat_total") VALUES (OLD."bank_account", OLD."buyer_city", OLD."buyer_country", OLD."buyer_name", OLD."buyer_nip", OLD."buyer_postal_code", OLD."buyer_street", OLD."buyer_vat_eu", OLD."cancelled_at", OLD."correction_of_id", OLD."correction_reason", OLD."created_by_id", OLD."currency", OLD."delivery_address", OLD."due_date", OLD."gross_total", OLD."id", OLD."issue_date", OLD."ksef_number", OLD."lead_id", OLD."net_in_system", OLD."net_total", OLD."notes", OLD."number", OLD."numbered_at", OLD."order_id", OLD."paid_total", OLD."partner_id", OLD."payment_method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."prices", OLD."rate", OLD."sale_date", OLD."seller_id", OLD."sent_at", OLD."split_payment", OLD."state", OLD."type_id", OLD."vat_total"); RETURN NULL;',
                    hash="7a8c7ad0d325268626fa094f1519979aafefd27d",
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
                    func='INSERT INTO "documents_orderevent" ("buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "buyer_vat_eu", "cancelled_at", "created_by_id", "currency", "delivery_address", "delivery_date", "gross_total", "id", "issue_date", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "seller_id", "state", "type_id", "vat_total") VALUES (NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."buyer_vat_eu", NEW."cancelled_at", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."delivery_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."prices", NEW."rate", NEW."seller_id", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="75a200fe840095d84d1595fd34322511fd47eb5e",
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
                    condition='WHEN (OLD."buyer_city" IS DISTINCT FROM (NEW."buyer_city") OR OLD."buyer_country" IS DISTINCT FROM (NEW."buyer_country") OR OLD."buyer_name" IS DISTINCT FROM (NEW."buyer_name") OR OLD."buyer_nip" IS DISTINCT FROM (NEW."buyer_nip") OR OLD."buyer_postal_code" IS DISTINCT FROM (NEW."buyer_postal_code") OR OLD."buyer_street" IS DISTINCT FROM (NEW."buyer_street") OR OLD."buyer_vat_eu" IS DISTINCT FROM (NEW."buyer_vat_eu") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."delivery_address" IS DISTINCT FROM (NEW."delivery_address") OR OLD."delivery_date" IS DISTINCT FROM (NEW."delivery_date") OR OLD."gross_total" IS DISTINCT FROM (NEW."gross_total") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issue_date" IS DISTINCT FROM (NEW."issue_date") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."net_in_system" IS DISTINCT FROM (NEW."net_in_system") OR OLD."net_total" IS DISTINCT FROM (NEW."net_total") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."numbered_at" IS DISTINCT FROM (NEW."numbered_at") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."prices" IS DISTINCT FROM (NEW."prices") OR OLD."rate" IS DISTINCT FROM (NEW."rate") OR OLD."seller_id" IS DISTINCT FROM (NEW."seller_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."type_id" IS DISTINCT FROM (NEW."type_id") OR OLD."vat_total" IS DISTINCT FROM (NEW."vat_total"))',
                    func='INSERT INTO "documents_orderevent" ("buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "buyer_vat_eu", "cancelled_at", "created_by_id", "currency", "delivery_address", "delivery_date", "gross_total", "id", "issue_date", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "seller_id", "state", "type_id", "vat_total") VALUES (NEW."buyer_city", NEW."buyer_country", NEW."buyer_name", NEW."buyer_nip", NEW."buyer_postal_code", NEW."buyer_street", NEW."buyer_vat_eu", NEW."cancelled_at", NEW."created_by_id", NEW."currency", NEW."delivery_address", NEW."delivery_date", NEW."gross_total", NEW."id", NEW."issue_date", NEW."lead_id", NEW."net_in_system", NEW."net_total", NEW."notes", NEW."number", NEW."numbered_at", NEW."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."prices", NEW."rate", NEW."seller_id", NEW."state", NEW."type_id", NEW."vat_total"); RETURN NULL;',
                    hash="715abc87289e9636ac28c72cf3a78f50fffba90a",
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
                    func='INSERT INTO "documents_orderevent" ("buyer_city", "buyer_country", "buyer_name", "buyer_nip", "buyer_postal_code", "buyer_street", "buyer_vat_eu", "cancelled_at", "created_by_id", "currency", "delivery_address", "delivery_date", "gross_total", "id", "issue_date", "lead_id", "net_in_system", "net_total", "notes", "number", "numbered_at", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "rate", "seller_id", "state", "type_id", "vat_total") VALUES (OLD."buyer_city", OLD."buyer_country", OLD."buyer_name", OLD."buyer_nip", OLD."buyer_postal_code", OLD."buyer_street", OLD."buyer_vat_eu", OLD."cancelled_at", OLD."created_by_id", OLD."currency", OLD."delivery_address", OLD."delivery_date", OLD."gross_total", OLD."id", OLD."issue_date", OLD."lead_id", OLD."net_in_system", OLD."net_total", OLD."notes", OLD."number", OLD."numbered_at", OLD."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."prices", OLD."rate", OLD."seller_id", OLD."state", OLD."type_id", OLD."vat_total"); RETURN NULL;',
                    hash="c1c0ee79d1b87593ea720b47383fdd8bca736330",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0bcc2",
                    table="documents_order",
                    when="AFTER",
                ),
            ),
        ),
    ]
