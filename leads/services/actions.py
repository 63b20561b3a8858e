"""The named actions on a lead: each one is a change of values through `write`, or its end."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import InUse, RuleError
from crm.history import acting_as
from crm.models import LeadStatus, LostReason, Partner, User
from crm.services.partners import ContactValues, PartnerValues, save_contact, save_partner
from crm.usage import count_by_label, uses_of
from leads.models import Lead, LeadStatusChange
from leads.querysets import load_funnel
from leads.rules import allowed_statuses, lost_status
from leads.services.announce import announce
from leads.services.attached import attached_to, is_held_by_attached
from leads.services.files import forget_files_of
from leads.services.write import Draft, LeadValues, Refusal, create_lead, update_lead, update_leads

NOT_COPIED = {"external_id", "status", "received_at", "closed_at", "lost_reason", "sales_person"}


def change_status(
    *, lead: Lead, to: LeadStatus, by: User | None, lost_reason: LostReason | None = None, version: int | None = None
) -> Lead:
    """Move `lead` to the status `to`; the Porażka status needs its reason.

    Raises StatusNotAllowed, LostReasonRequired, StaleObject.
    """
    return update_lead(lead=lead, values={"status": to, "lost_reason": lost_reason}, by=by, version=version)


def mark_lost(*, lead: Lead, reason: LostReason | None, by: User | None, version: int | None = None) -> Lead:
    """Close `lead` as lost with `reason`, in the status marked „Porażka”.

    Raises LostStatusMissing or StatusNotAllowed when the funnel is not set up for it, LostReasonRequired, StaleObject.
    """
    return change_status(
        lead=lead, to=lost_status(load_funnel(), type=lead.type), by=by, lost_reason=reason, version=version
    )


def reopen(*, lead: Lead, by: User | None, version: int | None = None) -> Lead:
    """Put a closed lead back into the last open status it stood in, or the first open one that its type allows.

    Raises RuleError when its type allows no open status, StaleObject.
    """
    choices = [s for s in allowed_statuses(load_funnel(), type_id=lead.type_id) if not s.is_closed]
    if not choices:
        raise RuleError(_("No open status is allowed for this lead."), field="status")
    stood_in = (
        LeadStatusChange.objects.filter(lead=lead, from_status__in=choices).order_by("-pk").values_list("from_status")
    )
    last = stood_in.first()
    to = next((status for status in choices if last and status.pk == last[0]), choices[0])
    return change_status(lead=lead, to=to, by=by, version=version)


def assign_leads(*, leads: Iterable[Lead], to: User | None, by: User | None) -> list[Lead | Refusal]:
    """Give `leads` to the sales person `to` (None: to nobody); each is answered for itself, in order."""
    with transaction.atomic():
        locked = Lead.objects.select_for_update().filter(pk__in=[lead.pk for lead in leads]).order_by("pk")
        return update_leads(drafts=[Draft(values={"sales_person": to}, lead=lead) for lead in locked], by=by)


def copy_lead(*, lead: Lead, by: User) -> Lead:
    """A new lead of `by` with the values and tags of `lead`, at the start of the funnel, as if it came now."""
    values: LeadValues = {"received_at": timezone.now()}
    for name in LeadValues.__annotations__.keys() - NOT_COPIED - {"received_at"}:
        values[name] = getattr(lead, name)  # type: ignore[literal-required]
    return create_lead(values=values, tags=list(lead.tags.all()), by=by)


def create_partner(*, lead: Lead, by: User, version: int | None = None) -> Partner:
    """Make a partner of the company or person that `lead` tells of, and link it.

    Raises RuleError when the lead has a partner already, StaleObject, and what `save_partner` raises.
    """
    if lead.partner_id is not None:
        raise RuleError(_("This lead already has a partner."), field="partner")
    person = f"{lead.first_name} {lead.last_name}".strip()
    is_company = bool(lead.company_name or not person)
    values: PartnerValues = {
        "kind": Partner.Kind.COMPANY if is_company else Partner.Kind.PERSON,
        "name": lead.company_name or person or lead.name,
        "phone": lead.phone,
        "email": lead.email,
        "website": lead.website,
        "street": lead.street,
        "city": lead.city,
        "region": lead.region,
        "postal_code": lead.postal_code,
        "country": lead.country,
    }
    contact: ContactValues = {
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "position": lead.position,
        "phone": lead.phone,
        "email": lead.email,
    }
    with transaction.atomic():
        partner = save_partner(partner=None, values=values, by=by)
        if lead.company_name and person:
            save_contact(partner=partner, contact=None, values=contact, by=by)
        update_lead(lead=lead, values={"partner": partner}, by=by, version=version)
    return partner


def holders(*, lead: Lead, by: User | None) -> dict[str, int]:
    """What keeps `lead` from being deleted by `by`: the number of rows that refer to it, by the plural name of their
    model."""
    return count_by_label(uses_of(lead)) | (attached_to(lead.pk) if is_held_by_attached(by=by) else {})


def delete_lead(*, lead: Lead, by: User | None) -> None:
    """Delete `lead` for good, with its activities, comments and files; the history keeps its last values.

    Raises InUse with what holds it.
    """
    with transaction.atomic(), acting_as(by):
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if uses := holders(lead=locked, by=by):
            listed = ", ".join(f"{name}: {count}" for name, count in uses.items())
            raise InUse(
                _("This lead can't be deleted, other records belong to it: %(uses)s.") % {"uses": listed}, uses=uses
            )
        announce(leads=[locked], by=by)
        forget_files_of(leads=[locked.pk])
        locked.delete()
