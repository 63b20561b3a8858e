"""Bulk changes: each lead answered for itself, by the same rules as one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import SystemSettings, User, Visibility
from leads.models import BulkRow, BulkRun, Lead, LeadStatusChange, LeadTagging
from leads.services import bulk, create_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadPriorityFactory, LeadTagFactory, LeadTypeFactory
from tests.factories.leads import LeadFactory
from tests.leads.bulk import change, counts, ids_of, run
from tests.leads.cards import HTMX, post, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads(ola: User, funnel: FunnelCast) -> list[Lead]:
    return [create_lead(values={"name": f"Lead {n}"}, by=ola) for n in range(3)]


def test_status_by_the_rule_of_each_type(ola: User, leads: list[Lead], funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new])
    strict = create_lead(values={"name": "Uparty", "type": kind}, by=ola)
    already = create_lead(values={"name": "Gotowy", "status": funnel.proposal, "type": None}, by=ola)

    response = change(ola, "status", [*leads, strict, already], value=funnel.proposal.pk)

    text = " ".join(response.content.decode().split())
    assert response.status_code == 200
    assert "3 zmienione, 1 już tak miał, 1 odrzucony:" in text
    assert "Status „Propozycja” nie jest dozwolony dla typu „Przetarg”." in text
    assert f'href="/leads/{strict.pk}/"' in text
    assert "leads:changed" in response["HX-Trigger"]
    stored = {lead.name: lead.status for lead in Lead.objects.all()}
    assert stored == {
        **{f"Lead {n}": funnel.proposal for n in range(3)},
        "Uparty": funnel.new,
        "Gotowy": funnel.proposal,
    }
    assert LeadStatusChange.objects.filter(to_status=funnel.proposal, from_status=funnel.new, by=ola).count() == 3


def test_each_action_changes_its_field_alone(ola: User, ewa: User, marek: User, leads: list[Lead]) -> None:
    priority, kind = LeadPriorityFactory(), LeadTypeFactory()
    before = list(Lead.objects.order_by("pk").values("name", "status", "expected_revenue"))

    change(ewa, "sales_person", leads, value=marek.pk)
    change(ola, "priority", leads, value=priority.pk)
    change(ola, "type", leads, value=kind.pk)
    assert set(Lead.objects.values_list("sales_person", "priority", "type")) == {(marek.pk, priority.pk, kind.pk)}

    change(ola, "priority", leads[:1], value="none")
    change(ola, "type", leads[:1], value="none")
    change(ewa, "sales_person", leads[:1], value="none")
    first = Lead.objects.get(pk=leads[0].pk)
    assert (first.sales_person, first.priority, first.type) == (None, None, None)
    assert list(Lead.objects.order_by("pk").values("name", "status", "expected_revenue")) == before


def test_tags_are_added_and_taken_away_beside_the_others(ola: User, leads: list[Lead]) -> None:
    kept, fair, cold = LeadTagFactory(), LeadTagFactory(), LeadTagFactory()
    LeadTagging.objects.bulk_create([LeadTagging(lead=leads[0], tag=tag) for tag in (kept, cold)])

    added = change(ola, "add_tags", leads, tags=[fair.pk, cold.pk])
    assert "3 zmienione" in added.content.decode()
    assert set(leads[0].tags.all()) == {kept, fair, cold}
    assert set(leads[1].tags.all()) == {fair, cold}

    change(ola, "remove_tags", leads, tags=[cold.pk])
    assert set(leads[0].tags.all()) == {kept, fair}
    assert set(leads[2].tags.all()) == {fair}


def test_lost_needs_a_reason_and_an_open_lead(ola: User, leads: list[Lead], funnel: FunnelCast) -> None:
    won = create_lead(values={"name": "Wygrany", "status": funnel.won}, by=ola)

    refused = change(ola, "lose", [*leads, won])
    assert refused.status_code == 422
    assert "Wybierz powód porażki." in refused.content.decode()
    assert not BulkRun.objects.exists()
    assert change(ola, "status", leads, value=funnel.lost.pk).status_code == 422

    response = change(ola, "lose", [*leads, won], lost_reason=funnel.too_expensive.pk)
    assert "Jest już zamknięty." in response.content.decode()
    assert Lead.objects.filter(is_lost=True, lost_reason=funnel.too_expensive).count() == 3
    assert Lead.objects.get(pk=won.pk).status == funnel.won


def test_rights_are_asked_by_row(ola: User, marek: User, leads: list[Lead], funnel: FunnelCast) -> None:
    other = create_lead(values={"name": "Cudzy", "sales_person": marek}, by=marek)

    given = change(ola, "sales_person", [*leads, other], value=marek.pk)
    assert counts(BulkRun.objects.get()) == (3, 1, 0)
    taken = change(ola, "sales_person", [*leads, other], value=ola.pk)
    assert counts(BulkRun.objects.first()) == (0, 0, 4)
    assert "Możesz przekazywać tylko własne leady." in taken.content.decode()
    assert given.status_code == 200
    assert set(Lead.objects.values_list("sales_person", flat=True)) == {marek.pk}


def test_delete_takes_what_may_be_deleted(ola: User, marek: User, leads: list[Lead], funnel: FunnelCast) -> None:
    other = create_lead(values={"name": "Cudzy", "sales_person": marek}, by=marek)

    response = change(ola, "delete", [*leads, other])

    text = response.content.decode()
    assert "3 usunięte, 1 odrzucony:" in text
    assert "Możesz usuwać tylko własne leady." in text
    assert 'id="bulk-undo"' not in text
    assert list(Lead.objects.all()) == [other]


def test_hidden_gone_and_made_up_leads_are_refused_without_a_word_of_them(
    ola: User, marek: User, leads: list[Lead], funnel: FunnelCast
) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    hidden = create_lead(values={"name": "Tajny lead", "sales_person": marek}, by=marek)
    priority = LeadPriorityFactory()

    response = change(ola, "priority", [leads[0], hidden, 987654], value=priority.pk)

    text = response.content.decode()
    assert "1 zmieniony, 2 odrzucone:" in text
    assert "Już nie istnieje albo go nie widzisz." in text
    assert "Tajny" not in text
    assert f"/leads/{hidden.pk}/" not in text
    assert Lead.objects.get(pk=hidden.pk).priority is None
    assert BulkRow.objects.get(lead_id=hidden.pk).label == ""


@pytest.mark.parametrize("ids", ["", "abc", "1,x", "1;2", "-1", "0", "9" * 30, ","])
def test_a_damaged_selection_changes_nothing(ola: User, leads: list[Lead], ids: str) -> None:
    response = post(ola, "/leads/bulk/delete/", {"ids": ids})

    assert response.status_code == 422
    assert Lead.objects.count() == 3
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("value", ["", "abc", "999999", "none"])
def test_a_wrong_choice_is_told_in_the_dialog(ola: User, leads: list[Lead], value: str) -> None:
    response = change(ola, "status", leads, value=value)

    assert response.status_code == 422
    assert "id_value_error" in response.content.decode()
    assert not BulkRun.objects.exists()


def test_an_unknown_action_does_not_exist(ola: User, leads: list[Lead]) -> None:
    assert change(ola, "name", leads, value="x").status_code == 404
    assert post(ola, "/leads/bulk/name/ask/", {"ids": ids_of(leads)}).status_code == 404
    assert signed_in(ola).get("/leads/bulk/status/").status_code == 405


def test_the_question_says_how_many(ola: User, leads: list[Lead], funnel: FunnelCast) -> None:
    text = post(ola, "/leads/bulk/delete/ask/", {"ids": ids_of(leads)}).content.decode()
    assert "Usuń 3 leady" in text
    assert "Tego nie można cofnąć." in text
    LeadFactory(status=funnel.won)

    everything = post(ola, "/leads/bulk/status/ask/", {"all": "1", "filter": "state=all"}).content.decode()
    assert "Zmień 4 leady" in everything
    assert "Te, które zaczną pasować później, zostaną bez zmian." in everything
    assert Lead.objects.count() == 4
    assert not BulkRun.objects.exists()


def test_all_that_match_are_those_of_the_filter(ola: User, marek: User, leads: list[Lead], funnel: FunnelCast) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    hidden = create_lead(values={"name": "Lead cudzy", "sales_person": marek}, by=marek)
    other = create_lead(values={"name": "Inny"}, by=ola)
    closed = create_lead(values={"name": "Lead zamknięty", "status": funnel.won}, by=ola)
    priority = LeadPriorityFactory()

    response = post(ola, "/leads/bulk/priority/", {"all": "1", "filter": "q=lead", "value": priority.pk})

    assert "3 zmienione" in response.content.decode()
    assert set(Lead.objects.filter(priority=priority)) == set(leads)
    assert Lead.objects.filter(pk__in=[hidden.pk, other.pk, closed.pk], priority=None).count() == 3


def test_a_filter_with_a_wrong_value_changes_nothing(ola: User, leads: list[Lead]) -> None:
    response = post(ola, "/leads/bulk/delete/", {"all": "1", "filter": "status=999999"})

    assert response.status_code == 422
    assert Lead.objects.count() == 3


def test_the_last_one_can_be_found_again_by_its_owner_alone(ola: User, ewa: User, leads: list[Lead]) -> None:
    assert "Nie było jeszcze żadnej" in signed_in(ola).get("/leads/bulk/last/", headers=HTMX).content.decode()
    change(ola, "priority", leads, value=LeadPriorityFactory(name="Pilny").pk)
    made = BulkRun.objects.get()

    assert "Pilny" in signed_in(ola).get("/leads/bulk/last/", headers=HTMX).content.decode()
    page = signed_in(ola).get(f"/leads/bulk/runs/{made.pk}/")
    assert "3 zmienione" in page.content.decode()
    assert signed_in(ewa).get(f"/leads/bulk/runs/{made.pk}/").status_code == 404
    assert post(ewa, f"/leads/bulk/runs/{made.pk}/undo/").status_code == 404
    assert "Nie było jeszcze żadnej" in signed_in(ewa).get("/leads/bulk/last/", headers=HTMX).content.decode()


def test_reasons_are_gathered_and_cut(ola: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.bulk_report.SHOWN", 2)
    closed = [LeadFactory(status=funnel.won, sales_person=ola) for _ in range(5)]

    text = change(ola, "lose", closed, lost_reason=funnel.too_expensive.pk).content.decode()

    assert text.count("Jest już zamknięty.") == 1
    assert "i jeszcze 3" in text


def test_the_queries_of_a_page_do_not_grow_with_the_rows(ola: User, funnel: FunnelCast) -> None:
    def cost(count: int) -> int:
        closed = [LeadFactory(status=funnel.won, sales_person=ola) for _ in range(count)]
        change(ola, "lose", closed, lost_reason=funnel.too_expensive.pk)
        client = signed_in(ola)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/leads/bulk/runs/{BulkRun.objects.first().pk}/").status_code == 200
        return len(queries)

    assert cost(2) == cost(30)


def test_a_chosen_row_deleted_meanwhile_refuses_each(ola: User, leads: list[Lead]) -> None:
    priority = LeadPriorityFactory()
    gone = priority.pk
    priority.delete()

    made = run(ola, "priority", leads, priority=gone)

    assert (counts(made), made.state) == ((0, 0, 3), "done")
    assert not Lead.objects.exclude(priority=None).exists()
    assert bulk.can_undo(run=made, by=ola) is False
