"""The marks of a status (Zamknięta, Porażka) and the leads that stand in it agree at every moment.

Zamknięta may be moved: its leads follow (closed, Data zamknięcia). Porażka can't while leads stand in the status, since
they would lose or lack a reason.
"""

from django.db import migrations

MARKS = """
CREATE FUNCTION lejek_guard_lost_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_lost IS DISTINCT FROM OLD.is_lost
            AND EXISTS (SELECT 1 FROM leads_lead WHERE status_id = NEW.id) THEN
        RAISE EXCEPTION 'leads stand in status %', NEW.id
            USING ERRCODE = 'check_violation', TABLE = 'crm_leadstatus', CONSTRAINT = 'leadstatus_lost_in_use';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_lost_mark BEFORE UPDATE OF is_lost ON crm_leadstatus
    FOR EACH ROW EXECUTE FUNCTION lejek_guard_lost_mark();

CREATE FUNCTION lejek_follow_closed_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_closed IS DISTINCT FROM OLD.is_closed THEN
        UPDATE leads_lead SET is_closed = NEW.is_closed WHERE status_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER follow_closed_mark AFTER UPDATE OF is_closed ON crm_leadstatus
    FOR EACH ROW EXECUTE FUNCTION lejek_follow_closed_mark();
"""
DROP_MARKS = """
DROP TRIGGER guard_lost_mark ON crm_leadstatus;
DROP TRIGGER follow_closed_mark ON crm_leadstatus;
DROP FUNCTION lejek_guard_lost_mark();
DROP FUNCTION lejek_follow_closed_mark();
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunSQL(MARKS, reverse_sql=DROP_MARKS)]
