-- As list_first.sql, of one sales person and one status.
SELECT lead.id, lead.name, status.name, status.colour, type.name, partner.name, seller.first_name, seller.last_name,
       lead.received_at, lead.expected_revenue, lead.probability, lead.expected_close, priority.name, priority.colour,
       lead.is_closed,
       ARRAY(SELECT tag.name || ' ' || tag.colour FROM leads_leadtagging JOIN crm_leadtag AS tag ON tag.id = tag_id
             WHERE lead_id = lead.id ORDER BY tag.sort_order)
FROM leads_lead AS lead
JOIN crm_leadstatus AS status ON status.id = lead.status_id
LEFT JOIN crm_leadtype AS type ON type.id = lead.type_id
LEFT JOIN crm_partner AS partner ON partner.id = lead.partner_id
LEFT JOIN crm_user AS seller ON seller.id = lead.sales_person_id
LEFT JOIN crm_leadpriority AS priority ON priority.id = lead.priority_id
WHERE lead.sales_person_id = %(seller)s AND lead.status_id = %(status)s AND NOT lead.is_closed
ORDER BY lead.id DESC LIMIT 51;
SELECT count(*) FROM (SELECT 1 FROM leads_lead WHERE sales_person_id = %(seller)s AND status_id = %(status)s AND NOT is_closed LIMIT 10001) AS counted;
