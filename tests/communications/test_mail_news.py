"""Who wrote an e-mail is told when it did not go out, or when nobody knows: once, in words, with a way to it."""

from typing import Any

import pytest
from django.core import mail as system_mail
from django.test import Client
from django.utils import timezone

from communications.models import MailAccount, OutgoingMail
from communications.services.deliver_mail import PAUSES
from communications.services.send_mail import discard_mail, send_again
from crm.models import Notification, NotificationKind, User
from crm.services.notification_mail import send_notification_mail
from crm.services.notifications import Ways, choose_ways
from leads.models import Lead
from tests.cast import FunnelCast
from tests.communications.sending import delivered, queued, smtp, smtp_process
from tests.communications.smtp_server import MailServer
from tests.factories.leads import LeadFactory

__all__ = ["smtp", "smtp_process"]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
REFUSED = {"jan@klient.test": "550 5.1.1 No such user"}


@pytest.fixture
def lead(funnel: FunnelCast, marek: User) -> Lead:
    return LeadFactory(name="Regały", status=funnel.new, sales_person=marek, email="jan@klient.test")


def _unread(user: User) -> int:
    return Notification.objects.filter(user=user, kind=NotificationKind.MAIL_FAILED).unread().count()


def _told(user: User) -> list[Notification]:
    return list(Notification.objects.filter(user=user, kind=NotificationKind.MAIL_FAILED).order_by("pk"))


def test_the_author_is_told_with_the_reason_and_comes_to_the_lead(
    client: Client, smtp: MailServer, account: MailAccount, lead: Lead, ola: User, marek: User
) -> None:
    mail = queued(lead, account, ola, text="Tylko dla klienta")
    smtp.script.recipients = REFUSED
    delivered(mail)

    [notice] = _told(ola)
    assert notice.text == "Kłopot z wysłaniem e-maila: Oferta – żółć"
    assert notice.details.startswith(f"jan@klient.test · {lead} · Serwer poczty odrzucił adres odbiorcy")
    assert not _told(marek)
    client.force_login(ola)
    opened = client.get(f"/notifications/{notice.pk}/")
    assert opened.url == f"/leads/{lead.pk}/#emails"
    assert f'id="mail-again-{mail.pk}"' in client.get(f"/leads/{lead.pk}/emails/").content.decode()

    send_notification_mail(notification_id=notice.pk)
    [letter] = system_mail.outbox  # by the system's own server, not the account that failed
    assert letter.to == [ola.email]
    assert "Serwer poczty odrzucił adres odbiorcy" in letter.body
    assert "Tylko dla klienta" not in letter.body  # what was written stays here

    send_again(mail=mail, by=marek)
    delivered(mail)
    assert (len(_told(ola)), len(_told(marek))) == (2, 1)  # each failure once, and who sent it again too
    assert (_unread(ola), _unread(marek)) == (1, 1)
    discard_mail(mail=mail, by=ola)
    assert (_unread(ola), _unread(marek)) == (0, 0)  # it is dealt with, by whomever


def test_passing_troubles_are_not_told_the_last_one_is(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User
) -> None:
    mail = queued(lead, account, ola)
    smtp.script.mail = "451 Later"
    for attempt in range(len(PAUSES) + 1):
        assert not _told(ola), attempt
        OutgoingMail.objects.update(due_at=timezone.now())
        delivered(mail)
    assert len(_told(ola)) == 1
    smtp.script.mail = ""
    send_again(mail=mail, by=ola)
    assert delivered(mail).state == "sent"
    assert len(_told(ola)) == 1


def test_the_unknown_is_told_in_the_reader_s_language_and_leads_to_the_message_without_a_lead(
    smtp: MailServer, account: MailAccount, ola: User
) -> None:
    User.objects.filter(pk=ola.pk).update(language="en")
    mail = queued(None, account, ola)
    smtp.script.drops = "data"
    delivered(mail)

    [notice] = _told(ola)
    assert notice.details.startswith("jan@klient.test · Sending was interrupted at the last moment")
    assert notice.url == f"/leads/emails/{mail.message.pk}/"


@pytest.mark.parametrize(("ways", "count"), [(Ways(True, False), 1), (Ways(False, False), 0)])
def test_as_the_author_set_it(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, ways: Ways, count: int
) -> None:
    kind: Any = NotificationKind.MAIL_FAILED
    choose_ways(user=ola, ways={kind: ways})
    smtp.script.recipients = REFUSED
    delivered(queued(lead, account, ola))
    assert [notice.mail for notice in _told(ola)] == ["none"] * count
