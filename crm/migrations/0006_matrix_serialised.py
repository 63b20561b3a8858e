import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0005_invitation"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="leadtypestatus",
            name="lock_type",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="leadtypestatus",
            trigger=pgtrigger.compiler.Trigger(
                name="lock_type",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    PERFORM 1 FROM crm_leadtype WHERE id IN (OLD.type_id, NEW.type_id) ORDER BY id FOR UPDATE;\n                    UPDATE crm_leadtype SET sort_order = sort_order WHERE id IN (OLD.type_id, NEW.type_id);\n                    RETURN COALESCE(NEW, OLD);\n                ",
                    hash="62d5e60d432de9c791bc1b08c057a993067d55d6",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_lock_type_eebe8",
                    table="crm_leadtypestatus",
                    when="BEFORE",
                ),
            ),
        ),
    ]
