"""Where rows go, by kind: how a row finds what is stored already, and which service stores it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Partner, Product, User
from crm.services import people
from crm.services.partners import save_partners
from crm.services.products import save_products
from crm.services.records import Draft as RecordDraft
from leads.importing.lookups import as_nip, fold, split_name
from leads.importing.rows import Row
from leads.models import ErasedLead, ImportKind, Lead, LeadAlias
from leads.models.imports import ImportRun
from leads.querysets import load_funnel
from leads.rules import Funnel
from leads.services import Draft, LeadValues, check_leads, create_leads, update_leads

Refusal = RuleError | ValidationError
# What an empty cell never empties: keys, and what a row can't be without.
KEPT = {"name", "status", "external_id", "code", "kind", "vat_rate"}
KEPT_OF_PEOPLE = {"first_name", "last_name", "email"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A row's answer: what is stored now (None in a check of a new row), and whether it was written."""

    row: models.Model | None
    written: bool


Answer = Stored | Refusal


class Target(Protocol):
    """What the stages of a run ask of a kind."""

    model: ClassVar[type[models.Model]]
    permissions: ClassVar[tuple[str, ...]]
    values: ClassVar[tuple[str, ...]]

    def find(self, rows: Sequence[Row]) -> None:
        """Lock what the rows are about: give each its key, and the stored row or a refusal."""

    def write(self, rows: Sequence[Row], *, store: bool) -> list[Answer]:
        """Store the rows, or only check them; each is answered for itself, in order."""

    def restore(self, changes: Sequence[tuple[models.Model, dict[str, Any]]]) -> list[Answer]:
        """Give stored rows old values back."""


