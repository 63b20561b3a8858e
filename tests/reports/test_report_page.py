"""The page of the report: what it shows, where its cells lead, and what it says to bad addresses."""

import html
import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import SystemSettings, User, Visibility
from leads.models import Lead, LeadTagging
from reports import estimate, query
from reports.dimensions import DIMENSIONS
from reports.layout import BadLayout, read_layout
from reports.measures import MEASURES
from reports.ready import READY
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory
from tests.leads.cards import HTMX, signed_in
from tests.leads.test_list import ids
from tests.reports.test_query import make_leads

pytestmark = pytest.mark.django_db
URL = "/reports/leads/"


def page(user: User, asked: str = "", status: int = 200, **headers: Any) -> str:
    response = signed_in(user).get(f"{URL}?{asked}", headers=headers)
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode()


def table(text: str) -> list[list[str]]:
    """The rows of the pivot: label and cells, as text."""
    body = text.split('id="report-table"')[1].split("<tbody>")[1].split("</tbody>")[0]
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row)]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def links(text: str) -> list[tuple[str, str]]:
    """The address and the text of each cell."""
    body = text.split('id="report-table"')[1]
    found = re.findall(r'<td class="lj-number[^"]*"><a href="([^"]+)"[^>]*>([^<]+)</a>', body)
    return [(html.unescape(url), html.unescape(shown)) for url, shown in found]


@pytest.fixture
def some(funnel: FunnelCast, ola: User, marek: User) -> None:
    for owner, status, revenue in (
        (ola, funnel.new, 100), (ola, funnel.new, 200), (ola, funnel.won, None), (marek, funnel.new, 1000),
        (None, funnel.won, 5),
    ):  # fmt: skip
        LeadFactory(sales_person=owner, status=status, expected_revenue=revenue)


def test_a_pivot_with_totals(some: None, ewa: User) -> None:
    text = page(ewa, "rows=sales_person&across=status&measures=count.revenue")

    assert table(text) == [
        ["Marek Ćwik", "1", "1\xa0000,00\xa0zł", "", "", "1", "1\xa0000,00\xa0zł"],
        ["Ola Żak", "2", "300,00\xa0zł", "1", "", "3", "300,00\xa0zł"],
        ["brak", "", "", "1", "5,00\xa0zł", "1", "5,00\xa0zł"],
        ["Razem", "3", "1\xa0300,00\xa0zł", "2", "5,00\xa0zł", "5", "1\xa0305,00\xa0zł"],
    ]
    assert "5 leadów" in text


def test_sorted_by_any_column(some: None, ewa: User, funnel: FunnelCast) -> None:
    def labels(asked: str) -> list[str]:
        return [row[0] for row in table(page(ewa, f"rows=sales_person&across=status&measures=count.revenue&{asked}"))]

    assert labels("") == ["Marek Ćwik", "Ola Żak", "brak", "Razem"]
    assert labels("order=-label") == ["Ola Żak", "Marek Ćwik", "brak", "Razem"]
    assert labels("order=-count") == ["Ola Żak", "Marek Ćwik", "brak", "Razem"]
    assert labels("order=revenue") == ["brak", "Ola Żak", "Marek Ćwik", "Razem"]
    assert labels(f"order=-count&at=status:{funnel.won.pk}") == ["Ola Żak", "brak", "Marek Ćwik", "Razem"]
    head = page(ewa, f"rows=sales_person&across=status&measures=count.revenue&order=-count&at=status:{funnel.won.pk}")
    assert head.count('aria-sort="descending"') == 1


def test_rows_and_columns_are_swapped(some: None, ewa: User) -> None:
    text = page(ewa, "rows=sales_person.status&across=type&order=-count&chart=bar")
    swapped = html.unescape(re.search(r'id="report-turn" href="([^"]+)"', text)[1])  # type: ignore[index]

    assert swapped == f"{URL}?rows=type&across=sales_person.status&chart=bar"
    assert table(page(ewa, swapped.partition("?")[2]))[-1][-1] == "5"
    assert 'id="report-turn"' not in page(ewa, "rows=sales_person.status.type")
    assert 'id="report-turn"' not in page(ewa, "measures=count")


