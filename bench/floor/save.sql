-- One field of a lead, written only over the version that was seen; triggers hold the rule and write the history.
UPDATE leads_lead SET city = %(city)s WHERE id = %(lead)s AND version = (SELECT version FROM leads_lead WHERE id = %(lead)s)
RETURNING id, version, updated_at;
