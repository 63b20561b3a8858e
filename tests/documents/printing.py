"""Documents to print, and a look into what was printed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image

from documents.pdf import Kind, PrintedDocument, PrintedLine, PrintedParty, PrintedRate, PrintedTotals

SELLER = PrintedParty(
    name="Lejek Łódź sp. z o.o.",
    address=("ul. Piotrkowska 12 lok. 5", "90-001 Łódź"),
    nip="5261040828",
    email="biuro@lejek.test",
    phone="+48 42 600 10 20",
)
BUYER = PrintedParty(
    name="Zażółć Gęślą Jaźń S.A.", address=("ul. Świętokrzyska 1/3", "00-360 Warszawa"), nip="7740001454"
)


def printed_line(**values: Any) -> PrintedLine:
    """A line of 2 pieces at 100.00 net."""
    line = PrintedLine(
        name="Wdrożenie systemu",
        quantity=Decimal(2),
        unit="szt.",
        price=Decimal("100.00"),
        rate="23",
        amount=Decimal("200.00"),
    )
    return replace(line, **values)


TOTALS = PrintedTotals(
    rates=(PrintedRate("23", Decimal("200.00"), Decimal("46.00"), Decimal("246.00")),),
    net=Decimal("200.00"),
    vat=Decimal("46.00"),
    gross=Decimal("246.00"),
)


def printed_invoice(**values: Any) -> PrintedDocument:
    """An issued invoice over 246.00 PLN."""
    document = PrintedDocument(
        kind=Kind.INVOICE,
        seller=SELLER,
        buyer=BUYER,
        lines=(printed_line(),),
        totals=TOTALS,
        number="FV/2026/11/0001",
        issued_on=date(2026, 11, 25),
        sold_on=date(2026, 11, 24),
        due_on=date(2026, 12, 9),
        payment_method="przelew",
        payment_days=14,
        bank_account="61109010140000071219812874",
        bank_name="Bank Przykładowy",
        issued_by="Ola Nowak",
    )
    return replace(document, **values)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(pages_of(pdf))


def picture_of(pdf: bytes, *, page: int = 0, scale: float = 1.5) -> Image.Image:
    """What a page looks like."""
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        return document[page].render(scale=scale).to_pil()
