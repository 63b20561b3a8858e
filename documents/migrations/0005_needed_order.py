"""A status that needs an order: the rule in the database."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_payments_ksef"),
        ("leads", "0020_my_day_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderedLead",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("leads.lead",),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderedlead",
            trigger=pgtrigger.compiler.Trigger(
                name="needed_order",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF TG_OP = 'UPDATE' AND NEW.status_id = OLD.status_id THEN\n                        RETURN NULL;\n                    END IF;\n                    PERFORM 1 FROM crm_leadstatus WHERE id = NEW.status_id AND needs_order;\n                    IF FOUND AND NOT EXISTS (\n                        SELECT 1 FROM documents_order WHERE lead_id = NEW.id AND state IN ('confirmed', 'done')\n                    ) AND NOT (\n                        TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM leads_leadmerge WHERE loser_id = NEW.id)\n                    ) THEN\n                        RAISE EXCEPTION 'status % needs a confirmed order', NEW.status_id\n                            USING ERRCODE = 'check_violation', TABLE = 'leads_lead', CONSTRAINT = 'lead_has_order';\n                    END IF;\n                    RETURN NULL;\n                ",
                    hash="3e204b371e265621285b05123f12ffa691516ac0",
                    operation='INSERT OR UPDATE OF "status_id"',
                    pgid="pgtrigger_needed_order_4bc1f",
                    table="leads_lead",
                    when="AFTER",
                ),
            ),
        ),
    ]
