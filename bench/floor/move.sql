-- A lead to another status and between two cards; triggers hold the rule, write the history and keep the totals.
BEGIN;
SELECT lead.*, type.name FROM leads_lead AS lead LEFT JOIN crm_leadtype AS type ON type.id = lead.type_id
WHERE lead.id = %(lead)s FOR UPDATE OF lead;
SELECT id, name, colour, is_closed, is_lost, is_won, is_archived, stuck_after_days,
       ARRAY(SELECT type_id FROM crm_leadtypestatus WHERE status_id = crm_leadstatus.id)
FROM crm_leadstatus ORDER BY sort_order;
UPDATE leads_lead SET status_id = %(to)s WHERE id = %(lead)s RETURNING version;
SELECT id, status_id FROM leads_lead WHERE id = ANY(%(neighbours)s);
INSERT INTO leads_boardposition (user_id, lead_id, status_id, rank, is_here)
VALUES (%(user)s, %(lead)s, %(to)s, -%(lead)s - 0.5, true)
ON CONFLICT (user_id, lead_id) DO UPDATE SET status_id = excluded.status_id, rank = excluded.rank, is_here = true
RETURNING id;
SELECT lead.id, card.rank, lead.name, lead.version, lead.status_id, lead.expected_revenue, lead.expected_close,
       lead.status_entered_at, left(lead.description, 600), type.name, partner.name, priority.name, priority.colour,
       seller.first_name, seller.last_name, seller.email, seller.photo,
       ARRAY(SELECT tag.name || ' ' || tag.colour FROM leads_leadtagging JOIN crm_leadtag AS tag ON tag.id = tag_id
             WHERE lead_id = lead.id ORDER BY tag.sort_order)
FROM (SELECT %(lead)s::bigint AS id, 0 AS rank) AS card
JOIN leads_lead AS lead ON lead.id = card.id
LEFT JOIN crm_leadtype AS type ON type.id = lead.type_id
LEFT JOIN crm_partner AS partner ON partner.id = lead.partner_id
LEFT JOIN crm_leadpriority AS priority ON priority.id = lead.priority_id
LEFT JOIN crm_user AS seller ON seller.id = lead.sales_person_id;
SELECT status_id, sum(leads), sum(revenue) FROM leads_columntotal GROUP BY status_id;
COMMIT;
