-- All leads by sales person and status.
SELECT sales_person_id, status_id, count(*) FROM leads_lead GROUP BY 1, 2;
