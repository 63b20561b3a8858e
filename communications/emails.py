"""The tab Email: what its address asks for, and its rows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Left
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from communications.models import MailAccount, Message
from communications.querysets import MessageQuerySet
from communications.threads import once
from crm.models import Partner, User
from crm.paging import Order, Page, Sort, load_page
from crm.querysets import Counted, OneOf
from leads.models import Lead
from leads.querysets import of_partner as leads_of
from leads.sections import COUNTED, Tab, badge

TAB = "emails"
NEWEST_FIRST = Order({"date": Sort("sent_at")}, "-date")
PEOPLE, MACHINES = "people", "machines"
SNIPPET = 160
# What a list does not show of a message: texts may be long.
UNSHOWN = ("text", "html", "reply_to", "cc", "references", "lead__description")


@dataclass(frozen=True, slots=True)
class EmailRow:
    """A message in a list; `linked` is its lead, when the user sees that."""

    message: Message
    linked: Lead | None = None

    @property
    def sender(self) -> str:
        """Who wrote it, or to whom we did."""
        if self.message.direction == Message.Direction.OUT:
            people = [one["name"] or one["address"] for one in self.message.to]
            return ", ".join(people[:3]) or _("unknown recipient")
        return self.message.from_name or self.message.from_address or _("unknown sender")

    @property
    def subject(self) -> str:
        return self.message.subject or _("(no subject)")

    @property
    def snippet(self) -> str:
        """The beginning of the text, on one line."""
        return " ".join(self.message.beginning.split())[:SNIPPET]  # type: ignore[attr-defined]  # of with_rows

    @property
    def is_new(self) -> bool:
        """A reply that nobody has opened: it is bold."""
        return self.message.is_reply and self.message.opened_at is None


@dataclass(frozen=True)
class EmailFilter:
    """`?ready=0` shows processed ones too, `?from=people` or `machines` those that were written by them."""

    ready: bool = True
    wrote: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "EmailFilter":
        wrote = query.get("from", "")
        return cls(ready=query.get("ready") != "0", wrote=wrote if wrote in (PEOPLE, MACHINES) else "")

    def of(self, messages: MessageQuerySet) -> MessageQuerySet:
        """The messages that it lets through."""
        if self.ready:
            messages = messages.to_process()
        if self.wrote:
            personal = Q(kind=Message.Kind.PERSONAL)
            messages = messages.filter(personal if self.wrote == PEOPLE else ~personal)
        return messages


class EmailList:
    """A page of the tab for `user`."""

    def __init__(self, user: User, query: QueryDict) -> None:
        self.user = user
        self.filter = EmailFilter.read(query)
        self.page: Page[Message] = load_page(
            with_rows(once(self.filter.of(received_by(user)), user=user)),
            order=NEWEST_FIRST,
            after=query.get("after", ""),
            before=query.get("before", ""),
        )
        self.rows = rows_of(self.page.rows, user)

    @cached_property
    def tab(self) -> Tab | None:
        """The tab of the section, with its badge."""
        return next((emails_tab(waiting, is_active=True) for _tab, waiting in waiting_row(self.user)), None)


def received_by(user: User) -> MessageQuerySet:
    """The incoming messages that exist for `user`."""
    return Message.objects.visible_to(user).filter(direction=Message.Direction.IN)


def waiting_for(user: User) -> MessageQuerySet:
    """Those that wait to be processed by `user`, each once."""
    return once(received_by(user).to_process(), user=user)


def with_rows(messages: MessageQuerySet) -> MessageQuerySet:
    """With what a list shows of them."""
    shown = messages.select_related("lead__status", "ignored_by", "account", "outgoing__settled_by").defer(*UNSHOWN)
    return shown.annotate(beginning=Left("text", SNIPPET * 3))


def rows_of(messages: list[Message], user: User) -> list[EmailRow]:
    """Messages with their leads, as far as `user` sees those."""
    linked = {message.lead_id for message in messages if message.lead_id is not None}
    seen = set(Lead.objects.visible_to(user).filter(pk__in=linked).values_list("pk", flat=True)) if linked else set()
    return [EmailRow(message, message.lead if message.lead_id in seen else None) for message in messages]


def is_set_up(user: User) -> bool:
    """Whether there is an account that concerns `user`: without one they see no tab."""
    return MailAccount.objects.concerning(user).exists()


def waiting_row(user: User) -> "QuerySet[Any, tuple[str, int]]":
    """One row, the key of the tab with how many messages wait for `user`; none when no account concerns them."""
    waiting = waiting_for(user).order_by().values("pk")[: COUNTED + 1]
    accounts = MailAccount.objects.concerning(user).order_by().annotate(tab=Value(TAB), waiting=Counted(waiting))
    return accounts.values_list("tab", "waiting")[:1]


def emails_tab(waiting: int, *, is_active: bool) -> Tab:
    """The tab Email of the section „Leady”, with the number of messages that wait."""
    return Tab(
        url=reverse("communications:email_list"),
        label=pgettext("tab", "Email"),
        icon="mail",
        is_active=is_active,
        keeps_filter=False,
        key=TAB,
        badge=badge(waiting),
    )


def of_lead(lead: Lead, user: User) -> MessageQuerySet:
    """The messages of a lead in both directions, each once."""
    return once(Message.objects.visible_to(user).filter(lead=lead), user=user)


def of_partner(partner: Partner, user: User) -> MessageQuerySet:
    """The messages of a partner's leads, and those from and to its addresses and its contacts'."""
    addresses = [partner.email, *partner.contacts.values_list("email", flat=True)]
    known = {address.lower() for address in addresses if address}
    theirs = leads_of(partner) | Q(partner=partner.pk)
    if known:
        theirs |= Q(OneOf(F("pk"), ArraySubquery(Message.objects.sent_from(known).order_by().values("pk"))))
    return once(Message.objects.visible_to(user).filter(theirs), user=user)
