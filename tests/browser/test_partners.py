"""Partnerzy and Produkty in a real browser, as they are used all day."""

from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import Page, expect

from crm.models import Partner, Product, User
from tests.browser.conftest import PHONE, assert_accessible
from tests.factories.crm import PartnerFactory, ProductFactory
from tests.factories.leads import LeadFactory

NewPage = Callable[..., Page]


def test_partner_is_typed_with_duplicates_shown(new_page: NewPage, ola: User) -> None:
    acme = PartnerFactory(name="Zakłady Chemiczne Łódź sp. z o.o.", city="Łódź", nip="1234563218")
    page = new_page(ola)
    page.goto("/partners/")
    assert_accessible(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Nowy partner", level=1)).to_be_visible()

    page.get_by_label("Nazwa").fill("zaklady chemiczne")
    similar = page.locator("#partner-similar")
    expect(similar).to_contain_text("podobna nazwa")
    page.get_by_label("NIP").fill("123-456-32-18")
    expect(similar).to_contain_text("ten sam NIP, podobna nazwa")
    expect(page.get_by_label("NIP")).to_be_focused()
    link = similar.get_by_role("link", name="Zakłady Chemiczne Łódź sp. z o.o.")
    expect(link).to_have_attribute("href", f"/partners/{acme.pk}/")
    expect(link).to_have_attribute("target", "_blank")
    assert_accessible(page)

    page.get_by_label("Nazwa").fill("Cukiernia Bez")
    page.get_by_label("NIP").fill("123-456-32-19")
    expect(similar).to_have_text("")
    page.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_text("nie zgadza się cyfra kontrolna")).to_be_visible()
    expect(page.get_by_label("NIP")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("NIP").fill("526-025-02-74")
    page.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_role("heading", name="Cukiernia Bez", level=1)).to_be_visible()
    expect(page.get_by_text("526-025-02-74")).to_be_visible()
    assert Partner.objects.get(name="Cukiernia Bez").nip == "5260250274"


def test_card_shows_leads_and_keeps_contacts_in_place(new_page: NewPage, ola: User) -> None:
    lead = LeadFactory(
        name="Dostawa stali", partner=PartnerFactory(name="Acme"), sales_person=ola, expected_revenue=Decimal("1234.50")
    )
    page = new_page(ola)
    page.goto(f"/partners/{lead.partner.pk}/")
    expect(page.get_by_role("link", name="Dostawa stali")).to_be_visible()
    expect(page.locator("#partner-leads dl")).to_contain_text("1 234,50 zł")
    contacts = page.locator("#partner-contacts")

    contacts.get_by_role("link", name="Dodaj kontakt").click()
    contacts.get_by_role("button", name="Zapisz").click()
    expect(contacts.get_by_text("Podaj imię lub nazwisko")).to_be_visible()
    contacts.get_by_label("Imię").fill("Jan")
    contacts.get_by_label("Nazwisko").fill("Łoś")
    contacts.get_by_label("Telefon").fill("600 100 200")
    assert_accessible(page)
    contacts.get_by_role("button", name="Zapisz").click()
    expect(page.locator("#toasts")).to_contain_text("Zapisano kontakt.")
    expect(contacts.get_by_role("link", name="600 100 200")).to_have_attribute("href", "tel:+48600100200")

    contacts.get_by_role("link", name="Edytuj: Jan Łoś").click()
    contacts.get_by_label("Imię").fill("Janina")
    contacts.get_by_role("button", name="Zapisz").click()
    expect(contacts.get_by_text("Janina Łoś")).to_be_visible()
    assert_accessible(page)

    contacts.get_by_role("button", name="Usuń: Janina Łoś").click()
    page.get_by_role("dialog").get_by_role("button", name="Usuń").click()
    expect(contacts.get_by_text("Nie ma tu jeszcze nikogo")).to_be_visible()
    assert not lead.partner.contacts.exists()


def test_second_editor_chooses_between_both_values(new_page: NewPage, ola: User) -> None:
    partner = PartnerFactory(name="Acme", city="Łódź")
    page = new_page(ola)
    page.goto(f"/partners/{partner.pk}/edit/")
    page.get_by_label("Nazwa").fill("Acme moje")
    Partner.objects.filter(pk=partner.pk).update(name="Acme cudze", phone="600 100 200")

    page.get_by_role("button", name="Zapisz").click()
    question = page.get_by_role("alert")
    expect(question).to_contain_text("Nic nie zostało nadpisane")
    assert_accessible(page)
    question.get_by_role("group", name="Nazwa").get_by_label("Zapisane teraz: Acme cudze").check()
    page.get_by_role("button", name="Zapisz").click()

    expect(page.get_by_role("heading", name="Acme cudze", level=1)).to_be_visible()
    partner.refresh_from_db()
    assert (partner.name, partner.phone) == ("Acme cudze", "600 100 200")


def test_list_is_searched_sorted_and_paged_without_leaving(new_page: NewPage, ola: User) -> None:
    for number in range(60):
        PartnerFactory(name=f"Firma {number:02}", city="Łódź" if number % 2 else "Ćmielów")
    page = new_page(ola)
    page.goto("/partners/")
    expect(page.get_by_text("60 partnerów")).to_be_visible()
    page.get_by_role("link", name="Następna").click()
    expect(page.get_by_role("link", name="Firma 59")).to_be_visible()
    page.get_by_role("link", name="Poprzednia").click()
    expect(page.get_by_role("link", name="Firma 00")).to_be_visible()
    page.get_by_role("link", name="Nazwa").click()
    expect(page.locator("tbody tr").first).to_contain_text("Firma 59")

    page.get_by_role("searchbox").press_sequentially("cmielow 1")
    expect(page.get_by_text("5 partnerów")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("button", name="Osoby").click()
    expect(page.get_by_role("heading", name="Nic nie znaleziono")).to_be_visible()
    assert_accessible(page)
    page.go_back()
    expect(page.get_by_text("5 partnerów")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("cmielow 1")


def test_product_on_a_phone_in_english(new_page: NewPage, ewa: User) -> None:
    User.objects.filter(pk=ewa.pk).update(language="en")
    page = new_page(ewa, viewport=PHONE)
    page.goto("/products/")
    expect(page.get_by_role("heading", name="No products yet")).to_be_visible()
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Name").fill("Service")
    page.get_by_label("Net price").fill("1e400")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“1e400” is not a number")).to_be_visible()
    page.get_by_label("Net price").fill("1 234,50")
    page.get_by_label("VAT rate").select_option("zw")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("PLN 1,234.50")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Product.objects.get().net_price == Decimal("1234.50")


def test_what_is_in_use_is_archived_from_the_dialog(new_page: NewPage, ewa: User) -> None:
    lead = LeadFactory(product=ProductFactory(name="Serwis"))
    page = new_page(ewa)
    page.goto(f"/products/{lead.product.pk}/")
    page.get_by_role("button", name="Więcej akcji").click()
    page.get_by_role("link", name="Usuń").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("„Serwis” jest w użyciu")
    assert_accessible(page)
    dialog.get_by_role("button", name="Archiwizuj").click()
    expect(page.get_by_text("Ten produkt jest zarchiwizowany")).to_be_visible()
    assert_accessible(page)
    assert Product.objects.get().is_archived
