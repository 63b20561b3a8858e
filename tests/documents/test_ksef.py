"""KSeF on an invoice: the exported file, the number, what the PDF says."""

from decimal import Decimal
from hashlib import sha256

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from ksef_client.documents.fa3 import validate_fa3_xml_xsd
from lxml import etree

from crm.errors import RuleError
from crm.models import Seller, User
from documents.models import Invoice, StructuredInvoice
from documents.printing import printed, render
from documents.services import take_step
from documents.services.ksef import enter_ksef_number, export_invoice
from documents.transitions import find_transition
from tests.documents.billing import customer, draft, issued
from tests.documents.printing import text_of

NUMBER = "5265877635-20250826-0100001AF629-AF"
NOT_SENT = "Wizualizacja – nie przesłano do KSeF"


@pytest.fixture(autouse=True)
def _today(seller: Seller) -> object:
    with time_machine.travel("2026-11-25 12:00 +0100", tick=False):
        yield


def _body(client: Client, name: str, invoice: Invoice) -> bytes:
    return b"".join(client.get(reverse(f"documents:{name}", args=[invoice.pk])).streaming_content)  # type: ignore[attr-defined]


def test_the_file_is_valid_and_stays_the_same(client: Client, ewa: User, seller: Seller) -> None:
    invoice = issued(by=ewa, split_payment=True, lines=[{"quantity": Decimal(200)}, {"vat_rate": "zw"}])
    client.force_login(ewa)

    first = _body(client, "invoice_fa3", invoice)
    Seller.objects.create(name="Nowa nazwa", nip="7740001454", street="Inna 1", postal_code="00-001", city="Warszawa")
    again = _body(client, "invoice_fa3", invoice)

    validate_fa3_xml_xsd(first)
    assert first == again
    assert bytes(StructuredInvoice.objects.get().xml) == first
    texts = {etree.QName(element).localname: element.text for element in etree.fromstring(first).iter()}
    assert texts["DataWytworzeniaFa"] == "2026-11-25T11:00:00Z"
    assert (texts["P_18A"], texts["P_19A"]) == ("1", seller.exemption_basis)
    assert (texts["P_13_1"], texts["P_14_1"], texts["P_13_7"], texts["P_15"]) == (
        "20000.00", "4600.00", "200.00", "24800.00",
    )  # fmt: skip


def test_a_number_puts_the_code_into_the_pdf(client: Client, ewa: User) -> None:
    invoice = issued(by=ewa)
    assert NOT_SENT in text_of(render(invoice))
    client.force_login(ewa)

    response = client.post(reverse("documents:ksef_enter", args=[invoice.pk]), {"number": NUMBER.lower()})

    assert response.status_code == 302
    stored = Invoice.objects.get(pk=invoice.pk)
    assert stored.ksef_number == NUMBER
    document = printed(stored)
    digest = sha256(bytes(StructuredInvoice.objects.get().xml)).digest()
    assert document.verification_url.startswith("https://qr.ksef.mf.gov.pl/invoice/5265877635/25-11-2026/")
    assert export_invoice(invoice=stored).digest == digest
    text = text_of(render(stored))
    assert NUMBER in text
    assert NOT_SENT not in text


@pytest.mark.parametrize(
    ("number", "told"),
    [("123", "nie jest poprawny"), (NUMBER[:-1] + "E", "nie jest poprawny"), ("", "wymagane")],
)
def test_a_bad_number_is_refused_at_its_field(client: Client, ewa: User, number: str, told: str) -> None:
    invoice = issued(by=ewa)
    client.force_login(ewa)

    response = client.post(
        reverse("documents:ksef_enter", args=[invoice.pk]), {"number": number}, headers={"HX-Request": "true"}
    )

    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Invoice.objects.exclude(ksef_number="").exists()


def test_numbers_are_of_this_seller_of_one_invoice_and_can_be_taken_back(client: Client, ewa: User) -> None:
    first, second = (issued(by=ewa, partner=customer(name=f"Firma {n}")) for n in range(2))
    enter_ksef_number(invoice=first, number=NUMBER, by=ewa)
    with pytest.raises(RuleError, match="Inna faktura"):
        enter_ksef_number(invoice=second, number=NUMBER, by=ewa)
    with pytest.raises(RuleError, match="KSeF"):
        take_step(document=first, transition=find_transition(first, "cancel"), by=ewa)
    client.force_login(ewa)

    client.post(reverse("documents:ksef_remove", args=[first.pk]))

    assert not Invoice.objects.exclude(ksef_number="").exists()
    enter_ksef_number(invoice=second, number=NUMBER, by=ewa)
    Seller.objects.update(nip="7740001454")
    with pytest.raises(ValidationError, match="7740001454"):
        enter_ksef_number(invoice=first, number="5265877635-20250826-0100001AF629-AF", by=ewa)


