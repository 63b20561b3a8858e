"""Scal z…: two leads become one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.errors import RuleError, StaleObject
from crm.models import User
from leads.models import Lead, LeadAlias, LeadEvent, LeadMerge, LeadPair, LeadStatusChange
from leads.querysets_merge import survivor_of
from leads.rules import StatusNotAllowed
from leads.services import LeadGone, change_status, create_lead, mark_lost, merge_leads
from leads.services.merging import SET_ASIDE, referring
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, LeadTypeFactory
from tests.leads.importing import import_file
from tests.leads.merging import MAKERS, belongings, merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala w Łodzi", "phone": "600 100 200"}, by=ola)


@pytest.fixture
def newer(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala Łódź", "email": "jan@firma.test", "city": "Łódź"}, by=ola)


def test_the_survivor_gets_the_chosen_values_and_the_loser_is_gone(ola: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola, name="Hala Łódź", city="Łódź")

    stored = Lead.objects.get()
    assert (stored.pk, stored.name, stored.phone, stored.city, stored.email) == (
        older.pk, "Hala Łódź", "600 100 200", "Łódź", "",
    )  # fmt: skip
    assert (merged.survivor_id, merged.loser_id, merged.loser_name, merged.by) == (older.pk, newer.pk, "Hala Łódź", ola)
    assert merged.loser_row["email"] == "jan@firma.test"
    assert survivor_of(newer.pk) == older.pk
    assert survivor_of(older.pk) is None


def test_both_histories_stay_with_who_merged(ola: User, ewa: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ewa, city="Łódź")

    survivor = LeadEvent.objects.filter(pgh_obj_id=older.pk).latest("pgh_id")
    assert (survivor.city, survivor.pgh_context["user"], survivor.pgh_context["merge"]) == ("Łódź", ewa.pk, merged.pk)
    loser = LeadEvent.objects.filter(pgh_obj_id=newer.pk).order_by("pgh_id")
    assert [event.pgh_label for event in loser] == ["insert", "delete"]
    assert loser[1].pgh_context == {"user": ewa.pk, "merge": merged.pk} | {
        name: value for name, value in loser[1].pgh_context.items() if name not in ("user", "merge")
    }


def test_tags_are_those_that_were_chosen(ola: User, funnel: FunnelCast) -> None:
    red, blue, green = LeadTagFactory.create_batch(3)
    one = create_lead(values={"name": "Jeden"}, tags=[red, blue], by=ola)
    two = create_lead(values={"name": "Dwa"}, tags=[blue, green], by=ola)

    merge(one, two, ola, tags=[blue, green])

    assert set(one.tags.all()) == {blue, green}


def test_the_way_of_the_survivor_through_the_funnel_stays_its_own(
    ola: User, older: Lead, newer: Lead, funnel: FunnelCast
) -> None:
    change_status(lead=newer, to=funnel.qualified, by=ola)

    merged = merge(older, newer, ola)

    assert [step.to_status for step in LeadStatusChange.objects.filter(lead=older)] == [funnel.new]
    assert len(merged.set_aside["leads.LeadStatusChange"]) == 2
    assert merged.logged == []


def test_a_closed_status_brings_its_reason_and_its_date(
    ola: User, older: Lead, newer: Lead, funnel: FunnelCast
) -> None:
    mark_lost(lead=newer, reason=funnel.too_expensive, by=ola)
    week_ago = timezone.now() - timedelta(days=7)
    Lead.objects.filter(pk=newer.pk).update(closed_at=week_ago)

    merged = merge(older, newer, ola, status=funnel.lost, lost_reason=funnel.too_expensive, closed_at=week_ago)

    older.refresh_from_db()
    assert (older.status, older.lost_reason, older.closed_at) == (funnel.lost, funnel.too_expensive, week_ago)
    assert LeadStatusChange.objects.get(pk__in=merged.logged).to_status == funnel.lost


def test_a_status_that_the_chosen_type_forbids_is_refused(
    ola: User, older: Lead, newer: Lead, funnel: FunnelCast
) -> None:
    service = LeadTypeFactory(name="Serwis", allows=[funnel.proposal])

    with pytest.raises(StatusNotAllowed, match="nie jest dozwolony"):
        merge(older, newer, ola, type=service)

    assert Lead.objects.count() == 2
    assert not LeadMerge.objects.exists()


def test_somebody_elses_lead_may_not_be_taken_over_by_merging(ola: User, marek: User, older: Lead, newer: Lead) -> None:
    Lead.objects.filter(pk=older.pk).update(sales_person=marek)

    with pytest.raises(RuleError, match="własne"):
        merge(older, newer, ola, sales_person=ola)

    assert Lead.objects.count() == 2


def test_neither_lead_may_have_been_saved_in_between(ola: User, older: Lead, newer: Lead) -> None:
    seen = {older.pk: older.version, newer.pk: newer.version}
    Lead.objects.filter(pk=newer.pk).update(city="Kutno")

    with pytest.raises(StaleObject, match=newer.number):
        merge_leads(survivor=older, loser=newer, values={}, tags=(), by=ola, versions=seen)

    assert Lead.objects.count() == 2


def test_with_itself_or_with_a_lead_that_is_gone(ola: User, older: Lead, newer: Lead) -> None:
    with pytest.raises(RuleError, match="nim samym"):
        merge(older, older, ola)
    Lead.objects.filter(pk=newer.pk).delete()
    with pytest.raises(LeadGone, match=newer.number):
        merge(older, newer, ola)
    assert Lead.objects.get() == older


def test_a_chain_ends_at_the_last_survivor(ola: User, older: Lead, newer: Lead, funnel: FunnelCast) -> None:
    last = create_lead(values={"name": "Trzeci"}, by=ola)

    merge(older, newer, ola)
    merge(last, older, ola)

    assert survivor_of(newer.pk) == survivor_of(older.pk) == last.pk


def test_external_ids_go_on_naming_the_survivor(ola: User, funnel: FunnelCast) -> None:
    one = create_lead(values={"name": "Jeden", "external_id": "A-1"}, by=ola)
    two = create_lead(values={"name": "Dwa", "external_id": "B-2"}, by=ola)
    three = create_lead(values={"name": "Trzy"}, by=ola)

    merge(one, two, ola, external_id="B-2")
    merge(three, one, ola, external_id="B-2")

    three.refresh_from_db()
    assert three.external_id == "B-2"
    assert [(alias.external_id, alias.lead) for alias in LeadAlias.objects.all()] == [("A-1", three)]


def test_everything_that_belongs_to_the_loser_moves(ola: User, older: Lead, newer: Lead) -> None:
    for lead in (older, newer):
        belongings(lead, ola)

    merge(older, newer, ola)

    for model in MAKERS:
        assert set(model.objects.values_list("lead", flat=True)) == {older.pk}, model
        assert model.objects.count() == 2, model


def test_nothing_that_refers_to_a_lead_is_unknown_to_these_tests() -> None:
    referring_models = {model for model, _field in referring(Lead)}
    assert referring_models == {*MAKERS, *SET_ASIDE}, "add a maker to tests/leads/merging.py"


def test_suspicions_about_the_loser_end(ola: User, older: Lead, newer: Lead, funnel: FunnelCast) -> None:
    third = create_lead(values={"name": "Trzeci"}, by=ola)
    LeadPair.objects.create(first=older, second=newer, has_similar_names=True)
    LeadPair.objects.create(first=newer, second=third, has_similar_names=True)
    kept = LeadPair.objects.create(first=older, second=third, has_similar_names=True)

    merge(older, newer, ola)

    assert LeadPair.objects.get() == kept


def test_an_import_finds_the_survivor_by_the_losers_external_id(ewa: User, funnel: FunnelCast) -> None:
    one = create_lead(values={"name": "Jeden", "external_id": "A-1"}, by=ewa)
    two = create_lead(values={"name": "Dwa", "external_id": "B-2"}, by=ewa)
    merge(one, two, ewa)

    run = import_file("ID zewnętrzne;miasto\nB-2;Kutno\nA-1;Łódź\n", by=ewa)

    one.refresh_from_db()
    assert (one.external_id, one.city) == ("A-1", "Kutno")
    assert Lead.objects.count() == 1
    assert (run.changed_count, run.refused_count) == (1, 1)
