-- As board_heads.sql, of one sales person: counted.
SELECT status_id, count(*), sum(expected_revenue) FROM leads_lead
WHERE sales_person_id = %(seller)s AND NOT is_closed GROUP BY status_id;
