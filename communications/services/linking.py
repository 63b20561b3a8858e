"""What happens to messages by themselves once they were read: replies find the lead of their thread."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from communications.locks import linking_alone
from communications.models import MailAccount, Message
from communications.querysets import MessageQuerySet
from communications.threads import (
    answers_to,
    copies_of,
    customer_address,
    leads_by_message_id,
    leads_of_copies,
    only_partner,
    partners_with,
    thread_of,
)
from crm.live.publish import publish_mail
from crm.models import NotificationKind
from crm.services.notifications import notify
from leads.models import Lead
from leads.services.announce import announce

Kind = Message.Kind
# Nobody waits for an answer to these; a message that did not arrive is news.
QUIET_KINDS = (Kind.AUTO_REPLY, Kind.LIST, Kind.AUTO_GENERATED)
MOST_ROUNDS = 20


def link_parsed(*, ids: Collection[int]) -> None:
    """Called once messages (by ID) were read, of any direction: fills in their partners, links replies and own sent
    messages to the leads of their threads, and tells the sales persons of new replies. Called again, it does nothing.
    """
    with transaction.atomic():
        linking_alone()
        messages = list(_free(Message.objects.filter(pk__in=ids)))
        _fill_partners(messages)
        _link(messages)
        owners = set(Message.objects.filter(pk__in=ids).values_list("account__owner", flat=True))
        for owner in owners:
            publish_mail(owner_id=owner)


def link_thread(*, message: Message) -> int:
    """Called once `message` was linked to a lead by somebody: what else waits of its thread, and copies of it, goes to
    the same lead. Returns how many messages.
    """
    assert message.lead_id is not None
    related = [*thread_of(message).values_list("pk", flat=True), *copies_of(message).values_list("pk", flat=True)]
    messages = list(_free(Message.objects.filter(pk__in=related)))
    _store(messages, message.lead_id, silent={one.pk for one in messages})
    return len(messages)


def _free(messages: MessageQuerySet) -> MessageQuerySet:
    """Those that were read and wait for a lead, locked."""
    free = messages.filter(lead__isnull=True, ignored_at__isnull=True).exclude(parse_state=Message.ParseState.WAITING)
    return free.select_for_update(of=("self",)).order_by("pk")


def _fill_partners(messages: Sequence[Message]) -> None:
    partners = partners_with(customer_address(message) for message in messages)
    changed = []
    for message in messages:
        found = only_partner(partners.get(customer_address(message), ()))
        if found is not None and message.partner_id is None:
            message.partner = found
            changed.append(message)
    Message.objects.bulk_update(changed, ["partner"])


def _link(messages: Sequence[Message]) -> None:
    """Link `messages` to the leads of what they answer, and then what waited for one of them."""
    waiting = {message.pk: message for message in messages}
    for _round in range(MOST_ROUNDS):
        leads = leads_by_message_id({one for message in waiting.values() for one in _answered(message)})
        copies = leads_of_copies(waiting.values())
        found: dict[int, list[Message]] = defaultdict(list)
        for message in waiting.values():
            lead = copies.get(message.pk) or next((leads[one] for one in _answered(message) if one in leads), None)
            if lead is not None:
                found[lead].append(message)
        if not found:
            return
        for lead, linked in found.items():
            _store(linked, lead, silent=copies.keys())
        done = [message for linked in found.values() for message in linked]
        for message in done:
            del waiting[message.pk]
        late = answers_to([message.message_id for message in done if message.message_id])
        waiting |= {message.pk: message for message in _free(late)}


def _answered(message: Message) -> list[str]:
    """The messages that this one answers, the nearest first."""
    answered = (message.in_reply_to, *reversed(message.references))
    return [one for one in answered if one and one != message.message_id]


def _store(messages: Sequence[Message], lead_id: int, *, silent: Collection[int]) -> None:
    """Link `messages` to a lead. Those in `silent` (IDs) are no news: nobody is told of them."""
    lead = Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).first()
    if lead is None or not messages:
        return
    now = timezone.now()
    own = _own_addresses(messages)
    news = [message for message in messages if message.pk not in silent and _is_news(message, own)]
    told = [message.pk for message in news]
    rest = [message.pk for message in messages if message.pk not in told]
    Message.objects.filter(pk__in=told).update(lead=lead, linked_at=now, is_reply=True)
    Message.objects.filter(pk__in=rest).update(lead=lead, linked_at=now, opened_at=now)
    announce(leads=[lead], by=None, quietly=True)
    for message in news:
        _tell(lead, message)


def _is_news(message: Message, own: Collection[str]) -> bool:
    """Whether somebody should read it: a customer's answer of now, or that ours did not arrive."""
    return not (
        message.direction == Message.Direction.OUT
        or message.is_old
        or message.kind in QUIET_KINDS
        or message.from_address.lower() in own
    )


def _own_addresses(messages: Iterable[Message]) -> set[str]:
    """Those of the senders that are addresses of our accounts."""
    senders = {message.from_address.lower() for message in messages}
    own = MailAccount.objects.alias(lower=Lower("from_address")).filter(lower__in=senders)
    return {address.lower() for address in own.values_list("from_address", flat=True)}


def _tell(lead: Lead, message: Message) -> None:
    if lead.sales_person is None:
        return
    notify(
        user=lead.sales_person,
        kind=NotificationKind.REPLY,
        what=str(lead),
        details=": ".join(part for part in (message.from_name or message.from_address, message.subject) if part),
        url=f"{reverse('leads:lead_detail', args=[lead.pk])}#emails",
        about=lead,
        key=f"reply:{message.pk}",
    )
