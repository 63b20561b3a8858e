"""„Napisz e-mail” about a row of another app: what it begins with, what may be left out, what is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client

from communications.models import MailAccount, OutgoingMail
from crm.models import User
from leads.mailing import MailDraft, MailFile
from tests.communications.sending import parsed
from tests.communications.smtp_server import MailServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # the whole connection is in TLS
]
ABOUT, OTHER = "/emails/compose/?about=invoice:7", "/emails/compose/?about=invoice:8"
Worker = Callable[[], AbstractContextManager[None]]
HTMX = {"HX-Request": "true"}


def _typed(sender: MailAccount, /, **values: Any) -> dict[str, Any]:
    mail = {"to": "ksiegowa@klient.test", "subject": "Faktura", "body": "<div>W załączeniu</div>", "once": "abc"}
    return {"account": sender.pk, **mail, **values}


class Invoices:
    """A source as documents will have one."""

    told: list[tuple[int, int]] = []

    def draft(self, *, pk: int, user: User) -> MailDraft | None:
        if pk != 7:
            return None
        files = [MailFile("FV-7.pdf", b"%PDF-1.4 7")]
        return MailDraft(
            to="ksiegowa@klient.test", subject="Faktura", body="Dzień\ndobry", files=files, warning="Bez KSeF"
        )

    def sent(self, *, pk: int, user: User, mail: int) -> None:
        self.told.append((pk, mail))


INVOICES = Invoices()


def test_the_dialog_begins_with_what_another_app_gives(
    client: Client, smtp: MailServer, account: MailAccount, ola: User, settings: Any, worker: Worker
) -> None:
    settings.MAIL_SOURCES = {"invoice": f"{__name__}.INVOICES"}
    INVOICES.told.clear()
    client.force_login(ola)

    page = client.get(ABOUT, headers=HTMX)
    assert page.context["form"]["to"].value() == "ksiegowa@klient.test"
    assert page.context["form"]["body"].value() == "<p>Dzień<br>dobry</p>"
    assert "Bez KSeF" in page.content.decode()
    assert "FV-7.pdf" in page.content.decode()
    assert client.get(OTHER).status_code == 404

    ticked = page.context["form"]["draft_files"].value()
    with worker():
        client.post(ABOUT, _typed(account, draft_files=ticked), headers=HTMX)

    assert INVOICES.told == [(7, OutgoingMail.objects.get().pk)]
    assert _attached(smtp) == ["FV-7.pdf"]


def _attached(smtp: MailServer) -> list[str]:
    return [part.get_filename() for part in parsed(smtp.received[-1].content).iter_attachments()]


def test_without_its_document_an_e_mail_goes_out_and_does_not_count_as_the_document_s(
    client: Client, smtp: MailServer, account: MailAccount, ola: User, settings: Any, worker: Worker
) -> None:
    settings.MAIL_SOURCES = {"invoice": f"{__name__}.INVOICES"}
    INVOICES.told.clear()
    client.force_login(ola)

    forged = client.post(ABOUT, _typed(account, draft_files=["1"]), headers=HTMX)
    assert (forged.status_code, list(forged.context["form"].errors)) == (422, ["draft_files"])
    wrong = client.post(ABOUT, _typed(account, to=""), headers=HTMX)
    assert "checked" not in str(wrong.context["form"]["draft_files"])  # what was left out stays so
    with worker():
        client.post(ABOUT, _typed(account), headers=HTMX)

    assert len(smtp.received) == 1
    assert _attached(smtp) == []
    assert INVOICES.told == []
