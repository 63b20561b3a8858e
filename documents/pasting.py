"""Rows copied from a spreadsheet as lines of a document: all are taken, or none, and each is told what is wrong."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.models import Product
from crm.search import normalised
from documents.forms import LineForm
from documents.services.drafts import price_of, values_of

MOST_ROWS = 500
LONGEST = 200_000
# The columns in their usual order; a head may name them in any other.
COLUMNS = ("product", "quantity", "price", "discount", "vat_rate", "unit", "description")
HEADS = {
    "product": ("produkt", "kod", "nazwa", "towar", "usługa", "product", "code", "name", "item"),
    "quantity": ("ilość", "liczba", "ilosc", "quantity", "qty"),
    "price": ("cena", "cena netto", "cena brutto", "cena jedn.", "price", "net price", "gross price"),
    "discount": ("rabat", "rabat %", "upust", "discount", "discount %"),
    "vat_rate": ("vat", "stawka vat", "stawka", "vat rate", "vat %"),
    "unit": ("jm", "j.m.", "jednostka", "unit"),
    "description": ("opis", "description"),
}
BY_HEAD = {head: name for name, heads in HEADS.items() for head in heads}


@dataclass(slots=True)
class Pasted:
    """The lines that the rows mean, and what is wrong with them, each with the number of its row."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_pasted(text: str, *, gross: bool) -> Pasted:
    """Read rows as a spreadsheet copies them (tabs; semicolons too): product, quantity, price, discount, VAT, unit,
    description. Where only the product is given, the rest is the product's.
    """
    cells = _cells(text[:LONGEST])
    columns: Sequence[str | None] = COLUMNS
    first = 1
    if cells and (head := _head(cells[0])):
        columns, cells, first = head, cells[1:], 2
    pasted = Pasted()
    if len(cells) > MOST_ROWS:
        pasted.errors.append((0, _("At most %(count)s rows at once.") % {"count": MOST_ROWS}))
        return pasted
    products = _products({row[i] for row in cells for i, name in enumerate(columns[: len(row)]) if name == "product"})
    for number, row in enumerate(cells, start=first):
        given = {name: value for name, value in zip(columns, row, strict=False) if name and value}
        _read_row(number, given, products, pasted, gross=gross)
    return pasted


def _read_row(number: int, given: dict[str, str], products: dict[str, Product], pasted: Pasted, *, gross: bool) -> None:
    called = given.pop("product", "")
    product = products.get(called.casefold())
    values: dict[str, Any] = {"quantity": "1", "discount": "0", "vat_rate": "23"}
    if product is not None:
        values = {**values_of(product), "price": price_of(product, gross=gross)}
    elif called:
        given["description"] = given.get("description") or called
    if "vat_rate" in given:
        given["vat_rate"] = re.sub(r"[\s%.]", "", given["vat_rate"]).lower()
    form = LineForm({name: given.get(name, values.get(name, "")) for name in LineForm.base_fields})
    if not form.is_valid():
        pasted.errors += [(number, sentence) for sentence in form.sentences]
    elif product is None and not form.cleaned_data["description"]:
        pasted.errors.append((number, _("Choose a product or write a description.")))
    elif not form.cleaned_data["quantity"]:  # nothing is what a correction may leave of a line, not what one adds
        pasted.errors.append((number, _("The quantity must be greater than zero.")))
    else:
        pasted.rows.append({**form.cleaned_data, "product": product})


def _cells(text: str) -> list[list[str]]:
    delimiter = "\t" if "\t" in text else ";"
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    cleaned = ([cell.strip() for cell in row] for row in rows)
    return [row for row in cleaned if any(row)]


def _head(row: Sequence[str]) -> list[str | None] | None:
    """The columns that the first row names; None when it is no head."""
    names = [BY_HEAD.get(cell.casefold()) for cell in row]
    return names if sum(name is not None for name in names) >= 2 or names == ["product"] else None


def _products(called: set[str]) -> dict[str, Product]:
    """The products by code, else by name; a name that several have tells none apart."""
    texts = {text for text in called if text}
    if not texts:
        return {}
    active = Product.objects.active()
    by_name: dict[str, list[Product]] = {}
    for product in active.filter(search_text__in=[normalised(text) for text in texts]):
        by_name.setdefault(product.name.casefold(), []).append(product)
    for product in active.filter(name__in=texts):
        same = by_name.setdefault(product.name.casefold(), [])
        if product not in same:
            same.append(product)
    found = {name: same[0] for name, same in by_name.items() if len(same) == 1}
    codes = {text.casefold() for text in texts}
    found.update(
        (product.code.casefold(), product)
        for product in active.filter(code__in=[*texts, *codes, *(text.upper() for text in texts)])
        if product.code
    )
    return found
