"""A card that is open while its lead is merged into another one: what is typed stays, and where it goes on is shown."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Comment
from leads.services.merging import merge_leads
from tests.browser.conftest import assert_accessible
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory


def test_actions_on_a_merged_lead_lead_to_the_other(
    new_page: Callable[..., Page], ola: User, ewa: User, funnel: FunnelCast
) -> None:
    lead = LeadFactory(name="Hala", status=funnel.new, sales_person=ola)
    survivor = LeadFactory(name="Brama", status=funnel.new, sales_person=ola)
    page = new_page(ola)
    page.goto(f"/leads/{lead.pk}/")
    page.get_by_label("Telefon").fill("600 100 200")
    comment = page.get_by_placeholder("Napisz komentarz")
    comment.fill("Oddzwonić po dziesiątej")
    number = lead.number
    merge_leads(survivor=survivor, loser=lead, values={}, tags=(), by=ewa)

    page.get_by_role("button", name="Dodaj komentarz").click()

    told = page.locator(".lj-toast").filter(
        has_text=f"Lead {number} został w międzyczasie scalony z leadem {survivor}."
    )
    expect(told).to_have_count(1)
    expect(page.locator("#lead-gone")).to_contain_text("już nie istnieje")
    assert_accessible(page)
    page.locator("#lead-lose").click()
    expect(told).to_have_count(1)
    expect(page.locator("#modal")).not_to_be_visible()
    expect(comment).to_have_value("Oddzwonić po dziesiątej")
    expect(page.get_by_label("Telefon")).to_have_value("600 100 200")
    assert not Comment.objects.exists()

    expect(told.get_by_role("link", name="Otwórz tamten lead")).to_have_attribute("href", f"/leads/{survivor.pk}/")
