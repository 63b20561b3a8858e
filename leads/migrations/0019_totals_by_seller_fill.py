"""Whose the totals are that were kept by status alone.

The triggers of the migration before count by sales person from its commit on; in one snapshot, the leads that there are
by status and sales person less what is kept is what has to be added: from then on each sales person's rows sum up to
their leads, and those of nobody lose what stood on them for all. Nobody waits meanwhile.
"""

from django.db import migrations

FILL = """
INSERT INTO leads_columntotal (status_id, sales_person_id, leads, revenue)
SELECT status_id, sales_person_id, sum(leads), sum(revenue) FROM (
    SELECT status_id, sales_person_id, count(*) AS leads, coalesce(sum(expected_revenue), 0) AS revenue
    FROM leads_lead GROUP BY 1, 2
    UNION ALL SELECT status_id, sales_person_id, -leads, -revenue FROM leads_columntotal
) AS found GROUP BY 1, 2 HAVING sum(leads) <> 0 OR sum(revenue) <> 0
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0018_totals_by_seller")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
