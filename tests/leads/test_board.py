"""The board: its columns, its cards and their order, for whom, and what it costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import LeadStatus, SystemSettings, User, Visibility
from leads.models import Lead, LeadTagging
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory
from tests.leads.boards import HTMX, URL, columns, heads

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def text(client: Client, query: str = "", status: int = 200, **headers: str) -> str:
    response = client.get(f"{URL}{query}", headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


def test_columns_are_the_open_statuses_in_their_order(as_ola: Client, funnel: FunnelCast) -> None:
    rows.LeadStatusFactory(name="Stary", sort_order=0, is_archived=True)
    first = rows.LeadStatusFactory(name="Pierwszy", sort_order=0)

    page = text(as_ola)

    assert list(columns(page)) == [first.pk, funnel.new.pk, funnel.qualified.pk, funnel.proposal.pk]
    assert f'href="/leads/new/?status={funnel.qualified.pk}"' in page
    assert "Stary" not in page.split('id="aside"')[0]


def test_a_card_shows_what_is_stored(as_ola: Client, funnel: FunnelCast, ola: User) -> None:
    LeadStatus.objects.filter(pk=funnel.new.pk).update(stuck_after_days=3)
    lead = LeadFactory(
        name="Wózki <b>widłowe</b>",
        status=funnel.new,
        type=rows.LeadTypeFactory(name="Serwis"),
        partner=rows.PartnerFactory(name="Łódzkie Zakłady"),
        sales_person=ola,
        expected_revenue=Decimal("1234.50"),
        expected_close=date(2020, 2, 1),
        status_entered_at=timezone.now() - timedelta(days=5),
        priority=rows.LeadPriorityFactory(name="Pilny", colour="red"),
        description="<div>Pyta o <strong>trzy</strong> wózki &amp; serwis</div>" + "<p>dalej</p>" * 200,
    )
    LeadTagging.objects.create(lead=lead, tag=rows.LeadTagFactory(name="targi", colour="lime"))

    page = text(as_ola)

    assert columns(page)[funnel.new.pk] == [lead.pk]
    for shown in (
        f"{lead.pk:06d}",
        "Wózki &lt;b&gt;widłowe&lt;/b&gt;",
        f'href="/leads/{lead.pk}/"',
        "Serwis",
        "Łódzkie Zakłady",
        "1\xa0234,50\xa0zł",
        "lj-priority-red",
        '<span class="lj-badge lj-c-lime">targi</span>',
        "Pyta o trzy wózki &amp; serwis",
        'aria-label="Ola Żak"',
        "01.02.2020",
        "5 dni",
        f'hx-get="/leads/{lead.pk}/delete/"',
    ):
        assert shown in page, shown
    assert "lj-late" in page
    assert "<b>widłowe" not in page


def test_a_card_that_moved_lately_is_neither_stuck_nor_late(as_ola: Client, funnel: FunnelCast, marek: User) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=marek, expected_close=timezone.localdate() + timedelta(days=3))

    page = text(as_ola)

    assert columns(page)[funnel.new.pk] == [lead.pk]
    assert "lj-late" not in page
    assert "board-card-stuck" not in page
    assert "/delete/" not in page


def test_a_filtered_type_leaves_its_statuses_only(as_ola: Client, funnel: FunnelCast) -> None:
    kind = rows.LeadTypeFactory(allows=[funnel.new, funnel.won])
    inside = LeadFactory(status=funnel.new, type=kind)
    LeadFactory(status=funnel.new)

    assert columns(text(as_ola, f"?type={kind.pk}")) == {funnel.new.pk: [inside.pk]}
    assert f"/leads/new/?status={funnel.new.pk}&amp;type={kind.pk}" in text(as_ola, f"?type={kind.pk}")
    assert len(columns(text(as_ola, f"?type={kind.pk}&type=none"))) == 3


def test_the_state_of_the_list_does_not_empty_the_board(as_ola: Client, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    page = text(as_ola, "?state=closed&sort=-name")

    assert columns(page)[funnel.new.pk] == [lead.pk]
    assert 'id="filter-open" data-hotkey="f8"  disabled' in page or "Na tablicy stoją tylko otwarte leady." in page


def test_an_empty_board_says_why_and_shows_a_manager_the_way(
    client: Client, funnel: FunnelCast, ola: User, ewa: User
) -> None:
    kind = rows.LeadTypeFactory(allows=[funnel.won])
    for user, link in ((ola, False), (ewa, True)):
        client.force_login(user)
        page = text(client, f"?type={kind.pk}")
        assert columns(page) == {}
        assert "Typ leadu w filtrze nie dopuszcza żadnego otwartego statusu." in page
        assert (reverse("leads:funnel_matrix") in page.split('id="content"')[1]) is link
    LeadStatus.objects.update(is_closed=True)
    client.force_login(ola)
    assert "Wszystkie statusy leadów są oznaczone" in text(client)
    client.force_login(ewa)
    assert f'href="{reverse("crm:status_list")}"' in text(client).split('id="content"')[1]


def test_a_wrong_filter_shows_no_card(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new)

    assert columns(text(as_ola, "?type=99999", status=400)) == {}
    assert columns(text(as_ola, "?type=99999", status=422, **HTMX)) == {}


@pytest.mark.parametrize(
    ("reach", "seen"), [(Visibility.OWN, "ON"), (Visibility.TEAM, "OTN"), (Visibility.ALL, "OTMN")]
)
def test_leads_of_others_are_on_no_card_and_in_no_total(
    as_ola: Client, ola: User, ewa: User, marek: User, funnel: FunnelCast, reach: Visibility, seen: str
) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=reach)
    for name, person in {"O": ola, "T": ewa, "M": marek, "N": None}.items():
        LeadFactory(name=f"Lead osoby {name}", status=funnel.new, sales_person=person, expected_revenue=100)

    for query in ("", "?q=osoby"):
        page = text(as_ola, query)
        assert {name for name in "OTMN" if f"Lead osoby {name}<" in page} == set(seen), query
        assert heads(as_ola, [funnel.new.pk], query)[funnel.new.pk] == (len(seen), Decimal(100 * len(seen)))


def test_without_the_right_to_see_leads_there_is_no_board(client: Client, funnel: FunnelCast) -> None:
    client.force_login(rows.UserFactory(email="nikt@lejek.test"))

    for url in (URL, reverse("leads:board_heads"), reverse("leads:board_changes")):
        assert client.get(url).status_code == 403


def test_the_next_cards_follow_the_last_ones(as_ola: Client, funnel: FunnelCast) -> None:
    made = [LeadFactory(status=funnel.new).pk for _ in range(45)][::-1]

    page = text(as_ola)
    found = columns(page)[funnel.new.pk]
    assert found == made[:20]
    while 'class="board-more"' in page:
        more = page.split('class="board-more"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
        page = as_ola.get(more, headers=HTMX).content.decode()
        found += [int(part.split('"')[0]) for part in page.split('data-lead-id="')[1:]]
    assert found == made


@pytest.mark.parametrize("after", ["forged", "x:y:z", "%00"])
def test_a_forged_place_in_a_column_is_refused(as_ola: Client, funnel: FunnelCast, after: str) -> None:
    url = reverse("leads:board_cards", args=[funnel.new.pk])

    assert as_ola.get(f"{url}?after={after}").status_code == 400
    assert as_ola.get(reverse("leads:board_cards", args=[99999])).status_code == 404


def test_queries_do_not_grow_with_the_cards(as_ola: Client, funnel: FunnelCast, ola: User, marek: User) -> None:
    def cost(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert as_ola.get(url).status_code == 200
        return len(queries)

    LeadFactory(status=funnel.new, sales_person=ola)
    urls = (URL, reverse("leads:board_cards", args=[funnel.new.pk]), reverse("leads:board_heads") + "?column=1")
    cost(URL)  # what a process asks once
    few = [cost(url) for url in urls]
    for number in range(30):
        lead = LeadFactory(
            status=funnel.new if number % 2 else funnel.proposal, sales_person=[ola, marek, None][number % 3]
        )
        LeadTagging.objects.create(lead=lead, tag=rows.LeadTagFactory())

    assert [cost(url) for url in urls] == few
    assert few[0] <= 10
    assert few[1] <= 10
    assert few[2] <= 3, few


def test_new_leads_of_a_column_have_its_status(as_ola: Client, funnel: FunnelCast) -> None:
    page = as_ola.get(reverse("leads:lead_create") + f"?status={funnel.proposal.pk}").content.decode()

    assert f'<option value="{funnel.proposal.pk}" selected' in page


def test_totals_follow_every_write(as_ola: Client, funnel: FunnelCast) -> None:
    one = LeadFactory(status=funnel.new, expected_revenue=Decimal("10.50"))
    two = LeadFactory(status=funnel.new, expected_revenue=None)
    ids = [funnel.new.pk, funnel.proposal.pk]
    assert heads(as_ola, ids) == {ids[0]: (2, Decimal("10.50")), ids[1]: (0, 0)}

    Lead.objects.filter(pk=one.pk).update(status=funnel.proposal)
    Lead.objects.filter(pk=two.pk).update(expected_revenue=7)
    assert heads(as_ola, ids) == {ids[0]: (1, 7), ids[1]: (1, Decimal("10.50"))}

    Lead.objects.filter(pk=two.pk).delete()
    assert heads(as_ola, ids) == {ids[0]: (0, 0), ids[1]: (1, Decimal("10.50"))}


@pytest.mark.parametrize("visibility", Visibility)
def test_totals_of_sales_people_are_kept_and_not_counted(
    as_ola: Client, funnel: FunnelCast, ola: User, ewa: User, marek: User, visibility: Visibility
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": visibility})
    people = [ola, ewa, marek, None]
    for number, person in enumerate(people):
        LeadFactory.create_batch(number + 1, status=funnel.new, sales_person=person, expected_revenue=10**number)
    given = Lead.objects.filter(sales_person=marek).first()
    assert given is not None
    given.sales_person = ola  # the owner changes: both sums follow
    given.save(update_fields=["sales_person"])

    for query in ("", "?mine=1", f"?sales_person={marek.pk}", f"?sales_person={ewa.pk}&sales_person=none"):
        seen = Lead.objects.visible_to(ola)
        if "mine" in query:
            seen = seen.filter(sales_person=ola)
        elif "none" in query:
            seen = seen.filter(sales_person__isnull=True) | seen.filter(sales_person=ewa)
        elif query:
            seen = seen.filter(sales_person=marek)
        counted = (seen.count(), sum((lead.expected_revenue or 0 for lead in seen), Decimal(0)))
        with CaptureQueriesContext(connection) as queries:
            assert heads(as_ola, [funnel.new.pk], query)[funnel.new.pk] == counted
        assert not any('"leads_lead"' in each["sql"] for each in queries)
