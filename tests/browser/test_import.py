"""The import in a browser: products, partners and leads from files, an error, the refused rows, and undo."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from playwright.sync_api import Page, expect

from config.celery import app
from crm.models import Partner, Product, User
from leads.models import Lead
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast

FILES = {
    "produkty.csv": "Nazwa;Cena netto\nHala;1 234,50\nBiuro;10,00\n",
    "partnerzy.csv": "Nazwa;NIP;Miasto\nHurt;526-025-02-74;Łódź\n",
    "leady.csv": (
        "ID zewnętrzne;Nazwa;Produkt;Partner;Kwota\n"
        "1;Hala dla Hurtu;Hala;Hurt;100,00\n2;Hala druga;Hale;Hurt;50,50\n3;Zła kwota;Biuro;Hurt;dużo\n"
    ),
}


@pytest.fixture(autouse=True)
def celery_worker(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A real worker on the real Redis, in a thread."""
    settings.MEDIA_ROOT = tmp_path / "media"
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="WARNING"):
        yield


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def choose(page: Page, kind: str, file: Path) -> None:
    page.goto("/import/new/")
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("Plik", exact=True).set_input_files(file)
    page.get_by_role("button", name="Dalej").click()
    expect(page.get_by_role("button", name="Sprawdź", exact=True)).to_be_visible()


def test_a_file_that_is_too_large_is_not_sent(new_page: Callable[..., Page], ewa: User, files: Path) -> None:
    page = new_page(ewa)
    page.goto("/import/new/")
    page.get_by_label("Produkty", exact=True).check()
    chosen = page.get_by_label("Plik", exact=True)
    chosen.evaluate("input => { input.dataset.maxBytes = 20 }")
    chosen.set_input_files(files / "produkty.csv")
    expect(page.get_by_role("alert")).to_have_text("Ten plik ma więcej niż 50 MB. Wybierz mniejszy.")
    assert chosen.evaluate("input => input.files.length") == 0
    expect(page.get_by_label("Produkty", exact=True)).to_be_checked()

    chosen.evaluate("input => { input.dataset.maxBytes = 2000 }")
    chosen.set_input_files(files / "produkty.csv")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("produkty.csv")).to_be_visible()


def state(page: Page, expected: str) -> None:
    expect(page.locator("#import-state")).to_have_attribute("data-import-state", expected, timeout=30_000)


def import_all(page: Page, kind: str, file: Path) -> None:
    choose(page, kind, file)
    page.get_by_role("button", name="Sprawdź", exact=True).click()
    state(page, "check-done")
    page.get_by_role("button", name="Importuj").click()
    state(page, "import-done")


def test_journey_of_a_manager(new_page: Callable[..., Page], ewa: User, funnel: FunnelCast, files: Path) -> None:
    page = new_page(ewa)
    page.goto("/import/")
    expect(page.get_by_text("Jeszcze nic nie zaimportowano")).to_be_visible()
    assert_accessible(page)
    import_all(page, "Produkty", files / "produkty.csv")
    import_all(page, "Partnerzy", files / "partnerzy.csv")
    assert (Product.objects.count(), Partner.objects.get().nip) == (2, "5260250274")

    choose(page, "Leady", files / "leady.csv")
    assert_accessible(page)
    expect(page.get_by_label("Kwota")).to_have_value("expected_revenue")
    page.get_by_label("Zapisz to mapowanie jako").fill("Nasz sklep")
    page.get_by_role("button", name="Sprawdź", exact=True).click()
    state(page, "check-done")
    expect(page.locator("[data-count=created]")).to_have_text("1")
    expect(page.locator("[data-count=refused]")).to_have_text("2")
    expect(page.get_by_role("cell", name="„dużo” nie jest liczbą.")).to_be_visible()
    assert_accessible(page)

    expect(page.get_by_label("Hale").locator("option:checked")).to_have_text("Hala")
    page.get_by_role("button", name="Zastosuj i sprawdź ponownie").click()
    expect(page.locator("[data-count=created]")).to_have_text("2", timeout=30_000)
    assert not Lead.objects.exists()
    page.get_by_role("button", name="Importuj").click()
    state(page, "import-done")
    expect(page.locator("[data-count=created]")).to_have_text("2")
    assert set(Lead.objects.values_list("name", "product__name")) == {
        ("Hala dla Hurtu", "Hala"),
        ("Hala druga", "Hala"),
    }
    assert_accessible(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="Pobierz z powodami").click()
    refused = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "Zła kwota;Biuro;Hurt;dużo;4;Kwota: „dużo” nie jest liczbą." in refused

    page.get_by_role("button", name="Cofnij import").click()
    page.get_by_role("dialog").get_by_role("button", name="Cofnij import").click()
    state(page, "undo-done")
    expect(page.get_by_role("heading", name="Import został cofnięty")).to_be_visible()
    assert not Lead.objects.exists()
    assert Product.objects.count() == 2


def test_pages_fit_a_phone(new_page: Callable[..., Page], ewa: User, funnel: FunnelCast, files: Path) -> None:
    page = new_page(ewa, viewport=PHONE)
    choose(page, "Leady", files / "leady.csv")
    page.get_by_role("button", name="Sprawdź", exact=True).click()
    state(page, "check-done")
    for address in ("/import/", "/import/new/", page.url, f"{page.url}columns/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert_accessible(page)
