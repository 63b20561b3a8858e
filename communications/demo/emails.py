"""E-mails of the demo: enquiries that wait, and conversations on leads. They go the way of real ones: an original is
stored, then read, then linked.
"""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone

from communications.demo.letters import ANSWERS, CALENDAR, OFFER, QUESTION, WAITING, Letter
from communications.demo.mailbox import DEMO_ADDRESS, HOST
from communications.models import AccountHealth, AccountSecrets, MailAccount, Message
from communications.services.reading import read_messages
from crm.demo import DEMO_SELLER
from crm.models import User
from leads.models import Lead

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OUT = Message.Direction.OUT


def add_emails() -> None:
    """A shared account with what waits in it, conversations on some open leads of sales people, and an own account."""
    account = MailAccount.objects.shared().first() or _account("Biuro", DEMO_ADDRESS, "Lejek – magazyny")
    seller = User.objects.filter(email=DEMO_SELLER).first()
    if seller is not None and not seller.mail_accounts.exists():
        _account(str(seller), DEMO_SELLER, str(seller), owner=seller)
    now = timezone.now()
    waiting = [_store(account, _written(letter, now), now - timedelta(hours=letter.hours)) for letter in WAITING]
    read_messages(messages=waiting)
    leads = Lead.objects.open().filter(sales_person__isnull=False).exclude(email="").select_related("sales_person")
    # Who signs in as the sales person finds the answers, whatever the day has made of the funnel.
    of_seller_first = leads.annotate(is_other=~Q(sales_person__email=DEMO_SELLER)).order_by("is_other", "-pk")
    for place, lead in enumerate(of_seller_first[: len(ANSWERS) * 3]):
        _converse(account, lead, place, now)


def _account(name: str, address: str, sender: str, *, owner: User | None = None) -> MailAccount:
    account = MailAccount.objects.create(
        name=name,
        owner=owner,
        from_address=address,
        from_name=sender,
        login=address,
        imap_host=HOST,
        start_date=timezone.localdate() - timedelta(days=30),
    )
    # Nobody asks a server before there is one (communications.demo.mailbox).
    now = timezone.now()
    next_at = now + timedelta(days=36500)
    AccountHealth.objects.create(account=account, fetched_at=now, first_look_at=now, next_at=next_at)
    AccountSecrets.objects.create(account=account)
    return account


def _converse(account: MailAccount, lead: Lead, place: int, now: datetime) -> None:
    """A question that became the lead, the offer, and for the first leads an answer that is new."""
    customer = f"{lead.first_name} {lead.last_name}".strip() or lead.company_name or lead.email
    person = lead.sales_person
    assert person is not None
    asked = min(lead.received_at or now, now - timedelta(days=6))
    question_id, offer_id = f"pytanie-{lead.pk}@klient.example", f"oferta-{lead.pk}@lejek.test"
    answer_to, text = f"Re: {lead.name}", QUESTION.format(subject=lead.name, name=customer)
    question = _store(account, _mail(customer, lead.email, lead.name, text, question_id, asked), asked)
    read_messages(messages=[question])
    Message.objects.filter(pk=question.pk).update(lead=lead, linked_at=asked, linked_by=person, opened_at=asked)
    text = OFFER.format(name=person)
    offer = _mail(str(person), DEMO_ADDRESS, answer_to, text, offer_id, asked, after=question_id)
    offer.replace_header("To", lead.email)
    offer.add_attachment(PDF, maintype="application", subtype="pdf", filename=f"oferta-{lead.number}.pdf")
    read_messages(messages=[_store(account, offer, asked + timedelta(hours=20), direction=OUT)])
    if place < len(ANSWERS):
        text, hours = ANSWERS[place]
        when, answer_id = now - timedelta(hours=hours), f"odpowiedz-{lead.pk}@klient.example"
        answer = _mail(customer, lead.email, answer_to, text, answer_id, when, after=offer_id)
        read_messages(messages=[_store(account, answer, when)])


def _written(letter: Letter, now: datetime) -> EmailMessage:
    when = now - timedelta(hours=letter.hours)
    message_id = f"{letter.hours}.{letter.address}"
    message = _mail(letter.sender, letter.address, letter.subject, letter.text, message_id, when)
    for name, value in letter.headers:
        message[name] = value
    if letter.html:
        message.set_content(letter.html, subtype="html")
    if letter.attachment.endswith(".ics"):
        meeting = CALENDAR.format(day=f"{now + timedelta(days=2):%Y%m%d}").encode()
        message.add_attachment(meeting, maintype="text", subtype="calendar", filename=letter.attachment)
    elif letter.attachment:
        message.add_attachment(PDF, maintype="application", subtype="pdf", filename=letter.attachment)
    return message


def _mail(
    name: str, address: str, subject: str, text: str, message_id: str, when: datetime, *, after: str = ""
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = f'"{name}" <{address}>'
    message["To"] = DEMO_ADDRESS
    message["Subject"] = subject
    message["Date"] = format_datetime(when)
    message["Message-ID"] = f"<{message_id}>"
    if after:
        message["In-Reply-To"] = f"<{after}>"
    message.set_content(text)
    return message


def _store(
    account: MailAccount, mail: EmailMessage, when: datetime, *, direction: str = Message.Direction.IN
) -> Message:
    raw = mail.as_bytes()
    message = Message(
        account=account,
        direction=direction,
        size=len(raw),
        digest=sha256(raw).digest(),
        received_at=when,
        sent_at=when,
    )
    message.raw.save("", ContentFile(raw), save=False)
    message.save()
    return message
