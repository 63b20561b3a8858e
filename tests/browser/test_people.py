"""Dane osób in a real browser: found, looked through, saved as a file, anonymised."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Comment, Lead, PersonCase, RetentionRun
from leads.personal.work import work_on
from leads.services import retention
from tests.browser.conftest import PHONE, assert_accessible, expect_page
from tests.cast import FunnelCast
from tests.factories.leads import CommentFactory, LeadFactory


def at_work(stage: str) -> PersonCase:
    """What the worker does with the case, once a request has asked for it."""
    case = PersonCase.objects.get(stage=stage, state="waiting")
    work_on(case.pk)
    return case


def test_found_saved_and_anonymised(new_page: Callable[..., Page], adam: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(
        name="Hala", first_name="Jan", last_name="Kos", phone="600100200", phone_e164="+48600100200", status=funnel.new
    )
    namesake = LeadFactory(name="Inny", first_name="Jan", last_name="Kos", status=funnel.new)
    CommentFactory(lead=namesake, text="<script>alert(1)</script> tel. 600 100 200")
    page = new_page(adam)
    page.goto("/settings/")
    page.get_by_role("link", name="Dane osób").click()
    expect_page(page, "/settings/people/$")
    expect(page.get_by_role("heading", name="Nikogo jeszcze nie szukano")).to_be_visible()
    assert_accessible(page)

    page.get_by_label("Telefon, e-mail lub imię i nazwisko").fill("0048 600-100-200\njan kos")
    page.get_by_role("button", name="Znajdź").click()
    expect_page(page, r"/settings/people/\d+/$")
    expect(page.get_by_role("heading", name="Szukanie osoby…")).to_be_visible()
    case = at_work("search")

    found = page.locator("[data-kind='leads.Lead']")
    expect(found.get_by_label(str(lead))).to_be_checked()
    expect(found.get_by_label(str(namesake))).not_to_be_checked()
    expect(page.get_by_label("tel. 600 100 200")).to_be_checked()
    assert_accessible(page)

    page.get_by_role("button", name="Eksport danych osoby").click()
    expect(page.get_by_role("heading", name="Przygotowywanie pliku…")).to_be_visible()
    at_work("export")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Zapisz plik").click()
    assert saved.value.suggested_filename == f"dane osobowe {case.pk}.zip"

    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Anonimizuj…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("art. 74 ustawy o rachunkowości")
    assert_accessible(page, within="#modal")
    dialog.get_by_label("Wiem, że tego nie można cofnąć.").check()
    dialog.get_by_role("button", name="Anonimizuj").click()
    expect(page.get_by_role("heading", name="Anonimizowanie…")).to_be_visible()
    at_work("erase")

    expect(page.get_by_role("heading", name="Zanonimizowano")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("kos", ignore_case=True)
    assert_accessible(page)
    lead.refresh_from_db()
    assert (lead.name, lead.last_name, lead.phone) == ("Dane zanonimizowane", "", "")
    assert Lead.objects.get(pk=namesake.pk).last_name == "Kos"
    assert Comment.objects.get().text == "<script>alert(1)</script> tel. ***"


def test_retention(new_page: Callable[..., Page], adam: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Dawny", last_name="Kos", status=funnel.lost, lost_reason=funnel.too_expensive)
    Lead.objects.filter(pk=lead.pk).update(closed_at=timezone.now() - timedelta(days=400))
    page = new_page(adam)
    page.goto("/settings/people/")
    page.get_by_role("link", name="Przechowywanie").click()
    expect_page(page, "/retention/$")
    preview = page.locator("#retention-preview")
    expect(preview).to_contain_text("Bez ograniczeń. Teraz w systemie: 1.")

    page.get_by_label("Przegrane leady").fill("12")
    expect(preview).to_contain_text("jeszcze nie zapisano")
    expect(preview).to_contain_text("Do usunięcia teraz: 1")
    assert_accessible(page)
    page.get_by_role("button", name="Zapisz").click()
    page.get_by_role("button", name="Usuń teraz").click()
    page.get_by_role("dialog").get_by_role("button", name="Usuń teraz").click()
    expect(page.locator("[data-run-id]")).to_contain_text("czeka")
    retention.work_on(RetentionRun.objects.get(state="waiting").pk)

    expect(page.locator("[data-run-id]")).to_contain_text("gotowe")
    expect(page.locator("[data-run-id]")).to_contain_text("Adam Nowak")
    assert_accessible(page)
    assert Lead.objects.get(pk=lead.pk).name == "Dane zanonimizowane"
