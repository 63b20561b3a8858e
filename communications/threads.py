"""Which messages are one, which belong together, and to which leads a message may belong. Reads only."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communications.models import Message
from communications.querysets import MessageQuerySet
from crm.models import Partner, PartnerContact, User
from leads.models import Lead
from leads.querysets import LeadQuerySet

# „Re:”, „Odp:”, „PD:” and what programs in other languages write, and the tags of lists before them.
ANSWERS = re.compile(
    r"^(\s*(re|odp|fw|fwd|pd|aw|wg|sv|vs|antw|ref|rif|tr|enc|ynt|res)\s*(\[\d+\]|\(\d+\))?\s*[:：]|\s*\[[^\]]{1,40}\])+\s*",
    re.I,
)
SHOWN = 8
MOST_OF_A_THREAD = 500
MOST_PARTNERS = 20
SAME = ("message_id", "from_address", "subject", "date")


def bare_subject(subject: str) -> str:
    """The subject without what programs put before it, to be compared."""
    return " ".join(ANSWERS.sub("", subject).split()).casefold()


def once(messages: MessageQuerySet, *, user: User) -> MessageQuerySet:
    """`messages` without the later copies of what came to several accounts that `user` sees."""
    same = {name: OuterRef(name) for name in SAME}
    earlier = Message.objects.visible_to(user).filter(pk__lt=OuterRef("pk"), direction=OuterRef("direction"), **same)
    earlier = earlier.exclude(message_id="")  # says that the partial index on it will do
    return messages.exclude(~Q(message_id="") & Exists(earlier))


def copies_of(message: Message) -> MessageQuerySet:
    """The same message in other accounts, or kept by Lejek and found again in the folder of sent ones.

    A Message-ID alone may be anybody's: sender, subject and date must agree too.
    """
    if not message.message_id:
        return Message.objects.none()
    return Message.objects.filter(**{name: getattr(message, name) for name in SAME}).exclude(pk=message.pk)


def copies_of_several(ids: Collection[int]) -> set[int]:
    """The copies of messages (by ID), without these themselves."""
    wanted = set(Message.objects.filter(pk__in=ids).exclude(message_id="").values_list(*SAME))
    rows = Message.objects.filter(message_id__in={row[0] for row in wanted}).values_list("pk", *SAME)
    return {pk for pk, *same in rows if tuple(same) in wanted} - set(ids)


def leads_of_copies(messages: Collection[Message]) -> dict[int, int]:
    """The leads (by ID) to which copies of `messages` are linked, by the ID of the message."""
    ids = {message.message_id for message in messages if message.message_id}
    linked = Message.objects.filter(message_id__in=ids, lead__isnull=False) if ids else ()
    leads = {tuple(getattr(one, name) for name in SAME): one.lead_id for one in linked}
    found = ((message.pk, leads.get(tuple(getattr(message, name) for name in SAME))) for message in messages)
    return {pk: lead for pk, lead in found if lead is not None}


def thread_of(message: Message) -> MessageQuerySet:
    """The messages that `message` answers, and those that answer it or what it answers."""
    ids = [one for one in (message.message_id, *message.references) if one]
    if not ids:
        return Message.objects.none()
    # Two queries by their indexes: PostgreSQL would rather read all messages for one with OR.
    found = {*Message.objects.filter(message_id__in=ids).order_by().values_list("pk", flat=True)[:MOST_OF_A_THREAD]}
    found |= {*answers_to(ids).order_by().values_list("pk", flat=True)[:MOST_OF_A_THREAD]}
    return Message.objects.filter(pk__in=found - {message.pk})


def leads_by_message_id(ids: Collection[str]) -> dict[str, int]:
    """The leads (by ID) to which messages with these IDs are linked."""
    linked = Message.objects.filter(message_id__in=ids, lead__isnull=False).order_by("linked_at", "pk")
    return dict(linked.values_list("message_id", "lead_id"))


def answers_to(ids: Collection[str]) -> MessageQuerySet:
    """The messages that name one of `ids` as what they answer."""
    return Message.objects.filter(references__overlap=list(ids))


class Why(Enum):
    """What speaks for a lead."""

    THREAD = _("the same thread")
    SUBJECT = _("the same sender and subject")
    ADDRESS = _("the same e-mail address")
    PARTNER = _("the same partner")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A lead to which a message may belong."""

    lead: Lead
    reason: str | Promise


