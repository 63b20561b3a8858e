"""„Napisz e-mail” and its templates, from the editor to the customer's mailbox, in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from communications.models import EmailTemplate, OutgoingMail
from crm.models import User
from leads.models import Lead
from leads.services import create_lead
from tests.browser.conftest import PHONE, assert_accessible, end_session_at
from tests.browser.test_lead_card import open_card, say
from tests.cast import FunnelCast
from tests.communications.sending import delivered, parsed, sending_account, smtp, smtp_process
from tests.communications.smtp_server import MailServer
from tests.factories.communications import EmailTemplateFactory
from tests.factories.crm import PASSWORD

__all__ = ["smtp", "smtp_process"]

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
NewPage = Callable[..., Page]


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    values: Any = {"name": "Regały dla hurtowni", "email": "jan@klient.test", "first_name": "Jan", "last_name": "Żak"}
    return create_lead(values=values, by=ola)


def _body(page: Page) -> Any:
    return page.locator("#mail-form trix-editor")


def test_a_template_is_made_with_fields_and_seen_with_a_lead(new_page: NewPage, ewa: User, lead: Lead) -> None:
    page = new_page(ewa)
    page.goto("/settings/email-templates/")
    assert_accessible(page)
    page.get_by_role("link", name="Nowy szablon").first.click()
    page.locator("#id_name").fill("Oferta")
    page.locator("#id_subject").fill("Oferta: ")
    page.get_by_role("button", name="Nazwa", exact=True).click()
    expect(page.locator("#id_subject")).to_have_value("Oferta: {{ lead.name }}")
    editor = page.locator("trix-editor")
    editor.click()
    editor.press_sequentially("Dzień dobry ")
    page.get_by_role("button", name="Imię i nazwisko").press("Enter")
    preview = page.locator("#template-preview")
    expect(preview).to_contain_text("Oferta: Regały dla hurtowni")
    expect(preview).to_contain_text("Dzień dobry Jan Żak")
    assert_accessible(page)

    page.locator("#id_subject").fill("Oferta: {{ lead.nazwa }}")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Nie ma pola {{ lead.nazwa }}.")).to_be_visible()
    assert not EmailTemplate.objects.exists()
    page.locator("#id_subject").fill("Oferta: {{ lead.name }}")
    page.get_by_role("button", name="Zapisz").click()
    expect(page.locator("#toasts")).to_contain_text("Zapisano „Oferta”.")
    assert "{{ lead.full_name }}" in EmailTemplate.objects.get().body


def test_an_e_mail_from_the_card_to_the_customer(
    new_page: NewPage,
    smtp: MailServer,
    ola: User,
    lead: Lead,
    tmp_path: Path,
) -> None:
    sending_account(smtp, signature="Biuro Łódź")
    EmailTemplateFactory(name="Oferta", subject="{{ lead.name }}", body="<div>Dzień dobry {{ lead.full_name }}</div>")
    attached = tmp_path / "cennik.txt"
    attached.write_text("abc", encoding="utf-8")
    page = new_page(ola)
    open_card(page, lead)
    page.get_by_role("button", name="Napisz e-mail").click()
    dialog = page.locator("#modal")
    expect(dialog.get_by_label("Do", exact=True)).to_have_value("Jan Żak <jan@klient.test>")
    expect(dialog.get_by_label("Temat")).to_be_focused()
    assert_accessible(page, within="#modal")

    dialog.locator("#id_template-ts-control").click()
    page.locator(".ts-dropdown .option", has_text="Oferta").click()
    expect(_body(page)).to_contain_text("Dzień dobry Jan Żak")
    _body(page).press("Control+End")
    _body(page).press_sequentially(" – w załączeniu cennik.")
    dialog.get_by_label("Wybierz pliki").set_input_files(attached)
    expect(dialog.locator("[data-chosen-files]")).to_contain_text("cennik.txt")
    page.mouse.click(5, 5)  # beside the dialog
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Pisz dalej").click()
    expect(_body(page)).to_contain_text("w załączeniu cennik.")

    dialog.get_by_label("DW", exact=True).fill("to nie adres")
    dialog.get_by_role("button", name="Wyślij", exact=True).click()
    expect(dialog.get_by_text("to nie jest adres e-mail")).to_be_visible()
    expect(dialog.locator("[data-chosen-files]")).to_contain_text("cennik.txt")
    expect(_body(page)).to_contain_text("w załączeniu cennik.")
    dialog.get_by_label("DW", exact=True).hover()  # a button under the mouse has another colour
    assert_accessible(page, within="#modal")
    dialog.get_by_label("DW", exact=True).fill("")
    end_session_at(page, "/emails/compose/")
    dialog.get_by_role("button", name="Wyślij", exact=True).click()
    session = page.get_by_role("dialog", name="Sesja")
    session.get_by_label("E-mail").fill(ola.email)
    session.get_by_label("Hasło").fill(PASSWORD)
    session.get_by_role("button", name="Zaloguj się", exact=True).click()
    say(page, "E-mail jest wysyłany")
    expect(dialog).to_be_hidden()

    mail = OutgoingMail.objects.get()
    page.locator("#tab-emails").click()
    state = page.locator("#lead-emails [data-mail-state]")
    expect(state).to_contain_text("czeka")
    assert delivered(mail).state == "sent"
    expect(state).to_contain_text("wysłano")  # by itself
    assert_accessible(page, within="#lead-emails")
    arrived = parsed(smtp.received[0].content)
    assert arrived["Subject"] == "Regały dla hurtowni"
    text = "\n".join(arrived.get_body(("plain",)).get_content().splitlines())
    assert text == "Dzień dobry Jan Żak – w załączeniu cennik.\n\n-- \nBiuro Łódź"
    assert [part.get_filename() for part in arrived.iter_attachments()] == ["cennik.txt"]


def test_without_an_account_the_mail_program_opens_and_on_a_phone_it_is_in_the_menu(
    new_page: NewPage, ola: User, lead: Lead
) -> None:
    page = new_page(ola, viewport=PHONE)
    open_card(page, lead)
    page.get_by_role("button", name="Więcej akcji").click()
    expect(page.get_by_role("link", name="Napisz e-mail")).to_have_attribute("href", "mailto:jan@klient.test")
