"""Two at once: no answer is left behind, nothing is linked twice."""

import pytest

from communications.models import Message
from communications.services.emails import attach_email, create_lead_of_email
from communications.services.inbox import AlreadyProcessed
from communications.services.linking import link_parsed
from leads.models import Lead
from tests.concurrency import race
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def question(db):
    return MessageFactory(account=MailAccountFactory())


def test_an_answer_read_while_its_question_is_attached_is_linked(question, ola, funnel):
    lead = LeadFactory(sales_person=ola)

    def read():
        answer = MessageFactory(account=question.account, references=[question.message_id])
        link_parsed(ids=[answer.pk])

    assert race(lambda: attach_email(message=question, lead=lead, by=ola), read) == (None, None)

    assert Message.objects.filter(lead=lead).count() == 2


def test_a_question_attached_while_its_answer_is_read_takes_it_along(question, ola, funnel):
    lead = LeadFactory(sales_person=ola)

    def read():
        answer = MessageFactory(account=question.account, references=[question.message_id])
        link_parsed(ids=[answer.pk])

    assert race(read, lambda: attach_email(message=question, lead=lead, by=ola)) == (None, None)

    assert Message.objects.filter(lead=lead).count() == 2


def test_two_people_make_one_lead_of_a_message(question, ola, marek, funnel):
    first, second = race(
        lambda: create_lead_of_email(message=question, by=ola), lambda: create_lead_of_email(message=question, by=marek)
    )

    assert first is None
    assert isinstance(second, AlreadyProcessed)
    assert Lead.objects.get().sales_person == ola
