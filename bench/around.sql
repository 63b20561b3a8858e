-- What stands around {leads} leads: an e-mail on every second one, a call on every fourth, an activity on every tenth.
-- Of e-mails and calls one in a hundred waits to be processed; half of the activities are done, some are overdue.
SELECT setseed(0.5);
INSERT INTO communications_message (
    account_id, direction, raw, size, digest, received_at, is_old, is_skipped, parse_state, parse_tries, parse_error,
    subject, from_name, from_address, reply_to, "to", cc, date, sent_at, text, html, message_id, in_reply_to,
    "references", kind, has_attachments, lead_id, partner_id, is_reply, linked_at, opened_at, ignored_at)
SELECT account.id, CASE WHEN number % 5 = 0 THEN 'out' ELSE 'in' END, '', 4000, '', moment, false, false, 'parsed', 1, '',
    'Zapytanie ' || number, lead.first_name || ' ' || lead.last_name, lead.email, '[]', '[]', '[]', moment, moment,
    repeat('Dzień dobry, proszę o ofertę. ', 10), '', 'bench-' || number || '@lejek.test', '', '{}', '', false,
    CASE WHEN number % 10 < 6 THEN lead.id END, CASE WHEN number % 10 < 6 THEN lead.partner_id END,
    number % 10 < 2, CASE WHEN number % 10 < 6 THEN moment END,
    CASE WHEN number % 10 < 2 AND number % 500 > 0 THEN moment END,
    CASE WHEN number % 10 >= 6 AND number % 100 <> 99 THEN moment END
FROM (SELECT min(id) AS id FROM communications_mailaccount) AS account,
     generate_series(1, {leads} / 2) AS number
     CROSS JOIN LATERAL (SELECT now() - interval '3 years' * (1 - number::float * 2 / {leads}) AS moment) AS time
     JOIN leads_lead AS lead ON lead.id = number * 2;
INSERT INTO communications_call (
    account_id, external_id, direction, started_at, caller, recipient, number, number_e164, extensions, employee_id,
    people, duration, result, lead_id, linked_at, ignored_at)
SELECT account.id, 'bench-' || number, CASE WHEN number % 3 = 0 THEN 'out' ELSE 'in' END, moment, lead.phone, '',
    lead.phone, lead.phone_e164, '{}', lead.sales_person_id, array_remove(ARRAY[lead.sales_person_id], NULL), 60,
    CASE WHEN number % 4 = 0 THEN 'no_answer' ELSE 'answered' END,
    CASE WHEN number % 10 < 7 THEN lead.id END, CASE WHEN number % 10 < 7 THEN moment END,
    CASE WHEN number % 10 >= 7 AND number % 100 <> 99 THEN moment END
FROM (SELECT min(id) AS id FROM communications_telephonyaccount) AS account,
     generate_series(1, {leads} / 4) AS number
     CROSS JOIN LATERAL (SELECT now() - interval '3 years' * (1 - number::float * 4 / {leads}) AS moment) AS time
     JOIN leads_lead AS lead ON lead.id = number * 4;
INSERT INTO leads_activity (
    created_at, updated_at, version, lead_id, type_id, summary, note, due_on, assignee_id, done_at, feedback)
SELECT now(), now(), 1, lead.id, type.id, 'Zadzwonić', '', current_date - (random() * 20)::int + 18 * (number % 3 > 0)::int,
    lead.sales_person_id, CASE WHEN number % 2 = 0 THEN now() END, ''
FROM (SELECT min(id) AS id FROM crm_activitytype) AS type,
     generate_series(1, {leads} / 10) AS number
     JOIN leads_lead AS lead ON lead.id = number * 10 AND lead.sales_person_id IS NOT NULL;
