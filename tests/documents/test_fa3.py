"""The FA(3) file: valid against the ministry's schema, with the amounts that are printed."""

from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from lxml import etree

from documents.ksef.countries import country_code
from documents.ksef.fa3 import NAMESPACE, NotExportable, build_fa3
from documents.ksef.numbers import parse_ksef_number, verification_url
from documents.pdf import Kind, PriceBasis, PrintedDocument, PrintedParty, PrintedRate, PrintedTotals
from tests.documents.printing import BUYER, TOTALS, printed_invoice, printed_line

CREATED = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
ZERO = Decimal("0.00")


def _read(document: PrintedDocument, **options: Any) -> dict[str, list[str]]:
    """The texts of the file by the names of their elements."""
    found: dict[str, list[str]] = {}
    for element in etree.fromstring(build_fa3(document, created_at=CREATED, **options)).iter():
        found.setdefault(etree.QName(element).localname, []).append((element.text or "").strip())
    return found


def _one_rate(rate: str, *, country: str = "PL", nip: str = "", **values: Any) -> PrintedDocument:
    sums = PrintedRate(rate, Decimal("200.00"), ZERO, Decimal("200.00"))
    return printed_invoice(
        lines=(printed_line(rate=rate),),
        totals=PrintedTotals((sums,), sums.net, sums.vat, sums.gross),
        buyer=PrintedParty("Odbiorca", ("Ulica 1", "Miasto"), country=country, nip=nip),
        **values,
    )


def test_an_invoice_says_what_is_printed() -> None:
    xml = build_fa3(printed_invoice(), created_at=CREATED)
    fields = _read(printed_invoice())

    assert etree.fromstring(xml).tag == f"{{{NAMESPACE}}}Faktura"
    expected = {
        "DataWytworzeniaFa": ["2026-11-25T12:30:00Z"],
        "SystemInfo": ["Lejek"],
        "NIP": ["5261040828", "7740001454"],
        "Nazwa": ["Lejek Łódź sp. z o.o.", "Zażółć Gęślą Jaźń S.A."],
        "AdresL1": ["ul. Piotrkowska 12 lok. 5", "ul. Świętokrzyska 1/3"],
        "KodWaluty": ["PLN"],
        "P_1": ["2026-11-25"],
        "P_2": ["FV/2026/11/0001"],
        "P_6": ["2026-11-24"],
        "P_13_1": ["200.00"],
        "P_14_1": ["46.00"],
        "P_15": ["246.00"],
        "RodzajFaktury": ["VAT"],
        "P_7": ["Wdrożenie systemu"],
        "P_8A": ["szt."],
        "P_8B": ["2"],
        "P_9A": ["100"],
        "P_11": ["200.00"],
        "P_12": ["23"],
        "P_18A": ["2"],
        "Termin": ["2026-12-09"],
        "FormaPlatnosci": ["6"],
        "NrRB": ["61109010140000071219812874"],
    }
    assert {name: fields.get(name) for name in expected} == expected
    assert not {"P_10", "StanPrzed", "P_14_1W", "KursWaluty", "P_9B", "P_11A", "PrzyczynaKorekty"} & fields.keys()
    assert build_fa3(printed_invoice(), created_at=CREATED) == xml


def test_split_payment_discounts_and_gross_prices() -> None:
    line = printed_line(price=Decimal("61.5025"), discount=Decimal("12.50"), amount=Decimal("107.63"))
    fields = _read(printed_invoice(basis=PriceBasis.GROSS, lines=(line,), is_split_payment=True), method="card")

    assert fields["P_18A"] == ["1"]
    assert (fields["P_9B"], fields["P_10"], fields["P_11A"]) == (["61.5025"], ["7.6878125"], ["107.63"])
    assert fields["FormaPlatnosci"] == ["2"]
    assert not {"P_9A", "P_11"} & fields.keys()


def test_vat_of_a_euro_invoice_stands_in_zloty_too() -> None:
    totals = replace(TOTALS, rates=(replace(TOTALS.rates[0], vat_pln=Decimal("198.77")),))
    fields = _read(printed_invoice(currency="EUR", exchange_rate=Decimal("4.321"), totals=totals))

    assert (fields["KodWaluty"], fields["P_14_1"], fields["P_14_1W"]) == (["EUR"], ["46.00"], ["198.77"])
    assert fields["KursWaluty"] == ["4.321"]


@pytest.mark.parametrize(
    ("rate", "country", "nip", "field", "code"),
    [
        ("0", "PL", "", "P_13_6_1", "0 KR"),
        ("0", "DE", "", "P_13_6_2", "0 WDT"),
        ("0", "US", "", "P_13_6_3", "0 EX"),
        ("0", "DE", "7740001454", "P_13_6_1", "0 KR"),
        ("zw", "PL", "", "P_13_7", "zw"),
        ("np", "US", "", "P_13_8", "np I"),
        ("np", "DE", "", "P_13_9", "np II"),
    ],
)
def test_rates_without_tax(rate: str, country: str, nip: str, field: str, code: str) -> None:
    fields = _read(_one_rate(rate, country=country, nip=nip, exemption_basis="art. 113 ust. 1 ustawy o VAT"))

    assert (fields[field], fields["P_12"]) == (["200.00"], [code])
    assert not {"P_14_1", "P_14_2", "P_14_3"} & fields.keys()
    assert ("P_19A" in fields) == (rate == "zw")
    assert fields["P_18"] == ["1" if code == "np II" else "2"]
    assert ("BrakID" in fields) == (not nip)


