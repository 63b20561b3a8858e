"""What people do with e-mails: Utwórz, Dołącz, Ignorowany; what each of them sees of it."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communications.emails import EmailList
from communications.models import Message
from crm.models import SystemSettings, Visibility
from leads.models import Lead, LeadFile
from tests.communications.emails import HTMX, LIST, enquiry, incoming
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ola(client, ola):
    client.force_login(ola)
    return client


@pytest.fixture
def account(db):
    return MailAccountFactory(name="Biuro")


def rows(client, query="", **headers):
    response = client.get(LIST + query, headers=headers)
    assert response.status_code == 200
    return [row.message for row in response.context["list"].rows]


def toasts(response):
    return json.loads(response.headers["HX-Trigger"])["lejek:toast"]["toasts"]


# --- The list -------------------------------------------------------------------------------------------------------


def test_ready_is_on_at_first_and_shows_what_waits_newest_first(as_ola, account, funnel):
    old, new = (MessageFactory(account=account, sent_at=datetime(2026, 11, day, tzinfo=UTC)) for day in (1, 2))
    done = MessageFactory(account=account, lead=LeadFactory())
    ignored = MessageFactory(account=account, ignored_at=datetime(2026, 11, 3, tzinfo=UTC))
    MessageFactory(account=account, direction="out")

    assert rows(as_ola) == [new, old]
    assert set(rows(as_ola, "?ready=0")) == {new, old, done, ignored}


def test_people_and_machines_can_be_looked_at_apart(as_ola, account):
    person, machine = MessageFactory(account=account), MessageFactory(account=account, kind="list")

    assert rows(as_ola, "?from=people") == [person]
    assert rows(as_ola, "?from=machines") == [machine]
    assert set(rows(as_ola, "?from=nonsense")) == {person, machine}


def test_pages_go_on_after_the_last_row(as_ola, account):
    messages = [MessageFactory(account=account, sent_at=datetime(2026, 11, 1, 8, n, tzinfo=UTC)) for n in range(55)]

    first = as_ola.get(LIST)
    after = first.context["list"].page.after

    assert [row.message for row in first.context["list"].rows] == messages[:4:-1]
    assert rows(as_ola, f"?after={after}") == messages[4::-1]


def test_the_tab_is_there_when_an_account_concerns_the_user(as_ola, ola, marek):
    tab = f'<a class="lj-tab" href="{LIST}"'
    assert tab not in as_ola.get("/leads/").content.decode()
    MailAccountFactory(owner=marek)
    assert tab not in as_ola.get("/leads/").content.decode()

    MessageFactory(account=MailAccountFactory(owner=ola))

    page = as_ola.get("/leads/").content.decode()
    assert tab in page
    assert re.search(r'id="badge-emails"\s*>1</span>', page)


def test_few_automatic_ones_among_many_are_found_by_their_index(account, ola):
    MessageFactory.create_batch(3, account=account, kind="list", sent_at=datetime(2026, 1, 1, tzinfo=UTC))
    one = MessageFactory.build(account=account)
    Message.objects.bulk_create(
        Message(
            account=account, sent_at=one.sent_at, received_at=one.sent_at, parse_state="parsed", message_id=f"{n}@x"
        )
        for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE communications_message")

    for query in ("from=machines&ready=0", "from=machines"):
        with CaptureQueriesContext(connection) as queries:
            assert len(EmailList(ola, QueryDict(query)).rows) == 3
        asked = next(found["sql"] for found in queries if "beginning" in found["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {asked}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "message_of_machines" in plan, plan
        assert "message_by_date" not in plan, plan


def test_the_number_of_queries_does_not_grow_with_the_rows(as_ola, account, funnel, django_assert_num_queries):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_ola.get(f"{LIST}?ready=0", headers=HTMX)
        return len(queries)

    MessageFactory(account=account, lead=LeadFactory())
    few = count()
    for _number in range(8):
        MessageFactory(account=account, lead=LeadFactory(), has_attachments=True)

    assert count() == few


def test_a_message_of_somebody_elses_account_does_not_exist(as_ola, marek):
    message = MessageFactory(account__owner=marek)

    assert rows(as_ola) == []
    for name in ("email_detail", "email_frame", "email_original"):
        assert as_ola.get(reverse(f"communications:{name}", args=[message.pk])).status_code == 404
    assert as_ola.post(f"{LIST}ignore/", {"ids": message.pk}, headers=HTMX).status_code == 409
    message.refresh_from_db()
    assert message.ignored_at is None


# --- Utwórz ---------------------------------------------------------------------------------------------------------


def test_a_lead_is_made_of_a_message(as_ola, ola, account, funnel):
    partner = PartnerFactory(email="jan@klient.test")
    mail = enquiry(Message_ID="<a@klient.test>")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../rzut hali.pdf")
    mail.add_attachment(b"", maintype="application", subtype="pdf", filename="pusty.pdf")
    message = incoming(account, mail)

    response = as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    lead = Lead.objects.get()
    assert response.headers["HX-Redirect"] == f"/leads/{lead.pk}/"
    assert (lead.name, lead.email, lead.partner, lead.sales_person) == (
        "Zapytanie o krzesła", "Jan@Klient.test", partner, ola,
    )  # fmt: skip
    assert lead.description == "<p>Dzień dobry,</p>\n\n<p>proszę o 300 &lt;krzeseł&gt;.</p>"
    assert lead.received_at == message.sent_at
    assert [file.name for file in LeadFile.objects.filter(lead=lead)] == ["rzut hali.pdf"]
    message.refresh_from_db()
    assert (message.lead, message.linked_by, message.is_reply) == (lead, ola, False)
    assert "pusty.pdf" in as_ola.get(f"/leads/{lead.pk}/").content.decode()
    assert rows(as_ola) == []


def test_two_clicks_make_one_lead(as_ola, account, funnel):
    message = incoming(account, enquiry())
    as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    again = as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    assert again.status_code == 409
    assert Lead.objects.count() == 1


def test_a_form_that_writes_for_a_customer_gives_the_customers_address(as_ola, account, funnel):
    message = incoming(account, enquiry(From="no-reply@sklep.test", Reply_To="Anna <anna@klient.test>"))

    as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    assert Lead.objects.get().email == "anna@klient.test"


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("", "E-mail: Jan Kowalski"),
        ("Re: ODP:", "E-mail: Jan Kowalski"),
        ("x" * 400, None),
        ("=?utf-8?q?a=07b?=", "ab"),
    ],
)
def test_a_lead_has_a_name_whatever_the_subject_is(as_ola, account, funnel, subject, name):
    message = incoming(account, enquiry(), subject="")
    Message.objects.filter(pk=message.pk).update(subject="a\x07b" if subject.startswith("=?") else subject)

    as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    stored = Lead.objects.get().name
    assert stored == name if name else stored == subject[: len(stored)]


def test_no_lead_is_made_of_an_automatic_message_until_somebody_says_it_is_none(as_ola, account, funnel):
    message = incoming(account, enquiry(Auto_Submitted="auto-generated"))
    page = as_ola.get(f"{LIST}{message.pk}/").content.decode()
    assert "data-inbox-create" not in page

    refused = as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)
    assert (refused.status_code, Lead.objects.count()) == (422, 0)
    as_ola.post(f"{LIST}{message.pk}/personal/", headers=HTMX)
    as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    assert Lead.objects.count() == 1


def test_a_message_without_readable_sender_makes_a_lead_too(as_ola, account, funnel):
    message = incoming(account, enquiry(From="ktoś bez adresu"))

    as_ola.post(f"{LIST}{message.pk}/create/", headers=HTMX)

    assert Lead.objects.get().email == ""


# --- Dołącz ---------------------------------------------------------------------------------------------------------


def test_the_suggested_lead_is_chosen_and_others_are_found(as_ola, account, funnel):
    suggested, other = LeadFactory(email="jan@klient.test"), LeadFactory(name="Stoły dębowe")
    message = MessageFactory(account=account)
    url = f"{LIST}{message.pk}/attach/"

    dialog = as_ola.get(url, headers=HTMX)
    searched = as_ola.get(f"{url}?q=dębowe", headers=HTMX)

    assert [lead.pk for lead in dialog.context["leads"]] == [suggested.pk]
    assert [lead.pk for lead in searched.context["leads"]] == [other.pk]


def test_a_message_is_attached_and_taken_back(as_ola, ola, account, funnel):
    lead = LeadFactory()
    message = MessageFactory(account=account)

    response = as_ola.post(f"{LIST}{message.pk}/attach/", {"lead": lead.pk}, headers=HTMX)

    message.refresh_from_db()
    assert (message.lead, message.linked_by) == (lead, ola)
    undo = toasts(response)[0]["undo"]
    as_ola.post(undo["url"], undo["values"], headers=HTMX)
    message.refresh_from_db()
    assert (message.lead, message.opened_at) == (None, None)
    assert rows(as_ola) == [message]


def test_a_lead_that_one_does_not_see_can_not_be_attached_to(as_ola, account, funnel, marek):
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    message = MessageFactory(account=account)

    response = as_ola.post(f"{LIST}{message.pk}/attach/", {"lead": LeadFactory(sales_person=marek).pk}, headers=HTMX)

    message.refresh_from_db()
    assert (response.status_code, message.lead) == (422, None)


def test_the_second_one_to_attach_is_told(as_ola, account, funnel):
    message = MessageFactory(account=account, lead=LeadFactory())

    response = as_ola.post(f"{LIST}{message.pk}/attach/", {"lead": LeadFactory().pk}, headers=HTMX)

    assert response.status_code == 409
    assert toasts(response)[0]["level"] == "warning"


# --- Ignorowany ---------------------------------------------------------------------------------------------------


def test_several_are_ignored_with_their_copies_and_it_is_undone(as_ola, ola, account):
    same = {"message_id": "a@x.test", "subject": "Krzesła", "date": datetime(2026, 11, 20, 9, tzinfo=UTC)}
    one, two = MessageFactory(account=account, **same), MessageFactory(account=account)
    copy = MessageFactory(account=MailAccountFactory(owner=ola), **same)
    left = MessageFactory(account=account)

    response = as_ola.post(f"{LIST}ignore/", {"ids": f"{one.pk},{two.pk},abc,999999"}, headers=HTMX)

    assert rows(as_ola) == [left]
    assert set(Message.objects.filter(ignored_by=ola)) == {one, two, copy}
    undo = toasts(response)[0]["undo"]
    as_ola.post(undo["url"], undo["values"], headers=HTMX)
    assert set(rows(as_ola)) == {one, two, left}
    assert not Message.objects.exclude(ignored_at=None).exists()


def test_what_somebody_linked_meanwhile_is_not_ignored(as_ola, account, funnel):
    message = MessageFactory(account=account, lead=LeadFactory())

    response = as_ola.post(f"{LIST}ignore/", {"ids": message.pk}, headers=HTMX)

    message.refresh_from_db()
    assert (response.status_code, message.ignored_at) == (409, None)
