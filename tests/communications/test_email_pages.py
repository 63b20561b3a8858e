"""What a message, the cards and Mój dzień show of e-mails."""

from datetime import UTC, datetime

import pytest

from communications.models import Attachment, Message
from crm.errors import InUse
from crm.models import SystemSettings, Visibility
from leads.models import Lead
from leads.my_day import Scope, blocks_of
from leads.services import delete_lead, undo_merge
from tests.communications.emails import HTMX, LIST, enquiry, incoming
from tests.communications.tricks import BEACON
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory
from tests.leads.merging import merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ola(client, ola):
    client.force_login(ola)
    return client


@pytest.fixture
def account(db):
    return MailAccountFactory(name="Biuro")


# --- A message ------------------------------------------------------------------------------------------------------


def test_the_frame_has_a_policy_of_its_own_and_shows_remote_images_only_when_asked(as_ola, account):
    html = f'<p onclick="x()">Dzień dobry</p><img src="{BEACON}/a.png" width="90"><script>alert(1)</script>'
    message = MessageFactory(account=account, html=html)  # as if nobody had cleaned it
    url = f"{LIST}{message.pk}/frame/"

    closed, opened = as_ola.get(url), as_ola.get(f"{url}?images=1")

    policy = closed.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'")
    # Nothing runs in it, so that its page may measure it.
    assert policy.endswith("; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox")
    assert "script" not in policy
    assert (closed.headers["X-Frame-Options"], closed.headers["Referrer-Policy"]) == ("SAMEORIGIN", "no-referrer")
    assert BEACON not in closed.content.decode()
    assert f'src="{BEACON}/a.png"' in opened.content.decode()
    assert "img-src data: https: http:;" in opened.headers["Content-Security-Policy"]
    assert "<script" not in opened.content.decode()
    assert "onclick" not in opened.content.decode()


def test_pictures_of_the_message_are_in_it_but_nothing_that_only_says_it_is_one(as_ola, account):
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
    mail = enquiry()
    mail.add_alternative('<img src="cid:a@x"><img src="cid:b@x">', subtype="html")
    part = mail.get_payload()[1]
    part.add_related(png, "image", "png", cid="<a@x>")
    part.add_related(b"<svg onload='x'>", "image", "png", cid="<b@x>")
    message = incoming(account, mail)

    frame = as_ola.get(f"{LIST}{message.pk}/frame/").content.decode()
    page = as_ola.get(f"{LIST}{message.pk}/").content.decode()

    assert frame.count("data:image/png;base64,") == 1
    assert "svg" not in frame
    assert "mail-attachment" not in page  # they are no files