def test_shares_of_rows_columns_and_all(some: None, ewa: User) -> None:
    def ola(show: str) -> list[str]:
        return table(page(ewa, f"rows=sales_person&across=status&show={show}"))[1]

    assert ola("row") == ["Ola Żak", "66,7%", "33,3%", "100,0%"]
    assert ola("column") == ["Ola Żak", "66,7%", "50,0%", "60,0%"]
    assert ola("total") == ["Ola Żak", "40,0%", "20,0%", "60,0%"]
    nothing = table(page(ewa, "rows=sales_person&measures=won&show=row&state=open"))
    assert nothing[0] == ["Marek Ćwik", "–"], "of nothing there is no share"
    assert table(page(ewa, "rows=sales_person&measures=average_revenue&show=total"))[1][1] == "150,00\xa0zł"


def test_groups_in_groups_have_subtotals(some: None, ewa: User) -> None:
    shown = table(page(ewa, "rows=state.sales_person&across=status.type"))

    assert [row[0] for row in shown][:4] == ["Otwarta", "Marek Ćwik", "Ola Żak", "Zamknięta"]
    assert shown[0][-1] == "3"


def test_the_heat_of_cells_is_a_class(some: None, ewa: User) -> None:
    text = page(ewa, "rows=sales_person&measures=revenue&heat=1")

    assert "lj-heat-6" in text
    assert "lj-heat-1" in text
    assert "style=" not in text.split('id="report"')[1]


def test_each_cell_leads_to_exactly_its_leads(funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    make_leads(funnel, [None, ola, marek], count=8, seed=7)
    client = signed_in(ewa)
    for asked in (
        "rows=tag.received_month&across=state", "rows=city&across=close_weekday", "rows=nip&across=probability",
        "rows=description&across=received_hour_of_day&state=closed", "rows=received_minute&q=lead",
        "rows=source&received_in=this_year", "rows=type&across=received_year&measures=won.lost",
    ):  # fmt: skip
        cells = links(page(ewa, asked))
        assert cells
        for url, shown in cells:
            response = client.get(url, headers=HTMX)
            assert response.status_code == 200, url
            assert len(ids(response.content.decode())) == int(shown), url
    assert 'class="lj-chip' in response.content.decode()


def test_a_group_stands_in_the_list_as_a_chip_and_stays_in_the_panel(funnel: FunnelCast, ewa: User) -> None:
    LeadFactory(status=funnel.new, city="Łódź")
    LeadFactory(status=funnel.new, city="Sopot")
    text = signed_in(ewa).get("/leads/?group=city:%C5%81%C3%B3d%C5%BA&group=received_month:").content.decode()

    assert len(ids(text)) == 1
    chips = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split('class="lj-chips"')[1].split("</div>")[0]))
    assert "Miasto: Łódź" in chips
    assert "Data i czas: miesiąc: brak" in chips
    assert '<input type="hidden" name="group" value="city:Łódź">' in text
    bulk = signed_in(ewa).get("/leads/board/?group=city:Sopot").content.decode()
    assert "Miasto:" in bulk


@pytest.mark.parametrize(
    "group",
    ["nic:1", "status", "status:x", "status:999999", "tag:1;DROP", "received_month:2026-11-02",
     "received_hour:2026-11-02T25", "received_minute:2026-11-02T10:00:00", "received_weekday:8", "probability:1.5",
     "expected_revenue:1e9999", "id:x", "state:x",
     "received_year:99999-01-01", "description:x", "close_date:0001-01-01", "city:a\x00b", "expected_revenue:NaN"],
)  # fmt: skip
def test_groups_that_can_not_be_are_told(funnel: FunnelCast, ewa: User, group: str) -> None:
    LeadFactory(status=funnel.new)

    response = signed_in(ewa).get(f"/leads/?{urlencode({'group': group})}")

    assert response.status_code == 400
    assert "Nie ma takiej grupy leadów" in response.content.decode()
    assert ids(response.content.decode()) == []


INJECTIONS = [
    "'; DROP TABLE leads_lead;--",
    "count(*)",
    "d0",
    "lead.id",
    "%s",
    "status,1",
    "1 OR 1=1",
    "status\x00",
    "__class__",
]


