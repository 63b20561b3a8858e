-- The first 20 cards of each column, and whether more follow: what the user has moved, and the rest by age, merged.
SELECT lead.id, card.rank, lead.name, lead.version, lead.status_id, lead.expected_revenue, lead.expected_close,
       lead.status_entered_at, left(lead.description, 600), type.name, partner.name, priority.name, priority.colour,
       seller.first_name, seller.last_name, seller.email, seller.photo,
       ARRAY(SELECT tag.name || ' ' || tag.colour FROM leads_leadtagging JOIN crm_leadtag AS tag ON tag.id = tag_id
             WHERE lead_id = lead.id ORDER BY tag.sort_order)
FROM unnest(%(statuses)s) AS status(id)
CROSS JOIN LATERAL (
    (SELECT place.lead_id AS id, place.rank FROM leads_boardposition AS place
     JOIN leads_lead ON leads_lead.id = place.lead_id AND leads_lead.status_id = status.id
     WHERE place.user_id = %(user)s AND place.status_id = status.id AND place.is_here
     ORDER BY place.rank, place.lead_id DESC LIMIT 21)
    UNION ALL
    (SELECT rest.id, -rest.id FROM leads_lead AS rest WHERE rest.status_id = status.id AND NOT EXISTS (
        SELECT 1 FROM leads_boardposition
        WHERE user_id = %(user)s AND lead_id = rest.id AND status_id = status.id AND is_here)
     ORDER BY rest.id DESC LIMIT 21)
    ORDER BY rank, id DESC LIMIT 21
) AS card
JOIN leads_lead AS lead ON lead.id = card.id
LEFT JOIN crm_leadtype AS type ON type.id = lead.type_id
LEFT JOIN crm_partner AS partner ON partner.id = lead.partner_id
LEFT JOIN crm_leadpriority AS priority ON priority.id = lead.priority_id
LEFT JOIN crm_user AS seller ON seller.id = lead.sales_person_id;
SELECT id, name, colour, is_closed, is_lost, is_won, is_archived, stuck_after_days,
       ARRAY(SELECT type_id FROM crm_leadtypestatus WHERE status_id = crm_leadstatus.id)
FROM crm_leadstatus ORDER BY sort_order;
SELECT 'status', id, name, colour FROM crm_leadstatus
UNION ALL SELECT 'priority', id, name, colour FROM crm_leadpriority
UNION ALL SELECT 'tag', id, name, colour FROM crm_leadtag
UNION ALL SELECT 'type', id, name, '' FROM crm_leadtype
UNION ALL SELECT 'campaign', id, name, '' FROM crm_campaign
UNION ALL SELECT 'medium', id, name, '' FROM crm_medium
UNION ALL SELECT 'source', id, name, '' FROM crm_source
UNION ALL SELECT 'seller', id, first_name || ' ' || last_name, '' FROM crm_user;