@pytest.mark.parametrize("number", ["DE136695976", "EL123456783", "XI980780684", "IE6433435OA", "NL004495445B01"])
def test_a_company_of_another_country_of_the_eu_has_its_vat_number(number: str) -> None:
    document = _one_rate("np", country="DE")

    fields = _read(replace(document, buyer=replace(document.buyer, vat_eu=number)))

    assert (fields["KodUE"], fields["NrVatUE"]) == ([number[:2]], [number[2:]])
    assert "BrakID" not in fields
    assert fields["NIP"] == ["5261040828"]  # the seller's alone


def test_a_correction_has_both_states_and_the_difference() -> None:
    difference = PrintedTotals(
        (PrintedRate("23", Decimal("-200.00"), Decimal("-46.00"), Decimal("-246.00")),),
        Decimal("-200.00"), Decimal("-46.00"), Decimal("-246.00"),
    )  # fmt: skip
    number = "5261040828-20261120-0100001AF629-01"
    document = printed_invoice(
        kind=Kind.CORRECTION,
        reason="Zwrot towaru",
        corrected_number="FV/2026/11/0001",
        corrected_on=date(2026, 11, 20),
        lines_before=(printed_line(),),
        lines=(printed_line(quantity=ZERO, amount=ZERO),),
        difference=difference,
    )

    fields = _read(document)

    assert (fields["RodzajFaktury"], fields["PrzyczynaKorekty"]) == (["KOR"], ["Zwrot towaru"])
    assert (fields["NrFaKorygowanej"], fields["DataWystFaKorygowanej"]) == (["FV/2026/11/0001"], ["2026-11-20"])
    assert fields["NrKSeFN"] == ["1"]
    assert (fields["NrWierszaFa"], fields["P_8B"], fields["P_11"]) == (["1", "1"], ["2", "0"], ["200.00", "0.00"])
    assert len(fields["StanPrzed"]) == 1
    assert (fields["P_13_1"], fields["P_14_1"], fields["P_15"]) == (["-200.00"], ["-46.00"], ["-246.00"])
    in_ksef = _read(replace(document, corrected_ksef_number=number))
    assert (in_ksef["NrKSeF"], in_ksef["NrKSeFFaKorygowanej"]) == (["1"], [number])


def test_text_is_text_and_what_does_not_fit_is_refused() -> None:
    fields = _read(printed_invoice(lines=(printed_line(name="Śruby <M8> & nakrętki\n„komplet”"),)))
    assert fields["P_7"] == ["Śruby <M8> & nakrętki „komplet”"]

    with pytest.raises(NotExportable, match="P_19A"):
        build_fa3(_one_rate("zw"), created_at=CREATED)
    with pytest.raises(NotExportable, match="NIP"):
        build_fa3(printed_invoice(seller=replace(BUYER, nip="")), created_at=CREATED)


@pytest.mark.parametrize("typed", ["5265877635-20250826-0100001AF629-AF", " 5265877635-20250826-0100001af629-af\n"])
def test_a_ksef_number_is_read(typed: str) -> None:
    assert parse_ksef_number(typed, seller_nip="5265877635") == "5265877635-20250826-0100001AF629-AF"


@pytest.mark.parametrize(
    ("typed", "nip", "told"),
    [
        ("", "", "KSeF"),
        ("5265877635-20250826-0100001AF629-AE", "5265877635", "KSeF"),
        ("5265877635-20251326-0100001AF629-AF", "5265877635", "KSeF"),
        ("5265877635-20250826-0100001AF629-AF" * 2, "5265877635", "KSeF"),
        ("5265877635-20250826-0100001AF629-AF", "5261040828", "5261040828"),
    ],
)
def test_a_bad_ksef_number_is_refused(typed: str, nip: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        parse_ksef_number(typed, seller_nip=nip)


def test_the_verification_link_is_built_as_the_ministry_says() -> None:
    """The example of the documentation „Kody weryfikujące QR”."""
    digest = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"

    link = verification_url(seller_nip="1111111111", issued_on=date(2026, 2, 1), sha256=urlsafe_b64decode(f"{digest}="))

    assert link == f"https://qr.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/{digest}"


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "PL"), ("Polska", "PL"), ("niemcy", "DE"), ("Germany", "DE"), ("de", "DE"), ("Stany Zjednoczone", "US"),
     ("Nibylandia", "PL")],
)  # fmt: skip
def test_countries_are_known_by_name_and_code(name: str, code: str) -> None:
    assert country_code(name) == code
