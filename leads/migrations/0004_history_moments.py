import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0002_roles'),
        ('leads', '0003_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='lead',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lead',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lead',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='leadtagging',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='leadtagging',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='leadevent',
            name='status_entered_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='in the status since'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='campaign',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.campaign', verbose_name='campaign'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='lost_reason',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.lostreason', verbose_name='lost reason'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='medium',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.medium', verbose_name='medium'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='partner',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.partner', verbose_name='partner'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='leads.lead'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='position',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.position', verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='priority',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.leadpriority', verbose_name='lead priority'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='product',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.product', verbose_name='item'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='sales_person',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sales person'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='source',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.source', verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='status',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.leadstatus', verbose_name='lead status'),
        ),
        migrations.AlterField(
            model_name='leadevent',
            name='type',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.leadtype', verbose_name='lead type'),
        ),
        migrations.AlterField(
            model_name='leadtaggingevent',
            name='lead',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='leads.lead'),
        ),
        migrations.AlterField(
            model_name='leadtaggingevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='leads.leadtagging'),
        ),
        migrations.AlterField(
            model_name='leadtaggingevent',
            name='tag',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='crm.leadtag'),
        ),
        migrations.AddIndex(
            model_name='leadevent',
            index=models.Index(models.F('pgh_obj'), models.F('pgh_id'), name='leadevent_by_lead'),
        ),
        migrations.AddIndex(
            model_name='leadtaggingevent',
            index=models.Index(models.F('lead'), name='leadtaggingevent_by_lead'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lead',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "leads_leadevent" ("campaign_id", "city", "closed_at", "company_name", "country", "description", "email", "expected_close", "expected_revenue", "external_id", "first_name", "id", "last_name", "lost_reason_id", "medium_id", "middle_name", "name", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "position_id", "postal_code", "priority_id", "probability", "product_id", "received_at", "region", "sales_person_id", "source_id", "status_entered_at", "status_id", "street", "type_id", "website") VALUES (NEW."campaign_id", NEW."city", NEW."closed_at", NEW."company_name", NEW."country", NEW."description", NEW."email", NEW."expected_close", NEW."expected_revenue", NEW."external_id", NEW."first_name", NEW."id", NEW."last_name", NEW."lost_reason_id", NEW."medium_id", NEW."middle_name", NEW."name", NEW."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."phone", NEW."position_id", NEW."postal_code", NEW."priority_id", NEW."probability", NEW."product_id", NEW."received_at", NEW."region", NEW."sales_person_id", NEW."source_id", NEW."status_entered_at", NEW."status_id", NEW."street", NEW."type_id", NEW."website"); RETURN NULL;', hash='47eda13a28f51338ef9095c71aa65631cab9c05b', operation='INSERT', pgid='pgtrigger_insert_insert_523c0', table='leads_lead', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lead',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."company_name" IS DISTINCT FROM (NEW."company_name") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."expected_close" IS DISTINCT FROM (NEW."expected_close") OR OLD."expected_revenue" IS DISTINCT FROM (NEW."expected_revenue") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."lost_reason_id" IS DISTINCT FROM (NEW."lost_reason_id") OR OLD."medium_id" IS DISTINCT FROM (NEW."medium_id") OR OLD."middle_name" IS DISTINCT FROM (NEW."middle_name") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."position_id" IS DISTINCT FROM (NEW."position_id") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."priority_id" IS DISTINCT FROM (NEW."priority_id") OR OLD."probability" IS DISTINCT FROM (NEW."probability") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."sales_person_id" IS DISTINCT FROM (NEW."sales_person_id") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."status_id" IS DISTINCT FROM (NEW."status_id") OR OLD."status_entered_at" IS DISTINCT FROM (NEW."status_entered_at") OR OLD."street" IS DISTINCT FROM (NEW."street") OR OLD."type_id" IS DISTINCT FROM (NEW."type_id") OR OLD."website" IS DISTINCT FROM (NEW."website"))', func='INSERT INTO "leads_leadevent" ("campaign_id", "city", "closed_at", "company_name", "country", "description", "email", "expected_close", "expected_revenue", "external_id", "first_name", "id", "last_name", "lost_reason_id", "medium_id", "middle_name", "name", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "position_id", "postal_code", "priority_id", "probability", "product_id", "received_at", "region", "sales_person_id", "source_id", "status_entered_at", "status_id", "street", "type_id", "website") VALUES (NEW."campaign_id", NEW."city", NEW."closed_at", NEW."company_name", NEW."country", NEW."description", NEW."email", NEW."expected_close", NEW."expected_revenue", NEW."external_id", NEW."first_name", NEW."id", NEW."last_name", NEW."lost_reason_id", NEW."medium_id", NEW."middle_name", NEW."name", NEW."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."phone", NEW."position_id", NEW."postal_code", NEW."priority_id", NEW."probability", NEW."product_id", NEW."received_at", NEW."region", NEW."sales_person_id", NEW."source_id", NEW."status_entered_at", NEW."status_id", NEW."street", NEW."type_id", NEW."website"); RETURN NULL;', hash='a46aa1d0a13f1bfc3532ed2035900548f30c760b', operation='UPDATE', pgid='pgtrigger_update_update_17f2d', table='leads_lead', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lead',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "leads_leadevent" ("campaign_id", "city", "closed_at", "company_name", "country", "description", "email", "expected_close", "expected_revenue", "external_id", "first_name", "id", "last_name", "lost_reason_id", "medium_id", "middle_name", "name", "partner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "position_id", "postal_code", "priority_id", "probability", "product_id", "received_at", "region", "sales_person_id", "source_id", "status_entered_at", "status_id", "street", "type_id", "website") VALUES (OLD."campaign_id", OLD."city", OLD."closed_at", OLD."company_name", OLD."country", OLD."description", OLD."email", OLD."expected_close", OLD."expected_revenue", OLD."external_id", OLD."first_name", OLD."id", OLD."last_name", OLD."lost_reason_id", OLD."medium_id", OLD."middle_name", OLD."name", OLD."partner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."phone", OLD."position_id", OLD."postal_code", OLD."priority_id", OLD."probability", OLD."product_id", OLD."received_at", OLD."region", OLD."sales_person_id", OLD."source_id", OLD."status_entered_at", OLD."status_id", OLD."street", OLD."type_id", OLD."website"); RETURN NULL;', hash='65837b970fb95da3f166522fbe7e15d4bbc8f80e', operation='DELETE', pgid='pgtrigger_delete_delete_9ddd5', table='leads_lead', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leadtagging',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "leads_leadtaggingevent" ("id", "lead_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tag_id") VALUES (NEW."id", NEW."lead_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."tag_id"); RETURN NULL;', hash='f0220330ecc01a0e55e888ae424debdbe80d788a', operation='INSERT', pgid='pgtrigger_insert_insert_3f486', table='leads_leadtagging', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leadtagging',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "leads_leadtaggingevent" ("id", "lead_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tag_id") VALUES (OLD."id", OLD."lead_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."tag_id"); RETURN NULL;', hash='238408efb478394775156ec2cf28bf2db42b9327', operation='DELETE', pgid='pgtrigger_delete_delete_fed72', table='leads_leadtagging', when='AFTER')),
        ),
    ]
