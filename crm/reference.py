"""The kinds of reference data, declared once: addresses, pages, forms and the index of the settings come from here."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import (
    ActivityType,
    Campaign,
    InvoiceType,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    Medium,
    OrderType,
    Position,
    ReferenceItem,
    Source,
)

NAME = ("name", "sort_order")
COLOURED = ("name", "colour", "sort_order")
DOCUMENT = ("name", "pattern", "reset", "prices", "payment_days", "sort_order")


@dataclass(frozen=True)
class Kind:
    """One kind of reference data.

    `slug` stands in addresses (`/settings/<slug>/`), `name` in URL names (`crm:<name>_list`), `fields` are those of the
    form in their order. `archive_url_name` is the page that archives an item when another app has more to ask first.
    """

    slug: str
    name: str
    model: type[ReferenceItem]
    icon: str
    new: Promise
    about: Promise
    fields: tuple[str, ...] = NAME
    archive_url_name: str = ""

    @property
    def title(self) -> str:
        """The plural name, as a heading."""
        label = str(self.model._meta.verbose_name_plural)
        return label[:1].upper() + label[1:]

    @property
    def has_colour(self) -> bool:
        return "colour" in self.fields

    @property
    def has_icon(self) -> bool:
        return "icon" in self.fields

    @property
    def has_pattern(self) -> bool:
        """Whether its items are types of documents, which number them."""
        return "pattern" in self.fields

    @property
    def has_marks(self) -> bool:
        """Whether its items are statuses, with Zamknięta, Porażka and Sukces."""
        return "is_closed" in self.fields

    def list_url(self) -> str:
        return reverse(f"crm:{self.name}_list")

    def archive_url(self, item: ReferenceItem) -> str:
        """Where `item` is archived."""
        if self.archive_url_name:
            return reverse(self.archive_url_name, args=[item.pk])
        return reverse("crm:reference_archive", args=[self.slug, item.pk])


KINDS: tuple[Kind, ...] = (
    Kind(
        "statuses", "status", LeadStatus, "progress", _("New lead status"),
        _("The stages of the funnel, and how a lead is closed."),
        fields=(
            "name", "colour", "is_closed", "is_won", "is_lost", "needs_order", "stuck_after_days", "sort_order",
        ),
        archive_url_name="leads:status_archive",
    ),
    Kind(
        "types", "type", LeadType, "category", _("New lead type"),
        _("Kinds of enquiries; each may have its own statuses."),
    ),
    Kind(
        "priorities", "priority", LeadPriority, "flag", _("New lead priority"),
        _("How urgent a lead is, with a colour on the list."), fields=COLOURED,
    ),
    Kind(
        "tags", "tag", LeadTag, "tags", _("New lead tag"),
        _("Words that group leads across the funnel."), fields=COLOURED,
    ),
    Kind(
        "lost-reasons", "lost_reason", LostReason, "mood-sad", _("New lost reason"),
        _("Why a lead was lost; chosen when it is closed so."),
    ),
    Kind(
        "campaigns", "campaign", Campaign, "speakerphone", _("New campaign"),
        _("The marketing action that brought the lead."),
    ),
    Kind(
        "media", "medium", Medium, "broadcast", _("New medium"),
        _("How the lead reached you: by phone, e-mail, a form…"),
    ),
    Kind(
        "sources", "source", Source, "route", _("New source"),
        _("Where the lead knows you from: search, a fair, a referral…"),
    ),
    Kind(
        "positions", "position", Position, "id-badge-2", _("New position"),
        _("Positions of the people you talk to."),
    ),
    Kind(
        "activity-types", "activity_type", ActivityType, "checklist", _("New activity type"),
        _("What you plan with a lead or a partner: calls, meetings, tasks…"),
        fields=("name", "kind", "icon", "colour", "sort_order"),
    ),
    Kind(
        "order-types", "order_type", OrderType, "shopping-cart", _("New order type"),
        _("How orders are numbered, and whether their prices are net or gross."), fields=DOCUMENT,
    ),
    Kind(
        "invoice-types", "invoice_type", InvoiceType, "file-invoice", _("New invoice type"),
        _("How invoices and corrections are numbered, their prices and payment term."),
        fields=(*DOCUMENT, "split_payment", "is_correction"),
    ),
)  # fmt: skip

BY_SLUG = {kind.slug: kind for kind in KINDS}


class KindConverter:
    """The part of an address that names a kind of reference data."""

    regex = "|".join(BY_SLUG)

    def to_python(self, value: str) -> Kind:
        return BY_SLUG[value]

    def to_url(self, value: "Kind | str") -> str:
        return value.slug if isinstance(value, Kind) else value
