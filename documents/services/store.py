"""What all writes of documents share: the locked draft, its values, its lines, and what it then costs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TypeGuard

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.errors import RuleError, StaleObject
from crm.history import acting_as
from crm.models import Partner, User
from crm.references import check_references, vanished
from crm.text import check_text
from documents import money
from documents.corrections import lines_before
from documents.kinds import AnyDocument, AnyLine, Kind, kind_of
from documents.models import Invoice, InvoiceLine
from documents.rules import check_draft, check_total

BUYER = ("name", "nip", "vat_eu", "street", "postal_code", "city", "country")
LINE_VALUES = ("product", "description", "quantity", "unit", "price", "discount", "vat_rate")


@contextmanager
def locked(document: AnyDocument, *, by: User | None, version: int | None) -> Iterator[Any]:
    """The stored document, locked until the end of this block, which is a transaction that acts as `by`.

    Raises StaleObject when it has another version than the user saw, its model's DoesNotExist when it is gone, and
    RuleError for what the database refuses.
    """
    kind = kind_of(document)
    try:
        with transaction.atomic(), acting_as(by):
            current = kind.model._default_manager.select_for_update().get(pk=document.pk)
            if version is not None and current.version != version:
                raise StaleObject(_("Somebody else has saved this document in the meantime."))
            yield current
            check_references()
    except IntegrityError as error:
        if gone := vanished(error, kind.model) or vanished(error, kind.line):
            raise gone from error
        raise


@contextmanager
def locked_draft(document: AnyDocument, *, by: User | None, version: int | None) -> Iterator[Any]:
    """As `locked`; raises ReadOnly when the document is a draft no more."""
    with locked(document, by=by, version=version) as current:
        check_draft(current)
        yield current


def fill(row: AnyDocument | AnyLine, values: Mapping[str, Any]) -> None:
    """Put `values` into a row, cleaned and checked. Raises ValidationError by field."""
    errors: dict[str, Any] = {}
    for name, value in values.items():
        try:
            setattr(row, name, check_text(value.strip()) if isinstance(value, str) else value)
        except ValidationError as error:
            errors[name] = error
    unchecked = [f.name for f in row._meta.concrete_fields if f.is_relation or f.name not in values]
    try:
        row.clean_fields(exclude=[*unchecked, *errors])
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def fill_line(line: AnyLine, values: Mapping[str, Any]) -> None:
    """Put `values` into a line; the description is the product's name where none is given.

    Raises ValidationError by field; RuleError for a line that names neither, or has no quantity.
    """
    given = {name: values[name] for name in LINE_VALUES if name in values}
    product = given.get("product", line.product)
    if not str(given.get("description", line.description)).strip():
        if product is None:
            raise RuleError(_("Choose a product or write a description."), field="description")
        given["description"] = product.name
    quantity = given.get("quantity", line.quantity)
    takes_nothing = isinstance(line, InvoiceLine) and line.invoice_id and is_correction(line.invoice)
    if quantity is None or quantity < 0 or (quantity == 0 and not takes_nothing):
        raise RuleError(_("The quantity must be greater than zero."), field="quantity")
    fill(line, given)


def copy_buyer(document: AnyDocument, partner: Partner | None) -> None:
    """Take the buyer's data over from the partner."""
    for name in BUYER:
        setattr(document, f"buyer_{name}", getattr(partner, name) if partner is not None else "")


def lines_of(document: AnyDocument) -> list[Any]:
    """The lines of a document in their order."""
    return list(document.lines.select_related("product").order_by("position", "pk"))


def insert(kind: Kind, document: Any, lines: list[Any]) -> None:
    """Store a new document with its lines, counted. Called in a transaction."""
    document.save()
    for position, line in enumerate(lines, start=1):
        setattr(line, kind.name, document)
        line.position = position
    kind.line._default_manager.bulk_create(lines)
    recount(document)


def recount(document: AnyDocument) -> None:
    """Count all amounts of a document anew and store it, under its next version. Raises RuleError for too much."""
    kind = kind_of(document)
    lines = lines_of(document)
    totals = money.compute(lines, gross=document.has_gross_prices)
    asked = _difference(document, totals) if is_correction(document) else totals
    in_system = money.exchanged(asked.net, rate_of(document))
    check_total(totals.net, totals.gross, in_system)
    share_out(kind, lines, totals)
    document.net_total, document.vat_total, document.gross_total = asked.net, asked.vat, asked.gross
    document.net_in_system = in_system
    document.save()
    document.refresh_from_db(fields=["version", "updated_at"])


def share_out(kind: Kind, lines: list[Any], totals: money.Totals) -> None:
    """Store the amounts of lines where they differ."""
    changed = []
    for line, amounts in zip(lines, totals.lines, strict=True):
        if (line.net, line.vat, line.gross) != (amounts.net, amounts.vat, amounts.gross):
            line.net, line.vat, line.gross = amounts.net, amounts.vat, amounts.gross
            changed.append(line)
    kind.line._default_manager.bulk_update(changed, ["net", "vat", "gross"])


def is_correction(document: AnyDocument) -> TypeGuard[Invoice]:
    """Whether it is a correcting invoice: its header says what changes, its lines what holds after it."""
    return isinstance(document, Invoice) and document.correction_of_id is not None


def _difference(correction: Invoice, after: money.Totals) -> money.Totals:
    before = money.compute(lines_before(correction), gross=correction.has_gross_prices)
    return money.difference(before, after)


def rate_of(document: AnyDocument) -> Decimal:
    """What one unit of the document's currency costs in the system's; 0 until it is entered."""
    if document.currency == system_settings().currency:
        return Decimal(1)
    return document.rate if document.rate is not None else Decimal(0)
