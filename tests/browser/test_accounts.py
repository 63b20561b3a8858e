"""Signing in, the profile, the second step, and the session that ends while somebody works, in a real browser."""

from collections.abc import Callable

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from crm.models import Team, User
from tests.browser.conftest import PHONE, assert_accessible, end_session_at, sign_in
from tests.factories.crm import PASSWORD, TeamFactory

NewPage = Callable[..., Page]


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_signs_in_and_out(new_page: NewPage, ola: User) -> None:
    page = new_page()
    page.goto("/accounts/profile/")
    expect(page.get_by_role("heading", name="Zaloguj się")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("E-mail").fill("ola@lejek.test")
    page.get_by_label("Hasło").fill("nie to hasło")
    page.get_by_role("button", name="Zaloguj się").click()
    expect(page.get_by_role("alert")).to_contain_text("są niepoprawne")
    assert_accessible(page)
    page.get_by_label("Hasło").fill(PASSWORD)
    page.get_by_role("button", name="Zaloguj się").click()
    expect(page.get_by_role("heading", name="Profil", level=1)).to_be_visible()
    page.get_by_role("button", name="Twoje menu, Ola Żak").click()
    page.get_by_role("button", name="Wyloguj").click()
    expect(page.get_by_role("heading", name="Zaloguj się")).to_be_visible()


def test_guest_switches_the_language(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert_accessible(page)


def test_profile_is_changed_with_a_second_step(new_page: NewPage, ola: User) -> None:
    page = new_page(ola)
    page.goto("/accounts/profile/")
    assert_accessible(page)
    page.get_by_label("Imię").fill("Aleksandra")
    page.get_by_label("Język").select_option("en")
    page.get_by_role("button", name="Zapisz", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Zapisano profil.")
    expect(page.get_by_role("heading", name="Profile", level=1)).to_be_visible()
    ola.refresh_from_db()
    assert (ola.first_name, ola.language) == ("Aleksandra", "en")

    page.get_by_role("link", name="Two-step sign-in").click()
    assert_accessible(page)
    page.get_by_role("link", name="Turn on").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    assert_accessible(page)
    page.get_by_label("Authenticator code").fill(_code(page.locator("#secret").inner_text()))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_accessible(page)
    assert ola.authenticator_set.count() == 2  # type: ignore[attr-defined]


def test_theme_is_kept(new_page: NewPage, ola: User) -> None:
    page = new_page(ola)
    page.goto("/accounts/profile/")
    page.get_by_role("button", name="Twoje menu, Ola Żak").click()
    with page.expect_response("**/accounts/theme/"):
        page.get_by_role("button", name="Ciemny").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    ola.refresh_from_db()
    assert ola.theme == "dark"


def test_stray_click_asks_before_leaving(new_page: NewPage, ola: User) -> None:
    page = new_page(ola)
    page.goto("/accounts/profile/")
    expect(page.locator("form[data-guarded]").first).to_be_attached()  # it knows what is saved
    page.get_by_label("Imię").fill("Olga")
    page.get_by_role("link", name="Hasło").click()
    expect(page.get_by_role("dialog")).to_contain_text("Wyjść bez zapisywania?")
    assert_accessible(page, within="#confirm")
    page.get_by_role("button", name="Zostań").click()
    expect(page.get_by_label("Imię")).to_have_value("Olga")
    page.get_by_role("link", name="Hasło").click()
    page.get_by_role("button", name="Wyjdź").click()
    expect(page.get_by_role("heading", name="Zmiana hasła")).to_be_visible()


def test_expired_session_loses_nothing_of_a_form(new_page: NewPage, ola: User) -> None:
    page = new_page(ola)
    page.goto("/accounts/profile/")
    page.get_by_label("Imię").fill("Olga")
    end_session_at(page, "/accounts/session/", method="GET")
    page.get_by_role("button", name="Zapisz", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sesja wygasła")
    dialog.get_by_label("E-mail").fill("ola@lejek.test")
    dialog.get_by_label("Hasło").fill("zle haslo")
    dialog.get_by_role("button", name="Zaloguj się").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert_accessible(page, within="#session")
    dialog.get_by_label("Hasło").fill(PASSWORD)
    dialog.get_by_role("button", name="Zaloguj się").click()
    expect(page.locator("#toasts")).to_contain_text("Zapisano profil.")
    ola.refresh_from_db()
    assert ola.first_name == "Olga"


def test_expired_session_in_an_htmx_action_with_second_step(new_page: NewPage, adam: User) -> None:
    page = new_page(adam)
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Hasło").fill(PASSWORD)
    page.get_by_role("button", name="Potwierdź").click()
    secret = page.locator("#secret").inner_text()
    page.get_by_role("textbox").fill(_code(secret))
    page.get_by_role("button", name="Włącz").click()
    expect(page.get_by_role("heading", name="Kody zapasowe")).to_be_visible()
    backup = page.locator("#codes").inner_text().split()[0]

    page.goto("/settings/users/teams/")
    page.get_by_role("button", name="Nowy zespół").click()
    page.get_by_label("Nazwa").fill("Południe")
    assert_accessible(page, within="#modal")
    end_session_at(page, "/settings/users/teams/")
    page.get_by_role("button", name="Zapisz", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sesja wygasła")
    dialog.get_by_label("E-mail").fill("adam@lejek.test")
    dialog.get_by_label("Hasło").fill(PASSWORD)
    dialog.get_by_role("button", name="Zaloguj się").click()
    dialog.get_by_label("Kod").fill(backup)
    dialog.get_by_role("button", name="Zaloguj się").click()
    expect(page.locator("#toasts")).to_contain_text("Zapisano zespół.")
    assert Team.objects.filter(name="Południe").count() == 1


def test_somebody_else_in_the_dialog_stores_nothing(new_page: NewPage, ola: User, marek: User) -> None:
    page = new_page(ola)
    page.goto("/accounts/profile/")
    page.get_by_label("Imię").fill("Olga")
    end_session_at(page, "/accounts/session/", method="GET")
    page.get_by_role("button", name="Zapisz", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sesja wygasła")
    dialog.get_by_label("E-mail").fill("marek@lejek.test")
    dialog.get_by_label("Hasło").fill(PASSWORD)
    page.on("dialog", lambda question: question.accept())
    dialog.get_by_role("button", name="Zaloguj się").click()
    expect(page.get_by_label("Imię")).to_have_value("Marek")
    expect(page.locator("#toasts")).to_contain_text("Zalogował się ktoś inny")
    ola.refresh_from_db()
    marek.refresh_from_db()
    assert (ola.first_name, marek.first_name) == ("Ola", "Marek")


def test_token_of_an_older_session_is_renewed(new_page: NewPage, adam: User) -> None:
    page = new_page(adam)
    page.goto("/settings/users/teams/")
    page.get_by_role("button", name="Nowy zespół").click()
    page.get_by_label("Nazwa").fill("Wschód")
    Session.objects.all().delete()
    page.context.clear_cookies()
    sign_in(page, adam)  # as in another tab: a new session and a new CSRF secret
    page.request.get("/accounts/profile/")
    page.get_by_role("button", name="Zapisz", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Zapisano zespół.")


def test_users_on_a_phone(new_page: NewPage, adam: User, ola: User) -> None:
    page = new_page(adam, viewport=PHONE)
    page.goto("/settings/users/")
    assert_accessible(page)
    expect(page.get_by_role("link", name="Użytkownicy")).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Użytkownicy")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Użytkownicy")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_search_of_users_keeps_focus_and_history(new_page: NewPage, adam: User, ola: User, marek: User) -> None:
    page = new_page(adam)
    page.goto("/settings/users/")
    page.keyboard.press("f")
    page.keyboard.type("zak")
    expect(page.locator("tr[data-user-id]")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert "q=zak" in page.url
    page.go_back()
    expect(page.locator("tr[data-user-id]")).to_have_count(3)
    page.go_forward()
    expect(page.locator("tr[data-user-id]")).to_have_count(1)
    page.locator(f"tr[data-user-id='{ola.pk}']").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ola Żak", level=1)).to_be_visible()
    assert_accessible(page)


def test_team_with_members_stays(new_page: NewPage, adam: User, ola: User) -> None:
    TeamFactory(name="Pusty")
    page = new_page(adam)
    page.goto("/settings/users/teams/")
    assert_accessible(page)
    page.get_by_role("row", name="Północ").get_by_role("button", name="Usuń").click()
    page.get_by_role("dialog").get_by_role("button", name="Usuń").click()
    expect(page.locator("#toasts")).to_contain_text("Ten zespół ma członków")
    page.get_by_role("row", name="Pusty").get_by_role("button", name="Usuń").click()
    page.get_by_role("dialog").get_by_role("button", name="Usuń").click()
    expect(page.locator("#toasts")).to_contain_text("Usunięto zespół.")
    assert list(Team.objects.values_list("name", flat=True)) == ["Północ"]


def test_error_page_has_a_way_out(new_page: NewPage, ola: User) -> None:
    page = new_page(ola)
    page.goto("/nie-ma-takiej-strony/")
    expect(page.get_by_role("heading", name="Tu nic nie ma")).to_be_visible()
    assert_accessible(page)
    page.goto("/settings/users/")
    expect(page.get_by_role("heading", name="Brak dostępu")).to_be_visible()
    expect(page.get_by_role("link", name="Przejdź na stronę główną")).to_have_attribute("href", "/")


def test_security_key_is_added_and_signs_in(new_page: NewPage, ola: User) -> None:
    page = new_page(ola)
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Hasło").fill(PASSWORD)
    page.get_by_role("button", name="Potwierdź").click()
    page.get_by_label("Nazwa klucza").fill("Klucz z breloka")
    assert_accessible(page)
    page.get_by_role("button", name="Dodaj").click()
    expect(page.get_by_role("heading", name="Kody zapasowe")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("cell", name="Klucz z breloka")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Twoje menu, Ola Żak").click()
    page.get_by_role("button", name="Wyloguj").click()
    page.get_by_label("E-mail").fill("ola@lejek.test")
    page.get_by_label("Hasło").fill(PASSWORD)
    page.get_by_role("button", name="Zaloguj się").click()
    expect(page.get_by_role("heading", name="Drugi krok logowania")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Użyj klucza bezpieczeństwa").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/accounts/sessions/")
    expect(page.get_by_text("Ta przeglądarka")).to_be_visible()
    assert_accessible(page)
