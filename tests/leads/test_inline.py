"""Changing a value in its place in the list: one cell, one POST, the row comes back."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import LostReason, SystemSettings, User, Visibility
from leads.models import Lead, LeadStatusChange
from leads.services import create_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadPriorityFactory, LeadTypeFactory, UserFactory
from tests.factories.leads import LeadFactory
from tests.leads.cards import HTMX, post, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala"}, by=ola)


def url(lead: Lead, name: str) -> str:
    return f"/leads/{lead.pk}/cells/{name}/"


def open_cell(user: User, lead: Lead, name: str) -> str:
    response = signed_in(user).get(url(lead, name), headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def test_status_offers_what_the_type_allows(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new, funnel.won])
    lead = create_lead(values={"name": "Hala", "type": kind}, by=ola)

    cell = open_cell(ola, lead, "status")

    assert "Nowy" in cell
    assert "Wygrana" in cell
    assert "Propozycja" not in cell
    assert "lost_reason" not in cell or "data-lost-status" not in cell


def test_a_stored_status_gives_the_row_back(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    response = post(ola, url(lead, "status"), {"value": funnel.proposal.pk, "version": lead.version})

    row = response.content.decode()
    assert response.status_code == 200
    assert row.strip().startswith("<tr")
    assert f'id="lead-row-{lead.pk}"' in row
    assert "Propozycja" in row
    assert Lead.objects.get().status == funnel.proposal
    assert LeadStatusChange.objects.latest("pk").by == ola


def test_a_status_that_the_type_forbids_is_refused_in_the_cell(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new])
    lead = create_lead(values={"name": "Hala", "type": kind}, by=ola)

    response = post(ola, url(lead, "status"), {"value": funnel.proposal.pk, "version": lead.version})

    assert response.status_code == 422
    assert response["HX-Retarget"] == f"#lead-cell-{lead.pk}-status"
    assert 'role="alert"' in response.content.decode()
    assert Lead.objects.get().status == funnel.new


def test_lost_asks_for_its_reason(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    assert f'data-lost-status="{funnel.lost.pk}"' in open_cell(ola, lead, "status")

    refused = post(ola, url(lead, "status"), {"value": funnel.lost.pk, "version": lead.version})
    assert refused.status_code == 422
    assert "Wybierz powód porażki." in refused.content.decode()
    assert Lead.objects.get().is_open

    data = {"value": funnel.lost.pk, "lost_reason": funnel.too_expensive.pk, "version": lead.version}
    assert post(ola, url(lead, "status"), data).status_code == 200
    assert Lead.objects.get().lost_reason == LostReason.objects.get()


def test_sales_person_priority_and_date(ola: User, marek: User, lead: Lead) -> None:
    priority = LeadPriorityFactory(name="Pilny", colour="red")

    assert "Ćwik" in open_cell(ola, lead, "sales_person")
    row = post(ola, url(lead, "priority"), {"value": priority.pk, "version": 1}).content.decode()
    assert "lj-priority-red" in row
    row = post(ola, url(lead, "expected_close"), {"value": "2031-05-06", "version": 2}).content.decode()
    assert "06.05.2031" in row
    assert post(ola, url(lead, "sales_person"), {"value": marek.pk, "version": 3}).status_code == 200

    stored = Lead.objects.get()
    assert (stored.priority, stored.expected_close, stored.sales_person) == (priority, date(2031, 5, 6), marek)
    assert (stored.name, stored.status_id) == (lead.name, lead.status_id)


@pytest.mark.parametrize(("name", "value"), [("priority", ""), ("sales_person", ""), ("expected_close", "")])
def test_what_may_be_empty_can_be_emptied(ola: User, lead: Lead, name: str, value: str) -> None:
    update_lead(lead=lead, values={"priority": LeadPriorityFactory(), "expected_close": date(2031, 1, 1)}, by=ola)

    assert post(ola, url(lead, name), {"value": value, "version": 2}).status_code == 200

    assert getattr(Lead.objects.get(), name) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", ""), ("status", "abc"), ("status", "9" * 30), ("priority", "-1"), ("expected_close", "31.02.2031"),
     ("expected_close", "0001-01-01"), ("sales_person", "0")],
)  # fmt: skip
def test_a_wrong_value_stays_in_the_cell(ola: User, lead: Lead, name: str, value: str) -> None:
    response = post(ola, url(lead, name), {"value": value, "version": lead.version})

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert Lead.objects.get().version == lead.version


@pytest.mark.parametrize("version", [1, "", "x"])
def test_a_second_editor_is_not_overwritten(
    ola: User, ewa: User, lead: Lead, funnel: FunnelCast, version: object
) -> None:
    update_lead(lead=lead, values={"status": funnel.qualified}, by=ewa)

    response = post(ola, url(lead, "status"), {"value": funnel.proposal.pk, "version": version})

    cell = response.content.decode()
    assert response.status_code == 409
    for shown in ("Ewa Lis", "Kwalifikacja", "Propozycja", 'name="version" value="2"', "Zapisz moje"):
        assert shown in cell
    assert Lead.objects.get().status == funnel.qualified

    assert post(ola, url(lead, "status"), {"value": funnel.proposal.pk, "version": 2}).status_code == 200
    assert Lead.objects.get().status == funnel.proposal


def test_a_lead_of_others_is_not_given_away(ola: User, marek: User, ewa: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala", "sales_person": marek}, by=marek)

    assert "Możesz przekazywać tylko własne leady." in open_cell(ola, lead, "sales_person")
    response = post(ola, url(lead, "sales_person"), {"value": ola.pk, "version": 1})

    assert response.status_code == 422
    assert "Możesz przekazywać tylko własne leady." in response.content.decode()
    assert Lead.objects.get().sales_person == marek
    assert post(ewa, url(lead, "sales_person"), {"value": ola.pk, "version": 1}).status_code == 200


def test_a_lead_given_out_of_sight_leaves_the_list(ola: User, marek: User, lead: Lead) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)

    response = post(ola, url(lead, "sales_person"), {"value": marek.pk, "version": 1})

    assert response["HX-Reswap"] == "delete"
    assert "już go nie widzisz" in response["HX-Trigger"].encode().decode("unicode_escape")
    assert Lead.objects.get().sales_person == marek
    assert post(ola, url(lead, "priority"), {"value": "", "version": 2}).status_code == 404


def test_only_these_fields_and_only_with_the_right(ola: User, lead: Lead) -> None:
    assert signed_in(ola).get(url(lead, "name")).status_code == 404
    assert post(ola, url(lead, "version"), {"value": "7"}).status_code == 404
    assert 'data-cells="status sales_person priority expected_close"' in signed_in(ola).get("/leads/").content.decode()

    ola.groups.clear()
    ola.user_permissions.add(Permission.objects.get(codename="view_lead"))
    assert signed_in(ola).get(f"/leads/{lead.pk}/row/").status_code == 200
    assert signed_in(ola).get(url(lead, "status")).status_code == 403
    assert post(ola, url(lead, "priority"), {"value": "", "version": 1}).status_code == 403
    page = signed_in(ola).get("/leads/").content.decode()
    assert "data-cells" not in page
    assert "lj-cell-check" not in page


def test_an_inactive_person_is_not_offered(ola: User, lead: Lead) -> None:
    gone = UserFactory(first_name="Dawny", last_name="Pracownik", is_active=False)

    assert "Pracownik" not in open_cell(ola, lead, "sales_person")
    assert post(ola, url(lead, "sales_person"), {"value": gone.pk, "version": 1}).status_code == 422
    assert Lead.objects.get().sales_person == ola


def test_the_cost_of_a_row_does_not_depend_on_the_list(ola: User, lead: Lead) -> None:
    client = signed_in(ola)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/leads/{lead.pk}/row/", headers=HTMX).status_code == 200
        return len(queries)

    few = cost()
    for _ in range(20):
        LeadFactory(status=lead.status, sales_person=ola)
    assert cost() == few
    assert few <= 8
