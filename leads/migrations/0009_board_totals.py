"""What stands in the columns already.

The triggers of the migration before count every change since it was committed; in one snapshot, the leads that there are
less what they counted is what they could not see. Nobody waits meanwhile.
"""

from django.db import migrations

FILL = """
INSERT INTO leads_columntotal (status_id, leads, revenue)
SELECT status_id, sum(leads), sum(revenue) FROM (
    SELECT status_id, count(*) AS leads, coalesce(sum(expected_revenue), 0) AS revenue FROM leads_lead GROUP BY 1
    UNION ALL SELECT status_id, -leads, -revenue FROM leads_columntotal
) AS found GROUP BY status_id HAVING sum(leads) <> 0 OR sum(revenue) <> 0
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0009_board")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
