"""The structured invoice FA(3), schema version 1-0E (crd.gov.pl/wzor/2025/06/25/13775).

It is written from the same values that are printed: the amounts are those of documents/money.py, to the grosz, and
nothing is computed anew. The fields are named as in the ministry's schema.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ksef_client.documents.fa3 import FA3XmlValidationError, validate_fa3_xml_xsd
from lxml import etree

from documents.ksef.countries import POLAND
from documents.ksef.rates import ORDER, SERVICE_IN_EU, RateFields, rate_fields
from documents.pdf import Kind, PriceBasis, PrintedDocument, PrintedLine, PrintedParty, PrintedTotals

NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"
SYSTEM = "Lejek"
YES, NO = "1", "2"
METHODS = {"cash": "1", "card": "2", "transfer": "6"}


class NotExportable(ValueError):
    """The invoice does not fit the schema; the text says where."""


def build_fa3(document: PrintedDocument, *, created_at: datetime, method: str = "transfer") -> bytes:
    """The FA(3) file of an issued invoice or correction, checked against the schema.

    `created_at` is the moment of issue, so that the same invoice gives the same bytes; `method` is a key of METHODS.
    Raises NotExportable.
    """
    nsmap: Any = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}Faktura", nsmap=nsmap)
    _header(root, created_at)
    _seller(_add(root, "Podmiot1"), document.seller)
    _buyer(_add(root, "Podmiot2"), document.buyer)
    _invoice(_add(root, "Fa"), document, method)
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    try:
        validate_fa3_xml_xsd(xml)
    except FA3XmlValidationError as error:
        raise NotExportable(str(error)) from error
    return xml


def _add(parent: etree._Element, name: str, value: object = None) -> etree._Element:
    """A new child; its text on one line, as the schema's tokens are."""
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if value is not None:
        child.text = " ".join(str(value).split())
    return child


