"""Makers of e-mail accounts and messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory

from communications.models import AccountHealth, AccountSecrets, EmailTemplate, MailAccount, MailFolder, Message


class MailAccountFactory(factory.django.DjangoModelFactory[MailAccount]):
    """A shared account with health, secrets and the folder INBOX; `owner` makes it somebody's own."""

    class Meta:
        model = MailAccount
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Skrzynka {n}")
    from_address = factory.Sequence(lambda n: f"skrzynka{n}@lejek.test")
    login = factory.SelfAttribute("from_address")
    imap_host = "imap.lejek.test"

    @factory.post_generation
    def belongings(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            AccountHealth.objects.create(account=self)  # type: ignore[misc]
            AccountSecrets.objects.create(account=self, password="tajne hasło")  # type: ignore[misc]
            MailFolder.objects.create(account=self, name="INBOX")  # type: ignore[misc]


class MessageFactory(factory.django.DjangoModelFactory[Message]):
    """An incoming message that was read, on an account of its own; nothing of it is in the storage."""

    class Meta:
        model = Message

    account = factory.SubFactory(MailAccountFactory)
    parse_state = Message.ParseState.PARSED
    subject = factory.Sequence(lambda n: f"Zapytanie {n}")
    from_name = "Jan Kowalski"
    from_address = "jan@klient.test"
    message_id = factory.Sequence(lambda n: f"wiadomosc{n}@klient.test")
    text = "Dzień dobry, proszę o ofertę."
    received_at = factory.Sequence(lambda n: datetime(2026, 11, 20, 8, tzinfo=UTC) + timedelta(seconds=n))
    date = factory.SelfAttribute("received_at")
    sent_at = factory.SelfAttribute("received_at")


class EmailTemplateFactory(factory.django.DjangoModelFactory[EmailTemplate]):
    """A template that fits every lead, or the given `types` and `statuses`."""

    class Meta:
        model = EmailTemplate
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Szablon {n}")
    subject = "Oferta dla {{ lead.name }}"
    body = "<div>Dzień dobry</div>"
    sort_order = factory.Sequence(lambda n: n)

    @factory.post_generation
    def types(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.types.add(*extracted)  # type: ignore[attr-defined]

    @factory.post_generation
    def statuses(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.statuses.add(*extracted)  # type: ignore[attr-defined]