@dataclass(slots=True)
class LeadTarget:
    """Leads, known by their external ID."""

    model: ClassVar[type[models.Model]] = Lead
    permissions: ClassVar[tuple[str, ...]] = ("leads.add_lead", "leads.change_lead")
    values: ClassVar[tuple[str, ...]] = (*LeadValues.__annotations__, "tags")
    run: ImportRun
    by: User
    funnel: Funnel = field(default_factory=load_funnel)

    def find(self, rows: Sequence[Row]) -> None:
        wanted = {row.values["external_id"] for row in rows if row.values.get("external_id")}
        aliases = dict(LeadAlias.objects.filter(external_id__in=wanted).values_list("external_id", "lead"))
        leads = {
            lead.pk: lead
            for lead in Lead.objects.select_for_update()
            .filter(Q(external_id__in=wanted) | Q(pk__in=aliases.values()))
            .order_by("pk")
            .prefetch_related(*(["tags"] if any("tags" in row.values for row in rows) else []))
        }
        stored = {external_id: leads[pk] for external_id, pk in aliases.items() if pk in leads}
        stored |= {lead.external_id: lead for lead in leads.values() if lead.external_id}
        pks = [lead.pk for lead in stored.values()]
        visible = (
            set(Lead.objects.visible_to(self.by).filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()
        )
        erased = set(ErasedLead.objects.filter(lead_id__in=pks).values_list("lead_id", flat=True)) if pks else set()
        for row in rows:
            external_id = row.values.get("external_id")
            row.key = f"id:{external_id}"[:250] if external_id else None
            lead = stored.get(external_id or "")
            if lead is not None and lead.pk in erased:
                row.refuse(_("The data of this lead are anonymised: an import does not bring them back."))
            elif lead is not None and lead.pk not in visible:
                row.refuse(_("This external ID can't be used."))
            else:
                row.existing = lead
                if lead is not None and lead.external_id != external_id:
                    del row.values["external_id"]  # that of a lead merged into this one, which keeps its own

    def write(self, rows: Sequence[Row], *, store: bool) -> list[Answer]:
        drafts = [self._draft(row) for row in rows]
        if not store:
            checked = check_leads(drafts=drafts, by=self.by, imported=True)
            return [a if not isinstance(a, bool) else Stored(r.existing, a) for r, a in zip(rows, checked, strict=True)]
        new = [index for index, row in enumerate(rows) if row.existing is None]
        changed = [index for index, row in enumerate(rows) if row.existing is not None]
        answers: dict[int, Answer] = dict(zip(new, self._create([drafts[index] for index in new]), strict=True))
        answers |= zip(changed, self._update([drafts[index] for index in changed]), strict=True)
        return [answers[index] for index in range(len(rows))]

    def restore(self, changes: Sequence[tuple[models.Model, dict[str, Any]]]) -> list[Answer]:
        drafts = []
        for lead, values in changes:
            tags = values.pop("tags", None)
            drafts.append(Draft(values=values, lead=lead, tags=tags))  # type: ignore[arg-type]
        return self._update(drafts)

    def _create(self, drafts: list[Draft]) -> list[Answer]:
        if not drafts:
            return []
        try:
            with transaction.atomic():
                answers = create_leads(drafts=drafts, by=self.by, imported=True)
        except RuleError as refusal:  # somebody was faster with one of them: it is refused, and the others are not
            if len(drafts) == 1:
                return [refusal]
            return [answer for draft in drafts for answer in self._create([draft])]
        return [Stored(answer, True) if isinstance(answer, Lead) else answer for answer in answers]

    def _update(self, drafts: list[Draft]) -> list[Answer]:
        before = [draft.lead.version for draft in drafts if draft.lead]
        answers = update_leads(drafts=drafts, by=self.by, imported=True) if drafts else []
        return [
            Stored(answer, getattr(answer, "version", None) != version) if isinstance(answer, Lead) else answer
            for answer, version in zip(answers, before, strict=True)
        ]

    def _draft(self, row: Row) -> Draft:
        lead = row.existing if isinstance(row.existing, Lead) else None
        values = given_values(row, self.run.empty_clears)
        tags = values.pop("tags", None)
        if lead is None:
            for name in ("name", "status"):
                if not values.get(name):
                    values.pop(name, None)
            values.setdefault("name", _composed_name(values))
        self._add_lost_reason(values, lead)
        return Draft(values=values, tags=tags, lead=lead)  # type: ignore[arg-type]

    def _add_lost_reason(self, values: dict[str, Any], lead: Lead | None) -> None:
        """A lost row that gives no reason takes the chosen one; a lead that has one already keeps it."""
        if values.get("lost_reason") is None:
            values.pop("lost_reason", None)
        status = values.get("status")
        status = self.funnel.statuses.get(status.pk, status) if status else None
        has_reason = lead is not None and lead.lost_reason_id is not None
        if status is not None and status.is_lost and "lost_reason" not in values and not has_reason:
            values["lost_reason"] = self.run.lost_reason


@dataclass(slots=True)
class PartnerTarget:
    """Partners, known by external ID, else NIP, else exact name."""

    model: ClassVar[type[models.Model]] = Partner
    permissions: ClassVar[tuple[str, ...]] = ("crm.add_partner", "crm.change_partner")
    values: ClassVar[tuple[str, ...]] = (
        "external_id", "kind", "name", "nip", "vat_eu", "street", "city", "region", "postal_code", "country",
        "delivery_street", "delivery_city", "delivery_region", "delivery_postal_code", "delivery_country",
        "phone", "email", "website",
    )  # fmt: skip
    run: ImportRun
    by: User

    def find(self, rows: Sequence[Row]) -> None:
        for row in rows:
            row.values = {**row.values, **({"nip": as_nip(nip) or nip} if (nip := row.values.get("nip")) else {})}
        find_by_keys(rows, Partner.objects.select_for_update().order_by("pk"), ("external_id", "nip", "name"))

    def write(self, rows: Sequence[Row], *, store: bool) -> list[Answer]:
        return _save_records(save_partners, rows, self)

    def restore(self, changes: Sequence[tuple[models.Model, dict[str, Any]]]) -> list[Answer]:
        return _restore_records(save_partners, changes, self.by)


@dataclass(slots=True)
class ProductTarget:
    """Products, known by code, else name."""

    model: ClassVar[type[models.Model]] = Product
    permissions: ClassVar[tuple[str, ...]] = ("crm.add_product", "crm.change_product")
    values: ClassVar[tuple[str, ...]] = ("code", "name", "unit", "net_price", "vat_rate")
    run: ImportRun
    by: User

    def find(self, rows: Sequence[Row]) -> None:
        find_by_keys(rows, Product.objects.select_for_update().order_by("pk"), ("code", "name"))

    def write(self, rows: Sequence[Row], *, store: bool) -> list[Answer]:
        return _save_records(save_products, rows, self)

    def restore(self, changes: Sequence[tuple[models.Model, dict[str, Any]]]) -> list[Answer]:
        return _restore_records(save_products, changes, self.by)


@dataclass(slots=True)
class PeopleTarget:
    """Sales people, known by e-mail, else full name; new ones can't sign in."""

    model: ClassVar[type[models.Model]] = User
    permissions: ClassVar[tuple[str, ...]] = ("crm.add_user", "crm.change_user")
    values: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "email", "phone_extension", "team")
    run: ImportRun
    by: User

    def find(self, rows: Sequence[Row]) -> None:
        by_email: dict[str, User] = {}
        by_name: dict[str, list[User]] = defaultdict(list)
        for user in User.objects.select_for_update(of=("self",)).order_by("pk"):
            if user.email:
                by_email[user.email.lower()] = user
            by_name[fold(f"{user.first_name} {user.last_name}")].append(user)
        for row in rows:
            full_name = row.values.pop("full_name", "")
            if full_name:
                row.values["first_name"], row.values["last_name"] = split_name(" ".join(full_name.split()))
            email = (row.values.get("email") or "").lower()
            name = fold(f"{row.values.get('first_name', '')} {row.values.get('last_name', '')}")
            row.key = f"email:{email}" if email else f"name:{name}"
            same_name = [user for user in by_name.get(name, []) if not (email and user.email)]
            if email in by_email:
                row.existing = by_email[email]
            elif len(same_name) > 1:
                row.refuse(_("Several people have this name: add a column with their e-mail addresses."))
            elif same_name:
                row.existing = same_name[0]

    def write(self, rows: Sequence[Row], *, store: bool) -> list[Answer]:
        clears = self.run.empty_clears
        return self._save([(given_values(row, clears, KEPT_OF_PEOPLE), row.existing) for row in rows])

    def restore(self, changes: Sequence[tuple[models.Model, dict[str, Any]]]) -> list[Answer]:
        return self._save([(values, row) for row, values in changes])

    def _save(self, drafts: Sequence[Any]) -> list[Answer]:
        answers = people.save_people(drafts=drafts, by=self.by)
        return [Stored(*answer) if isinstance(answer, tuple) else answer for answer in answers]