def suggest_leads(message: Message, *, user: User) -> list[Suggestion]:
    """The leads that `user` sees and to which `message` may belong, the likeliest first.

    By thread, then by sender and subject (closed leads too), then by the exact address on open leads, then by the
    partner with this address or whose contact has it; within each the newest first. Never by domain.
    """
    address = customer_address(message)
    visible = Lead.objects.visible_to(user).select_related("status", "partner", "sales_person").defer("description")
    found: dict[int, Suggestion] = {}
    sources: tuple[tuple[Why, Callable[[], LeadQuerySet]], ...] = (
        (Why.THREAD, lambda: visible.filter(pk__in=_leads_of(thread_of(message)))),
        (Why.SUBJECT, lambda: visible.filter(pk__in=_leads_with_subject(message, address))),
        (Why.ADDRESS, lambda: _open_leads_with(visible, address)),
        (Why.PARTNER, lambda: visible.open().filter(partner__in=[p.pk for p in partners_with([address])[address]])),
    )
    for why, leads in sources:
        if len(found) >= SHOWN or (why is not Why.THREAD and not address):
            break
        for lead in leads().exclude(pk__in=found).order_by("is_closed", "-pk")[: SHOWN - len(found)]:
            found[lead.pk] = Suggestion(lead, why.value)
    return list(found.values())


def customer_address(message: Message) -> str:
    """The address of the other side, in small letters."""
    if message.direction == Message.Direction.OUT:
        return next((one["address"].lower() for one in message.to if one.get("address")), "")
    return message.from_address.lower()


def partners_with(addresses: Iterable[str]) -> dict[str, list[Partner]]:
    """The partners that have these addresses (in small letters), or whose contacts do; archived ones last."""
    found: dict[str, list[Partner]] = defaultdict(list)
    wanted = {address for address in addresses if address}
    if not wanted:
        return found
    most = MOST_PARTNERS * len(wanted)
    own = Partner.objects.alias(lower=Lower("email")).filter(lower__in=wanted).exclude(email="")
    for partner in own.order_by("is_archived", "pk")[:most]:
        found[partner.email.lower()].append(partner)
    contacts = PartnerContact.objects.alias(lower=Lower("email")).filter(lower__in=wanted).exclude(email="")
    for contact in contacts.select_related("partner").order_by("partner__is_archived", "pk")[:most]:
        if contact.partner not in found[contact.email.lower()]:
            found[contact.email.lower()].append(contact.partner)
    return found


def only_partner(partners: Sequence[Partner]) -> Partner | None:
    """The one that fits, when it is exactly one."""
    return partners[0] if len(partners) == 1 else None


def _leads_of(messages: MessageQuerySet) -> MessageQuerySet:
    return messages.filter(lead__isnull=False).order_by().values("lead")  # type: ignore[return-value]


def _open_leads_with(visible: LeadQuerySet, address: str) -> LeadQuerySet:
    return visible.open().alias(email_lower=Lower("email")).filter(email_lower=address).exclude(email="")


def _leads_with_subject(message: Message, address: str) -> list[int]:
    """The leads with a message from `address` under the same subject."""
    subject = bare_subject(message.subject)
    if not subject or not address:
        return []
    of_sender = Message.objects.sent_from([address]).filter(lead__isnull=False)
    rows = of_sender.order_by("-sent_at").values_list("lead", "subject")[:200]
    return list(dict.fromkeys(lead for lead, other in rows if bare_subject(other) == subject))
