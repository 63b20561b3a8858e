-- A lead with everything that its card shows, and what its choices offer.
SELECT lead.*, status.name, status.colour, type.name, partner.name, product.name, seller.first_name, seller.last_name,
       priority.name, campaign.name, medium.name, source.name, position.name, reason.name,
       ARRAY(SELECT tag_id FROM leads_leadtagging WHERE lead_id = lead.id)
FROM leads_lead AS lead
JOIN crm_leadstatus AS status ON status.id = lead.status_id
LEFT JOIN crm_leadtype AS type ON type.id = lead.type_id
LEFT JOIN crm_partner AS partner ON partner.id = lead.partner_id
LEFT JOIN crm_product AS product ON product.id = lead.product_id
LEFT JOIN crm_user AS seller ON seller.id = lead.sales_person_id
LEFT JOIN crm_leadpriority AS priority ON priority.id = lead.priority_id
LEFT JOIN crm_campaign AS campaign ON campaign.id = lead.campaign_id
LEFT JOIN crm_medium AS medium ON medium.id = lead.medium_id
LEFT JOIN crm_source AS source ON source.id = lead.source_id
LEFT JOIN crm_position AS position ON position.id = lead.position_id
LEFT JOIN crm_lostreason AS reason ON reason.id = lead.lost_reason_id
WHERE lead.id = %(lead)s;
SELECT 'status', id, name, colour FROM crm_leadstatus
UNION ALL SELECT 'priority', id, name, colour FROM crm_leadpriority
UNION ALL SELECT 'tag', id, name, colour FROM crm_leadtag
UNION ALL SELECT 'type', id, name, '' FROM crm_leadtype
UNION ALL SELECT 'campaign', id, name, '' FROM crm_campaign
UNION ALL SELECT 'medium', id, name, '' FROM crm_medium
UNION ALL SELECT 'source', id, name, '' FROM crm_source
UNION ALL SELECT 'position', id, name, '' FROM crm_position
UNION ALL SELECT 'lost_reason', id, name, '' FROM crm_lostreason;
SELECT type_id, status_id FROM crm_leadtypestatus;
