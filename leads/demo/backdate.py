"""Gives the log and the history of demo leads their place in the past year.

The services write at the present moment and triggers hold them to it, so this is the one place that goes past both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pgtrigger
from django.db import connection

MOMENTS = """
    SELECT lead_id, step, at, at - lag(at) OVER (PARTITION BY lead_id ORDER BY step) AS stayed
    FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS given (lead_id, step, at)
"""
STATEMENTS = (
    f"""
    UPDATE leads_leadstatuschange AS row SET changed_at = moment.at, stayed = moment.stayed
    FROM ({MOMENTS}) AS moment
    JOIN (SELECT id, lead_id, row_number() OVER (PARTITION BY lead_id ORDER BY id) AS step FROM leads_leadstatuschange)
        AS written USING (lead_id, step)
    WHERE row.id = written.id
    """,
    f"""
    UPDATE leads_leadevent AS row SET pgh_created_at = moment.at, status_entered_at = moment.at
    FROM ({MOMENTS}) AS moment
    JOIN (SELECT pgh_id, pgh_obj_id AS lead_id, row_number() OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS step
          FROM leads_leadevent) AS written USING (lead_id, step)
    WHERE row.pgh_id = written.pgh_id
    """,
    f"""
    UPDATE leads_leadtaggingevent AS row SET pgh_created_at = moment.at
    FROM ({MOMENTS}) AS moment WHERE row.lead_id = moment.lead_id AND moment.step = 1
    """,
    f"""
    UPDATE leads_lead AS row
    SET created_at = moment.first, updated_at = moment.last, status_entered_at = moment.last
    FROM (SELECT lead_id, min(at) AS first, max(at) AS last FROM ({MOMENTS}) AS moments GROUP BY lead_id) AS moment
    WHERE row.id = moment.lead_id
    """,
)


def backdate(moments: Mapping[int, Sequence[datetime]]) -> None:
    """Say when each lead (by its ID) took its steps: the first is its creation, each later one a change of status."""
    flat = [(lead, step, at) for lead, times in moments.items() for step, at in enumerate(times, 1)]
    columns = [list(column) for column in zip(*flat, strict=True)]
    with connection.cursor() as cursor, pgtrigger.ignore():
        for statement in STATEMENTS:
            cursor.execute(statement, columns)
