"""The page of „Lejek”: what it shows, where its numbers lead, its files, and what it says to bad addresses."""

import html
import io
import re
from datetime import UTC, datetime
from random import Random
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import LeadStatus, SystemSettings, User, Visibility
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory
from tests.leads.cards import HTMX, signed_in
from tests.leads.test_list import ids
from tests.reports.test_funnel import travel, wander

pytestmark = pytest.mark.django_db
URL = "/reports/leads/funnel/"


def page(user: User, asked: str = "", status: int = 200, **headers: Any) -> str:
    response = signed_in(user).get(f"{URL}?{asked}", headers=headers)
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode()


def rows(text: str, table: str = "funnel-table") -> list[list[str]]:
    body = text.split(f'id="{table}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    found = [
        re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in row] for row in found]


@pytest.fixture
def some(funnel: FunnelCast, ola: User, marek: User) -> None:
    travel(funnel, funnel.new, funnel.qualified, funnel.won, sales_person=ola, hours=[24, 48])
    travel(funnel, funnel.new, funnel.proposal, sales_person=ola, hours=[72])
    travel(funnel, funnel.new, funnel.qualified, funnel.lost, sales_person=marek, hours=[24, 120])
    travel(funnel, funnel.new, sales_person=None)


def test_the_funnel_in_a_picture_and_a_table(some: None, ewa: User) -> None:
    text = page(ewa)

    assert rows(text) == [
        ["Nowy", "4", "3 75,0%", "1 25,0%", "", "1,7", "1,0", "2,6"],
        ["Kwalifikacja", "2", "1 50,0%", "", "1 50,0%", "3,5", "3,5", "4,7"],
        ["Propozycja", "1", "", "1 100,0%", "", "", "", ""],
        ["Wygrana", "1", "", "1 100,0%", "", "", "", ""],
        ["Porażka", "1", "", "1 100,0%", "", "", "", ""],
    ]
    picture = text.split('id="funnel-picture"')[1].split("</figure>")[0]
    plain = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", picture)).split())
    assert "Nowy 4 100,0% 75,0% poprzedniego etapu Kwalifikacja 3 75,0% 1 ominął 66,7%" in plain
    assert 'width="75.00%"' in picture
    assert "4 leady" in text
    assert "style=" not in text.split('id="funnel"')[1]


def test_each_number_leads_to_exactly_its_leads(funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    wander(funnel, [None, ola, marek], Random(11), 14)
    client = signed_in(ewa)
    for asked in (
        "",
        "state=open&by=sales_person",
        "by=steps",
        "entered_from=2026-03-20&entered_to=2026-04-20&by=received_month",
    ):
        text = page(ewa, asked)
        links = re.findall(r'<a href="(/leads/\?[^"]+)">(.*?)</a>', text.split('id="funnel-picture"')[1], re.DOTALL)
        assert len(links) > 8
        for url, shown in links:
            words = re.sub(r"<[^>]+>", "", shown).split()
            count = int(words[-1] if "/" in words else words[0])
            response = client.get(html.unescape(url), headers=HTMX)
            assert response.status_code == 200, url
            assert len(ids(response.content.decode())) == count, (url, shown)
    assert "Lejek" in response.content.decode().split('class="lj-chips"')[1]


def test_broken_down_by_sales_person(some: None, ewa: User) -> None:
    text = page(ewa, "by=sales_person")

    assert rows(text, "funnel-parts") == [
        ["Marek Ćwik", "1", "100,0% 1 / 1", "0,0% 0 / 1", ""],
        ["Ola Żak", "2", "100,0% 2 / 2", "100,0% 1 / 1", "0,0% 0 / 1"],
        ["brak", "1", "0,0% 0 / 1", "", ""],
    ]
    assert rows(text, "funnel-part-days") == [
        ["Marek Ćwik", "1", "1,0 1,0", "5,0 5,0", ""],
        ["Ola Żak", "2", "2,0 2,8", "2,0 2,0", ""],
        ["brak", "1", "", "", ""],
    ]


def test_from_status_to_status(some: None, ewa: User) -> None:
    text = page(ewa, "by=steps")

    assert rows(text, "funnel-steps") == [
        ["Nowy", "3", "2 66,7%", "1 33,3%", "", ""],
        ["Kwalifikacja", "2", "", "", "1 50,0%", "1 50,0%"],
    ]
    file = signed_in(ewa).get(f"{URL}export.csv?by=steps").getvalue().decode("utf-8-sig").splitlines()
    assert file[1:] == [
        "Nowy;Kwalifikacja;2;66,67", "Nowy;Propozycja;1;33,33", "Kwalifikacja;Wygrana;1;50,00",
        "Kwalifikacja;Porażka;1;50,00",
    ]  # fmt: skip
    assert "żaden lead nie zmienił statusu" in page(ewa, "by=steps&entered_from=2026-03-02&entered_to=2026-03-02")


def test_a_sales_person_sees_their_own_funnel(some: None, ola: User) -> None:
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)

    text = page(ola, "by=sales_person")

    assert "3 leady" in text
    assert [row[0] for row in rows(text, "funnel-parts")] == ["Ola Żak", "brak"]
    assert signed_in(ola).get(f"{URL}export.csv?by=sales_person").getvalue().decode().count("Marek") == 0
    ola.groups.clear()
    assert signed_in(ola).get(URL).status_code == 403


