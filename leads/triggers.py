"""What PostgreSQL itself holds for leads, whoever writes: the status rule, the derived columns and the status log."""

import pgtrigger

# The type's and the status' rows are locked for share, while a change of the matrix or of a status' marks locks them
# for update: of two transactions that would together strand a lead, the second sees what the first did.
STATUS_RULE = pgtrigger.Trigger(
    name="b_status_rule",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("target", "crm_leadstatus%ROWTYPE"), ("moved", "boolean")],
    func="""
        moved := TG_OP = 'INSERT' OR NEW.status_id IS DISTINCT FROM OLD.status_id;
        IF moved OR NEW.type_id IS DISTINCT FROM OLD.type_id THEN
            IF NEW.type_id IS NOT NULL THEN
                PERFORM 1 FROM crm_leadtype WHERE id = NEW.type_id FOR SHARE;
            END IF;
            SELECT * INTO target FROM crm_leadstatus WHERE id = NEW.status_id FOR SHARE;
            IF target.is_archived OR (
                EXISTS (SELECT 1 FROM crm_leadtypestatus WHERE type_id = NEW.type_id)
                AND NOT EXISTS (
                    SELECT 1 FROM crm_leadtypestatus WHERE type_id = NEW.type_id AND status_id = NEW.status_id
                )
            ) THEN
                RAISE EXCEPTION 'status % is not allowed for type %', NEW.status_id, NEW.type_id
                    USING ERRCODE = 'check_violation', TABLE = 'leads_lead', CONSTRAINT = 'lead_status_allowed';
            END IF;
        ELSE
            SELECT * INTO target FROM crm_leadstatus WHERE id = NEW.status_id;
        END IF;
        IF NOT FOUND THEN
            RETURN NEW;  -- the foreign key says so
        END IF;

        NEW.is_closed := target.is_closed;
        NEW.is_lost := target.is_lost;
        IF NOT target.is_closed THEN
            NEW.closed_at := NULL;
        ELSIF TG_OP = 'UPDATE' AND OLD.is_closed THEN
            NEW.closed_at := COALESCE(NEW.closed_at, OLD.closed_at);
        ELSE
            NEW.closed_at := COALESCE(NEW.closed_at, now());
        END IF;
        IF TG_OP = 'UPDATE' THEN
            NEW.status_entered_at := CASE WHEN moved THEN clock_timestamp() ELSE OLD.status_entered_at END;
        END IF;
        RETURN NEW;
    """,
)

# The author is what pghistory's context says; a user deleted meanwhile leaves the step without one. A lead whose import
# put it into the future has stayed no time at all.
STATUS_LOG = pgtrigger.Trigger(
    name="status_log",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status_id"),  # type: ignore[no-untyped-call]
    declare=[("author", "bigint")],
    func="""
        IF TG_OP = 'UPDATE' AND NEW.status_id = OLD.status_id THEN
            RETURN NULL;
        END IF;
        SELECT id INTO author FROM crm_user
            WHERE id = (NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user')::bigint;
        IF TG_OP = 'INSERT' THEN
            INSERT INTO leads_leadstatuschange (lead_id, to_status_id, changed_at, by_id)
            VALUES (NEW.id, NEW.status_id, NEW.status_entered_at, author);
        ELSE
            INSERT INTO leads_leadstatuschange (lead_id, from_status_id, to_status_id, changed_at, stayed, by_id)
            VALUES (NEW.id, OLD.status_id, NEW.status_id, NEW.status_entered_at,
                    GREATEST(NEW.status_entered_at - OLD.status_entered_at, interval '0'), author);
        END IF;
        RETURN NULL;
    """,
)

# A card that left a column and comes back finds each user's place for it again: see leads/models/board.py.
BOARD_PLACES = pgtrigger.Trigger(
    name="board_places",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("status_id"),  # type: ignore[no-untyped-call]
    func="""
        UPDATE leads_boardposition SET is_here = NOT is_here
            WHERE lead_id = NEW.id AND is_here <> (status_id = NEW.status_id);
        RETURN NULL;
    """,
)


def _column_totals(
    name: str, operation: pgtrigger.Operation, *, new: bool = False, old: bool = False
) -> pgtrigger.Trigger:
    """Adds what a statement changed of the columns' totals, a row for each status and sales person: its `new` rows less
    its `old`.
    """
    parts = [("new_leads", 1)] * new + [("old_leads", -1)] * old
    rows = " UNION ALL ".join(
        f"SELECT status_id, sales_person_id, {sign} AS leads, {sign} * coalesce(expected_revenue, 0) AS revenue"
        f" FROM {table}"
        for table, sign in parts
    )
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(  # type: ignore[no-untyped-call]
            new="new_leads" if new else None, old="old_leads" if old else None
        ),
        func=f"""
            INSERT INTO leads_columntotal (status_id, sales_person_id, leads, revenue)
                SELECT status_id, sales_person_id, sum(leads), sum(revenue) FROM ({rows}) AS changed
                GROUP BY 1, 2 HAVING sum(leads) <> 0 OR sum(revenue) <> 0 ORDER BY 1, 2;
            RETURN NULL;
        """,
    )


COLUMN_TOTALS = [
    _column_totals("totals_insert", pgtrigger.Insert, new=True),
    _column_totals("totals_update", pgtrigger.Update, new=True, old=True),
    _column_totals("totals_delete", pgtrigger.Delete, old=True),
]
