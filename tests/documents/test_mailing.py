"""Documents as e-mails: through the dialog „Napisz e-mail”, a worker and a real SMTP server, to the mark „wysłano”."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from communications.models import MailAccount, Message, OutgoingMail
from crm.errors import RuleError
from crm.models import Seller, User
from documents import mailing
from documents.kinds import ORDERS
from documents.models import Invoice, InvoiceMail
from documents.services import add_lines, create_draft, take_step
from documents.services.delivery import note_sent
from documents.services.ksef import enter_ksef_number
from documents.transitions import find_transition
from leads.models import Lead
from tests.cast import FunnelCast
from tests.communications.sending import delivered, parsed, sending_account, smtp, smtp_process
from tests.communications.smtp_server import MailServer
from tests.documents.billing import LINE, customer, draft, issued
from tests.documents.printing import text_of
from tests.factories.documents import OrderTypeFactory
from tests.factories.leads import LeadFactory

__all__ = ["smtp", "smtp_process"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("seller"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # the whole connection is in TLS
]
COMPOSE = reverse("communications:mail_compose")


@pytest.fixture
def account(smtp: MailServer) -> MailAccount:
    return sending_account(smtp)


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    return LeadFactory(status=funnel.new, sales_person=ola, email="jan@klient.test")


def _invoice(lead: Lead | None, by: User, **partner: Any) -> Invoice:
    invoice = draft(by=by, partner=customer(**partner))
    Invoice.objects.filter(pk=invoice.pk).update(lead=lead)
    return take_step(document=invoice, transition=find_transition(invoice, "issue"), by=by)  # type: ignore[no-any-return]


def _send(client: Client, invoice: Invoice, account: MailAccount) -> OutgoingMail:
    typed = {
        "account": account.pk, "to": "faktury@zazolc.test", "subject": "Faktura", "body": "<div>W załączeniu.</div>",
        "once": "abc", "draft_files": "0",
    }  # fmt: skip
    response = client.post(f"{COMPOSE}?about=invoice:{invoice.pk}", typed)
    assert response.status_code == 302, response.content.decode()
    return OutgoingMail.objects.get()


def test_the_dialog_begins_with_the_partners_address_and_warns(
    client: Client, lead: Lead, ewa: User, account: MailAccount
) -> None:
    invoice = _invoice(lead, ewa)
    client.force_login(ewa)

    page = client.get(f"{COMPOSE}?about=invoice:{invoice.pk}").content.decode()

    assert "faktury@zazolc.test" in page
    assert f"Faktura {invoice.number}" in page
    assert "nie ma jeszcze numeru KSeF" in page
    enter_ksef_number(invoice=invoice, number="5265877635-20250826-0100001AF629-AF", by=ewa)
    assert "nie ma jeszcze numeru KSeF" not in client.get(f"{COMPOSE}?about=invoice:{invoice.pk}").content.decode()
    panel = client.get(reverse("documents:invoice_panel", args=[invoice.pk])).content.decode()
    assert f"{COMPOSE}?about=invoice:{invoice.pk}" in panel


def test_the_pdf_goes_out_and_only_then_the_invoice_is_sent(
    client: Client, lead: Lead, ewa: User, account: MailAccount, smtp: MailServer
) -> None:
    invoice = _invoice(lead, ewa)
    client.force_login(ewa)

    mail = _send(client, invoice, account)

    assert InvoiceMail.objects.get().mail == mail.pk
    assert note_sent() == 0
    assert Invoice.objects.get(pk=invoice.pk).sent_at is None
    delivered(mail)
    assert note_sent() == 1
    assert Invoice.objects.get(pk=invoice.pk).sent_at is not None
    assert note_sent() == 0
    message = parsed(smtp.received[0].original_content)  # type: ignore[arg-type]
    (pdf,) = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
    assert pdf.get_filename() == f"{invoice.number.replace('/', '-')}.pdf"
    assert invoice.number in text_of(pdf.get_payload(decode=True))
    assert Message.objects.get(pk=mail.message_id).lead == lead
    with pytest.raises(RuleError, match="wysłan"):
        take_step(document=invoice, transition=find_transition(invoice, "cancel"), by=ewa)


def test_a_mail_on_its_way_holds_a_cancellation_back_a_failed_one_does_not(
    client: Client, lead: Lead, ewa: User, account: MailAccount, smtp: MailServer
) -> None:
    invoice = _invoice(lead, ewa)
    client.force_login(ewa)
    mail = _send(client, invoice, account)
    cancel = find_transition(invoice, "cancel")
    with pytest.raises(RuleError):
        take_step(document=invoice, transition=cancel, by=ewa)

    smtp.script.data = "554 5.7.1 refused"
    delivered(mail)
    assert note_sent() == 0
    take_step(document=invoice, transition=cancel, by=ewa)

    stored = Invoice.objects.get(pk=invoice.pk)
    assert (stored.state, stored.sent_at) == (Invoice.State.CANCELLED, None)


def test_who_may_not_see_it_and_drafts_get_nothing(
    client: Client, lead: Lead, ola: User, marek: User, ewa: User, account: MailAccount
) -> None:
    unissued = draft(by=ewa)
    assert mailing.INVOICES.draft(pk=unissued.pk, user=ewa) is None
    invoice = issued(by=ewa, partner=unissued.partner)
    assert mailing.INVOICES.draft(pk=invoice.pk, user=marek) is None
    client.force_login(marek)
    assert client.get(f"{COMPOSE}?about=invoice:{invoice.pk}").status_code == 404


def test_buyers_abroad_are_written_to_in_english_and_the_lead_stands_in_for_an_address(lead: Lead, ewa: User) -> None:
    invoice = _invoice(lead, ewa, nip="", country="Niemcy", email="")

    found = mailing.INVOICES.draft(pk=invoice.pk, user=ewa)

    assert found is not None
    assert (found.to, found.subject, found.warning) == ("jan@klient.test", f"Invoice {invoice.number}", "")
    assert "Amount due" in text_of(found.files[0].content)


def test_confirmed_orders_go_out_too(ewa: User, seller: Seller) -> None:
    order = create_draft(kind=ORDERS, by=ewa, partner=customer(), type=OrderTypeFactory())
    order = add_lines(document=order, rows=[LINE], by=ewa, version=None)
    assert mailing.ORDERS.draft(pk=order.pk, user=ewa) is None
    order = take_step(document=order, transition=find_transition(order, "confirm"), by=ewa)

    found = mailing.ORDERS.draft(pk=order.pk, user=ewa)

    assert found is not None
    assert found.subject == f"Zamówienie {order.number}"
    text = text_of(found.files[0].content)
    assert f"Zamówienie {order.number}" in text
    assert "Wizualizacja" not in text
