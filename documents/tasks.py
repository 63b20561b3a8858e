"""Work of documents in the background."""

from celery import shared_task

from documents.services.delivery import note_sent


@shared_task
def note_sent_invoices() -> None:
    """Mark the invoices whose e-mails have gone out."""
    note_sent()
