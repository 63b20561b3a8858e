"""What stands below an e-mail: of the person who writes, and of the account it goes out from."""

from django.utils.html import linebreaks

from communications.models import MailAccount
from crm.models import User


def signature_of(user: User, account: MailAccount) -> str:
    """How `user` signs what they write from `account`, as plain text; "" for nothing.

    On an account of their own, that account's signature wins over the one of their profile. On a shared account the
    person signs first, and what the account signs with (the company's data) follows.
    """
    own, of_account = ("\n".join(text.strip().splitlines()) for text in (user.signature, account.signature))
    if not account.is_shared:
        return of_account or own
    return "\n\n".join(filter(None, (own, of_account)))


def sign_text(text: str, signature: str) -> str:
    """Plain text with a signature below it (RFC 3676, 4.3); without one it stays as it is."""
    return f"{text.rstrip()}\n\n-- \n{signature}" if signature else text


def sign_html(html: str, signature: str) -> str:
    """The same for HTML."""
    return f"{html}<p>--<br>{linebreaks(signature, autoescape=True)[3:]}" if signature else html
