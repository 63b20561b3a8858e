"""What became of the e-mails with invoices: an invoice is marked as sent only when one of them really went out."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from documents.models import Invoice, InvoiceMail
from leads.mailing import mail_sender

SENT = "sent"
FAILED = "failed"
# A failed e-mail can be sent again by the user under its ID; after this time nobody asks about it any more.
ASKED_FOR = timedelta(days=30)
BATCH = 500


def note_sent() -> int:
    """Ask the sender about the e-mails whose end is not known yet, and mark the invoices that went out.

    Returns how many e-mails are sent now.
    """
    since = timezone.now() - ASKED_FOR
    return _note(InvoiceMail.objects.filter(is_settled=False, created_at__gte=since).order_by("-pk")[:BATCH])[0]


def note_sent_of(invoice: Invoice) -> bool:
    """The same for one invoice, at once. Returns whether it went out or may still do so: what waits, and what nobody
    knows about, counts too.
    """
    sent, open_ones = _note(InvoiceMail.objects.filter(invoice=invoice, is_settled=False))
    return sent > 0 or open_ones > 0 or InvoiceMail.objects.filter(invoice=invoice, is_settled=True).exists()


def _note(asked: Iterable[InvoiceMail]) -> tuple[int, int]:
    """How many of these e-mails are sent, and how many are neither sent nor failed."""
    mails = list(asked)
    states = mail_sender().states([mail.mail for mail in mails]) if mails else {}
    sent = [mail for mail in mails if states.get(mail.mail) == SENT]
    for mail in sent:
        with transaction.atomic():
            Invoice.objects.filter(pk=mail.invoice_id, sent_at__isnull=True).update(sent_at=timezone.now())
            InvoiceMail.objects.filter(pk=mail.pk).update(is_settled=True)
    failed = sum(states.get(mail.mail, FAILED) == FAILED for mail in mails)
    return len(sent), len(mails) - len(sent) - failed
