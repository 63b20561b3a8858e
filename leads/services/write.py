"""Creating and changing leads: one preparation and one check for every way in, for one lead or a batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.history import acting_as
from crm.models import (
    Campaign,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    Medium,
    Partner,
    Position,
    Product,
    Source,
    SystemSettings,
    User,
)
from crm.phones import to_e164
from crm.text import check_text, sanitise
from leads.models import Lead, LeadTagging
from leads.orders import has_order
from leads.querysets import load_funnel
from leads.rules import (
    Funnel,
    LostReasonRequired,
    check_order,
    check_status,
    default_status,
)
from leads.services.announce import announce
from leads.services.refusals import translated_refusals


class LeadValues(TypedDict, total=False):
    """What may be given to a lead; what is absent stays (or takes its default on a new lead)."""

    external_id: str | None
    name: str
    product: Product | None
    status: LeadStatus | None
    type: LeadType | None
    partner: Partner | None
    sales_person: User | None
    received_at: datetime | None
    closed_at: datetime | None
    expected_revenue: Decimal | None
    probability: int | None
    expected_close: date | None
    campaign: Campaign | None
    medium: Medium | None
    source: Source | None
    priority: LeadPriority | None
    phone: str
    email: str
    description: str
    company_name: str
    website: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    first_name: str
    middle_name: str
    last_name: str
    position: Position | None
    lost_reason: LostReason | None


@dataclass(slots=True)
class Draft:
    """Values for one lead of a batch: a new one, or `lead` as it was loaded. `tags` None leaves them as they are."""

    values: LeadValues
    tags: Iterable[LeadTag] | None = None
    lead: Lead | None = None


Refusal = RuleError | ValidationError


@dataclass
class _Rules:
    """What the checks of a batch read, each loaded once, when it is first needed."""

    by: User | None
    imported: bool = False

    @cached_property
    def funnel(self) -> Funnel:
        return load_funnel()

    @cached_property
    def region(self) -> str:
        return SystemSettings.objects.current().default_region

    @cached_property
    def types(self) -> list[LeadType]:
        return list(LeadType.objects.active()[:2])


def create_lead(*, values: LeadValues, by: User | None, tags: Iterable[LeadTag] = ()) -> Lead:
    """Store a new lead and return it as stored.

    Raises RuleError or ValidationError, each with the field it belongs to.
    """
    return _only(create_leads(drafts=[Draft(values=values, tags=tags)], by=by))


def update_lead(
    *,
    lead: Lead,
    values: LeadValues,
    by: User | None,
    tags: Iterable[LeadTag] | None = None,
    version: int | None = None,
) -> Lead:
    """Change `lead` and return it as stored.

    `version` is the one that the user saw: when the lead was saved since then, StaleObject is raised and nothing is
    stored. Raises RuleError or ValidationError, each with the field it belongs to; Lead.DoesNotExist when it is gone.
    """
    with transaction.atomic():
        current = Lead.objects.select_for_update().get(pk=lead.pk)
        if version is not None and current.version != version:
            raise StaleObject(_("Somebody else has saved this lead in the meantime."))
        return _only(_update([Draft(values=values, tags=tags, lead=current)], _Rules(by=by), alone=True))


def update_locked(*, lead: Lead, values: LeadValues, by: User | None, funnel: Funnel) -> None:
    """As `update_lead`, for a lead that the caller has locked and compared with what the user saw.

    `funnel` was loaded for this. What the triggers write is not read back.
    """
    rules = _Rules(by=by)
    rules.funnel = funnel
    _only(_update([Draft(values=values, lead=lead)], rules, alone=True, reload=False))


def create_leads(*, drafts: Sequence[Draft], by: User | None, imported: bool = False) -> list[Lead | Refusal]:
    """Store new leads; each draft is answered for itself, in order, by the lead or by what refused it.

    `imported` permits `closed_at`, and starts the status log at Data i czas where it is known.
    """
    rules = _Rules(by=by, imported=imported)
    answers: list[Lead | Refusal] = []
    for draft in drafts:
        lead = Lead()
        try:
            _prepare(lead, draft.values, rules)
        except (RuleError, ValidationError) as refusal:
            answers.append(refusal)
        else:
            answers.append(lead)
    accepted = [(lead, draft) for lead, draft in zip(answers, drafts, strict=True) if isinstance(lead, Lead)]
    with transaction.atomic(), acting_as(by), translated_refusals():
        if len(accepted) > 1:
            _fill_database_defaults([lead for lead, _draft in accepted])
        Lead.objects.bulk_create([lead for lead, _draft in accepted], batch_size=500)
        LeadTagging.objects.bulk_create(
            [LeadTagging(lead=lead, tag=tag) for lead, draft in accepted for tag in draft.tags or ()], batch_size=2000
        )
        announce(leads=[lead for lead, _draft in accepted], by=by, new=True, quietly=imported)
    _reload([lead for lead, _draft in accepted])
    return answers


def update_leads(*, drafts: Sequence[Draft], by: User | None, imported: bool = False) -> list[Lead | Refusal]:
    """Change leads; each draft is answered for itself, in order, by the lead or by what refused it.

    Every draft has its `lead`, loaded for update by the caller. A draft that changes nothing writes nothing.
    """
    return _update(drafts, _Rules(by=by, imported=imported))


def _update(
    drafts: Sequence[Draft], rules: _Rules, *, alone: bool = False, reload: bool = True
) -> list[Lead | Refusal]:
    """What `update_leads` does. `alone`: there is one draft, and its refusal ends the transaction."""
    tags = _tags_of([draft.lead for draft in drafts if draft.lead and draft.tags is not None])
    owners = {draft.lead.pk: draft.lead.sales_person_id for draft in drafts if draft.lead}
    answers: list[Lead | Refusal] = []
    changed: list[Lead] = []
    with acting_as(rules.by):
        for draft in drafts:
            assert draft.lead is not None
            try:
                if _store(draft.lead, draft, rules, tags, alone=alone):
                    changed.append(draft.lead)
            except (RuleError, ValidationError) as refusal:
                answers.append(refusal)
            else:
                answers.append(draft.lead)
        announce(leads=changed, by=rules.by, owners_before=owners, quietly=rules.imported)
    if reload:
        _reload(changed)
    return answers


def check_leads(*, drafts: Sequence[Draft], by: User | None, imported: bool = False) -> list[bool | Refusal]:
    """Ask `create_leads` and `update_leads` what they would do, and store nothing.

    Each draft is answered for itself, in order: whether it would write anything, or what would refuse it. The draft's
    lead takes the values and is of no further use.
    """
    rules = _Rules(by=by, imported=imported)
    tags = _tags_of([draft.lead for draft in drafts if draft.lead and draft.tags is not None])
    answers: list[bool | Refusal] = []
    for draft in drafts:
        lead = draft.lead or Lead()
        try:
            columns = _prepare(lead, draft.values, rules)
        except (RuleError, ValidationError) as refusal:
            answers.append(refusal)
        else:
            answers.append(bool(columns) or _wanted(draft) not in (None, tags.get(lead.pk, set())))
    return answers


def _store(lead: Lead, draft: Draft, rules: _Rules, tags: dict[int, set[int]], *, alone: bool) -> bool:
    """Write what `draft` changes of a stored lead; tell whether it was anything.

    A refusal by the database leaves what the others wrote; for one that stands `alone` no savepoint is needed.
    """
    columns = _prepare(lead, draft.values, rules)
    wanted, current = _wanted(draft), tags.get(lead.pk, set())
    tags_changed = wanted is not None and wanted != current
    if not columns and not tags_changed:
        return False
    with transaction.atomic(savepoint=not alone), translated_refusals():
        if columns:
            lead.save(update_fields=columns)
        if wanted is not None and tags_changed:
            LeadTagging.objects.filter(lead=lead, tag_id__in=current - wanted).delete()
            LeadTagging.objects.bulk_create([LeadTagging(lead=lead, tag_id=tag) for tag in sorted(wanted - current)])
            if not columns:
                Lead.objects.filter(pk=lead.pk).update(name=F("name"))  # counts as a version of the lead
    return True


def _wanted(draft: Draft) -> set[int] | None:
    """The tags that the lead shall have; None leaves them as they are."""
    return None if draft.tags is None else {tag.pk for tag in draft.tags}


def _tags_of(leads: Sequence[Lead]) -> dict[int, set[int]]:
    """The tags of leads by the lead's id; leads without tags are absent."""
    tags: dict[int, set[int]] = {}
    for lead_id, tag_id in LeadTagging.objects.filter(lead__in=leads).values_list("lead_id", "tag_id") if leads else ():
        tags.setdefault(lead_id, set()).add(tag_id)
    return tags


