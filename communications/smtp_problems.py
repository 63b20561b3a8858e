"""Why an e-mail did not go out, in plain words and in the language of the reader."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communications.imap.problems import sentence
from communications.models import OutgoingMail

Refusal = OutgoingMail.Refusal

SENTENCES: dict[str, str | Promise] = {
    Refusal.SENDER: _("The mail server does not let this account send from its address."),
    Refusal.RECIPIENT: _("The mail server refused the address of a recipient, so nothing was sent to anybody."),
    Refusal.CONTENT: _("The mail server refused the message."),
    Refusal.ACCOUNT: _("The account is switched off or has no SMTP server."),
    Refusal.LOST: _("The stored message is missing, so it can't be sent. Write it again."),
    Refusal.INTERRUPTED: _(
        "Sending was interrupted at the last moment: the message may have reached the recipient, or not."
        " Look into the Sent folder of the account, or ask the recipient, before you send it again."
    ),
}


def explain(mail: OutgoingMail) -> str:
    """What went wrong with `mail`, as a sentence; "" when nothing did."""
    if not mail.problem:
        return ""
    if mail.problem in SENTENCES:
        return str(SENTENCES[mail.problem])
    account = mail.message.account
    return sentence(mail.problem, mail.details, host=account.smtp_host, port=account.smtp_port)
