"""The filter of leads: what each part of it lets through, and what not."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import User
from leads.models import Lead, LeadTagging
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory
from tests.leads.test_list import HTMX, ids

URL = reverse("leads:lead_list")


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def found(client: Client, query: str) -> set[str]:
    """The names of the leads that the list shows."""
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200, response.content.decode()[:800]
    pks = ids(response.content.decode())
    assert len(pks) == len(set(pks))
    return set(Lead.objects.filter(pk__in=pks).values_list("name", flat=True))


@pytest.mark.parametrize("name", ["type", "priority", "partner", "product", "campaign", "medium", "source"])
def test_by_a_reference(as_ola: Client, funnel: FunnelCast, name: str) -> None:
    model = Lead._meta.get_field(name).related_model
    one, other = (model.objects.create(name=word) for word in ("Pierwszy", "Drugi"))  # type: ignore[union-attr]
    LeadFactory(name="one", status=funnel.new, **{name: one})
    LeadFactory(name="other", status=funnel.new, **{name: other})
    LeadFactory(name="none", status=funnel.new)

    assert found(as_ola, f"{name}={one.pk}") == {"one"}
    assert found(as_ola, f"{name}={one.pk}&{name}={other.pk}") == {"one", "other"}
    assert found(as_ola, f"{name}=none") == {"none"}
    assert found(as_ola, f"{name}={other.pk}&{name}=none") == {"other", "none"}
    assert found(as_ola, f"{name}=") == {"one", "other", "none"}


def test_by_status(as_ola: Client, funnel: FunnelCast) -> None:
    for status in (funnel.new, funnel.proposal, funnel.won):
        LeadFactory(name=status.name, status=status)

    assert found(as_ola, f"status={funnel.new.pk}") == {"Nowy"}
    assert found(as_ola, f"status={funnel.won.pk}") == set(), "won is closed, and the filter is Otwarta"
    assert found(as_ola, f"status={funnel.won.pk}&state=closed") == {"Wygrana"}
    assert found(as_ola, f"status={funnel.won.pk}&status={funnel.new.pk}&state=all") == {"Wygrana", "Nowy"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"open"}),
        ("state=open", {"open"}),
        ("state=closed", {"closed"}),
        ("state=all", {"open", "closed"}),
        ("state=both", {"open", "closed"}),
        ("state=open&state=closed", {"open", "closed"}),
        ("state=", {"open", "closed"}),
        ("state=&state=closed", {"closed"}),
    ],
)
def test_by_state_both_or_none_are_all(as_ola: Client, funnel: FunnelCast, query: str, names: set[str]) -> None:
    LeadFactory(name="open", status=funnel.new)
    LeadFactory(name="closed", status=funnel.won)

    assert found(as_ola, query) == names


def test_by_sales_person_and_mine(as_ola: Client, funnel: FunnelCast, ola: User, marek: User) -> None:
    LeadFactory(name="oli", status=funnel.new, sales_person=ola)
    LeadFactory(name="marka", status=funnel.new, sales_person=marek)
    LeadFactory(name="niczyj", status=funnel.new)

    assert found(as_ola, "mine=1") == {"oli"}
    assert found(as_ola, f"sales_person={marek.pk}") == {"marka"}
    assert found(as_ola, "sales_person=none") == {"niczyj"}
    assert found(as_ola, f"mine=1&sales_person={marek.pk}") == set()


def test_by_tag(as_ola: Client, funnel: FunnelCast) -> None:
    fair, urgent = rows.LeadTagFactory(name="targi"), rows.LeadTagFactory(name="pilne")
    for name, tags in {"both": [fair, urgent], "fair": [fair], "none": []}.items():
        lead = LeadFactory(name=name, status=funnel.new)
        LeadTagging.objects.bulk_create([LeadTagging(lead=lead, tag=tag) for tag in tags])

    assert found(as_ola, f"tag={fair.pk}") == {"both", "fair"}
    assert found(as_ola, f"tag={urgent.pk}") == {"both"}
    assert found(as_ola, f"tag={fair.pk}&tag={urgent.pk}") == {"both", "fair"}, "once each"
    assert found(as_ola, "tag=none") == {"none"}


def test_by_interval_of_moments_in_the_time_zone_of_the_system(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory(name="eve", status=funnel.new, received_at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    LeadFactory(name="first minute", status=funnel.new, received_at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    LeadFactory(name="last minute", status=funnel.new, received_at=datetime(2026, 11, 2, 22, 59, tzinfo=UTC))
    LeadFactory(name="unknown", status=funnel.new)

    assert found(as_ola, "received_from=2026-11-01") == {"first minute", "last minute"}
    assert found(as_ola, "received_to=2026-11-01") == {"eve", "first minute"}
    assert found(as_ola, "received_from=2026-11-01&received_to=2026-11-02") == {"first minute", "last minute"}


def test_by_interval_of_expected_closing(as_ola: Client, funnel: FunnelCast) -> None:
    for day in (1, 2, 3):
        LeadFactory(name=f"day {day}", status=funnel.new, expected_close=date(2026, 11, day))
    LeadFactory(name="unknown", status=funnel.new)

    assert found(as_ola, "close_from=2026-11-02") == {"day 2", "day 3"}
    assert found(as_ola, "close_to=2026-11-02") == {"day 1", "day 2"}
    assert found(as_ola, "close_from=2026-11-02&close_to=2026-11-02") == {"day 2"}


@pytest.fixture
def known(funnel: FunnelCast) -> Lead:
    """A lead that can be found by many things, beside one that can't be by any of them."""
    LeadFactory(name="Zupełnie inny", status=funnel.new, phone="511 222 333", phone_e164="+48511222333")
    return LeadFactory(
        name="Wózek widłowy",
        status=funnel.new,
        external_id="CRM/77_a%",
        phone="600 100-200",
        phone_e164="+48600100200",
        email="Jan@Firma.PL",
        company_name="Śrubex sp. z o.o.",
        first_name="Żaneta",
        last_name="Ćwiek",
        city="Łódź",
        partner=rows.PartnerFactory(name="Gęśla Wrocław", nip="1234563218"),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "wózek", "wozek", "WOZEK WIDLOWY", "widłowy wózek", "lodz", "Łódź", "zaneta cwiek", "srubex", "CRM/77_a%",
        "600100200", "600 100 200", "+48600100200", "0048 600-100-200", "48 600 100 200", "100-200", "100 200 w",
        "jan@firma.pl", "gesla", "wroclaw wozek", "123-456-32-18", "1234563218", "łó", "w", "z o.o.",
        "ódź", "0048600100200",
    ],
)  # fmt: skip
def test_free_text_finds(as_ola: Client, known: Lead, typed: str) -> None:
    assert found(as_ola, f"q={quote(typed)}") == {"Wózek widłowy"}, typed