def _header(root: etree._Element, created_at: datetime) -> None:
    header = _add(root, "Naglowek")
    form = _add(header, "KodFormularza", "FA")
    form.set("kodSystemowy", "FA (3)")
    form.set("wersjaSchemy", "1-0E")
    _add(header, "WariantFormularza", "3")
    _add(header, "DataWytworzeniaFa", created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _add(header, "SystemInfo", SYSTEM)


# --- Seller and buyer ----------------------------------------------------------------------------------------------


def _seller(node: etree._Element, party: PrintedParty) -> None:
    identity = _add(node, "DaneIdentyfikacyjne")
    _add(identity, "NIP", party.nip)
    _add(identity, "Nazwa", party.name)
    _address(node, party)
    if party.email or party.phone:
        contact = _add(node, "DaneKontaktowe")
        if party.email:
            _add(contact, "Email", party.email)
        if party.phone:
            _add(contact, "Telefon", party.phone)


def _buyer(node: etree._Element, party: PrintedParty) -> None:
    identity = _add(node, "DaneIdentyfikacyjne")
    if party.nip:
        _add(identity, "NIP", party.nip)
    elif party.vat_eu:
        _add(identity, "KodUE", party.vat_eu[:2])
        _add(identity, "NrVatUE", party.vat_eu[2:])
    else:
        _add(identity, "BrakID", YES)
    _add(identity, "Nazwa", party.name)
    _address(node, party)
    # Neither a unit of a local government nor a member of a VAT group: there is no such partner here.
    _add(node, "JST", NO)
    _add(node, "GV", NO)


def _address(node: etree._Element, party: PrintedParty) -> None:
    if not party.address:
        return
    address = _add(node, "Adres")
    _add(address, "KodKraju", party.country)
    first, *rest = party.address
    _add(address, "AdresL1", first)
    if rest:
        _add(address, "AdresL2", ", ".join(rest))


# --- The invoice ---------------------------------------------------------------------------------------------------


def _invoice(node: etree._Element, document: PrintedDocument, method: str) -> None:
    asked = document.totals if document.difference is None else document.difference
    _add(node, "KodWaluty", document.currency)
    _add(node, "P_1", document.issued_on)
    _add(node, "P_2", document.number)
    if document.sold_on is not None:
        _add(node, "P_6", document.sold_on)
    _sums(node, asked, document)
    _add(node, "P_15", _amount(asked.gross))
    _notes(_add(node, "Adnotacje"), document)
    _add(node, "RodzajFaktury", "KOR" if document.kind == Kind.CORRECTION else "VAT")
    if document.kind == Kind.CORRECTION:
        _corrected(node, document)
    _lines(node, document)
    _payment(_add(node, "Platnosc"), document, method)


def _sums(node: etree._Element, totals: PrintedTotals, document: PrintedDocument) -> None:
    by_fields = {_fields(sums.rate, document): sums for sums in totals.rates}
    for fields in ORDER:
        if (sums := by_fields.get(fields)) is None:
            continue
        _add(node, fields.net, _amount(sums.net))
        if fields.vat:
            _add(node, fields.vat, _amount(sums.vat))
            if sums.vat_pln is not None:
                _add(node, fields.vat_pln, _amount(sums.vat_pln))


def _fields(rate: str, document: PrintedDocument) -> RateFields:
    return rate_fields(rate, country=POLAND if document.buyer.nip else document.buyer.country)


def _notes(node: etree._Element, document: PrintedDocument) -> None:
    codes = {_fields(line.rate, document).code for line in (*document.lines_before, *document.lines)}
    _add(node, "P_16", NO)
    _add(node, "P_17", NO)
    _add(node, "P_18", YES if SERVICE_IN_EU.code in codes else NO)
    _add(node, "P_18A", YES if document.is_split_payment else NO)
    exemption = _add(node, "Zwolnienie")
    if "zw" in codes:
        _add(exemption, "P_19", YES)
        _add(exemption, "P_19A", document.exemption_basis)
    else:
        _add(exemption, "P_19N", YES)
    _add(_add(node, "NoweSrodkiTransportu"), "P_22N", YES)
    _add(node, "P_23", NO)
    _add(_add(node, "PMarzy"), "P_PMarzyN", YES)


def _corrected(node: etree._Element, document: PrintedDocument) -> None:
    _add(node, "PrzyczynaKorekty", document.reason)
    corrected = _add(node, "DaneFaKorygowanej")
    _add(corrected, "DataWystFaKorygowanej", document.corrected_on)
    _add(corrected, "NrFaKorygowanej", document.corrected_number)
    if document.corrected_ksef_number:
        _add(corrected, "NrKSeF", YES)
        _add(corrected, "NrKSeFFaKorygowanej", document.corrected_ksef_number)
    else:
        _add(corrected, "NrKSeFN", YES)


def _lines(node: etree._Element, document: PrintedDocument) -> None:
    """What was before a correction has the same numbers as what is after it, and the mark StanPrzed."""
    for lines, before in ((document.lines_before, True), (document.lines, False)):
        for number, line in enumerate(lines, start=1):
            _line(_add(node, "FaWiersz"), number, line, document, before=before)


def _line(node: etree._Element, number: int, line: PrintedLine, document: PrintedDocument, *, before: bool) -> None:
    is_net = document.basis == PriceBasis.NET
    _add(node, "NrWierszaFa", number)
    _add(node, "P_7", line.name)
    if line.unit:
        _add(node, "P_8A", line.unit)
    _add(node, "P_8B", _plain(line.quantity))
    _add(node, "P_9A" if is_net else "P_9B", _plain(line.price))
    if line.discount:
        _add(node, "P_10", _plain(line.price * line.discount / 100))
    _add(node, "P_11" if is_net else "P_11A", _amount(line.amount))
    _add(node, "P_12", _fields(line.rate, document).code)
    if document.exchange_rate is not None:
        _add(node, "KursWaluty", _plain(document.exchange_rate))
    if before:
        _add(node, "StanPrzed", YES)


def _payment(node: etree._Element, document: PrintedDocument, method: str) -> None:
    if document.due_on is not None:
        _add(_add(node, "TerminPlatnosci"), "Termin", document.due_on)
    _add(node, "FormaPlatnosci", METHODS[method])
    if document.bank_account:
        account = _add(node, "RachunekBankowy")
        _add(account, "NrRB", document.bank_account)
        if document.bank_name:
            _add(account, "NazwaBanku", document.bank_name)


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"


def _plain(value: Decimal) -> str:
    """A number without exponent and without zeros at its end, up to the eight decimals of a price."""
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