def test_the_original_and_the_attachments_are_only_saved(as_ola, account):
    mail = enquiry()
    mail.add_attachment(b"<script>x</script>", maintype="text", subtype="html", filename="con.exe")
    message = incoming(account, mail)
    attachment = message.attachments.get()

    original = as_ola.get(f"{LIST}{message.pk}/original/")
    saved = as_ola.get(f"{LIST}attachments/{attachment.pk}/")

    assert b"".join(original.streaming_content) == mail.as_bytes()
    for response, name in ((original, ".eml"), (saved, 'filename="con.exe"')):
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert name in response.headers["Content-Disposition"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_lost_file_is_missing_and_nothing_else(as_ola, account):
    message = MessageFactory(account=account, raw="mail/raw/lost.eml")
    attachment = Attachment.objects.create(message=message, position=1, name="a", size=1, file="mail/lost")

    assert as_ola.get(f"{LIST}{message.pk}/").status_code == 200
    assert as_ola.get(f"{LIST}{message.pk}/original/").status_code == 404
    assert as_ola.get(f"{LIST}attachments/{attachment.pk}/").status_code == 404


def test_the_text_is_escaped_and_its_links_are_safe(as_ola, account):
    text = 'Zobacz https://sklep.test/?a=1&b="><script>x()</script> i javascript:x()'
    message = MessageFactory(account=account, text=text, subject="<b>x</b>")

    page = as_ola.get(f"{LIST}{message.pk}/").content.decode()

    assert "<script>x()" not in page
    assert "<b>x</b>" not in page
    assert 'target="_blank" rel="noopener noreferrer"' in page
    assert 'href="javascript' not in page


def test_an_invitation_says_when_and_where(as_ola, account):
    mail = enquiry()
    event = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Spotkanie\\, hala\r\n"
        "DTSTART;TZID=Europe/Warsaw:20261201T100000\r\nLOCATION:Gdynia\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail.add_attachment(event.encode(), maintype="text", subtype="calendar", filename="spotkanie.ics")

    page = as_ola.get(f"{LIST}{incoming(account, mail).pk}/").content.decode()

    assert "Spotkanie, hala" in page
    assert "01.12.2026, 10:00" in page
    assert "Gdynia" in page


# --- Replies, cards, the day --------------------------------------------------------------------------------------


def reply_to(lead, account, **values):
    return MessageFactory(
        account=account, lead=lead, is_reply=True, linked_at=datetime(2026, 11, 2, tzinfo=UTC), **values
    )


def test_a_reply_is_new_until_its_sales_person_opens_it(client, ola, ewa, account, funnel):
    reply = reply_to(LeadFactory(sales_person=ola), account)
    url = f"{LIST}{reply.pk}/opened/"

    client.force_login(ewa)
    client.post(url, headers=HTMX)
    reply.refresh_from_db()
    assert reply.opened_at is None
    client.force_login(ola)
    client.post(url, headers=HTMX)

    reply.refresh_from_db()
    assert (reply.opened_by, reply.opened_at is not None) == (ola, True)


def test_the_day_shows_what_waits_and_new_replies_also_on_closed_leads(as_ola, ola, marek, account, funnel):
    waiting = MessageFactory(account=account, subject="Pytanie o stoły")
    mine = reply_to(LeadFactory(sales_person=ola, status=funnel.won), account, subject="Re: moja")
    nobodys = reply_to(LeadFactory(sales_person=None), account, subject="Re: niczyja")
    reply_to(LeadFactory(sales_person=marek), account, subject="Re: cudza")
    reply_to(LeadFactory(sales_person=ola), account, opened_at=datetime(2026, 11, 3, tzinfo=UTC))

    page = as_ola.get("/").content.decode()
    blocks = {block.key: block for block in blocks_of(Scope(ola))}

    assert [row.message for row in blocks["emails"].rows] == [waiting]
    assert {row.message for row in blocks["replies"].rows} == {mine, nobodys}
    assert all(subject in page for subject in ("Pytanie o stoły", "Re: moja", "Re: niczyja"))
    assert "Re: cudza" not in page


def test_a_card_shows_the_conversation_in_both_directions_once(as_ola, ola, account, funnel):
    lead = LeadFactory()
    same = {"message_id": "a@x.test", "subject": "Krzesła", "date": datetime(2026, 11, 20, 9, tzinfo=UTC), "lead": lead}
    question = MessageFactory(account=account, **same)
    MessageFactory(account=MailAccountFactory(owner=ola), **same)
    answer = MessageFactory(account=account, lead=lead, direction="out", sent_at=datetime(2026, 12, 1, tzinfo=UTC))

    block = as_ola.get(f"/leads/{lead.pk}/emails/")

    assert [row.message for row in block.context["rows"]] == [answer, question]
    assert '<span class="lj-count" id="email-count" hx-swap-oob="true">2</span>' in block.content.decode()


def test_the_card_of_a_partner_shows_what_its_viewer_may_see(as_ola, marek, account, funnel):
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    partner = PartnerFactory(email="Jan@klient.test")
    partner.contacts.create(email="anna@klient.test")
    by_address = MessageFactory(account=account)
    by_contact = MessageFactory(account=account, from_address="ANNA@klient.test")
    MessageFactory(account=account, from_address="inny@klient.test")
    MessageFactory(account__owner=marek)
    MessageFactory(account=account, lead=LeadFactory(partner=partner, sales_person=marek))

    block = as_ola.get(f"/partners/{partner.pk}/emails/")

    assert {row.message for row in block.context["rows"]} == {by_address, by_contact}
    assert block.context["count"] == 2


def test_emails_hold_their_lead_back(ola, ewa, account, funnel):
    lead = LeadFactory(sales_person=ola)
    MessageFactory(account=account, lead=lead)

    with pytest.raises(InUse) as refused:
        delete_lead(lead=lead, by=ewa)

    assert sum(refused.value.uses.values()) == 1
    assert "1" in str(refused.value)
    assert Lead.objects.filter(pk=lead.pk).exists()


def test_emails_move_with_a_merge_and_come_back(ola, account, funnel):
    survivor, loser = LeadFactory(sales_person=ola), LeadFactory(sales_person=ola)
    reply = reply_to(loser, account)
    before = Message.objects.filter(pk=reply.pk).values().get()

    merged = merge(survivor, loser, ola)
    reply.refresh_from_db()
    assert (reply.lead, reply.opened_at) == (survivor, None)
    undo_merge(merge=merged, by=ola)

    assert Message.objects.filter(pk=reply.pk).values().get() == before
