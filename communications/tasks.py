"""Background work on calls and e-mails."""

from celery import shared_task

from communications.services import recordings


@shared_task
def fetch_recording(call_id: int) -> None:
    """Fetch the recording of a call, if no other worker does."""
    recordings.fetch_recording(call_id=call_id)


@shared_task
def fetch_waiting_recordings() -> None:
    """Fetch what is due: what is to be tried again, and what a lost task was for (beat starts this every minute)."""
    for call_id in recordings.waiting_recordings():
        fetch_recording.delay(call_id)
