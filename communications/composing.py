"""What the dialog „Napisz e-mail” is about: a lead, an answer to a message, or a row of another app; and what it begins
with.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote as quoted

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from communications.mail_writing import Mailbox, answer_subject, html_of, is_address, quote
from communications.models import EmailTemplate, MailAccount, Message
from crm.models import User
from crm.numbers import parse_id
from leads import permissions
from leads.mailing import MailDraft, MailSource, mail_source
from leads.models import Lead, LeadFile


@dataclass(slots=True)
class Composition:
    """What `user` is about to write, and the address of the dialog (`query`)."""

    user: User
    query: str
    lead: Lead | None = None
    answers: Message | None = None
    to: list[Mailbox] = field(default_factory=list)
    cc: list[Mailbox] = field(default_factory=list)
    subject: str = ""
    body: str = ""
    draft: MailDraft | None = None
    source: MailSource | None = None
    about: int = 0

    @property
    def accounts(self) -> Any:
        """The accounts to choose from, the own ones first."""
        return MailAccount.objects.sendable_by(self.user)

    @property
    def templates(self) -> Any:
        """What fits the type and the status of the lead."""
        return EmailTemplate.objects.fitting(self.lead) if self.lead else EmailTemplate.objects.none()

    @property
    def lead_files(self) -> Any:
        """The files of the lead, the newest first."""
        rows = LeadFile.objects.visible_to(self.user)
        return rows.filter(lead=self.lead).order_by("-pk") if self.lead else rows.none()

    @property
    def quoted(self) -> str:
        """The original of an answer, as HTML."""
        return quote(self.answers) if self.answers else ""

    @property
    def known_addresses(self) -> list[str]:
        """Whom one may want to write to: of the lead, of its partner and the partner's contacts."""
        return list(dict.fromkeys(_addresses(self.lead))) if self.lead else []

    @property
    def mailto(self) -> str:
        """The same for the mail program of the user."""
        return mailto([mailbox.address for mailbox in self.to], subject=self.subject)


def find_composition(query: QueryDict, user: User) -> Composition:
    """What `?lead=`, `?reply=` (with `&all=1`) or `?about=<word>:<pk>` names, as far as `user` may see it, else 404."""
    composition = Composition(user=user, query=query.urlencode())
    if reply := query.get("reply", ""):
        _answer(composition, parse_id(reply) or 0, to_all=query.get("all") == "1")
    elif about := query.get("about", ""):
        _begin_about(composition, about)
    else:
        _begin_lead(composition, parse_id(query.get("lead", "")) or 0)
    return composition


def may_write(user: User) -> bool:
    """Whether `user` writes e-mails on leads that they see."""
    return permissions.may_edit(user)


def mailto(addresses: Iterable[str], *, subject: str = "") -> str:
    """A link that opens a mail program (RFC 6068)."""
    query = f"?subject={quoted(subject)}" if subject else ""
    return f"mailto:{','.join(quoted(address, safe='@') for address in addresses)}{query}"


def find_lead(user: User, pk: int) -> Lead:
    """A lead that `user` sees, with what templates say of it; else 404."""
    rows = Lead.objects.visible_to(user)
    return get_object_or_404(rows.select_related("product", "type", "status", "partner", "sales_person"), pk=pk)


def _begin_lead(composition: Composition, pk: int) -> None:
    composition.lead = lead = find_lead(composition.user, pk)
    if is_address(lead.email):
        name = " ".join(part for part in (lead.first_name, lead.last_name) if part)
        composition.to = [Mailbox(lead.email, name)]


def _answer(composition: Composition, pk: int, *, to_all: bool) -> None:
    rows = Message.objects.visible_to(composition.user).select_related("account")
    message = get_object_or_404(rows, pk=pk)
    composition.answers = message
    if message.lead_id is not None:
        composition.lead = Lead.objects.visible_to(composition.user).filter(pk=message.lead_id).first()
    if message.direction == Message.Direction.OUT:
        first = message.to
    else:
        first = message.reply_to or [{"name": message.from_name, "address": message.from_address}]
    composition.to = _mailboxes(first, without=set())
    if to_all:
        known = {mailbox.address.lower() for mailbox in composition.to}
        own = {message.account.from_address.lower(), message.account.login.lower()}
        composition.cc = _mailboxes([*message.to, *message.cc], without=known | own)
    composition.subject = answer_subject(message.subject)


def _begin_about(composition: Composition, about: str) -> None:
    word, _colon, number = about.partition(":")
    composition.source, composition.about = mail_source(word), parse_id(number) or 0
    draft = composition.source and composition.source.draft(pk=composition.about, user=composition.user)
    if not draft:
        raise Http404
    composition.draft, composition.lead = draft, draft.lead
    composition.to = [Mailbox(draft.to)] if draft.to else []
    composition.subject, composition.body = draft.subject, html_of(draft.body)


def _mailboxes(people: Iterable[dict[str, str]], *, without: set[str]) -> list[Mailbox]:
    found: dict[str, Mailbox] = {}
    for person in people:
        address = person.get("address", "")
        if address and address.lower() not in without:
            found.setdefault(address.lower(), Mailbox(address, person.get("name", "")))
    return list(found.values())


def _addresses(lead: Lead) -> Iterable[str]:
    partner = lead.partner
    contacts = partner.contacts.exclude(email="").values_list("email", flat=True) if partner else []
    return filter(None, (lead.email, partner.email if partner else "", *contacts))