@pytest.mark.parametrize(
    "typed",
    ["wozek zupelnie", "%", "_", "\\", "wo_ek", "w%y", "600100201", "gesla krakow", "' OR 1=1 --", "(", "😀"],
)
def test_free_text_does_not_find(as_ola: Client, known: Lead, typed: str) -> None:
    assert found(as_ola, f"q={quote(typed)}") == set(), typed


def test_an_id_finds_its_lead_with_and_without_zeros(as_ola: Client, known: Lead) -> None:
    assert "Wózek widłowy" in found(as_ola, f"q={known.pk}")
    assert found(as_ola, f"q={known.pk:06d}") == {"Wózek widłowy"}


def test_many_partners_with_the_word_are_searched_too(
    as_ola: Client, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.search.MOST_PARTNERS", 1)
    for number in range(3):
        LeadFactory(name=f"lead {number}", status=funnel.new, partner=rows.PartnerFactory(name="Budowa Dom"))

    assert found(as_ola, "q=budowa") == {"lead 0", "lead 1", "lead 2"}
    assert found(as_ola, "q=budowa+dom") == {"lead 0", "lead 1", "lead 2"}
    assert found(as_ola, "q=budowa+krakow") == set()


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("status=abc", "status", "Nie ma takiej pozycji (abc)"),
        ("status=999999", "status", "Nie ma takiej pozycji (999999)"),
        ("status=none", "status", "Nie ma takiej pozycji (none)"),
        ("partner=999999", "partner", "Nie ma takiej pozycji (999999)"),
        ("product=99999999999999999999999", "product", "Nie ma takiej pozycji"),
        ("sales_person=%F0%9F%98%80", "sales_person", "Nie ma takiej pozycji"),
        ("tag=1;DROP", "tag", "Nie ma takiej pozycji"),
        ("received_from=2026-02-31", "received_from", "poprawną datę"),
        ("received_to=wczoraj", "received_to", "poprawną datę"),
        ("close_from=0001-01-01", "close_from", ""),
        ("close_from=2026-05-02&close_to=2026-05-01", "close_to", "Koniec przedziału wypada przed jego początkiem."),
        ("state=abc", None, ""),
        ("mine=abc", None, ""),
        ("q=%00", None, ""),
        ("q=" + "a" * 201, None, ""),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_lists_nothing(
    as_ola: Client, funnel: FunnelCast, query: str, field: str | None, message: str
) -> None:
    LeadFactory(status=funnel.new)

    response = as_ola.get(f"{URL}?{query}")
    fragment = as_ola.get(f"{URL}?{query}", headers={**HTMX, "HX-Trigger": "lead-filter"})

    assert (response.status_code, fragment.status_code) == (400, 422)
    for answer in (response.content.decode(), fragment.content.decode()):
        assert "Filtr zawiera błędną wartość." in answer
        assert ids(answer) == []
        assert "lj-errors" in answer, "the panel says what is wrong"
        if field:
            at_field = answer.split(f'data-field="{field}"')[1].split("data-field=")[0]
            assert message in at_field
            assert 'aria-invalid="true"' in at_field


@pytest.mark.parametrize(
    ("query", "repaired"),
    [
        ("state=closed&status=abc", "?state=closed"),
        ("q=dom&status={new}&status=abc&sort=name", "?q=dom&amp;status={new}&amp;sort=name"),
        ("mine=1&close_from=2026-05-02&close_to=2026-05-01", "?mine=1&amp;close_from=2026-05-02"),
        ("state=abc&mine=1", "?mine=1"),
    ],
)
def test_the_way_out_of_a_bad_filter_keeps_the_rest(
    as_ola: Client, funnel: FunnelCast, query: str, repaired: str
) -> None:
    LeadFactory(status=funnel.new)

    page = as_ola.get(f"{URL}?{query.format(new=funnel.new.pk)}").content.decode()

    wrong = page.split('role="alert"')[1].split("</section>")[0]
    link = re.search(r'href="([^"]*)">Usuń błędny filtr<', wrong)
    assert link
    assert link[1] == URL + repaired.format(new=funnel.new.pk)
    assert as_ola.get(link[1].replace("&amp;", "&")).status_code == 200
    assert f'href="{URL}">Pokaż wszystkie otwarte<' in wrong


def test_chips_name_what_is_in_force_and_take_it_away(as_ola: Client, funnel: FunnelCast, marek: User) -> None:
    tag = rows.LeadTagFactory(name="targi", colour="lime")

    page = as_ola.get(
        f"{URL}?tag={tag.pk}&sales_person={marek.pk}&q=dom&received_from=2026-11-01&sort=name"
    ).content.decode()

    chips = page.split('class="lj-chips"')[1].split("</div>")[0]
    for shown in (
        "Stan:",
        "Otwarta",
        "Tagi leadu:",
        "targi",
        "lj-c-lime",
        "Marek Ćwik",
        "Szukane:",
        "Data i czas od:",
        "01.11.2026",
    ):
        assert shown in chips, shown
    without_tag = f"{URL}?q=dom&amp;sales_person={marek.pk}&amp;received_from=2026-11-01&amp;sort=name"
    assert f'href="{without_tag}"' in chips
    assert "state=all" in chips, "without Otwarta all leads are shown"


def test_archived_choices_still_filter_and_say_so(as_ola: Client, funnel: FunnelCast) -> None:
    old = rows.LeadTypeFactory(name="Dawny", is_archived=True)
    LeadFactory(name="dawny", status=funnel.new, type=old)

    page = as_ola.get(URL).content.decode()

    assert "Dawny (zarchiwizowane)" in page
    assert found(as_ola, f"type={old.pk}") == {"dawny"}


def test_the_filter_is_kept_by_sorting_and_paging(as_ola: Client, funnel: FunnelCast, ola: User) -> None:
    for _ in range(51):
        LeadFactory(status=funnel.new, sales_person=ola, expected_revenue=Decimal(5))
    LeadFactory(name="cudzy", status=funnel.new, expected_revenue=Decimal(5))

    page = as_ola.get(f"{URL}?mine=1&sort=-expected_revenue").content.decode()

    after: Any = page.split('id="page-after" rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = as_ola.get(after).content.decode()
    assert f'href="{URL}?mine=1&amp;sort=status"' in page
    assert len(ids(second)) == 1
    assert "cudzy" not in page + second