def _prepare(lead: Lead, values: LeadValues, rules: _Rules) -> list[str]:
    """Put `values` into `lead`, checked; return the names of the fields that changed."""
    is_new = lead.pk is None
    before = {name: getattr(lead, name) for name in COLUMNS}
    given: dict[str, Any] = {name: _clean(name, value) for name, value in values.items()}
    if "closed_at" in given and not rules.imported:
        del given["closed_at"]
    for name, value in given.items():
        setattr(lead, name, value)
    if is_new:
        _fill_defaults(lead, given, rules)
    if not lead.name and lead.product is not None:
        lead.name = lead.product.name
    if is_new or "phone" in given:
        lead.phone_e164 = to_e164(lead.phone, region=rules.region)
    lead.clean_fields(exclude=RELATIONS)
    _check_sales_person(lead, before["sales_person_id"], is_new=is_new, rules=rules)
    _check_funnel(lead, before, is_new=is_new, funnel=rules.funnel)
    return [name for name in COLUMNS if getattr(lead, name) != before[name]]


def _clean(name: str, value: Any) -> Any:
    if name == "external_id":
        value = (value or "").strip() or None
    if isinstance(value, str):
        try:
            value = check_text(value.strip())
        except ValidationError as error:
            raise ValidationError({name: error}) from error
        if name == "description":
            value = sanitise(value)
    return value


