"""Mój dzień: what stands in its blocks, for whom, and what is done with it in its place."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import ActivityType, SystemSettings, User, Visibility
from leads.models import Activity, Lead
from leads.my_day import SHOWN
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
URL = reverse("leads:my_day")


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def days(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


def fine(**values: Any) -> Lead:
    """A lead that lacks nothing, but for `values`."""
    return LeadFactory(**{"expected_close": days(10), "description": "<p>Zadzwonić</p>", **values})


def ago(number: int) -> Any:
    """So many days before now, as the time since when a lead stands in its status."""
    return timezone.now() - timedelta(days=number)


def blocks(client: Client, query: str = "") -> dict[str, list[str]]:
    """The blocks in which something waits, with the names of their rows."""
    response = client.get(URL + query)
    assert response.status_code == 200
    sections = re.findall(r'data-block="(\w+)">(.*?)</section>', response.content.decode(), re.DOTALL)
    return {key: re.findall(r'class="(?:day-name|activity-summary)"[^>]*>([^<]+)<', html) for key, html in sections}


def count(client: Client, key: str) -> str:
    html = client.get(URL).content.decode()
    found = re.search(rf'id="day-{key}".*?lj-count">([^<]+)<', html, re.DOTALL)
    return found[1] if found else "0"


def change(client: Client, lead: Lead, field: str, **data: Any) -> Any:
    data.setdefault("version", Lead.objects.get(pk=lead.pk).version)
    headers = {**HTMX, "HX-Target": "modal"}
    return client.post(reverse("leads:day_change", args=[lead.pk, field]), data, headers=headers)


def test_each_block_has_what_belongs_there(as_ola: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    fine(name="W porządku", status=funnel.new, sales_person=ola)
    fine(name="Na dziś", status=funnel.new, sales_person=ola, expected_close=days(0))
    fine(name="Po terminie", status=funnel.new, sales_person=ola, expected_close=days(-1))
    fine(name="Bez terminu", status=funnel.new, sales_person=ola, expected_close=None)
    fine(name="Bez opisu", status=funnel.new, sales_person=ola, description="")
    fine(name="Utknięty", status=funnel.new, sales_person=ola, status_entered_at=ago(15))
    fine(name="Jeszcze nie", status=funnel.new, sales_person=ola, status_entered_at=ago(13))
    LeadFactory(name="Zamknięty", status=funnel.won, sales_person=ola, expected_close=days(-5))
    LeadFactory(name="Cudzy", status=funnel.new, sales_person=marek)
    LeadFactory(name="Niczyj", status=funnel.new)

    assert blocks(as_ola) == {
        "overdue": ["Po terminie"],
        "stuck": ["Utknięty"],
        "undated": ["Bez terminu"],
        "undescribed": ["Bez opisu"],
    }
    assert "Na dziś nie ma zaplanowanych aktywności." in as_ola.get(URL).content.decode()


def test_a_status_may_have_its_own_patience(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    type(funnel.new).objects.filter(pk=funnel.new.pk).update(stuck_after_days=3)
    fine(name="Krótko", status=funnel.new, sales_person=ola, status_entered_at=ago(4))
    fine(name="Zwykle", status=funnel.proposal, sales_person=ola, status_entered_at=ago(4))

    assert blocks(as_ola) == {"stuck": ["Krótko"]}

    SystemSettings.objects.update_or_create(pk=1, defaults={"stuck_after_days": 2})
    assert sorted(blocks(as_ola)["stuck"]) == ["Krótko", "Zwykle"]


def test_activities_due_are_those_of_the_user(as_ola: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    lead, kind = fine(status=funnel.new, sales_person=ola), ActivityType.objects.create(name="Telefon")
    partner = PartnerFactory(name="Żubr")
    for name, on, who, holder in (
        ("Wczoraj", -1, ola, {"lead": lead}),
        ("Dziś", 0, ola, {"partner": partner}),
        ("Jutro", 1, ola, {"lead": lead}),
        ("Marka", 0, marek, {"lead": lead}),
    ):
        Activity.objects.create(summary=name, type=kind, due_on=days(on), assignee=who, **holder)

    assert blocks(as_ola) == {"activities": ["Wczoraj", "Dziś"]}
    html = as_ola.get(URL).content.decode()
    assert reverse("crm:partner_detail", args=[partner.pk]) in html

    done = Activity.objects.get(summary="Wczoraj")
    as_ola.post(reverse("leads:activity_done", args=[done.pk]), {"feedback": "Oddzwoni"}, headers=HTMX)
    assert blocks(as_ola) == {"activities": ["Dziś"]}


def test_the_first_rows_and_the_way_to_all_of_them(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    for number in range(SHOWN + 2):
        fine(name=f"Lead {number}", status=funnel.new, sales_person=ola, expected_close=days(-1 - number))

    assert blocks(as_ola)["overdue"] == [f"Lead {number}" for number in range(SHOWN + 1, 1, -1)]
    assert count(as_ola, "overdue") == str(SHOWN + 2)
    html = as_ola.get(URL).content.decode()
    assert 'href="/leads/?mine=1&amp;needs=overdue"' in html
    listed = as_ola.get("/leads/?mine=1&needs=overdue").content.decode()
    assert len(re.findall(r"<tr[^>]*data-lead-id", listed)) == SHOWN + 2


def test_invisible_leads_are_in_no_block_and_no_count(
    client: Client, ewa: User, marek: User, funnel: FunnelCast
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"manager_visibility": Visibility.TEAM})
    LeadFactory(name="Cudzy", status=funnel.new, sales_person=marek, expected_close=days(-1))
    client.force_login(ewa)

    for query in ("", "?who=team", "?who=all"):
        assert blocks(client, query) == {}
        assert "Cudzy" not in client.get(URL + query).content.decode()


def test_managers_look_at_the_work_of_others(
    client: Client, ewa: User, ola: User, marek: User, funnel: FunnelCast
) -> None:
    fine(name="Oli", status=funnel.new, sales_person=ola, description="")
    fine(name="Marka", status=funnel.new, sales_person=marek, description="")
    client.force_login(ewa)

    assert blocks(client) == {}
    assert blocks(client, "?who=team") == {"undescribed": ["Oli"]}
    assert blocks(client, "?who=all") == {"undescribed": ["Marka", "Oli"]}
    team = client.get(f"{URL}?who=team").content.decode()
    assert f"sales_person={ola.pk}" in team
    client.force_login(ola)
    assert blocks(client, "?who=all") == {"undescribed": ["Oli"]}, "for sales people it stays their own"


@pytest.mark.parametrize(
    ("field", "lack", "value", "left"),
    [
        ("expected_close", {"expected_close": None}, "2031-05-06", "undated"),
        ("expected_close", {"expected_close": "2020-01-01"}, "2031-05-06", "overdue"),
        ("description", {"description": ""}, "<div>Oddzwonić w maju</div>", "undescribed"),
    ],
)
def test_what_is_done_in_its_place_leaves_the_block(
    as_ola: Client, ola: User, funnel: FunnelCast, field: str, lack: dict[str, Any], value: str, left: str
) -> None:
    lead = fine(status=funnel.new, sales_person=ola, **lack)
    assert count(as_ola, left) == "1"

    response = change(as_ola, lead, field, value=value)

    assert response.status_code == 204
    events = json.loads(response.headers["HX-Trigger"])
    assert events["my-day:changed"] == {"id": lead.pk}
    assert lead.number in events["lejek:toast"]["toasts"][0]["text"]
    stored = Lead.objects.get(pk=lead.pk)
    assert str(getattr(stored, field)) == value
    assert blocks(as_ola) == {}


def test_a_stuck_lead_moves_on_or_is_lost_with_its_reason(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    lead = fine(status=funnel.new, sales_person=ola, status_entered_at=ago(40))
    assert (
        "Propozycja" in as_ola.get(reverse("leads:day_change", args=[lead.pk, "status"]), headers=HTMX).content.decode()
    )

    refused = change(as_ola, lead, "status", value=funnel.lost.pk)
    assert refused.status_code == 422
    assert "Wybierz powód porażki." in refused.content.decode()
    assert "Za drogo" in refused.content.decode()
    assert Lead.objects.get(pk=lead.pk).status == funnel.new

    assert change(as_ola, lead, "status", value=funnel.lost.pk, lost_reason=funnel.too_expensive.pk).status_code == 204
    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.status, stored.lost_reason) == (funnel.lost, funnel.too_expensive)
    assert blocks(as_ola) == {}


def test_somebody_was_faster(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    lead = fine(status=funnel.new, sales_person=ola, description="", expected_close=None)
    Lead.objects.filter(pk=lead.pk).update(description="Już opisany")

    quick = change(as_ola, lead, "expected_close", value="2031-05-06", version=lead.version)
    assert quick.status_code == 409
    assert Lead.objects.get(pk=lead.pk).expected_close is None

    typed = as_ola.post(
        reverse("leads:day_change", args=[lead.pk, "description"]),
        {"value": "Mój opis", "version": lead.version},
        headers={**HTMX, "HX-Target": "modal"},
    )
    assert typed.status_code == 409
    html = typed.content.decode()
    assert "Już opisany" in html
    assert "Mój opis" in html
    assert Lead.objects.get(pk=lead.pk).description == "Już opisany"


@pytest.mark.parametrize(
    ("field", "value"), [("expected_close", "31.02.2026"), ("status", "999999"), ("status", ""), ("description", "")]
)
def test_wrong_values_are_refused_at_the_field(
    as_ola: Client, ola: User, funnel: FunnelCast, field: str, value: str
) -> None:
    lead = fine(status=funnel.new, sales_person=ola)

    response = change(as_ola, lead, field, value=value)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert Lead.objects.get(pk=lead.pk).version == lead.version


def test_only_these_fields_and_only_ones_own_to_give(
    as_ola: Client, ola: User, marek: User, funnel: FunnelCast
) -> None:
    lead, others = fine(status=funnel.new, sales_person=ola), fine(status=funnel.new, sales_person=marek)

    assert change(as_ola, lead, "name", value="x").status_code == 404
    assert change(as_ola, others, "sales_person", value=ola.pk).status_code == 422
    assert Lead.objects.get(pk=others.pk).sales_person == marek


def undo_of(response: Any) -> tuple[str, dict[str, str]] | None:
    """The path and the values that the button of the answer's message would post."""
    shown = json.loads(response["HX-Trigger"])["lejek:toast"]["toasts"][0]
    return (shown["undo"]["url"], shown["undo"]["values"]) if "undo" in shown else None


