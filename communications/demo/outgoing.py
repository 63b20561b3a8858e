"""Where the written e-mails of the demo stand: most were sent, one was refused, and of one nobody knows."""

from communications.models import Message, OutgoingMail
from communications.services.mail_news import tell_of_failure

State = OutgoingMail.State
REFUSED = "550 5.1.1 Recipient address rejected: User unknown"


def add_states() -> None:
    """Give the e-mails to customers their states, the newest ones what asks for a decision."""
    written = Message.objects.filter(direction=Message.Direction.OUT, lead__sales_person__isnull=False, outgoing=None)
    for place, message in enumerate(written.select_related("lead__sales_person").order_by("-sent_at", "-pk")):
        person = message.lead.sales_person if message.lead else None
        assert person is not None  # as filtered
        mail = OutgoingMail(message=message, by=person, state=State.SENT, due_at=message.sent_at)
        mail.tries = 1
        if place == 0:
            mail.state, mail.problem, mail.details = State.FAILED, OutgoingMail.Refusal.RECIPIENT, REFUSED
        elif place == 1:
            mail.state, mail.problem = State.UNKNOWN, OutgoingMail.Refusal.INTERRUPTED
        mail.save()
        if place < 2:
            tell_of_failure(mail=mail)