def test_files(some: None, ewa: User, funnel: FunnelCast) -> None:
    LeadStatus.objects.filter(pk=funnel.qualified.pk).update(name="=1+1")
    content = signed_in(ewa).get(f"{URL}export.csv?by=sales_person").getvalue().decode("utf-8-sig").splitlines()
    assert content[0].split(";")[:5] == ["Sprzedawca", "Status leadu", "Weszły", "Poszły dalej", "Nadal tu"]
    assert len(content) == 1 + 4 * 5
    assert content[2].split(";")[1] == "'=1+1"
    response = signed_in(ewa).get(f"{URL}export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    assert [cell.value for cell in sheet[2]] == ["Nowy", 4, 3, 1, 0, 0, 0, 0.75, 1.67, 1, 2.6]
    assert "lejek-" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("by=kolor", "Wybierz okres i podział jeszcze raz"),
        ("by=sales_person%00", "Wybierz okres"),
        ("entered_from=2026-12-31&entered_to=2026-01-01", "Koniec przedziału"),
        ("entered_from=0001-01-01&entered_to=9999-12-31", "Wybierz okres"),
        ("entered_from=wczoraj", "Wybierz okres"),
        ("entered_in=kiedys", "Wybierz okres"),
        ("entered_in=this_year&entered_from=2026-01-01", "nie jedno i drugie"),
        ("status=999999", "Nie ma takiej pozycji"),
        ("received_from=2026-12-31&received_to=2026-01-01", "Koniec przedziału"),
        ("group=funnel:999999.lost", "Nie ma takiej grupy"),
    ],
)
def test_bad_addresses_are_told_why(some: None, ewa: User, asked: str, words: str) -> None:
    text = page(ewa, asked, status=400)

    assert words in text
    assert 'id="funnel-table"' not in text
    assert words in page(ewa, asked, status=422, **HTMX)
    for format in ("csv", "xlsx"):
        file = signed_in(ewa).get(f"{URL}export.{format}?{asked}")
        assert (file.status_code, words in file.content.decode()) == (400, True)
    page(ewa, "nieznany=1&by=")


@pytest.mark.parametrize(
    "value", ["x.1", "{new}", "{new}.999999", "{new}.{new}.2026-03-02.2026-03-01", "{new}.{new}.x"]
)
def test_steps_that_can_not_be_are_told(some: None, ewa: User, funnel: FunnelCast, value: str) -> None:
    response = signed_in(ewa).get(f"/leads/?group=step:{value.format(new=funnel.new.pk)}")

    assert response.status_code == 400
    assert "Nie ma takiej grupy leadów" in response.content.decode()


@pytest.mark.parametrize(
    "value",
    ["", "x", "1", "1.x", "999999.lost", "{new}.lost.", "{new}.lost.2026-02-30", "{new}.lost.0001-01-01",
     "{new}.lost.2026-03-01.2026-02-01", "{new}.lost.2026-03-01.2026-03-02.x", "{new}.lost%00", "0{new}.lost"],
)  # fmt: skip
def test_passages_that_can_not_be_are_told(some: None, ewa: User, funnel: FunnelCast, value: str) -> None:
    asked = value.format(new=funnel.new.pk)

    response = signed_in(ewa).get(f"/leads/?group=funnel:{asked}")

    if not asked:  # no lead has no passage
        assert ids(response.content.decode()) == []
    else:
        assert response.status_code == 400
        assert "Nie ma takiej grupy leadów" in response.content.decode()


def test_no_lead_and_a_deleted_status(funnel: FunnelCast, ewa: User) -> None:
    assert "Nie ma jeszcze leadów" in page(ewa)
    LeadFactory(status=funnel.new)
    assert "Żaden lead nie wszedł w status" in page(ewa, "entered_to=2000-01-01")
    gone = funnel.proposal.pk
    funnel.proposal.delete()
    assert "Propozycja" not in page(ewa)
    assert signed_in(ewa).get(f"/leads/?group=funnel:{gone}.lost").status_code == 400


def test_the_number_of_queries_does_not_grow(funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    client = signed_in(ewa)

    def count() -> int:
        client.get(f"{URL}?by=sales_person")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{URL}?by=sales_person").status_code == 200
        return len(queries)

    travel(funnel, funnel.new, sales_person=ola, start=datetime(2026, 1, 1, tzinfo=UTC))
    few = count()
    wander(funnel, [ola, marek, None], Random(5), 15)
    assert count() == few
    assert few <= 10


def test_htmx_gets_the_funnel_alone_and_its_address(some: None, ewa: User) -> None:
    response = signed_in(ewa).get(f"{URL}?by=type&entered_from=&entered_to=31.12.2026&q=", headers=HTMX)

    text = response.content.decode()
    assert text.lstrip().startswith("<section")
    assert response.headers["HX-Push-Url"] == f"{URL}?by=type&entered_to=2026-12-31"
