"""What printed documents say, and what their pages look like."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from time import process_time

import pytest
import segno
from PIL import Image

from documents.pdf import Kind, PriceBasis, PrintedDocument, PrintedRate, PrintedTotals, render_pdf
from documents.pdf.words import amount_in_words
from tests.documents.printing import BUYER, TOTALS, pages_of, picture_of, printed_invoice, printed_line, text_of

DIFFERENCE = PrintedTotals(
    rates=(PrintedRate("23", Decimal("-100.00"), Decimal("-23.00"), Decimal("-123.00")),),
    net=Decimal("-100.00"),
    vat=Decimal("-23.00"),
    gross=Decimal("-123.00"),
)
NOT_SENT = "Wizualizacja – nie przesłano do KSeF"


def _text(document: PrintedDocument, language: str = "pl") -> str:
    return text_of(render_pdf(document, language=language))


def test_an_invoice_in_polish() -> None:
    text = _text(printed_invoice())

    for part in (
        "Faktura FV/2026/11/0001",
        "Data wystawienia 25.11.2026",
        "Data sprzedaży 24.11.2026",
        "Termin płatności 09.12.2026",
        "Sprzedawca",
        "Lejek Łódź sp. z o.o.",
        "NIP: 5261040828",
        "Nabywca",
        "Zażółć Gęślą Jaźń S.A.",
        "ul. Świętokrzyska 1/3",
        "NIP: 7740001454",
        "1 Wdrożenie systemu 2 szt. 100,00 23% 200,00",
        "Stawka VAT Wartość netto Kwota VAT Wartość brutto 23% 200,00 46,00 246,00 Razem 200,00 46,00 246,00",
        "Do zapłaty 246,00 zł",
        "Słownie: dwieście czterdzieści sześć złotych, zero groszy",
        "Bank Przykładowy 61 1090 1014 0000 0712 1981 2874",
        "14 dni",
        "Wystawił(a): Ola Nowak",
        "Strona 1 z 1",
    ):
        assert part in text
    for absent in ("SZKIC", NOT_SENT, "Rabat", "mechanizm podzielonej płatności", "Zapłacono", "Kurs"):
        assert absent not in text


def test_an_invoice_in_english() -> None:
    text = _text(printed_invoice(), "en")

    for part in (
        "Invoice FV/2026/11/0001",
        "Date of issue 25 Nov 2026",
        "Seller",
        "Amount due PLN 246.00",
        "In words: two hundred and forty-six zlotys, zero groszy",
        "Page 1 of 1",
    ):
        assert part in text
    assert "Sprzedawca" not in text


def test_what_only_some_invoices_say() -> None:
    text = _text(
        printed_invoice(
            lines=(printed_line(discount=Decimal("12.5")), printed_line(rate="zw"), printed_line(rate="np")),
            is_split_payment=True,
            is_reverse_charge=True,
            exemption_basis="art. 113 ust. 1 ustawy o VAT",
            paid=Decimal("46.00"),
            notes="Pierwsza linia\nDruga linia",
            delivery_address=("Magazyn", "ul. Długa 3"),
            order_number="ZS/2026/11/0007",
        )
    )

    for part in (
        "mechanizm podzielonej płatności",
        "odwrotne obciążenie",
        "Podstawa zwolnienia z VAT art. 113 ust. 1 ustawy o VAT",
        "12,5%",
        "zw.",
        "np.",
        "Zapłacono 46,00 zł",
        "Pozostało do zapłaty 200,00 zł",
        "Pierwsza linia Druga linia",
        "Adres dostawy Magazyn ul. Długa 3",
        "Zamówienie ZS/2026/11/0007",
    ):
        assert part in text


def test_prices_that_are_gross_and_prices_finer_than_a_grosz() -> None:
    text = _text(printed_invoice(basis=PriceBasis.GROSS, lines=(printed_line(price=Decimal("0.0125")),)))

    assert "Cena brutto" in text
    assert "Wartość brutto" in text
    assert "0,0125" in text


def test_vat_of_a_euro_invoice_also_in_zloty() -> None:
    text = _text(
        printed_invoice(
            currency="EUR",
            exchange_rate=Decimal("4.3210"),
            exchange_rate_on=date(2026, 11, 24),
            totals=replace(TOTALS, rates=(replace(TOTALS.rates[0], vat_pln=Decimal("198.77")),)),
        )
    )

    assert "Do zapłaty 246,00 €" in text
    assert "1 EUR = 4,3210 PLN (24.11.2026)" in text
    assert "VAT w PLN 198,77 zł" in text
    assert "dwieście czterdzieści sześć euro" in text


def test_a_correction_shows_before_after_and_the_difference() -> None:
    text = _text(
        printed_invoice(
            kind=Kind.CORRECTION,
            number="FK/2026/11/0001",
            corrected_number="FV/2026/11/0001",
            corrected_on=date(2026, 11, 20),
            reason="Zwrot jednej sztuki",
            lines_before=(printed_line(),),
            lines=(printed_line(quantity=Decimal(1), amount=Decimal("100.00")),),
            difference=DIFFERENCE,
        )
    )

    assert "Faktura korygująca FK/2026/11/0001 do faktury FV/2026/11/0001 z dnia 20.11.2026" in text
    before, after = text.index("Przed korektą"), text.index("Po korekcie")
    assert "2 szt. 100,00 23% 200,00" in text[before:after]
    assert "1 szt. 100,00 23% 100,00" in text[after:]
    assert "Różnica" in text
    assert "-100,00 -23,00 -123,00" in text
    assert "Do zwrotu 123,00 zł" in text
    assert "Powód korekty Zwrot jednej sztuki" in text


def test_drafts_and_cancelled_documents_say_so_across_the_page() -> None:
    draft = render_pdf(printed_invoice(number="", is_draft=True), language="pl")
    issued = render_pdf(printed_invoice(number=""), language="pl")

    assert "SZKIC" in text_of(draft)
    assert "ANULOWANE" in _text(printed_invoice(is_cancelled=True))
    # The middle of the page is empty but for the mark, which leaves everything readable.
    box = (300, 600, 700, 800)
    assert picture_of(issued).crop(box).convert("L").getextrema() == (255, 255)
    darkest, _lightest = picture_of(draft).crop(box).convert("L").getextrema()
    assert 200 < darkest < 250


def test_ksef_number_with_its_code_or_the_note_that_there_is_none() -> None:
    unsent = render_pdf(printed_invoice(is_unsent_to_ksef=True), language="pl")
    number = "5261040828-20261125-0100001AF629-AF"
    link = "https://qr.ksef.mf.gov.pl/invoice/5261040828/25-11-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
    sent = render_pdf(printed_invoice(ksef_number=number, verification_url=link, issued_by=""), language="pl")

    assert NOT_SENT in text_of(unsent)
    assert number in text_of(sent)
    assert NOT_SENT not in text_of(sent)
    assert _modules(sent, segno.make_qr(link, error="m").matrix) == 1.0


def _modules(pdf: bytes, matrix: tuple[bytearray, ...]) -> float:
    """How many modules of a code are on the page as in `matrix`: it is the lowest black thing at the left margin."""
    scale = 4
    module = 30 / 25.4 * 72 * scale / (len(matrix) + 8)  # 30 mm with the quiet zone of four modules on each side
    page = picture_of(pdf, scale=scale).convert("L").point(lambda tone: 255 * (tone < 48))
    _left, _top, _right, bottom = page.crop((0, 0, int(47 / 25.4 * 72 * scale), page.height)).getbbox() or (0, 0, 0, 0)
    left = int((17 / 25.4 * 72 * scale) + 4 * module)
    top = bottom - module * len(matrix)
    same = [
        bool(page.getpixel((int(left + module * (x + 0.5)), int(top + module * (y + 0.5))))) == bool(dark)
        for y, row in enumerate(matrix)
        for x, dark in enumerate(row)
    ]
    return sum(same) / len(same)


def test_the_logo_stands_at_the_top() -> None:
    buffer = BytesIO()
    Image.new("RGBA", (300, 100), (220, 38, 38, 255)).save(buffer, "PNG")

    picture = picture_of(render_pdf(printed_invoice(logo=buffer.getvalue()), language="pl")).convert("RGB")

    reds = [
        (x, y) for x in range(0, picture.width, 5) for y in range(0, picture.height, 5)
        if picture.getpixel((x, y)) == (220, 38, 38)
    ]  # fmt: skip
    assert reds
    assert max(y for _x, y in reds) < picture.height / 5
    assert max(x for x, _y in reds) < picture.width / 2


INJECTIONS = [
    '#panic("x")',
    '#read("/etc/passwd")',
    '"); #import "x.typ"',
    "*gruby* _kursywa_ $x^2$ `kod` <etykieta> @odwołanie \\u{41} // uwaga /* uwaga */",
    "</script><script>alert(1)</script> {{ 7*7 }} %(page)s",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_people_type_is_text_and_never_code(text: str) -> None:
    document = printed_invoice(
        number=text, seller=replace(BUYER, name=text), buyer=replace(BUYER, name=text, address=(text,)),
        lines=(printed_line(name=text, unit=text, description=text),), notes=text, bank_name=text, issued_by=text,
    )  # fmt: skip

    printed = _text(document)

    assert printed.replace(" ", "").count(text.replace(" ", "")) >= 8


def test_200_lines_on_numbered_pages_in_less_than_a_second() -> None:
    lines = tuple(printed_line(name=f"Towar {number} o długiej polskiej nazwie") for number in range(1, 201))
    document = printed_invoice(lines=lines)
    render_pdf(printed_invoice(), language="pl")  # typefaces are read once in a process

    began = process_time()
    pdf = render_pdf(document, language="pl")
    took = process_time() - began

    pages = pages_of(pdf)
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"Strona {number} z {len(pages)}" in page
        assert "Lp. Nazwa towaru lub usługi" in page
    assert all(f"Towar {number} o" in " ".join(pages) for number in range(1, 201))
    assert took < 1, f"{took:.2f} s of the processor"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.01", "zero złotych, jeden grosz"),
        ("1.00", "jeden złoty, zero groszy"),
        ("22.22", "dwadzieścia dwa złote, dwadzieścia dwa grosze"),
        ("1234.50", "tysiąc dwieście trzydzieści cztery złote, pięćdziesiąt groszy"),
        ("9999999999.99", "dziewięć miliardów"),
    ],
)
def test_amounts_in_polish_words(amount: str, words: str) -> None:
    assert words in amount_in_words(Decimal(amount), currency="PLN", language="pl")


def test_a_currency_without_words_has_none() -> None:
    assert amount_in_words(Decimal("5.00"), currency="CZK", language="pl") == ""
