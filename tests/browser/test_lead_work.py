"""Activities, comments and files on the card of a lead, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from crm.models import Notification, User
from leads.models import Activity, Comment, Lead, LeadFile
from leads.services import create_lead
from tests.browser.conftest import PHONE, assert_accessible
from tests.browser.test_lead_card import open_card, say
from tests.cast import FunnelCast
from tests.factories.crm import ActivityTypeFactory
from tests.leads.filing import add_text

NewPage = Callable[..., Page]


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    ActivityTypeFactory(name="Telefon", kind="call", icon="phone", colour="green", sort_order=1)
    ActivityTypeFactory(name="Spotkanie", kind="meeting", icon="users", colour="purple", sort_order=2)
    return create_lead(values={"name": "Regały dla hurtowni"}, by=ola)


def test_an_activity_from_plan_to_done_by_keyboard(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    page.get_by_label("Nazwa", exact=True).fill("Regały i wózki")  # not saved: it must survive all of this

    page.get_by_role("button", name="Zaplanuj").press("Enter")
    dialog = page.locator("#modal")
    expect(dialog.get_by_role("radio", name="Telefon")).to_be_checked()
    assert_accessible(page, within="#modal")
    dialog.get_by_role("radio", name="Telefon").press("ArrowRight")
    dialog.get_by_label("Co jest do zrobienia").fill("Pomiar hali")
    dialog.get_by_role("button", name="Jutro").press("Enter")
    dialog.get_by_label("Godzina").fill("10:30")
    page.keyboard.press("Control+s")
    block = page.locator("#activities")
    expect(block.locator(".activity")).to_contain_text("Jutro, 10:30")
    expect(dialog).to_be_hidden()
    assert Activity.objects.get().type.name == "Spotkanie"

    block.get_by_role("button", name="Oznacz jako wykonane: Pomiar hali").press("Enter")
    dialog.get_by_label("Jak poszło?").fill("40 miejsc paletowych")
    page.keyboard.press("Control+s")
    block.locator("summary").press("Enter")
    expect(block.locator(".activity-feedback")).to_have_text("40 miejsc paletowych")
    assert Activity.objects.get().done_by == ola
    expect(page.get_by_label("Nazwa", exact=True)).to_have_value("Regały i wózki")
    assert_accessible(page)
    assert Lead.objects.get().name == "Regały dla hurtowni"


def test_a_mention_by_keyboard_alone(new_page: NewPage, ola: User, ewa: User, marek: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    box = page.get_by_label("Komentarz", exact=True)
    box.focus()
    page.keyboard.type("Zerknij, @e")
    options = page.get_by_role("listbox", name="Osoby do wspomnienia").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    count = options.count()
    assert_accessible(page, within="#comments")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    assert count >= 1
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.type("wa")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box).to_have_value("Zerknij, @Ewa Lis ")
    page.keyboard.type("proszę")
    page.keyboard.press("Control+Enter")

    comment = page.locator(".comment")
    expect(comment.locator(".comment-mention")).to_have_text("@Ewa Lis")
    expect(page.get_by_label("Komentarz", exact=True)).to_have_value("")
    expect(page.locator("#comment-count")).to_have_text("1")
    assert Comment.objects.get().text == "Zerknij, @Ewa Lis proszę"
    told = Notification.objects.get()
    assert told.user == ewa

    other = new_page(ewa)
    other.goto(told.url)
    expect(other.locator(".comment.is-meant")).to_be_focused()
    expect(other.locator(".comment").get_by_role("button", name="Edytuj komentarz")).to_have_count(0)


def test_a_comment_is_changed_and_taken_away_in_its_place(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    page.get_by_label("Komentarz", exact=True).fill("Stary tekst")
    page.get_by_role("button", name="Dodaj komentarz").click()
    page.get_by_role("button", name="Edytuj komentarz").press("Enter")
    editor = page.locator(".comment.is-edited textarea")
    expect(editor).to_be_focused()
    editor.fill("Nowy tekst")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment-text")).to_have_text("Nowy tekst")
    expect(page.locator(".comment-head")).to_contain_text("edytowany")
    assert Comment.objects.get().text == "Nowy tekst"

    page.get_by_role("button", name="Usuń komentarz").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Usuń", exact=True).click()
    expect(page.locator(".comment")).to_have_count(0)
    expect(page.locator("#comment-count")).to_have_text("0")
    assert not Comment.objects.exists()


DROP = """
([name, size, text]) => {
  const data = new DataTransfer()
  data.items.add(new File([text || new Uint8Array(size)], name))
  const target = document.querySelector('trix-editor')
  for (const type of ['dragenter', 'dragover', 'drop']) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
  }
}
"""


def draw_anew(page: Page) -> None:
    """The list of files, as when somebody else changed it."""
    page.locator("#file-list").evaluate(
        "list => { list.dataset.old = ''; htmx.trigger(document.body, 'files:changed') }"
    )
    expect(page.locator("#file-list:not([data-old]) .file")).to_have_count(2)


def test_files_are_dropped_anywhere_chosen_and_taken_away(new_page: NewPage, ola: User, lead: Lead) -> None:
    page = new_page(ola)
    open_card(page, lead)
    page.evaluate(DROP, ["Ustalenia.txt", 0, "montaż w weekend"])
    files = page.locator("#file-list .file")
    expect(files).to_have_count(1)
    expect(page.get_by_role("tab", name="Pliki")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#file-count")).to_have_text("1")
    assert LeadFile.objects.get().file.read().decode() == "montaż w weekend"
    expect(page.locator("trix-editor figure")).to_have_count(0)  # the editor did not take it

    page.evaluate(DROP, ["wielki.bin", 26 * 2**20, ""])
    refused = page.locator(".file-upload.is-refused")
    expect(refused).to_contain_text("„wielki.bin” jest za duży: plik może mieć najwyżej 25 MB.")
    refused.get_by_role("button", name="Zamknij").click()
    page.get_by_label("Wybierz pliki").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": body} for name, body in (("a.txt", b"a"), ("b.txt", b""))]
    )
    expect(refused).to_contain_text("„b.txt” jest pusty.")
    expect(files).to_have_count(2)
    assert_accessible(page)

    with page.expect_download() as download:
        files.filter(has_text="a.txt").get_by_role("link", name="Pobierz a.txt").click()
    assert download.value.suggested_filename == "a.txt"
    files.filter(has_text="a.txt").get_by_role("button", name="Usuń a.txt").click()
    draw_anew(page)  # while the question stands
    held: list[Route] = []
    page.route(re.compile(r"/delete/$"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/delete/$")):
        page.get_by_role("dialog").get_by_role("button", name="Usuń", exact=True).click()
    draw_anew(page)  # and once more while the answer is on its way: its button is gone then
    held[0].continue_()
    say(page, "Usunięto „a.txt”.")
    expect(files).to_have_count(1)
    assert [file.name for file in LeadFile.objects.all()] == ["Ustalenia.txt"]


def test_on_a_phone_the_blocks_stand_below_and_nothing_overflows(new_page: NewPage, ola: User, lead: Lead) -> None:
    add_text(lead, by=ola)
    page = new_page(ola, viewport=PHONE)
    page.goto(f"/leads/{lead.pk}/#files")
    expect(page.locator("#file-list .file")).to_be_visible()
    expect(page.locator("#comment-form")).to_be_attached()
    expect(page.locator("#activities:not([aria-busy])")).to_be_visible()
    assert page.evaluate(
        "() => { const place = id => document.getElementById(id).getBoundingClientRect();"
        " return place('activities').top >= place('lead-form').bottom }"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)
