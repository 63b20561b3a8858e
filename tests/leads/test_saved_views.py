"""Saved views: kept, opened, shared, pinned, made the default; a view shows only what its viewer may see."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from crm.models import LeadStatus, SystemSettings, User, Visibility
from leads.models import SavedView, SavedViewChoice
from leads.services import create_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory
from tests.factories.leads import LeadFactory
from tests.leads.cards import HTMX, signed_in

pytestmark = pytest.mark.django_db


def on(user: User, page: str, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """What HTMX posts for `user` from a page."""
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{page}"}
    return signed_in(user).post(url, data or {}, headers=headers)  # type: ignore[return-value]


def save(user: User, page: str, name: str = "Moje", **values: Any) -> HttpResponse:
    return on(user, page, "/leads/views/new/", {"name": name, "kind": "list", "address": page, **values})


def opened(user: User, view: SavedView) -> str:
    response = signed_in(user).get(f"/leads/views/{view.pk}/")
    assert response.status_code == 302
    return str(response.headers["Location"])


def test_a_view_keeps_filter_columns_and_sort(ola: User, funnel: FunnelCast) -> None:
    page = f"/leads/?state=all&status={funnel.won.pk}&sort=-name&q=hala&after=x&cols=city.name"

    dialog = signed_in(ola).get("/leads/views/new/", headers={**HTMX, "HX-Current-URL": f"http://testserver{page}"})
    assert dialog.status_code == 200
    assert "sort=-name" in dialog.content.decode()
    response = save(ola, page, is_pinned="on")

    view = SavedView.objects.get()
    assert (view.owner, view.kind, view.sort, view.columns) == (ola, "list", "-name", ["city", "name"])
    assert parse_qs(view.query) == {"state": ["all"], "status": [str(funnel.won.pk)], "q": ["hala"]}
    assert response.headers["HX-Redirect"] == opened(ola, view)
    lead = LeadFactory(name="Hala", city="Gdańsk", status=funnel.won, sales_person=ola)
    shown = signed_in(ola).get(opened(ola, view)).content.decode()
    assert f'data-lead-id="{lead.pk}"' in shown
    assert "lj-col-city" in shown
    assert "lj-col-partner" not in shown
    assert f'id="view-tab-{view.pk}"' in shown
    assert 'aria-current="page"' in shown.split(f'id="view-tab-{view.pk}"')[1][:200]


def test_links_of_the_list_stay_in_the_view_and_say_that_it_was_changed(ola: User, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new, sales_person=ola)
    save(ola, "/leads/?mine=1", is_pinned="on")
    view = SavedView.objects.get()
    url = opened(ola, view)
    page = signed_in(ola).get(url).content.decode()
    assert "(zmieniony)" not in page
    assert f'name="view" value="{view.pk}"' in page
    assert f"view={view.pk}" in page.split('id="sort-name"')[1].split("hx-target")[0]

    changed = f"{url}&priority=none"
    assert "(zmieniony)" in signed_in(ola).get(changed).content.decode()
    fragment = signed_in(ola).get(changed, headers=HTMX).content.decode()
    assert 'id="saved-views"' in fragment
    assert "(zmieniony)" in fragment
    assert on(ola, changed, f"/leads/views/{view.pk}/update/").status_code == 200
    view.refresh_from_db()
    assert parse_qs(view.query) == {"mine": ["1"], "priority": ["none"]}


def test_columns_chosen_in_a_view_are_not_the_users(ola: User, funnel: FunnelCast) -> None:
    save(ola, "/leads/")
    view = SavedView.objects.get()
    url = opened(ola, view)

    response = on(ola, url, "/leads/columns/", {"columns": ["name", "city"]})

    assert "cols=name.city" in response.headers["HX-Redirect"]
    ola.refresh_from_db()
    assert ola.lead_columns == []
    LeadFactory(status=funnel.new)
    assert "lj-col-city" in signed_in(ola).get(response.headers["HX-Redirect"]).content.decode()
    assert "lj-col-city" not in signed_in(ola).get("/leads/").content.decode()


def test_a_kanban_view_opens_the_board(ola: User, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new, sales_person=ola)
    save(ola, "/leads/board/?mine=1", kind="board", is_pinned="on")
    view = SavedView.objects.get()

    url = urlsplit(opened(ola, view))

    assert (url.path, parse_qs(url.query)) == ("/leads/board/", {"mine": ["1"], "view": [str(view.pk)]})
    board = signed_in(ola).get(opened(ola, view)).content.decode()
    assert f'id="view-tab-{view.pk}"' in board
    assert "(zmieniony)" not in board


def test_the_default_view_opens_the_list_and_there_is_a_way_out(ola: User, ewa: User, funnel: FunnelCast) -> None:
    save(ola, "/leads/?mine=1", is_default="on")
    view = SavedView.objects.get()
    client = signed_in(ola)

    assert client.get("/leads/").headers["Location"] == opened(ola, view)
    plain = client.get("/leads/?view=0")
    assert plain.status_code == 200
    assert 'href="/leads/?view=0"' in client.get(opened(ola, view)).content.decode()
    assert client.get("/leads/?priority=none").status_code == 200
    assert client.get("/leads/", headers=HTMX).status_code == 200
    assert signed_in(ewa).get("/leads/").status_code == 200

    on(ola, "/leads/", f"/leads/views/{view.pk}/default/", {"on": "0"})
    assert client.get("/leads/").status_code == 200


def test_one_default_at_most(ola: User, funnel: FunnelCast) -> None:
    save(ola, "/leads/", "Jeden", is_default="on")
    save(ola, "/leads/", "Dwa", is_default="on")

    assert SavedViewChoice.objects.get(user=ola, is_default=True).view.name == "Dwa"
    on(ola, "/leads/", f"/leads/views/{SavedView.objects.get(name='Jeden').pk}/default/", {"on": "1"})
    assert SavedViewChoice.objects.get(user=ola, is_default=True).view.name == "Jeden"


def test_own_views_are_for_nobody_else(ola: User, marek: User, funnel: FunnelCast) -> None:
    save(ola, "/leads/?q=tajne", "Tajny widok")
    view = SavedView.objects.get()
    client = signed_in(marek)

    assert client.get(f"/leads/views/{view.pk}/").status_code == 404
    for action in ("edit", "update", "delete", "pin", "default"):
        assert on(marek, "/leads/", f"/leads/views/{view.pk}/{action}/", {"on": "1"}).status_code == 404
    assert "Tajny widok" not in client.get("/leads/").content.decode()
    assert "Tajny widok" not in client.get(f"/leads/?view={view.pk}").content.decode()
    assert SavedView.objects.count() == 1


def test_a_shared_view_shows_each_what_they_may_see(ola: User, marek: User, ewa: User, funnel: FunnelCast) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    save(ola, "/leads/?q=hala", "Hale", is_shared="on")
    view = SavedView.objects.get()
    own = create_lead(values={"name": "Hala moja"}, by=marek)
    hidden = create_lead(values={"name": "Hala cudza"}, by=ola)

    page = signed_in(marek).get(opened(marek, view)).content.decode()

    assert f'data-lead-id="{own.pk}"' in page
    assert f'data-lead-id="{hidden.pk}"' not in page
    assert "cudza" not in page
    on(marek, "/leads/", f"/leads/views/{view.pk}/pin/", {"on": "1"})
    assert f'id="view-tab-{view.pk}"' in signed_in(marek).get("/leads/").content.decode()
    assert f'id="view-tab-{view.pk}"' not in signed_in(ewa).get("/leads/").content.decode()
    assert "Hale" in signed_in(ewa).get("/leads/").content.decode()


def test_shared_views_are_changed_by_owner_and_managers(ola: User, marek: User, ewa: User, funnel: FunnelCast) -> None:
    save(ola, "/leads/", "Wspólny", is_shared="on")
    view = SavedView.objects.get()
    data = {"name": "Zmieniony", "is_shared": "on"}

    assert on(marek, "/leads/", f"/leads/views/{view.pk}/edit/", data).status_code == 403
    assert on(marek, "/leads/", f"/leads/views/{view.pk}/update/").status_code == 403
    assert on(marek, "/leads/", f"/leads/views/{view.pk}/delete/").status_code == 403
    assert on(ewa, "/leads/", f"/leads/views/{view.pk}/edit/", data).status_code == 200
    view.refresh_from_db()
    assert (view.name, view.owner, view.is_shared) == ("Zmieniony", ola, True)

    on(marek, "/leads/", f"/leads/views/{view.pk}/default/", {"on": "1"})
    on(ola, "/leads/", f"/leads/views/{view.pk}/edit/", {"name": "Znów mój"})
    assert not SavedViewChoice.objects.filter(user=marek).exists()
    assert signed_in(marek).get("/leads/").status_code == 200
    assert on(ola, "/leads/", f"/leads/views/{view.pk}/delete/").status_code == 200
    assert not SavedView.objects.exists()


def test_a_view_that_names_something_deleted_opens_and_says_so(ola: User, funnel: FunnelCast) -> None:
    gone, tag = LeadStatus.objects.create(name="Dawny"), LeadTagFactory()
    save(ola, f"/leads/?status={gone.pk}&status={funnel.new.pk}&tag={tag.pk}&mine=1")
    view = SavedView.objects.get()
    gone.delete()
    tag.delete()
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    client = signed_in(ola)

    response = client.get(f"/leads/views/{view.pk}/", follow=True)

    page = response.content.decode()
    assert response.status_code == 200
    assert f'data-lead-id="{lead.pk}"' in page
    assert "jest pokazany bez filtrów Status leadu, Tagi leadu" in page
    assert parse_qs(urlsplit(response.redirect_chain[0][0]).query)["status"] == [str(funnel.new.pk)]
    on(ola, "/leads/", f"/leads/views/{view.pk}/default/", {"on": "1"})
    assert client.get("/leads/", follow=True).status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_a_wrong_name_is_told(ola: User, funnel: FunnelCast, name: str) -> None:
    assert save(ola, "/leads/", name).status_code == 422
    assert not SavedView.objects.exists()


def test_a_name_twice_is_told(ola: User, ewa: User, funnel: FunnelCast) -> None:
    save(ola, "/leads/", "Moje")

    response = save(ola, "/leads/", "moje")

    assert response.status_code == 422
    assert "Jest już widok o tej nazwie." in response.content.decode()
    assert save(ewa, "/leads/", "Moje").status_code == 200
    assert SavedView.objects.count() == 2


@pytest.mark.parametrize("page", ["/leads/?status=999999", "/leads/?sort=sekret", "/leads/?received_from=wczoraj"])
def test_a_page_without_an_answer_is_not_kept(ola: User, funnel: FunnelCast, page: str) -> None:
    assert save(ola, page).status_code == 422
    assert not SavedView.objects.exists()


def test_a_made_up_view_in_the_address_does_no_harm(ola: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    for query in ("?view=999999", "?view=abc", "?view=%00", "?cols=hasło.name", "?cols=...", "?view=-1&cols=name"):
        page = signed_in(ola).get(f"/leads/{query}")
        assert page.status_code == 200, query
        assert f'data-lead-id="{lead.pk}"' in page.content.decode()


def test_tabs_stand_in_the_order_of_pinning(ola: User, funnel: FunnelCast) -> None:
    for name in ("C", "A", "B"):
        save(ola, "/leads/", name, is_pinned="on")

    page = signed_in(ola).get("/leads/?view=0").content.decode()

    tabs = [int(part.split('"')[0]) for part in page.split('id="view-tab-')[1:]]
    assert [SavedView.objects.get(pk=pk).name for pk in tabs] == ["C", "A", "B"]


def test_many_views_cost_no_more_queries(ola: User, ewa: User, funnel: FunnelCast) -> None:
    def cost(url: str, **headers: str) -> int:
        client = signed_in(ola)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers=headers).status_code == 200
        return len(queries)

    def costs() -> tuple[int, int]:
        return cost(url), cost("/leads/views/", **HTMX)

    save(ola, "/leads/?mine=1", is_pinned="on")
    url = opened(ola, SavedView.objects.get())
    few = costs()
    for number in range(10):
        save(ola, "/leads/", f"Mój {number}", is_pinned="on")
        save(ewa, "/leads/", f"Wspólny {number}", is_shared="on")
    assert costs() == few
    assert few[0] <= 8


def test_the_dialog_of_views_has_no_page_of_its_own(ola: User, funnel: FunnelCast) -> None:
    assert signed_in(ola).get("/leads/views/").headers["Location"] == "/leads/"
