import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # indexes are made while the leads are in use

    dependencies = [
        ("leads", "0005_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name="lead",
            name="lead_by_status",
        ),
        migrations.AlterField(
            model_name="lead",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.campaign",
                verbose_name="campaign",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="lost_reason",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.lostreason",
                verbose_name="lost reason",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="medium",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.medium",
                verbose_name="medium",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="partner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.partner",
                verbose_name="partner",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="position",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.position",
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="priority",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.leadpriority",
                verbose_name="lead priority",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="product",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.product",
                verbose_name="item",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="sales_person",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to=settings.AUTH_USER_MODEL,
                verbose_name="sales person",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="source",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.source",
                verbose_name="source",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="status",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.leadstatus",
                verbose_name="lead status",
            ),
        ),
        migrations.AlterField(
            model_name="lead",
            name="type",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="crm.leadtype",
                verbose_name="lead type",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["status", "id"], include=("is_closed", "sales_person"), name="lead_by_status"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("sales_person"), models.F("id"), name="lead_by_sales_person_any"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("product"), models.F("id"), name="lead_by_product"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("type"), models.F("id"), name="lead_by_type"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("partner"), models.F("id"), name="lead_by_partner"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("campaign"), models.F("id"), name="lead_by_campaign"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("medium"), models.F("id"), name="lead_by_medium"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("source"), models.F("id"), name="lead_by_source"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("priority"), models.F("id"), name="lead_by_priority"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("position"), models.F("id"), name="lead_by_position"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("lost_reason"), models.F("id"), name="lead_by_lost_reason"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("name_sort"), models.F("id"), name="lead_by_name_sort"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("received_at"), models.F("id"), name="lead_by_received_at"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("closed_at"), models.F("id"), name="lead_by_closed_at"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("expected_revenue"), models.F("id"), name="lead_by_expected_revenue"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("probability"), models.F("id"), name="lead_by_probability"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("expected_close"), models.F("id"), name="lead_by_expected_close"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("external_id"), function="lejek_sort_key", output_field=models.TextField()),
                    "C",
                ),
                models.F("id"),
                condition=models.Q(("external_id__isnull", False)),
                name="lead_by_external_id_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("phone"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("phone", ""), _negated=True),
                name="lead_by_phone_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("email"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("email", ""), _negated=True),
                name="lead_by_email_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("company_name"), function="lejek_sort_key", output_field=models.TextField()),
                    "C",
                ),
                models.F("id"),
                condition=models.Q(("company_name", ""), _negated=True),
                name="lead_by_company_name_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("website"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("website", ""), _negated=True),
                name="lead_by_website_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("street"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("street", ""), _negated=True),
                name="lead_by_street_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("city"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("city", ""), _negated=True),
                name="lead_by_city_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("region"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("region", ""), _negated=True),
                name="lead_by_region_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("postal_code"), function="lejek_sort_key", output_field=models.TextField()),
                    "C",
                ),
                models.F("id"),
                condition=models.Q(("postal_code", ""), _negated=True),
                name="lead_by_postal_code_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("country"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("country", ""), _negated=True),
                name="lead_by_country_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("first_name"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("first_name", ""), _negated=True),
                name="lead_by_first_name_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("middle_name"), function="lejek_sort_key", output_field=models.TextField()),
                    "C",
                ),
                models.F("id"),
                condition=models.Q(("middle_name", ""), _negated=True),
                name="lead_by_middle_name_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    models.Func(models.F("last_name"), function="lejek_sort_key", output_field=models.TextField()), "C"
                ),
                models.F("id"),
                condition=models.Q(("last_name", ""), _negated=True),
                name="lead_by_last_name_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"], name="lead_search", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
