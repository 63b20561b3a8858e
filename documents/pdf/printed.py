"""What a printed document says: plain values, already computed, with nothing of the database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise


class Kind(StrEnum):
    """What is printed; it decides the title and which blocks there are."""

    ORDER = "order"
    INVOICE = "invoice"
    CORRECTION = "correction"


class PriceBasis(StrEnum):
    """Which price a line names; the VAT of a gross price is computed out of it (art. 106e section 7 of the VAT act)."""

    NET = "net"
    GROSS = "gross"


@dataclass(frozen=True, slots=True)
class PrintedParty:
    """Seller or buyer: the lines of the address come without empty parts, the NIP as ten digits (or empty), the EU VAT
    number with its two letters (or empty), the country as its code (ISO 3166).
    """

    name: str
    address: tuple[str, ...] = ()
    country: str = "PL"
    nip: str = ""
    vat_eu: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line; `price` and `amount` are net or gross by the basis of the document, `rate` is a code of VatRate."""

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: str
    amount: Decimal
    discount: Decimal = Decimal(0)
    description: str = ""


@dataclass(frozen=True, slots=True)
class PrintedRate:
    """The sums of one VAT rate. `vat_pln` is the VAT in PLN of a document in another currency."""

    rate: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    vat_pln: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PrintedTotals:
    """Sums by rate and of all; VAT in PLN (art. 106e section 11) is the sum of that of the rates."""

    rates: tuple[PrintedRate, ...]
    net: Decimal
    vat: Decimal
    gross: Decimal

    @property
    def vat_pln(self) -> Decimal | None:
        parts = [rate.vat_pln for rate in self.rates if rate.vat_pln is not None]
        return sum(parts, Decimal(0)) if parts else None


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """One document, whole. A date that is None, like a text that is empty, is not printed.

    `paid` is what was paid of it, `payment_method` a name that may be lazy: it is put into the language of the print.
    """

    kind: Kind
    seller: PrintedParty
    buyer: PrintedParty
    lines: tuple[PrintedLine, ...]
    totals: PrintedTotals
    currency: str = "PLN"
    basis: PriceBasis = PriceBasis.NET
    number: str = ""
    is_draft: bool = False
    is_cancelled: bool = False
    issued_on: date | None = None
    sold_on: date | None = None
    due_on: date | None = None
    delivery_address: tuple[str, ...] = ()
    payment_method: str | Promise = ""
    payment_days: int | None = None
    bank_account: str = ""
    bank_name: str = ""
    paid: Decimal = Decimal(0)
    is_split_payment: bool = False
    exemption_basis: str = ""
    is_reverse_charge: bool = False
    exchange_rate: Decimal | None = None
    exchange_rate_on: date | None = None
    notes: str = ""
    issued_by: str = ""
    order_number: str = ""
    # Of a correction: what it corrects and why, and what stood there before; `lines` and `totals` say what holds now.
    corrected_number: str = ""
    corrected_on: date | None = None
    corrected_ksef_number: str = ""
    reason: str = ""
    lines_before: tuple[PrintedLine, ...] = ()
    difference: PrintedTotals | None = None
    # KSeF: a number with its link for the QR code, or that there is none although there has to be.
    ksef_number: str = ""
    verification_url: str = ""
    is_unsent_to_ksef: bool = False
    # PNG of the seller's logo.
    logo: bytes = b""
