"""Background work of communications."""

from celery import shared_task

from communications.services import deliver_mail, failing, importing, reading, recordings, telephony


@shared_task
def import_mail(account_id: int) -> None:
    """Fetch what is new of an e-mail account; what one slice of time did not do goes on in another task."""
    if importing.import_account(account_id=account_id):
        import_mail.delay(account_id)


@shared_task
def read_mail(account_id: int) -> None:
    """Read the stored messages of an account."""
    reading.read_account(account_id=account_id)


@shared_task
def start_due_mail() -> None:
    """Start the accounts whose time has come, and the reading of what a lost task has left (beat starts this often)."""
    failing.tell_of_failures()
    for account_id in importing.due_accounts():
        import_mail.delay(account_id)
    for account_id in reading.accounts_to_read():
        read_mail.delay(account_id)


@shared_task
def send_mail_task(mail_id: int) -> None:
    """Send a queued e-mail; what fails for now is tried again by the sweep below."""
    deliver_mail.deliver_mail(mail_id=mail_id)


@shared_task
def send_waiting_mail() -> None:
    """Send what is due, and tell as unknown what a dead worker has left (beat starts this often)."""
    deliver_mail.give_up_interrupted()
    for mail_id in deliver_mail.due_mails():
        send_mail_task.delay(mail_id)


@shared_task
def fetch_recording(call_id: int) -> None:
    """Fetch the recording of a call, if no other worker does."""
    recordings.fetch_recording(call_id=call_id)


@shared_task
def fetch_waiting_recordings() -> None:
    """Fetch what is due: what is to be tried again, and what a lost task was for (beat starts this every minute)."""
    for call_id in recordings.waiting_recordings():
        fetch_recording.delay(call_id)


@shared_task
def tell_of_telephony() -> None:
    """Tell managers of telephony whose notifications are refused (beat starts this often)."""
    telephony.tell_of_refusals()
