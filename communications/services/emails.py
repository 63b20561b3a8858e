"""What people do with e-mails: a lead made of one, linked, taken back, ignored, opened."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _

from communications.html.safe import content_ids
from communications.locks import linking_alone
from communications.models import Attachment, Message
from communications.services.inbox import AlreadyProcessed, attach_item, detach_item, ignore_items, restore_items
from communications.services.linking import link_thread
from communications.threads import ANSWERS, copies_of_several, only_partner, partners_with
from crm.errors import RuleError
from crm.live.publish import publish_mail
from crm.models import User
from crm.text import CONTROL_CHARACTERS
from leads.files import MAX_BYTES
from leads.models import Lead
from leads.services import LeadValues, create_lead
from leads.services.files import add_file

LONGEST_DESCRIPTION = 20_000
NO_REPLY = re.compile(r"^(no|do[-_.]?not)[-_.]?reply", re.I)


@dataclass(frozen=True, slots=True)
class Made:
    """A lead made of a message, and the names of attachments that could not become files of it."""

    lead: Lead
    left_out: tuple[str, ...] = ()


def create_lead_of_email(*, message: Message, by: User) -> Made:
    """A lead of a message: its name from the subject, its description from the text, Email from the sender, the partner
    when exactly one fits, the attachments as files. The rest of the thread goes to the lead, too.

    Raises AlreadyProcessed when the message is linked already, RuleError for an automatic one, and what `create_lead`
    raises.
    """
    with transaction.atomic():
        linking_alone()
        locked = _locked(message)
        if locked.is_automatic:
            raise RuleError(_("No lead is made of an automatic message. Say first that a person wrote it."))
        lead = create_lead(values=_values_of(locked, by), by=by)
        left_out = _keep_files(locked, lead, by)
        _attach(locked, lead, by)
    return Made(lead, tuple(left_out))


def attach_email(*, message: Message, lead: Lead, by: User) -> None:
    """Link a message, and what waits of its thread, to a lead.

    Raises AlreadyProcessed when it is linked already, RuleError when the lead is gone.
    """
    with transaction.atomic():
        linking_alone()
        _attach(_locked(message), lead, by)


def detach_email(*, message: Message, lead: Lead, by: User) -> None:
    """Take a message from its lead again: it asks to be processed anew.

    Raises AlreadyProcessed when it is not that lead's any more.
    """
    with transaction.atomic():
        detach_item(item=message, lead=lead, by=by)
        Message.objects.filter(pk=message.pk).update(is_reply=False, opened_at=None, opened_by=None)
        _tell_owners([message.pk])


def ignore_emails(*, ids: Collection[int], by: User) -> list[int]:
    """Ignore those of these messages that `by` sees and that wait; copies of them go along. Returns which were."""
    waiting = Message.objects.visible_to(by).to_process()
    with transaction.atomic():
        asked = set(waiting.filter(pk__in=ids).values_list("pk", flat=True))
        done = ignore_items(items=waiting.filter(pk__in=asked | copies_of_several(asked)), by=by)
        _tell_owners(done)
    return [pk for pk in done if pk in asked]


def restore_emails(*, ids: Collection[int], by: User) -> list[int]:
    """The undo of ignoring; copies that were ignored with them go along."""
    seen = Message.objects.visible_to(by)
    with transaction.atomic():
        asked = set(seen.filter(pk__in=ids).values_list("pk", flat=True))
        done = restore_items(items=seen.filter(pk__in=asked | copies_of_several(asked)))
        _tell_owners(done)
    return [pk for pk in done if pk in asked]


def mark_personal(*, message: Message, by: User) -> None:
    """Say that a person wrote what looked automatic: a lead may be made of it."""
    Message.objects.filter(pk=message.pk).update(kind=Message.Kind.PERSONAL)
    _tell_owners([message.pk])


def open_reply(*, message: Message, by: User) -> bool:
    """A new reply was opened by the sales person of its lead (by anybody, on a lead of nobody). Whether it counts."""
    of_lead = Q(lead__sales_person=by.pk) | Q(lead__sales_person__isnull=True)
    unopened = Message.objects.unopened_replies().filter(of_lead, pk=message.pk).values("pk")
    return bool(Message.objects.filter(pk__in=unopened).update(opened_at=timezone.now(), opened_by=by))


def _locked(message: Message) -> Message:
    locked = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if locked.lead_id is not None:
        raise AlreadyProcessed(_("Somebody else has linked this to a lead in the meantime."))
    return locked


def _attach(message: Message, lead: Lead, by: User) -> None:
    attach_item(item=message, lead=lead, by=by)
    Message.objects.filter(pk=message.pk).update(opened_at=timezone.now(), opened_by=by)
    link_thread(message=message)
    _tell_owners([message.pk])


def _tell_owners(ids: Collection[int]) -> None:
    for owner in set(Message.objects.filter(pk__in=ids).order_by().values_list("account__owner", flat=True)):
        publish_mail(owner_id=owner)


def _values_of(message: Message, by: User) -> LeadValues:
    address = sender_of(message)
    sender = message.from_name or address or _("unknown sender")
    name = " ".join(ANSWERS.sub("", _clean(message.subject)).split()) or _("E-mail: %(who)s") % {"who": sender}
    partner = only_partner(partners_with([address.lower()]).get(address.lower(), ()))
    values: LeadValues = {
        "name": name[: _longest("name")],
        "description": linebreaks(escape(_clean(message.text)[:LONGEST_DESCRIPTION])) if message.text.strip() else "",
        "email": address if _is_email(address) and len(address) <= _longest("email") else "",
        "received_at": message.sent_at,
        "sales_person": by,
    }
    if partner is not None and not partner.is_archived:
        values["partner"] = partner
    return values


def sender_of(message: Message) -> str:
    """The address to which an answer goes: the sender's, or the one for answers where a form wrote for the sender."""
    if NO_REPLY.match(message.from_address):
        return next((str(one["address"]) for one in message.reply_to if one.get("address")), message.from_address)
    return message.from_address


def _keep_files(message: Message, lead: Lead, by: User) -> list[str]:
    """Keep the attachments with the lead; the names of those that are too large, empty, or lost by the storage."""
    left_out = []
    shown = content_ids(message.html)
    for attachment in message.attachments.all():
        if attachment.is_inline and attachment.content_id in shown:
            continue
        if not _keep_file(attachment, lead, by):
            left_out.append(attachment.name)
    return left_out


def _keep_file(attachment: Attachment, lead: Lead, by: User) -> bool:
    if not 0 < attachment.size <= MAX_BYTES:
        return False
    try:
        with attachment.file.open("rb") as file:
            add_file(lead=lead, file=file, name=attachment.name, size=attachment.size, by=by)
    except (RuleError, FileNotFoundError):
        return False
    return True


def _clean(text: str) -> str:
    return CONTROL_CHARACTERS.sub("", text)


def _longest(field: str) -> int:
    return Lead._meta.get_field(field).max_length or 0  # type: ignore[union-attr]


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
