"""What the texts of a file refer to: products, partners, people and reference data, found by their keys."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Partner, Product, ReferenceItem, Team, User
from crm.nip import parse_nip
from crm.services.partners import save_partners
from crm.services.people import PersonValues, create_person, create_team
from crm.services.products import save_products
from crm.services.records import Draft, Refusal
from crm.services.reference import save_item
from leads.importing.fields import CREATABLE, Field
from leads.models.imports import ImportRun

MAP, CREATE, REFUSE, EMPTY = "map", "create", "refuse", "empty"


class Unknown(RuleError):
    """Nothing has this name, and the user has not said what to do about it."""


@dataclass(slots=True)
class Created:
    """Something that an import made on the way, since a row named it."""

    line: int
    row: models.Model


@dataclass(slots=True)
class Finder:
    """Finds rows of one model by the texts of one column. It lives as long as a chunk."""

    run: ImportRun
    field: Field
    known: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def model(self) -> type[models.Model]:
        assert self.field.refers_to is not None
        return self.field.refers_to

    def load(self, texts: Iterable[str]) -> None:
        """Find all these texts at once: each is then known by a row, by a refusal, or not at all."""
        wanted = {text for text in texts if text} - self.known.keys()
        if wanted:
            self.known |= FINDERS.get(self.model, find_named)(self.model, wanted)

    def get(self, text: str, line: int, created: list[Created]) -> Any:
        """The row that the text means, None where the user wants the field to stay empty.

        Raises RuleError: unknown and undecided, refused by the user, or fitting several.
        """
        found = self.known.get(text)
        if isinstance(found, RuleError):
            raise found
        if found is not None:
            return found
        decision = self._decision(text)
        match decision.get("do"):
            case "map":
                row = self.model._base_manager.filter(pk=decision.get("id")).first()
                if row is None:
                    raise Unknown(_("“%(value)s” stood for something that is gone.") % {"value": text})
            case "create":
                row = self._create(text)
                created.append(Created(line, row))
            case "empty":
                return None
            case "refuse":
                raise RuleError(_("“%(value)s” is not known here.") % {"value": text})
            case _:
                raise Unknown(_("“%(value)s” is not known here.") % {"value": text})
        self.known[text] = row
        return row

    def _decision(self, text: str) -> Mapping[str, Any]:
        choices = self.run.choices.get(self.field.name, {})
        decision: Mapping[str, Any] = choices.get("values", {}).get(text) or {"do": choices.get("rest", "")}
        return decision

    def _create(self, text: str) -> models.Model:
        owner = self.run.owner
        if owner is None or not owner.has_perm(CREATABLE[self.model]):
            raise RuleError(_("You may not add “%(value)s”.") % {"value": text})
        try:
            return create_named(self.model, text, owner)
        except ValidationError as error:
            raise RuleError(" ".join(error.messages)) from error


def create_named(model: type[models.Model], text: str, by: User) -> models.Model:
    """A new row of `model` with that name, through its service. Raises RuleError or ValidationError."""
    if model is Partner:
        return _only(save_partners(drafts=[Draft({"name": text})], by=by))
    if model is Product:
        return _only(save_products(drafts=[Draft({"name": text})], by=by))
    if model is User:
        return create_person(values=person_named(text), by=by)
    if model is Team:
        return create_team(name=text, by=by)
    assert issubclass(model, ReferenceItem)
    return save_item(item=model(), values={"name": text}, by=by)


def _only(answers: list[Any]) -> models.Model:
    answer: models.Model | Refusal = answers[0]
    if isinstance(answer, models.Model):
        return answer
    raise answer


def person_named(text: str) -> PersonValues:
    """What a text that names a person says of them: an e-mail address, or a full name."""
    if "@" in text:
        return {"email": text}
    first_name, last_name = split_name(text)
    return {"first_name": first_name, "last_name": last_name}


def split_name(full_name: str) -> tuple[str, str]:
    """First names and last name of a full name: what stands after the last space is the last name."""
    first, _space, last = full_name.strip().rpartition(" ")
    return (first, last) if first else (last, "")


def fold(text: str) -> str:
    """A name without case and extra spaces."""
    return " ".join(text.split()).casefold()


# --- Finding by key: each returns a row or a refusal for the texts it knows ---------------------------------


def find_named(model: type[models.Model], texts: set[str]) -> dict[str, Any]:
    """Reference data and teams by name, case ignored (names are unique so)."""
    rows = {fold(str(row.name)): row for row in model._base_manager.all()}  # type: ignore[attr-defined]
    return {text: rows[fold(text)] for text in texts if fold(text) in rows}


def find_partners(model: type[models.Model], texts: set[str]) -> dict[str, Any]:
    """Partners by external ID, else NIP, else exact name."""
    by_id = {row.external_id: row for row in Partner.objects.filter(external_id__in=texts)}
    nips = {text: nip for text in texts - by_id.keys() if (nip := as_nip(text))}
    by_nip = _grouped(Partner.objects.filter(nip__in=nips.values()), "nip") if nips else {}
    by_name = _grouped(Partner.objects.filter(name__in=texts - by_id.keys() - nips.keys()), "name")
    found: dict[str, Any] = {str(key): row for key, row in by_id.items()}
    for text in texts - by_id.keys():
        rows = by_nip.get(nips[text], []) if text in nips else by_name.get(text, [])
        if rows:
            found[text] = _one(text, rows)
    return found


def find_products(model: type[models.Model], texts: set[str]) -> dict[str, Any]:
    """Products by code, else exact name."""
    by_code = {str(row.code): row for row in Product.objects.filter(code__in=texts)}
    by_name = _grouped(Product.objects.filter(name__in=texts - by_code.keys()), "name")
    return {**{text: _one(text, rows) for text, rows in by_name.items()}, **by_code}


def find_people(model: type[models.Model], texts: set[str]) -> dict[str, Any]:
    """Users by e-mail, else full name; case ignored."""
    by_email: dict[str, User] = {}
    by_name: dict[str, list[User]] = defaultdict(list)
    for user in User.objects.select_related("team"):
        if user.email:
            by_email[user.email.lower()] = user
        by_name[fold(f"{user.first_name} {user.last_name}")].append(user)
    found: dict[str, Any] = {}
    for text in texts:
        if text.lower() in by_email:
            found[text] = by_email[text.lower()]
        elif users := by_name.get(fold(text)):
            found[text] = _one(text, users)
    return found


def as_nip(text: str) -> str:
    """The digits of a NIP, or "" for a text that is none."""
    try:
        return parse_nip(text) if any(sign.isdigit() for sign in text) else ""
    except ValidationError:
        return ""


def _grouped(rows: Iterable[Any], name: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups


def _one(text: str, rows: list[Any]) -> Any:
    if len(rows) == 1:
        return rows[0]
    return RuleError(
        _("“%(value)s” fits %(count)s records, so it is not clear which is meant.")
        % {"value": text, "count": len(rows)}
    )


FINDERS = {
    Partner: find_partners,
    Product: find_products,
    User: find_people,
}


@dataclass(slots=True)
class UnknownValues:
    """The unknown values that a check met, by field, with how many rows have each; so many and no more are kept."""

    counts: dict[str, Counter[str]] = dataclasses.field(default_factory=lambda: defaultdict(Counter))
    LIMIT = 500

    def add(self, name: str, text: str) -> None:
        counter = self.counts[name]
        if text in counter or len(counter) < self.LIMIT:
            counter[text] += 1
