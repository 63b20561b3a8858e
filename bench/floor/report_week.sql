-- Leads by ISO week over the last twelve months.
SELECT date_trunc('week', received_at AT TIME ZONE 'Europe/Warsaw')::date, count(*) FROM leads_lead
WHERE received_at >= %(since)s AND received_at < %(until)s GROUP BY 1;