@pytest.mark.parametrize("field", ["expected_close", "description", "status", "sales_person"])
def test_a_change_is_taken_back_at_once(as_ola: Client, ola: User, funnel: FunnelCast, field: str) -> None:
    lead = fine(status=funnel.new, sales_person=ola, description="", expected_close=None)
    new = {"expected_close": days(5).isoformat(), "description": "<div>Nowy</div>", "status": funnel.won.pk}
    before = Lead.objects.get(pk=lead.pk)
    changed = change(as_ola, lead, field, value=new.get(field, ""))
    assert Lead.objects.get(pk=lead.pk).version == before.version + 1

    url, values = undo_of(changed) or ("", {})
    undone = as_ola.post(url, values, headers=HTMX)

    stored = Lead.objects.get(pk=lead.pk)
    assert getattr(stored, field) == getattr(before, field)
    assert (stored.is_closed, stored.closed_at) == (False, None)
    assert undo_of(undone) is None
    again = as_ola.post(url, values, headers=HTMX)
    assert (again.status_code, Lead.objects.get(pk=lead.pk).version) == (409, stored.version)


def test_what_was_given_out_of_hand_is_not_offered_back(
    as_ola: Client, ola: User, marek: User, funnel: FunnelCast
) -> None:
    lead = fine(status=funnel.new, sales_person=ola)

    response = change(as_ola, lead, "sales_person", value=marek.pk)

    assert Lead.objects.get(pk=lead.pk).sales_person == marek
    assert undo_of(response) is None


