-- All leads by campaign, source and month, with their revenue.
SELECT campaign_id, source_id, date_trunc('month', received_at AT TIME ZONE 'Europe/Warsaw')::date,
       count(*), sum(expected_revenue)
FROM leads_lead GROUP BY 1, 2, 3;
