"""What one chooses when two leads are merged: a value for each field that differs, the tags, and which lead stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.formats import format_day
from crm.models import LeadTag, User
from crm.numbers import parse_id
from leads.forms import label_of
from leads.history import text_of
from leads.models import Lead
from leads.querysets import load_funnel
from leads.rules import is_allowed
from leads.services import LeadValues

# In the order of the card. The reason and the date of closing go with the status.
FIELDS = (
    "name", "status", "type", "product", "partner", "sales_person", "received_at", "expected_revenue", "probability",
    "expected_close", "priority", "phone", "email", "description", "company_name", "website", "first_name",
    "middle_name", "last_name", "position", "street", "postal_code", "city", "region", "country", "campaign", "medium",
    "source", "external_id",
)  # fmt: skip
BOTH = "both"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a field: that of a lead (`key` is its ID), or the texts of both."""

    key: str
    caption: str
    text: str
    lead: Lead | None = None


@dataclass(slots=True)
class Row:
    """A field in which the leads differ; `chosen` is the key of an option."""

    name: str
    label: str
    options: Sequence[Option]
    chosen: str
    errors: list[str] = field(default_factory=list)


class MergeChoices:
    """The choices between `one` and `two`, as proposed or as `sent`.

    Proposed is the value that is not empty, and of two that of the lead saved last; but the earlier moment of the
    enquiry, and the sales person and external ID of the lead that stays, which is the older one.
    """

    def __init__(self, one: Lead, two: Lead, *, user: User, sent: QueryDict | None = None) -> None:
        self.leads = sorted((one, two), key=lambda lead: lead.pk)
        self.user = user
        self.sent = sent
        self.errors: list[str] = []

    @property
    def older(self) -> Lead:
        return self.leads[0]

    @cached_property
    def newest(self) -> Lead:
        """The one that was saved last."""
        return max(self.leads, key=lambda lead: lead.updated_at)

    @cached_property
    def survivor(self) -> Lead:
        """The lead that stays: the older one unless the user chose."""
        return self._lead(self._sent("survivor")) or self.older

    @property
    def loser(self) -> Lead:
        return next(lead for lead in self.leads if lead != self.survivor)

    @cached_property
    def rows(self) -> list[Row]:
        """The fields that differ."""
        return [self._row(name) for name in FIELDS if name in self._differing]

    @cached_property
    def same(self) -> list[tuple[str, str]]:
        """The fields with the same value in both, by label."""
        texts = [(str(label_of(name)), text_in(self.older, name)) for name in FIELDS if name not in self._differing]
        return [(label, text) for label, text in texts if text]

    @cached_property
    def _differing(self) -> set[str]:
        return {name for name in FIELDS if _value(self.leads[0], name) != _value(self.leads[1], name)}

    @cached_property
    def all_tags(self) -> list[LeadTag]:
        """The tags of both."""
        return list({tag.pk: tag for lead in self.leads for tag in lead.tags.all()}.values())

    @cached_property
    def tags(self) -> list[LeadTag]:
        """The tags that the survivor gets: all of them unless the user chose."""
        if self.sent is None:
            return self.all_tags
        chosen = set(self.sent.getlist("tags"))
        return [tag for tag in self.all_tags if str(tag.pk) in chosen]

    @cached_property
    def versions(self) -> dict[int, int]:
        """The versions that the user saw, by lead."""
        if self.sent is None:
            return {lead.pk: lead.version for lead in self.leads}
        return {lead.pk: parse_id(self._sent(f"version-{lead.pk}")) or 0 for lead in self.leads}

    def values(self) -> LeadValues:
        """What the survivor gets, where that is not its own already."""
        values: dict[str, Any] = {}
        for row in self.rows:
            lead = self._lead(row.chosen)
            if row.chosen == BOTH:
                values[row.name] = joined([self.survivor.description, self.loser.description])
            elif lead is not None and lead != self.survivor:
                values[row.name] = getattr(lead, row.name)
                if row.name == "status":
                    values |= {"lost_reason": lead.lost_reason, "closed_at": lead.closed_at}
        return cast(LeadValues, values)

    def see_present_versions(self) -> None:
        """The user is shown both leads as they are now, and chooses again."""
        self.versions = {lead.pk: lead.version for lead in self.leads}

    def refuse(self, refusal: RuleError | ValidationError) -> None:
        """Show what the service refused, at the field it concerns."""
        rows = {row.name: row for row in self.rows}
        errors: Mapping[str | None, Collection[str]]
        if isinstance(refusal, RuleError):
            errors = {refusal.field: [str(refusal)]}
        elif hasattr(refusal, "error_dict"):
            errors = cast(Any, refusal.message_dict)
        else:
            errors = {None: refusal.messages}
        for name, messages in errors.items():
            name = {"lost_reason": "status", "closed_at": "status"}.get(str(name), name)
            (rows[name].errors if name in rows else self.errors).extend(messages)

    def _sent(self, name: str) -> str:
        return (self.sent.get(name) or "") if self.sent is not None else ""

    def _lead(self, key: str) -> Lead | None:
        return next((lead for lead in self.leads if str(lead.pk) == key), None)

    def _row(self, name: str) -> Row:
        options = [Option(str(lead.pk), lead.number, text_in(lead, name), lead) for lead in self.leads]
        if name == "description" and all(lead.description for lead in self.leads):
            options.append(Option(BOTH, _("Both texts, one after the other"), ""))
        sent = self._sent(name)
        chosen = sent if sent in {option.key for option in options} else str(self._proposed(name).pk)
        return Row(name, str(label_of(name)), options, chosen)

    def _proposed(self, name: str) -> Lead:
        filled = [lead for lead in self.leads if _value(lead, name) not in (None, "", (None, None, None))]
        if len(filled) == 1:
            return filled[0]
        match name:
            case "received_at":
                return min(self.leads, key=lambda lead: lead.received_at)  # type: ignore[arg-type, return-value]
            case "sales_person" | "external_id":
                return self.older
            case "status":
                return self._lead_with_allowed_status()
        return self.newest

    def _lead_with_allowed_status(self) -> Lead:
        """The lead saved last, unless the type that is proposed does not allow its status."""
        lead_type = self._proposed("type").type if "type" in self._differing else self.older.type
        funnel = load_funnel()
        by_time = sorted(self.leads, key=lambda lead: lead != self.newest)
        allowed = [
            lead
            for lead in by_time
            if is_allowed(funnel, type_id=lead_type.pk if lead_type else None, status=lead.status)
        ]
        return (allowed or by_time)[0]


def joined(texts: Sequence[str]) -> str:
    """Rich texts one below the other, with an empty line between."""
    return "<div><br></div>".join(texts)


def _value(lead: Lead, name: str) -> Any:
    if name == "status":
        return (lead.status_id, lead.lost_reason_id, lead.closed_at)
    return getattr(lead, cast("models.Field[Any, Any]", Lead._meta.get_field(name)).attname)


def text_in(lead: Lead, name: str) -> str:
    """The value of a field of `lead` as people read it; the status with its reason and the day of closing."""
    if name == "status":
        parts = [lead.status.name, str(lead.lost_reason or ""), format_day(lead.closed_at) if lead.closed_at else ""]
        return " · ".join(part for part in parts if part)
    return text_of(cast("models.Field[Any, Any]", Lead._meta.get_field(name)), getattr(lead, name))