TARGETS: dict[str, type[LeadTarget] | type[PartnerTarget] | type[ProductTarget] | type[PeopleTarget]] = {
    ImportKind.LEADS: LeadTarget,
    ImportKind.PARTNERS: PartnerTarget,
    ImportKind.PRODUCTS: ProductTarget,
    ImportKind.PEOPLE: PeopleTarget,
}


def may_import(user: User, kind: str) -> bool:
    """Whether `user` may import rows of that kind."""
    return user.has_perms(("leads.run_import", *TARGETS[kind].permissions))


def given_values(row: Row, empty_clears: bool, kept: Collection[str] = KEPT) -> dict[str, Any]:
    """What the row says: of one that is stored already, an empty cell says nothing unless it shall empty the field."""
    says_something = {name for name, value in row.values.items() if value not in (None, "", [])}
    if row.existing is None or empty_clears:
        return {name: value for name, value in row.values.items() if name in says_something or name not in kept}
    return {name: value for name, value in row.values.items() if name in says_something}


def find_by_keys(rows: Sequence[Row], stored: models.QuerySet[Any], keys: Sequence[str]) -> None:
    """Give each row what is stored under the first of its `keys` that finds something.

    A row found by a later key is another one when an earlier key of both says so (the same name, different NIP).
    """
    by_key: dict[str, dict[str, list[Any]]] = {}
    for key in keys:
        wanted = {row.values[key] for row in rows if row.values.get(key)}
        by_key[key] = defaultdict(list)
        for item in stored.filter(**{f"{key}__in": wanted}) if wanted else ():
            by_key[key][getattr(item, key)].append(item)
    for row in rows:
        first = next((key for key in keys if row.values.get(key)), None)
        row.key = f"{first}:{row.values[first]}"[:250] if first else None
        _find_one(row, by_key, keys)


def _find_one(row: Row, by_key: dict[str, dict[str, list[Any]]], keys: Sequence[str]) -> None:
    for position, key in enumerate(keys):
        found = [
            item
            for item in by_key[key].get(row.values.get(key) or "", [])
            if not any(_differ(getattr(item, earlier), row.values.get(earlier)) for earlier in keys[:position])
        ]
        if len(found) > 1:
            row.refuse(_("%(count)s records fit this row, so it is not clear which is meant.") % {"count": len(found)})
            return
        if found:
            row.existing = found[0]
            return


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and one != other


def _composed_name(values: dict[str, Any]) -> str:
    """A name for a lead that has none: product and partner, else what else it tells; "" leaves it to the service."""
    parts = [str(values[name]) for name in ("product", "partner") if values.get(name)]
    if not parts:
        person = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
        parts = [values.get("company_name") or person or values.get("email") or values.get("phone") or ""]
    return " – ".join(parts)[:200]


def _save_records(
    save: Callable[..., list[Any]], rows: Sequence[Row], target: PartnerTarget | ProductTarget
) -> list[Answer]:
    before = [getattr(row.existing, "version", None) for row in rows]
    existing: list[Any] = [row.existing for row in rows]
    drafts: list[RecordDraft[Any]] = [
        RecordDraft(values=given_values(row, target.run.empty_clears), row=stored)
        for row, stored in zip(rows, existing, strict=True)
    ]
    return _answers(save(drafts=drafts, by=target.by), before)


def _restore_records(
    save: Callable[..., list[Any]], changes: Sequence[tuple[Any, dict[str, Any]]], by: User
) -> list[Answer]:
    before = [getattr(row, "version", None) for row, _values in changes]
    drafts: list[RecordDraft[Any]] = [RecordDraft(values=values, row=row) for row, values in changes]
    return _answers(save(drafts=drafts, by=by), before)


def _answers(answers: Iterable[Any], before: Sequence[int | None]) -> list[Answer]:
    return [
        Stored(answer, getattr(answer, "version", None) != version) if isinstance(answer, models.Model) else answer
        for answer, version in zip(answers, before, strict=True)
    ]
