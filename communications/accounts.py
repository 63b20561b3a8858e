"""How accounts are shown: each with its health and what was kept unread."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from communications.imap.problems import account_sentence
from communications.models import AccountHealth, MailAccount, Message, SignIn
from communications.querysets import MailAccountQuerySet


@dataclass(frozen=True, slots=True)
class Row:
    """An account as lists and its card show it."""

    account: MailAccount
    unparsed: int
    problem: str
    """The last problem in plain words, "" without one."""

    @property
    def health(self) -> AccountHealth:
        return self.account.health

    @property
    def lacks_consent(self) -> bool:
        """Whether Google or Microsoft has still to be asked."""
        return self.account.sign_in != SignIn.PASSWORD and not self.account.secrets.refresh_token

    @property
    def state(self) -> str:
        """stopped, failing, first (the first look), waiting (nothing fetched yet) or good."""
        if not self.account.is_active:
            return "stopped"
        if self.problem:
            return "failing"
        if self.health.is_first_look:
            return "first"
        return "good" if self.health.fetched_at else "waiting"

    @property
    def is_moving(self) -> bool:
        """Whether the row will look different in a moment."""
        return self.state in ("first", "waiting") or self.health.behind > 0


def rows_of(accounts: MailAccountQuerySet) -> list[Row]:
    """The accounts with what is shown of them, in one query."""
    unparsed = Message.objects.unparsed().filter(account=OuterRef("pk")).order_by().values("account")
    counted = accounts.select_related("health", "secrets", "owner").annotate(
        unparsed=Coalesce(Subquery(unparsed.values_list(Count("pk"))), 0)
    )
    return [Row(account, vars(account)["unparsed"], account_sentence(account)) for account in counted]


def row_of(account: MailAccount) -> Row:
    """The same of one account."""
    return rows_of(MailAccount.objects.filter(pk=account.pk))[0]