@pytest.mark.parametrize("name", ["rows", "across", "measures", "order", "show", "chart", "of", "mode"])
def test_nothing_but_known_names_comes_through(some: None, ewa: User, name: str) -> None:
    for value in INJECTIONS:
        with pytest.raises(BadLayout):
            read_layout(QueryDict(f"rows=type&{name}={quote(value)}"))
    text = page(ewa, f"rows=type&{name}={quote(INJECTIONS[0])}", status=422, **HTMX)
    assert 'role="alert"' in text
    assert 'id="report-table"' not in text
    assert Lead.objects.count() == 5


@pytest.mark.parametrize("name", ["at", "heat", "report", "cols", "sort", "fold"])
def test_what_is_not_known_elsewhere_changes_nothing(some: None, ewa: User, name: str) -> None:
    known = page(ewa, "rows=status&across=type", **HTMX)
    for value in INJECTIONS[:4]:
        assert table(page(ewa, f"rows=status&across=type&{name}={quote(value)}", **HTMX)) == table(known)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (f"rows={'.'.join(list(DIMENSIONS)[:20])}", "do 3 wymiarów w wierszach i do 2 w kolumnach"),
        ("rows=status&across=status", "jednocześnie w wierszach i w kolumnach"),
        ("rows=kolor", "Raport nie zna takiego wymiaru ani takiej miary: kolor"),
        ("measures=zysk", "Raport nie zna takiego wymiaru ani takiej miary: zysk"),
        ("received_from=2026-12-31&received_to=2026-01-01", "Koniec przedziału"),
        ("received_from=0001-01-01&received_to=9999-12-31", "błędną wartość"),
        ("status=999999", "Nie ma takiej pozycji"),
        ("received_in=kiedys", "błędną wartość"),
        ("mode=table&sort=nic", "Listy nie można tak posortować"),
    ],
)
def test_bad_addresses_are_told_why(some: None, ewa: User, asked: str, words: str) -> None:
    text = page(ewa, asked, status=400)

    assert words in text
    assert 'id="report-table"' not in text
    assert f'href="{URL}"' in text
    assert words in page(ewa, asked, status=422, **HTMX)
    for format in () if "mode=table" in asked else ("csv", "xlsx"):
        file = signed_in(ewa).get(f"{URL}export.{format}?{asked}")
        assert (file.status_code, words in file.content.decode()) == (400, True)


def test_two_hundred_years_by_the_day_are_answered(some: None, ewa: User) -> None:
    LeadFactory(received_at="2026-11-01T10:00Z")

    assert table(page(ewa, "rows=received_minute&received_from=1900-01-01&received_to=2200-01-01"))[-1][1] == "1"


