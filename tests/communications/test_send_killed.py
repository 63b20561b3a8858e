"""A worker that is killed between the server's receipt of a message and its own record of it."""

import os
import signal
import threading
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from communications import tasks
from communications.models import OutgoingMail
from communications.services.deliver_mail import give_up_interrupted
from communications.services.send_mail import send_again
from config.celery import app
from config.settings import test as as_started
from crm.models import User
from tests.cast import FunnelCast
from tests.communications.sending import queued, sending_account
from tests.communications.smtp_server import MailServer
from tests.factories.leads import LeadFactory
from tests.infra.installation import until
from tests.leads.test_import_killed import start_worker  # noqa: F401 - a fixture

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def far_smtp(smtp: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The server as workers of their own reach it, who keep uploads where they were told when they started."""
    settings.MEDIA_ROOT = as_started.MEDIA_ROOT
    monkeypatch.setenv("MAIL_CA_FILE", settings.MAIL_CA_FILE)
    return smtp


def _state() -> str:
    return OutgoingMail.objects.get().state


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_killed_worker_leaves_it_unknown_and_nothing_is_sent_twice(
    start_worker: Any,  # noqa: F811
    far_smtp: MailServer,
    ola: User,
    funnel: FunnelCast,
) -> None:
    far_smtp.script.holds = threading.Event()
    account = sending_account(far_smtp)
    lead = LeadFactory(status=funnel.new, sales_person=ola, email="jan@klient.test")
    first = start_worker()
    mail = queued(lead, account, ola)
    assert far_smtp.script.reached.wait(60), "the worker did not get as far as the text"
    assert _state() == "sending"
    OutgoingMail.objects.update(due_at=timezone.now() - tasks.deliver_mail.SETTLING * 2)
    assert give_up_interrupted() == 0  # it is alive

    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    far_smtp.script.holds.set()
    assert len(far_smtp.received) == 1
    until(lambda: give_up_interrupted() == 1, "nobody noticed that the worker is gone")

    assert _state() == "unknown"
    start_worker()
    tasks.send_waiting_mail()
    tasks.send_mail_task.delay(mail.pk)  # what the queue may deliver once more
    mail.refresh_from_db()
    assert (mail.state, mail.problem, len(far_smtp.received)) == ("unknown", "interrupted", 1)

    send_again(mail=mail, by=ola)
    until(lambda: _state() == "sent", "it was not sent again")
    assert len(far_smtp.received) == 2  # since the user wanted it
    app.control.purge()
    connections.close_all()


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_workers_and_sweeps_send_each_once(
    start_worker: Any,  # noqa: F811
    far_smtp: MailServer,
    ola: User,
    funnel: FunnelCast,
) -> None:
    account = sending_account(far_smtp)
    lead = LeadFactory(status=funnel.new, sales_person=ola, email="jan@klient.test")
    for _worker in range(2):
        start_worker()
    mails = [queued(lead, account, ola, subject=f"Oferta {number}") for number in range(30)]
    for _sweep in range(5):
        tasks.send_waiting_mail()

    until(lambda: OutgoingMail.objects.filter(state="sent").count() == len(mails), "not all were sent", seconds=120)

    subjects = sorted(str(sent.content).count("Subject: Oferta") for sent in far_smtp.received)
    assert subjects == [1] * len(mails)
    app.control.purge()
    connections.close_all()
