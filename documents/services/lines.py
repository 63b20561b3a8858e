"""The lines of a draft: added, pasted, changed, sorted, taken away. Each change counts the whole document anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Product, User
from documents import money
from documents.kinds import AnyDocument, AnyLine, Kind, kind_of
from documents.services.drafts import price_of, values_of
from documents.services.store import fill_line, lines_of, locked_draft, recount, share_out

MOST_LINES = 500


def add_product(*, document: AnyDocument, product: Product, by: User, version: int | None) -> Any:
    """A line at the end with `product` at its price. Returns the document.

    Raises as `update_draft` does, RuleError also when there are too many lines.
    """
    price = price_of(product, gross=document.has_gross_prices)
    return add_lines(document=document, rows=[{**values_of(product), "price": price}], by=by, version=version)


def add_lines(*, document: AnyDocument, rows: Sequence[Mapping[str, Any]], by: User, version: int | None) -> Any:
    """Lines at the end, all of them or none. Returns the document. Raises as `add_product`."""
    kind = kind_of(document)
    with locked_draft(document, by=by, version=version) as current:
        there = lines_of(current)
        if len(there) + len(rows) > MOST_LINES:
            raise RuleError(_("A document has at most %(count)s lines.") % {"count": MOST_LINES})
        last = there[-1].position if there else 0
        new = []
        for position, values in enumerate(rows, start=last + 1):
            line = kind.line(position=position, **{kind.name: current})
            fill_line(line, values)
            new.append(line)
        kind.line._default_manager.bulk_create(new)
        recount(current)
    return current


def update_line(
    *, document: AnyDocument, line_id: int, values: Mapping[str, Any], by: User, version: int | None
) -> Any:
    """Store `values` in a line. Returns the document. Raises as `add_product`; RuleError when the line is gone."""
    with locked_draft(document, by=by, version=version) as current:
        line = _line(kind_of(document), current, line_id)
        fill_line(line, values)
        line.save()
        recount(current)
    return current


def delete_line(*, document: AnyDocument, line_id: int, by: User, version: int | None) -> Any:
    """Take a line away. Returns the document. Raises as `update_line`."""
    with locked_draft(document, by=by, version=version) as current:
        _line(kind_of(document), current, line_id).delete()
        recount(current)
    return current


def sort_lines(*, document: AnyDocument, ids: Sequence[int], by: User) -> Any:
    """Put the lines `ids` into that order; others follow, unknown ones are passed over. Returns the document.

    The header stays, and so does its version: at most a grosz of VAT moves from line to line.
    """
    kind = kind_of(document)
    with locked_draft(document, by=by, version=None) as current:
        place = {pk: number for number, pk in enumerate(dict.fromkeys(ids))}
        lines = sorted(lines_of(current), key=lambda line: place.get(line.pk, len(place)))
        for position, line in enumerate(lines, start=1):
            line.position = position
        kind.line._default_manager.bulk_update(lines, ["position"])
        share_out(kind, lines, money.compute(lines, gross=current.has_gross_prices))
    return current


def _line(kind: Kind, document: AnyDocument, line_id: int) -> AnyLine:
    line: AnyLine | None = kind.line._default_manager.filter(pk=line_id, **{kind.name: document}).first()
    if line is None:
        raise RuleError(_("This line has just been deleted."))
    return line


def refusal_texts(refusal: RuleError | ValidationError) -> list[str]:
    """What a refusal of a line says, as sentences."""
    return [str(refusal)] if isinstance(refusal, RuleError) else list(refusal.messages)
