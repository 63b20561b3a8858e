import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0007_import_roles"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="lead",
            name="status_log",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="status_log",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE author bigint;",
                    func="\n        IF TG_OP = 'UPDATE' AND NEW.status_id = OLD.status_id THEN\n            RETURN NULL;\n        END IF;\n        SELECT id INTO author FROM crm_user\n            WHERE id = (NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user')::bigint;\n        IF TG_OP = 'INSERT' THEN\n            INSERT INTO leads_leadstatuschange (lead_id, to_status_id, changed_at, by_id)\n            VALUES (NEW.id, NEW.status_id, NEW.status_entered_at, author);\n        ELSE\n            INSERT INTO leads_leadstatuschange (lead_id, from_status_id, to_status_id, changed_at, stayed, by_id)\n            VALUES (NEW.id, OLD.status_id, NEW.status_id, NEW.status_entered_at,\n                    GREATEST(NEW.status_entered_at - OLD.status_entered_at, interval '0'), author);\n        END IF;\n        RETURN NULL;\n    ",
                    hash="2371508ae35a64e118c3ec5541477648992cbc55",
                    operation='INSERT OR UPDATE OF "status_id"',
                    pgid="pgtrigger_status_log_12118",
                    table="leads_lead",
                    when="AFTER",
                ),
            ),
        ),
    ]