def _fill_defaults(lead: Lead, given: dict[str, Any], rules: _Rules) -> None:
    if "type" not in given and len(rules.types) == 1:
        lead.type = rules.types[0]
    if "sales_person" not in given:
        lead.sales_person = rules.by
    if lead.status_id is None:
        lead.status = default_status(rules.funnel, type_id=lead.type_id)
    if rules.imported and lead.received_at is not None:
        lead.status_entered_at = lead.received_at


def _check_sales_person(lead: Lead, before: int | None, *, is_new: bool, rules: _Rules) -> None:
    if is_new or lead.sales_person_id == before or rules.imported:
        return
    by = rules.by
    own = by is not None and (before == by.pk or (before is None and lead.sales_person_id == by.pk))
    if by is not None and not own and not by.has_perm("leads.reassign_any_lead"):
        raise RuleError(_("You can reassign only your own leads."), field="sales_person")
    if lead.sales_person is not None and not lead.sales_person.is_active:
        raise RuleError(_("This user is not active: choose another sales person."), field="sales_person")


def _check_funnel(lead: Lead, before: dict[str, Any], *, is_new: bool, funnel: Funnel) -> None:
    if lead.status_id is None:
        raise RuleError(_("Choose a lead status."), field="status")
    status = funnel.statuses.get(lead.status_id) or lead.status
    if is_new or lead.status_id != before["status_id"] or lead.type_id != before["type_id"]:
        check_status(funnel, type=lead.type, status=status)
    if status.needs_order and (is_new or lead.status_id != before["status_id"]):
        check_order(status=status, has_order=has_order(lead.pk))
    if not status.is_lost:
        lead.lost_reason = None
    elif lead.lost_reason_id is None:
        raise LostReasonRequired(_("Choose a lost reason."), field="lost_reason")
    if not status.is_closed:
        lead.closed_at = None


def _reload(leads: Sequence[Lead]) -> None:
    """Take over what the triggers wrote."""
    rows = Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values("pk", *DERIVED) if leads else ()
    stored = {row.pop("pk"): row for row in rows}
    for lead in leads:
        lead.__dict__.update(stored[lead.pk])


def _fill_database_defaults(leads: Sequence[Lead]) -> None:
    """Give new leads what the database would give them: with plain values alone, Django inserts a batch as arrays, at a
    third of the cost. The time is the database's.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    columns = [column for column in Lead._meta.concrete_fields if column.has_db_default()]
    for lead in leads:
        for column in columns:
            if isinstance(getattr(lead, column.attname), DatabaseDefault):
                setattr(lead, column.attname, now if isinstance(column.db_default, Now) else column.db_default)


def _only(answers: list[Lead | Refusal]) -> Lead:
    answer = answers[0]
    if isinstance(answer, Lead):
        return answer
    raise answer


RELATIONS = [f.name for f in Lead._meta.concrete_fields if isinstance(f, models.ForeignKey)]
DERIVED = ["version", "updated_at", "is_closed", "is_lost", "closed_at", "status_entered_at"]
COLUMNS = [
    f.attname
    for f in Lead._meta.concrete_fields
    if not f.generated and f.attname not in ("id", "created_at", *set(DERIVED) - {"closed_at"})
]
