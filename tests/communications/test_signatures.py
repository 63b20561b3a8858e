"""How people sign what they write: from a shared account, from their own, and with nothing."""

import pytest
from django.test import Client

from communications.models import Message
from communications.signatures import signature_of
from crm.models import User
from leads.mailing import mail_sender
from tests.cast import FunnelCast
from tests.communications.sending import sending_account
from tests.communications.smtp_server import MailServer
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("of_user", "is_own", "of_account", "expected"),
    [
        ("Ola Nowak", False, "ACME sp. z o.o.", "Ola Nowak\n\nACME sp. z o.o."),
        ("Ola Nowak", False, "", "Ola Nowak"),
        ("", False, "ACME sp. z o.o.", "ACME sp. z o.o."),
        ("Ola Nowak", True, "Aleksandra", "Aleksandra"),
        ("Ola Nowak", True, " ", "Ola Nowak"),
        ("", True, "", ""),
    ],
)
def test_who_signs(ola: User, of_user: str, is_own: bool, of_account: str, expected: str) -> None:
    ola.signature = of_user
    account = sending_account(MailServer(port=1), owner=ola if is_own else None, signature=of_account)
    assert signature_of(ola, account) == expected


def test_the_profile_keeps_it_and_the_dialog_and_the_e_mail_show_it(
    client: Client, funnel: FunnelCast, ola: User, marek: User
) -> None:
    account = sending_account(MailServer(port=1), signature="ACME sp. z o.o.")
    lead = LeadFactory(status=funnel.new, email="jan@klient.test")
    client.force_login(ola)
    form = client.get("/accounts/profile/").context["form"]
    values = {name: form[name].value() or "" for name in ("first_name", "last_name", "phone_extension", "language")}
    values |= {"theme": "dark", "signature": "Ola <b>Nowak</b>\r\n600 100 200"}
    assert client.post("/accounts/profile/", values).status_code == 302
    assert client.post("/accounts/profile/", {**values, "signature": "a\x00b"}).status_code == 422
    ola.refresh_from_db()
    assert ola.signature.splitlines() == ["Ola <b>Nowak</b>", "600 100 200"]

    url = f"/emails/compose/?lead={lead.pk}"
    page = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Ola &lt;b&gt;Nowak&lt;/b&gt;<br>600 100 200<br><br>ACME sp. z o.o." in page
    typed = {"account": account.pk, "to": "jan@klient.test", "subject": "Oferta", "body": "<div>Witam</div>"}
    assert client.post(url, {**typed, "with_signature": "on"}, headers={"HX-Request": "true"}).status_code == 204
    written = Message.objects.get()
    assert written.text == "Witam\n\n-- \nOla <b>Nowak</b>\n600 100 200\n\nACME sp. z o.o."
    assert "Ola &lt;b&gt;Nowak" in written.html

    client.force_login(marek)  # each with their own
    assert "Ola &lt;b&gt;" not in client.get(url, headers={"HX-Request": "true"}).content.decode()
    mail_sender().send(to="jan@klient.test", subject="Faktura", body="W załączeniu.", by=ola, lead=lead)
    assert Message.objects.get(subject="Faktura").text.endswith("-- \nOla <b>Nowak</b>\n600 100 200\n\nACME sp. z o.o.")
