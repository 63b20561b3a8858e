"""The list of leads: what stands in its rows, for whom, and what it costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import LeadPriority, LeadTag, SystemSettings, User, Visibility
from leads.columns import DEFAULT_COLUMNS, columns_of
from leads.models import Lead, LeadTagging
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory

URL = reverse("leads:lead_list")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def ids(page: str) -> list[int]:
    """The leads of the rows, in their order."""
    return [int(part.split('"')[0]) for part in page.split('data-lead-id="')[1:]]


def text(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(f"{URL}{query}", headers=headers)
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


def test_a_row_shows_what_is_stored(as_ola: Client, funnel: FunnelCast, ola: User) -> None:
    lead = LeadFactory(
        name="Wózki <b>widłowe</b>",
        status=funnel.proposal,
        type=rows.LeadTypeFactory(name="Serwis"),
        partner=rows.PartnerFactory(name="Łódzkie Zakłady"),
        sales_person=ola,
        expected_revenue=Decimal("1234.50"),
        probability=35,
        expected_close=date(2020, 2, 1),
        priority=rows.LeadPriorityFactory(name="Pilny", colour="red"),
    )
    LeadTagging.objects.create(lead=lead, tag=rows.LeadTagFactory(name="targi", colour="lime"))

    page = text(as_ola)

    assert ids(page) == [lead.pk]
    for shown in (
        f"{lead.pk:06d}",
        "Wózki &lt;b&gt;widłowe&lt;/b&gt;",
        f'href="/leads/{lead.pk}/"',
        '<span class="lj-badge lj-c-purple">Propozycja</span>',
        "Serwis",
        "Łódzkie Zakłady",
        "Ola Żak",
        "1\xa0234,50\xa0zł",
        "35%",
        '<span class="lj-badge lj-c-lime">targi</span>',
        'class="lj-priority-red"',
    ):
        assert shown in page, shown
    assert '<span class="lj-late" title="termin minął">01.02.2020</span>' in page
    assert "<b>widłowe" not in page


def test_a_past_closing_of_a_closed_lead_is_not_late(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.won, expected_close=date(2020, 2, 1))
    LeadFactory(status=funnel.new, expected_close=timezone.localdate() + timedelta(days=3))

    page = text(as_ola, "?state=all")

    assert len(ids(page)) == 2
    assert "lj-late" not in page


def test_newest_first_and_only_open_until_asked_otherwise(as_ola: Client, funnel: FunnelCast) -> None:
    old, new = LeadFactory(status=funnel.new), LeadFactory(status=funnel.qualified)
    closed = LeadFactory(status=funnel.won)

    assert ids(text(as_ola)) == [new.pk, old.pk]
    assert ids(text(as_ola, "?state=closed")) == [closed.pk]
    assert ids(text(as_ola, "?state=all")) == [closed.pk, new.pk, old.pk]


@pytest.mark.parametrize(
    ("reach", "seen"), [(Visibility.OWN, "ON"), (Visibility.TEAM, "OTN"), (Visibility.ALL, "OTMN")]
)
def test_leads_of_others_are_in_no_row_and_no_count(
    as_ola: Client, ola: User, ewa: User, marek: User, funnel: FunnelCast, reach: Visibility, seen: str
) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=reach)
    people = {"O": ola, "T": ewa, "M": marek, "N": None}
    for name, person in people.items():
        LeadFactory(name=f"Lead osoby {name}", status=funnel.new, sales_person=person)

    for query in ("", "?sort=name", "?sort=sales_person", "?q=osoby", "?state=all&sort=-status"):
        page = text(as_ola, query)
        assert {name for name in people if f"Lead osoby {name}<" in page} == set(seen), query
        assert f">{len(seen)} lead" in page


def test_without_the_right_to_see_leads_there_is_no_list(client: Client, funnel: FunnelCast) -> None:
    client.force_login(rows.UserFactory(email="nikt@lejek.test"))

    assert client.get(URL).status_code == 403
    assert client.get("/leads/export.csv").status_code == 403
    assert client.get("/leads/columns/").status_code == 403


def test_pages_follow_each_other(as_ola: Client, funnel: FunnelCast) -> None:
    made = [LeadFactory(status=funnel.new).pk for _ in range(53)][::-1]

    first = text(as_ola)
    after = first.split('id="page-after" rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = as_ola.get(after).content.decode()
    before = second.split('id="page-before" rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")

    assert ids(first) == made[:50]
    assert 'id="page-before"' not in first
    assert ids(second) == made[50:]
    assert 'id="page-after"' not in second
    assert ids(as_ola.get(before).content.decode()) == made[:50]
    assert "53 leady" in first


@pytest.mark.parametrize("query", ["?after=forged", "?before=x", "?after=%00", "?sort=sekret", "?sort=-tags"])
def test_a_forged_place_or_order_is_told_with_a_way_out(as_ola: Client, funnel: FunnelCast, query: str) -> None:
    LeadFactory(status=funnel.new)

    response = as_ola.get(f"{URL}{query}")

    page = response.content.decode()
    assert response.status_code == 400
    assert ids(page) == []
    assert "Przejdź do pierwszej strony" in page
    assert as_ola.get(f"{URL}{query}", headers=HTMX).status_code == 422


def test_heads_sort_and_turn_the_order_round(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new)

    page = text(as_ola, "?sort=name")

    assert 'aria-sort="ascending"' in page
    assert f'href="{URL}?sort=-name"' in page
    assert f'href="{URL}?sort=status"' in page
    assert f'id="sort-id"\n                     href="{URL}?sort=id"' in text(as_ola)


def test_htmx_gets_the_fragment_that_the_page_has(as_ola: Client, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    response = as_ola.get(f"{URL}?q=&state=&state=open&sort=name&mine=", headers=HTMX)

    fragment = response.content.decode()
    assert fragment.strip().startswith("<section") or 'id="lead-table"' in fragment[:400]
    assert "<html" not in fragment
    assert ids(fragment) == [lead.pk]
    assert response["HX-Push-Url"] == f"{URL}?sort=name", "what a form sends empty is not in the address"
    here = {**HTMX, "HX-Current-URL": f"http://testserver{URL}?sort=name"}
    assert "HX-Push-Url" not in as_ola.get(f"{URL}?sort=name", headers=here)
    assert "HX-Request" in response["Vary"]
    assert 'id="lead-filter"' not in fragment
    again = as_ola.get(URL, headers={**HTMX, "HX-Trigger": "unfilter-1"}).content.decode()
    assert 'id="lead-filter"' in again, "the panel follows when something else than itself changed the filter"


def test_empty_states_say_what_to_do(as_ola: Client, funnel: FunnelCast) -> None:
    assert "Nie ma jeszcze leadów" in text(as_ola)

    LeadFactory(status=funnel.won)

    page = text(as_ola)
    assert "Żaden lead nie pasuje do filtrów" in page
    assert "0 leadów" in page
    assert "Nie ma jeszcze leadów" not in page


def test_the_number_of_queries_does_not_depend_on_the_rows(as_ola: Client, funnel: FunnelCast, ola: User) -> None:
    tags = [rows.LeadTagFactory() for _ in range(3)]
    partners = [rows.PartnerFactory() for _ in range(5)]

    def fill(count: int) -> None:
        for number in range(count):
            lead = LeadFactory(
                status=funnel.new, sales_person=ola, partner=partners[number % 5], priority=LeadPriority.objects.first()
            )
            LeadTagging.objects.bulk_create([LeadTagging(lead=lead, tag=tag) for tag in tags])

    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            text(as_ola, query)
        return len(queries)

    SystemSettings.objects.current()
    rows.LeadPriorityFactory()
    fill(3)
    queries = ["", "?sort=-name", "?sort=status", "?q=lead", f"?status={funnel.new.pk}&mine=1", "?state=all"]
    few = {query: cost(query) for query in queries}
    fill(60)
    many = {query: cost(query) for query in queries}

    assert many == few
    assert max(many.values()) <= 8
    assert len(LeadTag.objects.all()) == 3


def test_columns_are_chosen_and_ordered_by_each_user(as_ola: Client, ola: User, ewa: User, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new, city="Łódź", phone="600 100 200")

    response = as_ola.post(reverse("leads:lead_columns"), {"columns": ["city", "name", "phone"]}, headers=HTMX)

    assert response.status_code == 204
    ola.refresh_from_db()
    assert ola.lead_columns == ["city", "name", "phone"]
    page = text(as_ola)
    heads = [
        part.split("lj-col-")[1].split(" ")[0]
        for part in page.split('<th scope="col" class="')[1:]
        if "lj-col-" in part
    ]
    assert heads == ["city", "name", "phone"]
    assert "600 100 200" in page
    assert [column.name for column in columns_of(ewa)] == list(DEFAULT_COLUMNS), "another user keeps theirs"

    as_ola.post(reverse("leads:lead_columns"), {"reset": "1"})
    ola.refresh_from_db()
    assert ola.lead_columns == list(DEFAULT_COLUMNS)


@pytest.mark.parametrize("names", [["hasło"], ["name", "name"], ["name", "search_text"]])
def test_a_column_that_is_none_is_refused(as_ola: Client, ola: User, names: list[str]) -> None:
    response = as_ola.post(reverse("leads:lead_columns"), {"columns": names})

    assert response.status_code == 422
    ola.refresh_from_db()
    assert ola.lead_columns == []


def test_the_name_can_not_be_left_out(as_ola: Client, ola: User) -> None:
    as_ola.post(reverse("leads:lead_columns"), {"columns": ["city"]})

    ola.refresh_from_db()
    assert ola.lead_columns == ["name", "city"]


def test_columns_that_are_no_more_do_no_harm(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    User.objects.filter(pk=ola.pk).update(lead_columns=["gone", 5, "city", {"x": 1}])
    LeadFactory(status=funnel.new, city="Radom")

    assert "Radom" in text(as_ola)


def test_every_column_can_be_shown(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    from leads.columns import COLUMNS

    User.objects.filter(pk=ola.pk).update(lead_columns=list(COLUMNS))
    LeadFactory(
        status=funnel.lost,
        lost_reason=funnel.too_expensive,
        description="<div>Dwa &amp; pół<br>etatu</div>",
        product=rows.ProductFactory(name="Podnośnik"),
    )

    page = text(as_ola, "?state=all")

    for shown in ("Za drogo", "Dwa &amp; pół etatu", "Podnośnik", "Zamknięta"):
        assert shown in page
    assert Lead.objects.count() == 1


def test_count_stops_at_its_limit(as_ola: Client, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.listing.COUNTED", 3)
    for _ in range(5):
        LeadFactory(status=funnel.new)

    page = text(as_ola)

    assert "3+ leady" in page
    assert len(ids(page)) == 5
