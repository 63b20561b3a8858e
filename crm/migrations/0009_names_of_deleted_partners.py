import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_archive_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deletedname",
            name="name",
            field=models.CharField(max_length=200, verbose_name="name"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="partner",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_name",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='\n        INSERT INTO crm_deletedname ("table", row_id, name) VALUES (TG_TABLE_NAME, OLD.id, OLD.name)\n            ON CONFLICT DO NOTHING;\n        RETURN NULL;\n    ',
                    hash="7add2e28c36e334a32d06ad509fd8ce6e687e6a6",
                    operation="DELETE",
                    pgid="pgtrigger_keep_name_f055a",
                    table="crm_partner",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_name",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='\n        INSERT INTO crm_deletedname ("table", row_id, name) VALUES (TG_TABLE_NAME, OLD.id, OLD.name)\n            ON CONFLICT DO NOTHING;\n        RETURN NULL;\n    ',
                    hash="b3843266f01cadd6a79fbbf873fffee09adae12e",
                    operation="DELETE",
                    pgid="pgtrigger_keep_name_51a64",
                    table="crm_product",
                    when="AFTER",
                ),
            ),
        ),
    ]
