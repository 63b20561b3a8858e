"""The card of a lead in a real browser: what a sales person does all day."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from playwright.sync_api import Locator, Page, Route, expect

from crm.models import User
from leads.models import Lead
from leads.services import create_lead, delete_lead, update_lead
from tests.browser.conftest import PHONE, assert_accessible, end_session_at
from tests.cast import FunnelCast
from tests.factories.crm import (
    PASSWORD,
    LeadPriorityFactory,
    LeadTagFactory,
    LeadTypeFactory,
    PartnerFactory,
    ProductFactory,
)

NewPage = Callable[..., Page]


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(
        values={
            "name": "Regały dla hurtowni",
            "phone": "600 100 200",
            "city": "Łódź",
            "description": "<p>Ustalenia z <em>rozmowy</em></p>",
            "priority": LeadPriorityFactory(name="Wysoki", colour="orange"),
        },
        tags=[LeadTagFactory(name="targi", colour="green")],
        by=ola,
    )


def open_card(page: Page, lead: Lead) -> None:
    page.goto(f"/leads/{lead.pk}/")
    expect(page.locator("trix-editor")).to_be_visible()
    expect(page.locator("form[data-guarded]").first).to_be_attached()  # it knows what is saved


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def say(page: Page, text: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(text)


def choose(page: Page, name: str, text: str) -> None:
    """Search in a select that asks the server, and take what it finds."""
    page.locator(f"#id_{name}-ts-control").fill(text)
    page.locator(".ts-dropdown .option", has_text=text).first.click()


def status(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Status leadu").get_by_role("button", name=name)


def test_from_edit_to_lost_and_back(new_page: NewPage, ola: User, lead: Lead, funnel: FunnelCast) -> None:
    page = new_page()
    page.goto(f"/leads/{lead.pk}/")
    page.get_by_label("E-mail").fill(ola.email)
    page.get_by_label("Hasło").fill(PASSWORD)
    page.get_by_role("button", name="Zaloguj się", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{lead.number} Regały dla hurtowni")
    expect(page.locator("trix-editor")).to_contain_text("Ustalenia z rozmowy")

    field(page, "Nazwa").fill("Regały i wózki")
    field(page, "Spodziewany przychód").fill("1 234,5")
    page.locator("trix-editor").click()
    page.keyboard.press("End")
    page.keyboard.type(". Zadzwonić we wtorek")
    page.keyboard.press("Control+s")
    say(page, "Zapisano")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Regały i wózki")
    expect(field(page, "Spodziewany przychód")).to_have_value("1\xa0234,50")
    expect(page.locator("trix-editor")).to_be_focused()  # one goes on typing
    lead.refresh_from_db()
    assert (lead.name, str(lead.expected_revenue)) == ("Regały i wózki", "1234.50")
    assert "Zadzwonić we wtorek" in lead.description

    status(page, "Propozycja").click()
    expect(status(page, "Propozycja")).to_have_attribute("aria-current", "true")
    say(page, "Propozycja")

    page.get_by_role("button", name="Porażka").first.click()
    dialog = page.get_by_role("dialog", name="Porażka")
    dialog.get_by_role("button", name="Porażka").click()
    expect(dialog).to_contain_text("Wybierz powód porażki")
    dialog.get_by_label("Za drogo").check()
    dialog.get_by_role("button", name="Porażka").click()
    expect(dialog).to_be_hidden()
    expect(status(page, "Porażka")).to_have_attribute("aria-current", "true")
    expect(field(page, "Powód porażki")).to_have_value(str(funnel.too_expensive.pk))

    page.get_by_role("tab", name="Zmiany statusu").click()
    expect(page.get_by_role("row", name=re.compile("Propozycja.*Porażka.*Ola Żak"))).to_be_visible()
    page.get_by_role("button", name="Otwórz ponownie").click()
    expect(status(page, "Propozycja")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("row", name=re.compile("Porażka.*Propozycja.*Ola Żak"))).to_be_visible()
    expect(field(page, "Powód porażki")).to_have_count(0)
    page.get_by_role("tab", name="Historia").click()
    expect(page.get_by_role("tabpanel", name="Historia")).to_contain_text("Za drogo")
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (funnel.proposal, None)


def test_an_untouched_card_is_clean_and_saves_as_it_was(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    page.keyboard.press("Control+s")
    say(page, "Zapisano")
    before = lead.version
    lead.refresh_from_db()
    assert (lead.version, lead.description) == (before, "<p>Ustalenia z <em>rozmowy</em></p>")
    page.get_by_role("link", name="Leady").first.click()
    expect(page).to_have_url(re.compile(r"/leads/$"))  # nobody asks


def test_a_new_lead(new_page: NewPage, ola: User, funnel: FunnelCast) -> None:
    cache.clear()
    ProductFactory(name="Wózek paletowy")
    PartnerFactory(name="Hurtownia Łódzka")
    page = new_page(ola)
    page.goto("/leads/new/")
    expect(field(page, "Nazwa")).to_be_focused()
    assert_accessible(page)
    choose(page, "product", "Wózek")
    expect(field(page, "Nazwa")).to_have_value("Wózek paletowy")
    choose(page, "partner", "Hurtownia")
    field(page, "Telefon").fill("600 100 200")
    page.get_by_role("button", name="Zapisz").dblclick()
    say(page, "Utworzono lead")
    lead = Lead.objects.get()
    expect(page).to_have_url(re.compile(rf"/leads/{lead.pk}/$"))
    assert (lead.name, lead.partner.name, lead.sales_person) == ("Wózek paletowy", "Hurtownia Łódzka", ola)
    assert lead.received_at is not None


def test_similar_leads_while_typing(new_page: NewPage, ola: User, lead: Lead) -> None:
    partner = PartnerFactory(name="Meble Nowak", phone="600 100 200", phone_e164="+48600100200")
    page = new_page(ola)
    page.goto("/leads/new/")
    field(page, "Telefon").press_sequentially("600100200")
    expect(page.locator("#lead-similar")).to_contain_text("Regały dla hurtowni")
    expect(field(page, "Telefon")).to_be_focused()
    assert_accessible(page)
    page.get_by_role("button", name="Meble Nowak").click()
    expect(page.locator("#id_partner")).to_have_value(str(partner.pk))
    expect(page.get_by_role("button", name="Meble Nowak")).to_have_count(0)


def test_errors_take_the_focus_and_mark_their_tab(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    field(page, "Prawdopodobieństwo").fill("101")
    page.get_by_role("tab", name="Inne informacje").click()
    field(page, "ID zewnętrzne").evaluate("field => field.removeAttribute('maxlength')")
    field(page, "ID zewnętrzne").fill("9" * 101)
    page.keyboard.press("Control+s")
    expect(field(page, "Prawdopodobieństwo")).to_be_focused()
    expect(page.get_by_role("tab", name="Inne informacje")).to_contain_text("Tu są błędy")
    expect(page.get_by_role("tab", name="Inne informacje")).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    field(page, "Prawdopodobieństwo").fill("50")
    field(page, "ID zewnętrzne").fill("X-1")
    page.keyboard.press("Control+s")
    say(page, "Zapisano")
    expect(page.locator(".lj-errors, .has-errors, .lead-tab-error, [aria-invalid]")).to_have_count(0)
    expect(page.locator("[data-progress]")).to_be_hidden()
    lead.refresh_from_db()
    assert (lead.probability, lead.external_id) == (50, "X-1")


def test_what_is_typed_while_the_lead_is_being_saved_stays_unsaved(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    held: list[Route] = []
    page.route("**/update/", lambda route: held.append(route))
    field(page, "Spodziewany przychód").fill("1000")
    with page.expect_request("**/update/"):
        page.keyboard.press("Control+s")
    field(page, "Spodziewany przychód").fill("2500")
    held[0].continue_()
    say(page, "Zapisano")
    expect(field(page, "Spodziewany przychód")).to_have_value("2500")
    page.locator("#sidebar").get_by_role("link", name="Leady").click()
    expect(page.get_by_role("dialog")).to_contain_text("Wyjść bez zapisywania?")
    lead.refresh_from_db()
    assert lead.expected_revenue == 1000


def test_a_type_that_forbids_the_status_asks_at_once(
    new_page: NewPage, ola: User, lead: Lead, funnel: FunnelCast
) -> None:
    LeadTypeFactory(name="Przetarg", allows=[funnel.proposal, funnel.lost])
    page = new_page(ola)
    open_card(page, lead)
    field(page, "Typ leadu").select_option(label="Przetarg")
    expect(page.locator("#lead-status-field")).to_contain_text("Status „Nowy” nie jest dozwolony dla typu „Przetarg”.")
    page.locator("#id_status").select_option(label="Porażka")
    expect(field(page, "Powód porażki")).to_be_visible()
    page.locator("#id_status").select_option(label="Propozycja")
    expect(field(page, "Powód porażki")).to_have_count(0)
    page.keyboard.press("Control+s")
    say(page, "Zapisano")
    expect(status(page, "Propozycja")).to_have_attribute("aria-current", "true")
    expect(page.locator("#id_status")).to_have_count(0)
    closed = status(page, "Kwalifikacja")
    expect(closed).to_have_attribute("title", "Status „Kwalifikacja” nie jest dozwolony dla typu „Przetarg”.")
    closed.click(force=True)
    page.wait_for_load_state("networkidle")
    lead.refresh_from_db()
    assert lead.status == funnel.proposal


def test_an_action_keeps_what_is_typed(new_page: NewPage, ola: User, lead: Lead, funnel: FunnelCast) -> None:
    update_lead(lead=lead, values={"sales_person": None}, by=ola)
    page = new_page(ola)
    open_card(page, lead)
    field(page, "Telefon").fill("500 600 700")
    status(page, "Kwalifikacja").click()
    expect(status(page, "Kwalifikacja")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Przypisz do mnie").click()
    say(page, "Lead jest teraz Twój")
    expect(page.locator("#id_sales_person")).to_have_value(str(ola.pk))
    expect(field(page, "Telefon")).to_have_value("500 600 700")
    page.get_by_role("link", name="Leady").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("nie są jeszcze zapisane")
    page.get_by_role("button", name="Zostań").click()
    expect(page.locator("dialog[open], .modal.show, .modal-backdrop")).to_have_count(0)
    page.keyboard.press("Control+s")
    say(page, "Zapisano")
    lead.refresh_from_db()
    assert (lead.phone, lead.status, lead.sales_person) == ("500 600 700", funnel.qualified, ola)


def test_a_partner_is_made_of_what_is_on_screen(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    page.get_by_role("tab", name="Inne informacje").click()
    field(page, "Nazwa firmy").fill("Hurtownia Łódzka")
    page.get_by_role("button", name="Więcej akcji").click()
    page.get_by_role("button", name="Utwórz partnera").click()
    say(page, "Utworzono partnera „Hurtownia Łódzka”")
    lead.refresh_from_db()
    assert lead.partner.name == lead.company_name == "Hurtownia Łódzka"
    expect(page.locator("#id_partner")).to_have_value(str(lead.partner_id))


def test_two_people_at_one_lead(new_page: NewPage, ola: User, ewa: User, lead: Lead) -> None:
    mine, theirs = new_page(ola), new_page(ewa)
    open_card(mine, lead)
    open_card(theirs, lead)
    field(theirs, "Telefon").fill("700 800 900")
    field(theirs, "Prawdopodobieństwo").fill("50")
    theirs.keyboard.press("Control+s")
    say(theirs, "Zapisano")

    field(mine, "Prawdopodobieństwo").fill("30")
    field(mine, "Email").fill("anna@firma.test")
    mine.keyboard.press("Control+s")
    question = mine.get_by_role("group", name="W międzyczasie ten lead zapisał ktoś inny")
    expect(question).to_contain_text("Ewa Lis")
    expect(question).to_be_focused()
    rows = {name: question.get_by_role("group", name=name) for name in ("Telefon", "Email", "Prawdopodobieństwo")}
    expect(rows["Telefon"].get_by_label("700 800 900")).to_be_checked()
    expect(rows["Email"].get_by_label("anna@firma.test")).to_be_checked()
    expect(rows["Prawdopodobieństwo"].get_by_role("radio", checked=True)).to_have_count(0)
    assert_accessible(mine)
    lead.refresh_from_db()
    assert (lead.probability, lead.email) == (50, "")

    mine.get_by_role("button", name="Zapisz wybrane wartości").click()
    expect(question).to_contain_text("Wybierz wartość przy każdym polu")
    question.get_by_label("30%").check()
    mine.get_by_role("button", name="Zapisz wybrane wartości").click()
    say(mine, "Zapisano")
    expect(field(mine, "Telefon")).to_have_value("700 800 900")
    expect(field(mine, "Prawdopodobieństwo")).to_have_value("30")
    lead.refresh_from_db()
    assert (lead.phone, lead.probability, lead.email) == ("700 800 900", 30, "anna@firma.test")


def test_an_action_on_an_older_state_is_refused(
    new_page: NewPage, ola: User, ewa: User, lead: Lead, funnel: FunnelCast
) -> None:
    page = new_page(ola)
    open_card(page, lead)
    update_lead(lead=lead, values={"city": "Gdańsk"}, by=ewa)
    status(page, "Propozycja").click()
    expect(page.get_by_role("alert")).to_contain_text("Ewa Lis")
    page.get_by_role("link", name="Wczytaj aktualny stan").click()
    status(page, "Propozycja").click()
    expect(status(page, "Propozycja")).to_have_attribute("aria-current", "true")


def test_a_lead_deleted_meanwhile_can_be_saved_as_a_new_one(
    new_page: NewPage, ola: User, ewa: User, lead: Lead
) -> None:
    cache.clear()
    page = new_page(ola)
    open_card(page, lead)
    field(page, "Telefon").fill("500 600 700")
    delete_lead(lead=Lead.objects.get(), by=ewa)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert")).to_contain_text("już nie istnieje")
    expect(page.get_by_role("alert")).to_contain_text("Ewa Lis")
    expect(field(page, "Telefon")).to_have_value("500 600 700")
    assert_accessible(page)
    page.get_by_role("button", name="Zapisz jako nowy lead").click()
    say(page, "Utworzono lead")
    stored = Lead.objects.get()
    assert (stored.name, stored.phone) == ("Regały dla hurtowni", "500 600 700")


def test_a_session_that_ended_loses_nothing(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    field(page, "Telefon").fill("500 600 700")
    end_session_at(page, f"/leads/{lead.pk}/update/")
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog", name="Sesja")
    dialog.get_by_label("E-mail").fill(ola.email)
    dialog.get_by_label("Hasło").fill(PASSWORD)
    dialog.get_by_role("button", name="Zaloguj się", exact=True).click()
    say(page, "Zapisano")
    lead.refresh_from_db()
    assert lead.phone == "500 600 700"


def test_deleting_asks(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    page.get_by_role("button", name="Więcej akcji").click()
    page.get_by_role("button", name="Usuń").click()
    dialog = page.get_by_role("dialog", name=f"Usuń lead {lead.number}")
    assert_accessible(page)
    dialog.get_by_role("button", name="Anuluj").click()
    assert Lead.objects.exists()
    page.get_by_role("button", name="Więcej akcji").click()
    page.get_by_role("button", name="Usuń").click()
    dialog.get_by_role("button", name="Usuń").click()
    say(page, f"Usunięto lead {lead.number}")
    assert not Lead.objects.exists()


def test_copying_opens_the_copy(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    field(page, "Nazwa").fill("Regały, drugi etap")
    page.get_by_role("button", name="Więcej akcji").click()
    page.get_by_role("button", name="Kopiuj").click()
    say(page, f"To jest kopia leadu {lead.number}")
    assert set(Lead.objects.values_list("name", flat=True)) == {"Regały, drugi etap"}
    assert Lead.objects.count() == 2


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_every_part_is_accessible(new_page: NewPage, ola: User, lead: Lead, viewport: dict[str, int]) -> None:
    page = new_page(ola, viewport=viewport)
    open_card(page, lead)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for tab in ("Opis", "Inne informacje", "Historia", "Zmiany statusu"):
        page.get_by_role("tab", name=tab).click()
        if tab in ("Historia", "Zmiany statusu"):
            expect(page.get_by_role("tabpanel", name=tab)).to_contain_text("Ola Żak")
        assert_accessible(page)
    page.reload()
    expect(page.get_by_role("tab", name="Zmiany statusu")).to_have_attribute("aria-selected", "true")
    if viewport == PHONE:
        page.get_by_role("button", name="Więcej akcji").click()
    page.locator("[hx-get$='/lose/']:visible").first.click()
    expect(page.get_by_role("dialog", name="Porażka")).to_be_visible()
    assert_accessible(page)


def test_in_english(new_page: NewPage, ola: User, lead: Lead) -> None:
    ola.language = "en"
    ola.save()
    page = new_page(ola, locale="en-GB")
    open_card(page, lead)
    field(page, "Expected revenue").fill("1,234.5")
    page.get_by_role("button", name="Save").click()
    say(page, "Saved")
    expect(field(page, "Expected revenue")).to_have_value("1,234.50")
    expect(page.get_by_role("button", name="Mark as lost")).to_be_visible()
