"""„Napisz e-mail”: who may, what the dialog begins with, what is sent, and what its state says."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communications.demo.outgoing import add_states
from communications.models import MailAccount, Message, OutgoingMail
from crm.models import Notification, NotificationKind, SystemSettings, User, Visibility
from leads.card_actions import card_actions
from leads.models import Lead
from tests.cast import FunnelCast
from tests.communications.sending import delivered, parsed, queued, sending_account
from tests.communications.smtp_server import MailServer
from tests.factories.communications import EmailTemplateFactory, MailAccountFactory, MessageFactory
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory
from tests.leads.filing import add, add_text

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # the whole connection is in TLS
]
COMPOSE = "communications:mail_compose"
Worker = Callable[[], AbstractContextManager[None]]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def account(smtp: MailServer) -> MailAccount:
    return sending_account(smtp, signature="Biuro\nŁódź")


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    partner = PartnerFactory(email="firma@klient.test")
    partner.contacts.create(first_name="Ewa", email="ewa@klient.test")
    return LeadFactory(
        name="Regały",
        status=funnel.new,
        sales_person=ola,
        partner=partner,
        email="jan@klient.test",
        first_name="Jan",
        last_name="Żak",
    )


def _url(**query: Any) -> str:
    return f"{reverse(COMPOSE)}?" + "&".join(f"{name}={value}" for name, value in query.items())


def _typed(sender: MailAccount, /, **values: Any) -> dict[str, Any]:
    return {
        "account": sender.pk,
        "to": "jan@klient.test",
        "subject": "Oferta",
        "body": "<div>Dzień <strong>dobry</strong></div>",
        "once": "abc",
        **values,
    }


# --- The button -------------------------------------------------------------------------------------------------------


def test_the_button_needs_a_valid_address_and_falls_back_to_the_mail_program(
    lead: Lead, ola: User, funnel: FunnelCast
) -> None:
    (action,) = (found for found in card_actions(lead=lead, user=ola) if found.id == "lead-email")
    assert (action.way, action.url, str(action.label)) == ("link", "mailto:jan@klient.test", "Napisz e-mail")

    MailAccountFactory(smtp_host="smtp.lejek.test")
    (action,) = (found for found in card_actions(lead=lead, user=ola) if found.id == "lead-email")
    assert (action.way, action.url) == ("dialog", _url(lead=lead.pk))

    for address in ("", "żółć@klient.test"):
        other = LeadFactory(status=funnel.new, email=address)
        assert not [found for found in card_actions(lead=other, user=ola) if found.id == "lead-email"]


# --- What it begins with ----------------------------------------------------------------------------------------------


def test_the_dialog_of_a_lead(client: Client, account: MailAccount, lead: Lead, ola: User, marek: User) -> None:
    own = sending_account(MailServer(port=1), owner=ola, from_address="ola@lejek.test", from_name="Ola")
    sending_account(MailServer(port=1), owner=marek)
    MailAccountFactory()  # it can't send
    EmailTemplateFactory(name="Pasuje")
    EmailTemplateFactory(name="Nie pasuje", statuses=[_other_status()])
    add_text(lead)
    client.force_login(ola)

    page = client.get(_url(lead=lead.pk), headers=HTMX)

    form = page.context["form"]
    assert [row.pk for row in form.fields["account"].queryset] == [own.pk, account.pk]
    assert form["to"].value() == "Jan Żak <jan@klient.test>"
    assert [str(row) for row in form.fields["template"].queryset] == ["Pasuje"]
    text = page.content.decode()
    assert "ewa@klient.test" in text
    assert "firma@klient.test" in text
    assert "notatka.txt" in text
    assert "Łódź" in text  # the signature of the shared one


def _other_status() -> Any:
    from tests.factories.crm import LeadStatusFactory

    return LeadStatusFactory(name="Inny")


def test_a_template_is_filled_for_the_lead(client: Client, lead: Lead, ola: User, funnel: FunnelCast) -> None:
    fits = EmailTemplateFactory(subject="{{ lead.name }}", body="<b>{{ lead.full_name }}</b> {{ lead.product }}")
    other = EmailTemplateFactory(statuses=[funnel.won])
    client.force_login(ola)

    filled = client.get(reverse("communications:mail_template", args=[fits.pk, lead.pk])).json()

    assert filled == {
        "subject": "Regały",
        "body": "<b>Jan Żak</b> ",
        "warning": "Ten lead nie ma wartości pola: Produkt",
    }
    assert client.get(reverse("communications:mail_template", args=[other.pk, lead.pk])).status_code == 404


def test_an_answer_quotes_and_goes_to_whom_it_should(
    client: Client, account: MailAccount, lead: Lead, ola: User
) -> None:
    message = MessageFactory(
        account=account,
        lead=lead,
        subject="Zapytanie",
        text="Ile <b>kosztuje</b>?",
        reply_to=[{"name": "", "address": "sprzedaz@klient.test"}],
        to=[{"name": "", "address": "BIURO@lejek.test"}, {"name": "Ewa", "address": "ewa@klient.test"}],
        cc=[{"name": "", "address": "sprzedaz@klient.test"}],
    )
    client.force_login(ola)

    page = client.get(_url(reply=message.pk, all=1), headers=HTMX)

    form = page.context["form"]
    assert (form["to"].value(), form["cc"].value()) == ("sprzedaz@klient.test", "Ewa <ewa@klient.test>")
    assert form["subject"].value() == "Re: Zapytanie"
    assert "Ile &lt;b&gt;kosztuje" in page.context["composition"].quoted
    assert "Jan Kowalski pisze:" in page.context["composition"].quoted


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_what_is_written_arrives_with_signature_quote_and_files(
    client: Client, smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    file = add(lead, b"abc", "cennik.txt", by=ola)
    message = MessageFactory(account=account, lead=lead, text="Ile kosztuje?", message_id="x@klient.test")
    client.force_login(ola)
    typed = _typed(
        account,
        with_signature="on",
        with_quote="on",
        lead_files=[file.pk],
        uploads=[SimpleUploadedFile("a.txt", b"1"), SimpleUploadedFile("b.txt", b"2")],
    )

    with worker():
        answer = client.post(_url(reply=message.pk), typed, headers=HTMX)

    assert answer.status_code == 204, answer.context["form"].errors
    assert "lejek:close-dialog" in answer.headers["HX-Trigger"]
    arrived = parsed(smtp.received[0].content)
    text = "\n".join(arrived.get_body(("plain",)).get_content().splitlines())
    assert text.index("Dzień dobry") < text.index("-- \nBiuro\nŁódź") < text.index("pisze:\n> Ile kosztuje?")
    html = arrived.get_body(("html",)).get_content()
    assert "<strong>dobry</strong>" in html
    assert html.index("Łódź") < html.index("<blockquote>")
    assert arrived["In-Reply-To"] == "<x@klient.test>"
    assert [part.get_filename() for part in arrived.iter_attachments()] == ["cennik.txt", "a.txt", "b.txt"]
    assert Message.objects.get(direction="out").lead == lead


def test_plain_text_without_signature(
    client: Client, smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    client.force_login(ola)

    with worker():
        client.post(_url(lead=lead.pk), _typed(account, as_plain="on"), headers=HTMX)

    arrived = parsed(smtp.received[0].content)
    assert arrived.get_content_type() == "text/plain"
    assert arrived.get_content().strip() == "Dzień dobry"


def test_a_double_click_sends_once(
    client: Client, smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    client.force_login(ola)

    with worker():
        answers = [client.post(_url(lead=lead.pk), _typed(account), headers=HTMX) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert len(smtp.received) == OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"to": "jan"}, "to"),
        ({"to": ""}, "to"),
        ({"cc": "żółć@x.test"}, "cc"),
        ({"subject": ""}, "subject"),
        ({"body": "<div><br></div>"}, "body"),
        ({"uploads": SimpleUploadedFile("pusty.txt", b"")}, "uploads"),
        ({"account": 987654}, "account"),
        ({"lead_files": [987654]}, "lead_files"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_is_typed_stays(
    client: Client, account: MailAccount, lead: Lead, ola: User, values: dict[str, Any], field: str
) -> None:
    client.force_login(ola)

    answer = client.post(_url(lead=lead.pk), _typed(account, **values), headers=HTMX)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Dzień" in answer.content.decode() or field == "body"
    assert not Message.objects.exists()


def test_scripts_are_not_sent(
    client: Client, smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    client.force_login(ola)

    with worker():
        client.post(_url(lead=lead.pk), _typed(account, body="<p>A<script>alert(1)</script></p>"), headers=HTMX)

    assert "script" not in smtp.received[0].content.decode()


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_what_one_does_not_see_can_t_be_written_to(
    client: Client, account: MailAccount, lead: Lead, marek: User, ola: User
) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility = Visibility.OWN
    settings.save()
    message = MessageFactory(account=sending_account(MailServer(port=1), owner=ola))
    mail = queued(lead, account, ola)
    client.force_login(marek)

    assert client.get(_url(lead=lead.pk)).status_code == 404
    assert client.post(_url(lead=lead.pk), _typed(account)).status_code == 404
    assert client.get(_url(reply=message.pk)).status_code == 404
    assert client.get(_url(about="faktura:1")).status_code == 404
    assert client.get(reverse(COMPOSE)).status_code == 404
    assert client.get(reverse("communications:mail_state", args=[mail.pk])).status_code == 404
    assert client.post(reverse("communications:mail_discard", args=[mail.pk])).status_code == 404
    assert OutgoingMail.objects.count() == 1


def test_only_who_may_send_from_the_account_settles(
    client: Client, smtp: MailServer, lead: Lead, ola: User, marek: User
) -> None:
    own = sending_account(smtp, owner=ola)
    mail = queued(lead, own, ola)
    OutgoingMail.objects.update(state="unknown", problem="interrupted")
    client.force_login(marek)

    state = client.get(reverse("communications:mail_state", args=[mail.pk])).content.decode()
    assert "nieznane" in state
    assert "Wyślij ponownie" not in state
    assert client.post(reverse("communications:mail_mark_sent", args=[mail.pk])).status_code == 403
    mail.refresh_from_db()
    assert mail.state == "unknown"


# --- Its state --------------------------------------------------------------------------------------------------------


def test_the_state_moves_and_then_offers_what_can_be_done(
    client: Client, smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    mail = queued(lead, account, ola)
    client.force_login(ola)
    url = reverse("communications:mail_state", args=[mail.pk])
    waiting = client.get(url).content.decode()
    assert 'data-mail-state="waiting"' in waiting
    assert 'hx-trigger="every 2s"' in waiting

    smtp.script.recipients = {"jan@klient.test": "550 5.1.1 <b>No such user</b>"}
    delivered(mail)
    failed = client.get(url).content.decode()
    assert "Serwer poczty odrzucił adres odbiorcy" in failed
    assert "&lt;b&gt;No such user" in failed
    assert "hx-trigger" not in failed

    smtp.script.recipients = {}
    with worker():
        again = client.post(reverse("communications:mail_send_again", args=[mail.pk]), headers=HTMX)
    assert again.status_code == 200
    assert 'data-mail-state="sent"' in client.get(url).content.decode()
    assert len(smtp.received) == 1
    twice = client.post(reverse("communications:mail_send_again", args=[mail.pk]), headers=HTMX)
    assert "lejek:toast" in twice.headers["HX-Trigger"]
    assert OutgoingMail.objects.get().state == "sent"


def test_a_retried_one_says_when(client: Client, account: MailAccount, lead: Lead, ola: User) -> None:
    mail = queued(lead, account, ola)
    OutgoingMail.objects.update(tries=1, problem="timeout", due_at=timezone.now())
    client.force_login(ola)

    state = client.get(reverse("communications:mail_state", args=[mail.pk])).content.decode()

    assert "Próba 1 nie powiodła się; następna:" in state
    assert 'hx-trigger="every 20s"' in state
    client.post(reverse("communications:mail_discard", args=[mail.pk]), headers=HTMX)
    assert not Message.objects.exists()


def test_the_demo_shows_every_outcome(lead: Lead, funnel: FunnelCast, ola: User) -> None:
    MessageFactory.create_batch(3, direction="out", lead=lead)
    MessageFactory(lead=lead)
    MessageFactory(direction="out")

    add_states()

    assert sorted(OutgoingMail.objects.values_list("state", flat=True)) == ["failed", "sent", "unknown"]
    assert not OutgoingMail.objects.due().exists()
    assert Notification.objects.filter(user=ola, kind=NotificationKind.MAIL_FAILED).count() == 2
