"""Who sees which e-mails and accounts."""

import pytest
from django.db import IntegrityError, connection, transaction

from communications.encryption import encrypt
from communications.models import Attachment, MailAccount, MailFolder, Message, MessagePlace
from crm.models import SystemSettings, Visibility
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_leads_only(db):
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)


def seen_by(*users):
    return [set(Message.objects.visible_to(user)) for user in users]


def test_a_message_of_an_own_account_is_seen_by_its_owner_alone(ola, marek, ewa, adam):
    message = MessageFactory(account__owner=ola)

    assert seen_by(ola, marek, ewa, adam) == [{message}, set(), set(), set()]


def test_a_message_of_a_shared_account_is_seen_by_every_seller(ola, marek, ewa):
    message = MessageFactory()

    assert seen_by(ola, marek, ewa) == [{message}, {message}, {message}]


def test_a_linked_message_is_seen_by_those_who_see_the_lead(ola, marek, ewa, own_leads_only):
    shared = MessageFactory(lead=LeadFactory(sales_person=marek))
    own = MessageFactory(account__owner=ola, lead=LeadFactory(sales_person=marek))

    # Who owns the mailbox has the message there anyway.
    assert seen_by(ola, marek, ewa) == [{own}, {shared, own}, {shared, own}]


def test_nobody_who_left_sees_anything(ola):
    MessageFactory(account__owner=ola)
    ola.is_active = False

    assert seen_by(ola) == [set()]


def test_attachments_go_with_their_message(ola, marek):
    attachment = Attachment.objects.create(
        message=MessageFactory(account__owner=ola), position=1, name="oferta.pdf", size=1, file="mail/x"
    )

    assert list(Attachment.objects.visible_to(ola)) == [attachment]
    assert not Attachment.objects.visible_to(marek).exists()


def test_accounts_that_one_may_set_up(ola, marek, ewa):
    shared, own = MailAccountFactory(), MailAccountFactory(owner=ola)

    assert set(MailAccount.objects.manageable_by(ola)) == {own}
    assert set(MailAccount.objects.manageable_by(marek)) == set()
    assert set(MailAccount.objects.manageable_by(ewa)) == {shared}


def test_accounts_that_concern_a_user(ola, marek):
    shared, own = MailAccountFactory(smtp_host="smtp.lejek.test"), MailAccountFactory(owner=ola)
    MailAccountFactory(is_active=False)

    assert set(MailAccount.objects.concerning(ola)) == {shared, own}
    assert set(MailAccount.objects.concerning(marek)) == {shared}
    assert list(MailAccount.objects.sendable_by(ola)) == [shared]


def test_ready_is_what_nobody_has_dealt_with(ola):
    ready = MessageFactory()
    MessageFactory(lead=LeadFactory())
    MessageFactory(ignored_at=ready.received_at)
    MessageFactory(is_old=True)
    MessageFactory(direction=Message.Direction.OUT)

    assert list(Message.objects.to_process()) == [ready]
    assert [message.needs_processing for message in Message.objects.order_by("pk")] == [True] + [False] * 4


def test_secrets_lie_encrypted_in_the_database():
    account = MailAccountFactory()

    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM communications_accountsecrets WHERE account_id = %s", [account.pk])
        stored = cursor.fetchone()[0]

    assert "hasło" not in stored
    assert stored.startswith("gAAAA")
    account.secrets.refresh_from_db()
    assert account.secrets.password == "tajne hasło"


def test_an_older_key_opens_and_a_foreign_one_does_not(settings):
    account, old_keys = MailAccountFactory(), settings.ENCRYPTION_KEYS
    new = "bGVqZWstbmV3LWtleS1sZWplay1uZXcta2V5LWxlamU="

    settings.ENCRYPTION_KEYS = [new, *old_keys]
    account.secrets.refresh_from_db()
    assert account.secrets.password == "tajne hasło"
    assert encrypt("") == ""

    settings.ENCRYPTION_KEYS = [new]
    account.secrets.refresh_from_db()
    assert account.secrets.password == ""
    assert type(account.secrets.password).__name__ == "Unreadable"


def test_a_place_on_the_server_holds_one_message():
    message = MessageFactory()
    folder = MailFolder.objects.get(account=message.account)
    place = {"folder": folder, "uidvalidity": 7, "uid": 1}
    MessagePlace.objects.create(message=message, **place)

    with pytest.raises(IntegrityError), transaction.atomic():
        MessagePlace.objects.create(message=MessageFactory(account=message.account), **place)