def test_people_without_a_nip_get_no_note(ewa: User) -> None:
    person = customer(kind="person", name="Jan Nowak", nip="")
    assert NOT_SENT not in text_of(render(issued(by=ewa, partner=person)))
    assert NOT_SENT in text_of(render(draft(by=ewa)))


def test_what_was_not_issued_is_not_exported(client: Client, ewa: User) -> None:
    invoice = draft(by=ewa)
    client.force_login(ewa)

    response = client.get(reverse("documents:invoice_fa3", args=[invoice.pk]), follow=True)

    assert "wystawioną fakturę" in response.content.decode()
    assert not StructuredInvoice.objects.exists()


def test_an_exempt_line_needs_its_basis(ewa: User, seller: Seller) -> None:
    Seller.objects.update(exemption_basis="")
    with pytest.raises(RuleError, match="podstawy zwolnienia"):
        export_invoice(invoice=issued(by=ewa, lines=[{"vat_rate": "zw"}]))


def test_an_invoice_needs_the_company_data(ewa: User) -> None:
    Seller.objects.all().delete()
    with pytest.raises(RuleError, match="dane firmy"):
        issued(by=ewa)
    assert Invoice.objects.get().number is None


def test_the_pdf_keeps_the_seller_of_the_day_of_issue(client: Client, ewa: User, marek: User) -> None:
    invoice = issued(by=ewa, lines=[{"quantity": Decimal(150)}], split_payment=True)
    Seller.objects.create(name="Nowa nazwa", nip="7740001454", street="Inna 1", postal_code="00-001", city="Warszawa")
    client.force_login(ewa)

    text = text_of(_body(client, "invoice_pdf", invoice))
    assert "Lejek Łódź sp. z o.o." in text
    assert "Nowa nazwa" not in text
    assert "mechanizm podzielonej płatności" in text
    english = client.get(reverse("documents:invoice_pdf", args=[invoice.pk]), {"lang": "en"})
    assert "Amount due" in text_of(b"".join(english.streaming_content))  # type: ignore[attr-defined]
    assert english.headers["Content-Disposition"].startswith("attachment")
    draft_text = text_of(_body(client, "invoice_pdf", draft(by=ewa, partner=invoice.partner)))
    assert "SZKIC" in draft_text
    assert "Nowa nazwa" in draft_text
    stranger = Client()
    stranger.force_login(marek)
    assert stranger.get(reverse("documents:invoice_pdf", args=[invoice.pk])).status_code == 404


def test_an_invoice_is_paid_to_the_account_of_its_currency(ewa: User, seller: Seller) -> None:
    partner = customer()
    assert issued(by=ewa, partner=partner).bank_account == seller.bank_account
    euro = issued(by=ewa, partner=partner, currency="EUR", rate=Decimal("4.3"))
    assert euro.bank_account == seller.bank_account_eur
    assert "DE89 3704 0044 0532 0130 00" in text_of(render(euro))
    own = issued(by=ewa, partner=partner, bank_account="27114020040000300201355387")
    assert own.bank_account == "27114020040000300201355387"
    assert issued(by=ewa, partner=partner, payment_method="cash").bank_account == ""
    assert "61 1090 1014" in text_of(render(draft(by=ewa, partner=partner)))


def test_split_payment_is_named_from_15000_only(ewa: User) -> None:
    below = issued(by=ewa, split_payment=True, lines=[{"quantity": Decimal(1), "price": Decimal("12195.11")}])
    assert (below.gross_total, printed(below).is_split_payment) == (Decimal("14999.99"), False)
    at = issued(
        by=ewa, split_payment=True, partner=below.partner,
        lines=[{"quantity": Decimal(1), "price": Decimal("15000.00"), "vat_rate": "0"}],
    )  # fmt: skip
    assert printed(at).is_split_payment


def test_vat_of_a_euro_invoice_is_printed_in_zloty(ewa: User) -> None:
    invoice = issued(by=ewa, currency="EUR", rate=Decimal("4.3210"))
    text = text_of(render(invoice))
    assert "1 EUR = 4,3210 PLN" in text
    assert "VAT w PLN 198,77 zł" in text
    validate_fa3_xml_xsd(bytes(export_invoice(invoice=invoice).xml))
