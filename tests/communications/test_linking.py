"""Replies find the lead of their thread by themselves; nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest

from communications.models import Message
from communications.services.linking import link_parsed, link_thread
from communications.threads import bare_subject, once, suggest_leads
from crm.models import Notification, PartnerContact, SystemSettings, Visibility
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

OUT = Message.Direction.OUT


@pytest.fixture
def account(db):
    return MailAccountFactory(from_address="biuro@firma.test")


@pytest.fixture
def lead(funnel, ola):
    return LeadFactory(sales_person=ola, name="Krzesła")


def arrive(account, **values):
    message = MessageFactory(account=account, **values)
    link_parsed(ids=[message.pk])
    message.refresh_from_db()
    return message


def test_a_reply_goes_to_the_lead_of_what_it_answers(account, lead, ola):
    first = MessageFactory(account=account, lead=lead)

    reply = arrive(account, in_reply_to=first.message_id, references=[first.message_id], subject="Re: Krzesła")

    assert (reply.lead, reply.is_reply, reply.opened_at, reply.linked_by) == (lead, True, None, None)
    [told] = Notification.objects.filter(kind="reply")
    assert (told.user, told.what, told.url) == (ola, str(lead), f"/leads/{lead.pk}/#emails")
    assert told.details == "Jan Kowalski: Re: Krzesła"


def test_a_reply_to_our_own_message_does_too_and_on_a_closed_lead(account, funnel, ola):
    lead = LeadFactory(sales_person=ola, status=funnel.won)
    MessageFactory(account=account, lead=lead, direction=OUT, message_id="nasza@firma.test")

    reply = arrive(account, references=["stara@x.test", "nasza@firma.test"])

    assert (reply.lead, reply.is_reply) == (lead, True)


def test_the_nearest_message_of_the_thread_decides(account, lead, ola):
    other = LeadFactory(sales_person=ola)
    MessageFactory(account=account, lead=other, message_id="daleka@x.test")
    MessageFactory(account=account, lead=lead, message_id="bliska@x.test")

    reply = arrive(account, references=["daleka@x.test", "bliska@x.test"])

    assert reply.lead == lead


def test_it_is_linked_and_told_once(account, lead):
    first = MessageFactory(account=account, lead=lead)
    reply = arrive(account, references=[first.message_id])

    link_parsed(ids=[reply.pk])

    assert Notification.objects.filter(kind="reply").count() == 1


def test_a_thread_that_comes_in_the_wrong_order_is_linked_as_one(account, lead):
    first = MessageFactory(account=account, lead=lead)
    third = arrive(account, references=["druga@x.test"])
    assert third.lead is None

    second = arrive(account, message_id="druga@x.test", references=[first.message_id])

    third.refresh_from_db()
    assert (second.lead, third.lead) == (lead, lead)


def test_own_sent_messages_are_shown_in_the_thread_and_are_no_news(account, lead):
    first = MessageFactory(account=account, lead=lead)

    sent = arrive(account, direction=OUT, references=[first.message_id], from_address="biuro@firma.test")
    copied = arrive(account, references=[first.message_id], from_address="Biuro@Firma.test")

    assert (sent.lead, copied.lead) == (lead, lead)
    assert not Message.objects.unopened_replies().exists()
    assert not Notification.objects.filter(kind="reply").exists()


@pytest.mark.parametrize(
    ("values", "is_news"),
    [
        ({"kind": "auto_reply"}, False),
        ({"kind": "auto_generated"}, False),
        ({"kind": "list"}, False),
        ({"kind": "bounce"}, True),
        ({"is_old": True}, False),
        ({}, True),
    ],
)
def test_who_is_told_of_what(account, lead, values, is_news):
    first = MessageFactory(account=account, lead=lead)

    reply = arrive(account, references=[first.message_id], **values)

    assert reply.lead == lead
    assert (reply.opened_at is None) is is_news
    assert Notification.objects.filter(kind="reply").exists() is is_news


def test_an_unread_or_ignored_message_is_left_alone(account, lead):
    first = MessageFactory(account=account, lead=lead)
    ignored = arrive(account, references=[first.message_id], ignored_at=datetime(2026, 11, 1, tzinfo=UTC))
    waiting = arrive(account, references=[first.message_id], parse_state=Message.ParseState.WAITING)

    assert (ignored.lead, waiting.lead) == (None, None)


@pytest.mark.parametrize(
    "values", [{"subject": "Re: Krzesła"}, {"from_address": "jan@klient.test"}, {"references": ["x@y"]}]
)
def test_nothing_but_the_thread_links_by_itself(account, lead, values):
    lead.email = "jan@klient.test"
    lead.save()
    MessageFactory(account=account, lead=lead, subject="Krzesła")

    assert arrive(account, **values).lead is None


def test_a_copy_in_another_account_goes_along_and_is_no_news(account, lead, ola):
    when = datetime(2026, 11, 20, 9, tzinfo=UTC)
    same = {"message_id": "a@x.test", "subject": "Krzesła", "date": when, "from_address": "jan@klient.test"}
    MessageFactory(account=account, lead=lead, **same)

    copy = arrive(MailAccountFactory(owner=ola), **same)
    forged = arrive(account, **{**same, "from_address": "ktos@inny.test"})

    assert (copy.lead, copy.is_reply, forged.lead) == (lead, False, None)
    assert not Notification.objects.filter(kind="reply").exists()


def test_a_copy_is_listed_once(account, ola):
    same = {"message_id": "a@x.test", "subject": "Krzesła", "date": datetime(2026, 11, 20, 9, tzinfo=UTC)}
    first = MessageFactory(account=account, **same)
    MessageFactory(account=MailAccountFactory(owner=ola), **same)
    other = MessageFactory(account=account, **{**same, "subject": "Stoły"})
    without_id = [MessageFactory(account=account, message_id="") for _ in range(2)]

    assert set(once(Message.objects.visible_to(ola), user=ola)) == {first, other, *without_id}


def test_what_waits_of_a_thread_goes_along_when_one_is_attached(account, lead):
    question = MessageFactory(account=account)
    sent = MessageFactory(account=account, direction=OUT, references=[question.message_id])
    answer = MessageFactory(account=account, references=[question.message_id, sent.message_id], lead=lead)
    stranger = MessageFactory(account=account)

    assert link_thread(message=answer) == 2

    assert set(Message.objects.filter(lead=lead)) == {question, sent, answer}
    stranger.refresh_from_db()
    assert stranger.lead is None
    assert not Message.objects.unopened_replies().exists()


def test_a_lead_that_its_sales_person_does_not_see_any_more_is_told_to_nobody(account, funnel, marek):
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    lead = LeadFactory(sales_person=None)
    first = MessageFactory(account=account, lead=lead)

    assert arrive(account, references=[first.message_id]).lead == lead
    assert not Notification.objects.filter(kind="reply").exists()


# --- Partners -------------------------------------------------------------------------------------------------------


def test_a_partner_is_filled_in_only_when_exactly_one_fits(account):
    one = PartnerFactory(email="Jan@Klient.test")
    PartnerFactory(email="biuro@dwa.test")
    PartnerContact.objects.create(partner=PartnerFactory(), email="biuro@dwa.test")
    contact = PartnerContact.objects.create(partner=PartnerFactory(), email="anna@trzy.test")

    assert arrive(account, from_address="jan@klient.TEST").partner == one
    assert arrive(account, from_address="biuro@dwa.test").partner is None
    assert arrive(account, from_address="anna@trzy.test").partner == contact.partner
    assert arrive(account, from_address="inny@klient.test").partner is None
    to = [{"name": "", "address": "biuro@dwa.test"}]
    assert arrive(account, direction=OUT, to=[{"name": "", "address": "jan@klient.test"}]).partner == one
    assert arrive(account, direction=OUT, to=to).partner is None


# --- Suggestions --------------------------------------------------------------------------------------------------


def suggested(message, user):
    return [(found.lead, str(found.reason)) for found in suggest_leads(message, user=user)]


def test_leads_are_suggested_by_subject_then_address_then_partner(account, funnel, ola):
    partner = PartnerFactory(email="jan@klient.test")
    of_partner = LeadFactory(partner=partner)
    old, new = LeadFactory(email="JAN@klient.test"), LeadFactory(email="jan@klient.test")
    LeadFactory(email="jan@klient.test", status=funnel.won)
    LeadFactory(email="anna@klient.test")  # the same domain is nothing
    closed = LeadFactory(status=funnel.won)
    MessageFactory(account=account, lead=closed, subject="Oferta na krzesła")
    MessageFactory(account=account, lead=LeadFactory(), subject="Oferta na krzesła", from_address="x@inny.test")
    message = MessageFactory(account=account, subject="ODP: RE: [firma] Oferta  na krzesła")

    assert [lead for lead, _reason in suggested(message, ola)] == [closed, new, old, of_partner]


def test_only_leads_that_one_sees_are_suggested(account, funnel, ola, marek):
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    lead = LeadFactory(email="jan@klient.test", sales_person=marek)
    message = MessageFactory(account=account)

    assert suggested(message, ola) == []
    assert [found for found, _reason in suggested(message, marek)] == [lead]


def test_a_thread_is_suggested_for_what_was_taken_from_its_lead(account, lead, ola):
    first = MessageFactory(account=account, lead=lead, from_address="ktos@x.test")
    reply = MessageFactory(account=account, references=[first.message_id], from_address="")

    assert [found for found, _reason in suggested(reply, ola)] == [lead]


def test_suggestions_cost_the_same_whatever_there_is(account, funnel, ola, django_assert_max_num_queries):
    message = MessageFactory(account=account)
    for _number in range(5):
        lead = LeadFactory(email="jan@klient.test", partner=PartnerFactory(email="jan@klient.test"))
        MessageFactory(account=account, lead=lead, subject=message.subject)

    with django_assert_max_num_queries(12):
        assert len(suggest_leads(message, user=ola)) == 5


def test_linking_a_batch_costs_few_queries(account, lead, django_assert_max_num_queries):
    first = MessageFactory(account=account, lead=lead)
    when = datetime(2026, 11, 20, tzinfo=UTC)
    ids = [MessageFactory(account=account, sent_at=when + timedelta(minutes=n)).pk for n in range(30)]
    replies = [MessageFactory(account=account, references=[first.message_id], is_old=True).pk for _ in range(30)]

    with django_assert_max_num_queries(25):
        link_parsed(ids=ids + replies)

    assert Message.objects.filter(lead=lead).count() == 31


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Oferta", "oferta"),
        ("ODP: Odp: RE[2]: Oferta", "oferta"),
        ("PD: FW: Oferta  na   krzesła", "oferta na krzesła"),
        ("[lista] Re: Oferta", "oferta"),
        ("Rekrutacja: oferta", "rekrutacja: oferta"),
        ("Re:", ""),
    ],
)
def test_bare_subjects(subject, bare):
    assert bare_subject(subject) == bare
