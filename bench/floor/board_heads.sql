-- How many leads stand in each column, and the sum of their revenue, from what is kept.
SELECT status_id, sum(leads), sum(revenue) FROM leads_columntotal WHERE status_id = ANY(%(statuses)s) GROUP BY status_id;
