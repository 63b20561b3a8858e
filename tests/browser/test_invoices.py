"""An invoice from its company data to the correction, in a real browser."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from ksef_client.documents.fa3 import validate_fa3_xml_xsd
from playwright.sync_api import Page, expect

from crm.models import Seller, User
from documents.models import Invoice, Payment
from tests.browser.conftest import PHONE, assert_accessible
from tests.documents.billing import draft
from tests.documents.printing import text_of
from tests.factories.documents import InvoiceTypeFactory

NewPage = Callable[..., Page]
NUMBER = "5265877635-20250826-0100001AF629-AF"


def test_an_invoice_is_issued_downloaded_paid_and_corrected(new_page: NewPage, ewa: User) -> None:
    InvoiceTypeFactory(name="Faktura VAT", pattern="FV/{rok}/{nr:04}")
    InvoiceTypeFactory(name="Faktura korygująca", pattern="FK/{rok}/{nr:04}", is_correction=True)
    invoice = draft(by=ewa)
    page = new_page(ewa)
    page.goto(f"/invoices/{invoice.pk}/")
    expect(page.get_by_text("Brakuje danych firmy")).to_be_visible()

    page.get_by_role("link", name="Uzupełnij je").click()
    page.get_by_label("Nazwa firmy").fill("Lejek Łódź sp. z o.o.")
    page.get_by_label("NIP").fill("526-587-76-34")
    for label, value in (("Ulica i numer", "ul. Długa 1"), ("Kod pocztowy", "90-001"), ("Miasto", "Łódź")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_text("cyfra kontrolna")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("NIP").fill("526-587-76-35")
    page.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_text("Zapisano dane firmy.")).to_be_visible()
    assert Seller.objects.get().nip == "5265877635"

    page.goto(f"/invoices/{invoice.pk}/")
    page.get_by_role("button", name="Wystaw", exact=True).click()
    panel = page.locator("#document-panel")
    expect(panel.get_by_role("heading", name="Płatności")).to_be_visible()
    assert_accessible(page)
    _download(page)
    _pay(page, invoice)
    _enter_ksef_number(page)
    _correct(page, invoice)


def _download(page: Page) -> None:
    with page.expect_download() as pdf:
        page.get_by_role("link", name="PDF po polsku").click()
    assert "Wizualizacja – nie przesłano do KSeF" in text_of(Path(pdf.value.path()).read_bytes())
    with page.expect_download() as xml:
        page.get_by_role("link", name="Plik FA(3)").click()
    validate_fa3_xml_xsd(Path(xml.value.path()).read_bytes())


def _pay(page: Page, invoice: Invoice) -> None:
    payments = page.get_by_role("region", name="Płatności")
    payments.get_by_label("Kwota").fill("300")
    payments.get_by_role("button", name="Zarejestruj płatność").click()
    expect(payments.get_by_text("Pozostało do zapłaty tylko")).to_be_visible()
    assert_accessible(page)
    payments.get_by_label("Kwota").fill("46,00")
    payments.get_by_label("Uwaga").fill("zaliczka")
    payments.get_by_role("button", name="Zarejestruj płatność").click()
    expect(payments.get_by_text("200,00 zł")).to_be_visible()
    payments.get_by_role("button", name="Zarejestruj płatność").click()
    expect(page.get_by_role("banner").get_by_text("Zapłacona")).to_be_visible()
    assert Payment.objects.count() == 2
    payments.get_by_role("button", name="Cofnij płatność").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Cofnij").click()
    expect(page.get_by_role("banner").get_by_text("Do zapłaty")).to_be_visible()
    assert Invoice.objects.get(pk=invoice.pk).paid_total == Decimal("200.00")


def _enter_ksef_number(page: Page) -> None:
    ksef = page.get_by_role("region", name="KSeF")
    ksef.get_by_label("Numer KSeF").fill(NUMBER[:-1])
    ksef.get_by_role("button", name="Zapisz numer").click()
    expect(ksef.get_by_text("nie jest poprawny numer KSeF")).to_be_visible()
    ksef.get_by_label("Numer KSeF").fill(NUMBER)
    ksef.get_by_role("button", name="Zapisz numer").click()
    expect(ksef.get_by_text("W KSeF")).to_be_visible()
    expect(ksef.get_by_text(NUMBER)).to_be_visible()
    with page.expect_download() as pdf:
        page.get_by_role("link", name="PDF po polsku").click()
    assert NUMBER in text_of(Path(pdf.value.path()).read_bytes())


def _correct(page: Page, invoice: Invoice) -> None:
    page.get_by_role("button", name="Wystaw korektę").click()
    expect(page.get_by_role("heading", name="Co zmienia korekta")).to_be_visible()
    page.locator("[name=quantity]").first.fill("1")
    page.locator("[name=quantity]").first.press("Tab")
    expect(page.get_by_role("table", name="Różnica")).to_contain_text("-123,00")
    page.get_by_label("Przyczyna korekty").fill("Zwrot jednej sztuki")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Wystaw", exact=True).click()
    expect(page.get_by_role("heading", name="FK/")).to_be_visible()
    correction = Invoice.objects.get(correction_of=invoice)
    assert (correction.correction_reason, correction.gross_total) == ("Zwrot jednej sztuki", Decimal("-123.00"))
