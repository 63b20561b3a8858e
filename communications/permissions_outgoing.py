"""What a user may do with e-mails they see."""

from communications.models import OutgoingMail
from crm.models import User


def may_settle(user: User, mail: OutgoingMail) -> bool:
    """Who wrote it sends it again, takes it for sent or away; so does who may send from the same account."""
    return mail.by_id == user.pk or mail.message.account.owner_id in (None, user.pk)