def test_a_refused_quick_choice_is_said(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    lead = fine(status=funnel.new, sales_person=ola)

    response = as_ola.post(
        f"/my-day/leads/{lead.pk}/expected_close/", {"value": "31.02.2026", "version": lead.version}, headers=HTMX
    )

    assert response.status_code == 422
    assert json.loads(response["HX-Trigger"])["lejek:toast"]["toasts"][0]["level"] == "danger"
    assert response["HX-Reswap"] == "none"


def test_nothing_waits_says_so(as_ola: Client, funnel: FunnelCast) -> None:
    html = as_ola.get(URL).content.decode()

    assert "Wszystko zrobione" in html
    assert blocks(as_ola) == {}


def test_the_page_and_its_fragment_are_the_same(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    fine(name="Bez opisu", status=funnel.new, sales_person=ola, description="")

    fragment = as_ola.get(URL, headers=HTMX).content.decode()

    assert "<html" not in fragment
    assert 'id="my-day"' in fragment
    assert "Bez opisu" in fragment


def test_number_of_queries_does_not_grow(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_ola.get(URL)
        return len(captured)

    LeadFactory(status=funnel.new, sales_person=ola, partner=PartnerFactory(), status_entered_at=ago(40))
    queries()
    few = queries()
    for _ in range(8):
        LeadFactory(status=funnel.new, sales_person=ola, partner=PartnerFactory(), status_entered_at=ago(40))

    assert queries() == few <= 22


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("needs=overdue", {"Po terminie"}),
        ("needs=undated", {"Bez terminu"}),
        ("needs=undescribed", {"Bez opisu"}),
        ("needs=stuck", {"Utknięty"}),
        ("needs=overdue&needs=stuck", {"Po terminie", "Utknięty"}),
        ("needs=overdue&state=all", {"Po terminie"}),
    ],
)
def test_the_list_filters_by_the_same(
    as_ola: Client, ola: User, funnel: FunnelCast, query: str, expected: set[str]
) -> None:
    fine(name="W porządku", status=funnel.new, sales_person=ola)
    fine(name="Po terminie", status=funnel.new, expected_close=days(-1))
    fine(name="Bez terminu", status=funnel.new, expected_close=None)
    fine(name="Bez opisu", status=funnel.new, description="")
    fine(name="Utknięty", status=funnel.new, status_entered_at=ago(20))
    fine(name="Zamknięty", status=funnel.won, expected_close=days(-1))

    html = as_ola.get(f"/leads/?{query}").content.decode()
    pks = re.findall(r'<tr[^>]*data-lead-id="(\d+)"', html)

    assert set(Lead.objects.filter(pk__in=pks).values_list("name", flat=True)) == expected
    assert "Do zrobienia:" in html


def test_the_list_refuses_an_unknown_need(as_ola: Client, funnel: FunnelCast) -> None:
    assert as_ola.get("/leads/?needs=coffee").status_code == 400