def test_too_large_a_result_is_refused_before_it_is_computed(
    funnel: FunnelCast, ewa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        LeadFactory(status=funnel.new, city=f"Miasto {number}", email=f"{number}@example.com")
    for module in (estimate, query):
        monkeypatch.setattr(module, "MOST_CELLS", 800)

    with CaptureQueriesContext(connection) as queries:
        text = page(ewa, "rows=city&across=email", status=400)
    assert "ponad 50\xa0000 komórek" in text.replace("50 000", "50\xa0000")
    assert "krótszy interwał dat" in text
    assert not any("GROUPING SETS" in each["sql"] for each in queries), "it was only looked at"
    response = signed_in(ewa).get("/reports/leads/export.csv?rows=city&across=email")
    assert response.status_code == 400
    assert "komórek" in response.content.decode()
    assert len(table(page(ewa, "rows=city"))) == 31


def test_the_number_of_queries_does_not_grow(funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    asked = "rows=partner.tag&across=received_month.status&measures=" + ".".join(MEASURES)
    client = signed_in(ewa)

    def count() -> int:
        client.get(f"{URL}?{asked}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{URL}?{asked}").status_code == 200
        return len(queries)

    make_leads(funnel, [ola], count=3)
    few = count()
    make_leads(funnel, [ola, marek], count=25, seed=9)
    assert count() == few
    assert few <= 12


def test_a_sales_person_sees_the_figures_of_their_leads(some: None, ola: User) -> None:
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)

    text = page(ola, "rows=sales_person&measures=count.revenue")

    assert [row[0] for row in table(text)] == ["Ola Żak", "brak", "Razem"]
    assert table(text)[-1] == ["Razem", "4", "305,00\xa0zł"]
    assert "1\xa0000" not in text
    content = signed_in(ola).get("/reports/leads/export.csv?rows=sales_person").getvalue().decode()
    assert "Marek" not in content


def test_without_the_right_to_see_leads_there_is_no_report(ola: User) -> None:
    ola.groups.clear()

    for url in (URL, "/reports/leads/export.csv", "/reports/saved/", "/reports/saved/new/"):
        assert signed_in(ola).get(url).status_code == 403


def test_with_no_leads_no_filter_is_blamed(funnel: FunnelCast, ewa: User, ola: User) -> None:
    for asked in ("", "mode=table", "funnel"):
        url = f"{URL}funnel/" if asked == "funnel" else f"{URL}?rows=status&received_in=today&{asked}"
        assert "Nie ma jeszcze leadów" in signed_in(ola).get(url).content.decode()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    LeadFactory(status=funnel.new, sales_person=ewa, received_at=None)
    assert "Nie ma jeszcze leadów" in page(ola, "rows=status")
    assert "Żaden lead nie pasuje do filtrów" in page(ewa, "rows=status&received_in=today")
    assert "Żaden lead nie pasuje do filtrów" in page(ewa, "mode=table&received_in=today")


def test_ready_reports_open_as_they_are(some: None, ewa: User) -> None:
    for ready in READY:
        text = page(ewa, f"{ready.query}&report={ready.key}")
        assert "(zmieniony)" not in text.split('id="saved-reports-menu"')[0], ready.key
        assert 'aria-current="page"' in text.split("lj-ready-list")[1].split("</nav>")[0]
    assert "(zmieniony)" in page(ewa, f"{READY[2].query}&report=load&show=row")


def test_the_first_ready_report_opens_at_first(ewa: User) -> None:
    response = signed_in(ewa).get(URL)

    assert response.status_code == 302
    assert "report=by-week" in response.headers["Location"]


def test_the_table_mode_lists_the_leads(some: None, ewa: User, funnel: FunnelCast) -> None:
    text = page(ewa, f"mode=table&cols=name.status.expected_revenue&sort=-expected_revenue&status={funnel.new.pk}")

    assert len(ids(text)) == 3
    assert "1\xa0000,00" in text
    heads = re.findall(r'id="sort-(\w+)"', text)
    assert heads == ["name", "status", "expected_revenue"]
    url = html.unescape(re.search(r'href="(/leads/export\.csv[^"]+)"', text)[1])  # type: ignore[index]
    content = signed_in(ewa).get(url).getvalue().decode("utf-8-sig")
    assert content.splitlines()[0] == "Nazwa;Status leadu;Spodziewany przychód"
    assert len(content.splitlines()) == 4


def test_htmx_gets_the_report_alone_and_its_address(some: None, ewa: User) -> None:
    response = signed_in(ewa).get(f"{URL}?rows=status&across=&measures=&q=&state=&state=open", headers=HTMX)

    text = response.content.decode()
    assert text.lstrip().startswith("<section")
    assert "lj-sidebar" not in text
    assert response.headers["HX-Push-Url"] == f"{URL}?state=open&rows=status"
    assert '<input type="hidden" name="rows" value="status" form="lead-filter">' in text


def test_names_are_shown_as_text(funnel: FunnelCast, ewa: User, client: Client) -> None:
    evil = "<script>alert(1)</script>"
    tag = rows.LeadTagFactory(name=evil)
    lead = LeadFactory(status=funnel.new, city=evil, expected_revenue=Decimal(1))
    LeadTagging.objects.create(lead=lead, tag=tag)

    text = page(ewa, "rows=city.tag&across=name&chart=bar")
    assert evil not in text
    assert "&lt;script&gt;" in text
    data = QueryDict(f"rows=city&order=-count&at={evil}")
    assert evil not in page(ewa, data.urlencode())
