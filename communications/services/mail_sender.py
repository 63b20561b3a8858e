"""What other apps send: see leads/mailing.py."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from communications.mail_writing import enclose, parse_recipients
from communications.models import MailAccount, OutgoingMail
from communications.services.send_mail import Letter, queue_mail
from communications.signatures import sign_text, signature_of
from crm.errors import RuleError
from crm.models import User
from leads.mailing import MailFile
from leads.models import Lead


class Sender:
    """Sends from the first account of a user (leads.mailing.MailSender)."""

    def can_send(self, *, user: User) -> bool:
        """Whether `user` has an account to send from."""
        return MailAccount.objects.sendable_by(user).exists()

    def send(
        self,
        *,
        to: str,
        subject: str,
        body: str,
        by: User,
        lead: Lead | None = None,
        cc: str = "",
        files: Sequence[MailFile] = (),
        key: str = "",
    ) -> int:
        """Queue an e-mail in plain text and return its ID. Raises RuleError at the field."""
        account = MailAccount.objects.sendable_by(by).first()
        if account is None:
            raise RuleError(_("You have no e-mail account to send from. Set one up in your profile."), field="account")
        letter = Letter(
            to=parse_recipients(to, field="to"),
            cc=parse_recipients(cc, field="cc"),
            subject=subject,
            text=sign_text(body, signature_of(by, account)),
            files=enclose((file.name, file.content) for file in files),
            lead=lead,
        )
        mail: OutgoingMail = queue_mail(letter=letter, account=account, by=by, key=key)
        return int(mail.pk)

    def states(self, ids: Collection[int]) -> dict[int, str]:
        """Where these e-mails stand, by ID."""
        return dict(OutgoingMail.objects.filter(pk__in=ids).values_list("pk", "state"))


SENDER = Sender()
