"""Telling users: who is told what and how, once, in their language."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone, translation

from crm.models import Notification, NotificationKind, SystemSettings, User, Visibility
from crm.services.notification_mail import due_mails, give_up_interrupted_mails, send_notification_mail
from crm.services.notifications import GATHERED_FOR, Ways, choose_ways, mark_read, notify, ways_of
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory
from tests.worker import Worker

MENTION, ASSIGNMENT, ACTIVITY_DUE = NotificationKind.MENTION, NotificationKind.ASSIGNMENT, NotificationKind.ACTIVITY_DUE
Mail = Notification.Mail


def _mention(user: User, by: User, **more: object) -> Notification | None:
    values = {"what": "000001 Biuro", "url": "/leads/1/", "details": "@Ola rzuć okiem", **more}
    return notify(user=user, kind=MENTION, by=by, **values)  # type: ignore[arg-type]


def test_mention_stands_in_the_app_and_is_mailed(ola: User, ewa: User, worker: Worker) -> None:
    with worker():
        row = _mention(ola, ewa)
        assert row
        assert mail.outbox == []  # not before the commit
    row.refresh_from_db()
    assert (row.in_app, row.mail, row.mail_error, row.read_at) == (True, Mail.SENT, "", None)
    (message,) = mail.outbox
    assert message.to == ["ola@lejek.test"]
    assert message.subject == "Lejek: Wspomniano o Tobie: 000001 Biuro"
    assert "Dzień dobry, Ola," in message.body
    assert "@Ola rzuć okiem" in message.body
    assert "Od: Ewa Lis" in message.body
    assert f"http://127.0.0.1:8000/notifications/{row.pk}/" in message.body


def test_mail_speaks_the_language_of_the_reader(ola: User, ewa: User, worker: Worker) -> None:
    User.objects.filter(pk=ola.pk).update(language="en")
    ola.refresh_from_db()
    with worker(), translation.override("pl"):
        row = _mention(ola, ewa)
    assert mail.outbox[0].subject == "Lejek: You were mentioned: 000001 Biuro"
    assert "Hello Ola," in mail.outbox[0].body
    with translation.override("pl"):
        assert row
        assert row.text == "Wspomniano o Tobie: 000001 Biuro"


def test_nobody_is_told_of_what_they_did_nor_when_they_left(ola: User, ewa: User, worker: Worker) -> None:
    with worker():
        assert _mention(ewa, ewa) is None
        ola.is_active = False
        ola.save()
        assert _mention(ola, ewa) is None
    assert not Notification.objects.exists()
    assert mail.outbox == []


def test_who_may_not_see_the_lead_is_not_told(ola: User, marek: User, ewa: User, funnel: FunnelCast) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility = Visibility.OWN
    settings.save()
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    assert _mention(marek, ewa, about=lead) is None
    assert _mention(ola, ewa, about=lead)
    assert Notification.objects.get().user == ola


def test_chosen_ways_are_kept_and_used(ola: User, ewa: User, worker: Worker) -> None:
    choose_ways(user=ola, ways={MENTION: Ways(in_app=False, by_email=True)})
    choose_ways(user=ola, ways={ASSIGNMENT: Ways(in_app=False, by_email=False)})
    ola = User.objects.get(pk=ola.pk)
    assert ways_of(ola)[MENTION] == Ways(in_app=False, by_email=True)
    assert ways_of(ola)[ACTIVITY_DUE] == Ways(in_app=True, by_email=False)
    with worker():
        row = _mention(ola, ewa)
        assert notify(user=ola, kind=ASSIGNMENT, by=ewa, what="000001 Biuro", url="/leads/1/") is None
        due = notify(user=ola, kind=ACTIVITY_DUE, what="Telefon", url="/leads/1/")
    assert row
    assert due
    assert len(mail.outbox) == 1
    assert list(Notification.objects.shown_to(ola)) == [due]
    assert not Notification.objects.shown_to(ewa)


def test_a_key_is_told_once(ola: User, ewa: User) -> None:
    assert notify(user=ola, kind=ACTIVITY_DUE, what="Telefon", url="/", key="activity:1:x")
    assert notify(user=ola, kind=ACTIVITY_DUE, what="Telefon", url="/", key="activity:1:x") is None
    assert notify(user=ewa, kind=ACTIVITY_DUE, what="Telefon", url="/", key="activity:1:x")
    assert Notification.objects.count() == 2


def test_what_happens_again_is_counted_into_one(ola: User, ewa: User, adam: User, worker: Worker) -> None:
    def assign(by: User, number: int) -> None:
        what, url = f"{number:06d} Biuro", f"/leads/{number}/"
        notify(user=ola, kind=ASSIGNMENT, by=by, what=what, url=url, url_of_many="/leads/")

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(1, 38):
            assign(ewa, number)
        assign(adam, 40)
        many = Notification.objects.get(by=ewa)
        assert (many.count, many.url) == (37, "/leads/")
        with translation.override("pl"):
            assert many.text == "Przydzielono Ci 37 leadów"
            assert Notification.objects.get(by=adam).text == "Przydzielono Ci lead 000040 Biuro"
        send_notification_mail(notification_id=many.pk)
        assert mail.outbox == []  # more may come
        clock.shift(GATHERED_FOR)
        assert many.pk in due_mails()
        send_notification_mail(notification_id=many.pk)
        send_notification_mail(notification_id=many.pk)
        assert [message.subject for message in mail.outbox] == ["Lejek: Przydzielono Ci 37 leadów"]
        assign(ewa, 50)
    assert Notification.objects.filter(by=ewa).count() == 2


def test_a_failed_mail_is_kept_and_tried_again(ola: User, ewa: User, worker: Worker) -> None:
    broken = patch("django.core.mail.EmailMessage.send", side_effect=SMTPServerDisconnected("Połączenie zerwane"))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        with broken, worker():
            row = _mention(ola, ewa)
        assert row
        row.refresh_from_db()
        assert (row.mail, row.mail_tries, row.mail_problem) == (Mail.WAITING, 1, "Połączenie zerwane")
        assert due_mails() == []
        for _attempt in range(5):
            clock.shift(5 * 3600)
            assert due_mails() == [row.pk]
            with broken:
                send_notification_mail(notification_id=row.pk)
        row.refresh_from_db()
        assert (row.mail, row.mail_tries) == (Mail.FAILED, 6)
        clock.shift(24 * 3600)
        assert due_mails() == []
    assert mail.outbox == []


def test_an_interrupted_mail_is_not_sent_twice(ola: User, ewa: User) -> None:
    row = _mention(ola, ewa)
    assert row
    Notification.objects.filter(pk=row.pk).update(mail=Mail.SENDING, mail_at=timezone.now())
    assert give_up_interrupted_mails() == 0
    send_notification_mail(notification_id=row.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert give_up_interrupted_mails() == 1
    row.refresh_from_db()
    assert row.mail == Mail.FAILED
    with translation.override("pl"):
        assert row.mail_problem.startswith("Wysyłanie zostało przerwane")
    assert mail.outbox == []


def test_reading_concerns_ones_own_alone(ola: User, ewa: User, adam: User) -> None:
    first, second, others = _mention(ola, ewa), _mention(ola, ewa), _mention(adam, ewa)
    assert first
    assert second
    assert others
    assert mark_read(user=ola, notification=others) == 0
    assert mark_read(user=ola, notification=first) == 1
    assert mark_read(user=ola) == 1
    assert mark_read(user=ola) == 0
    assert list(Notification.objects.unread()) == [others]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_tells_nobody(ola: User, ewa: User) -> None:
    with transaction.atomic():
        _mention(ola, ewa)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not connection.run_on_commit
