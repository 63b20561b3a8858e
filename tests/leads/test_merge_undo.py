"""Undoing a merge: everything is where it was."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import RuleError
from crm.models import User
from leads.models import Activity, Comment, Lead, LeadMerge, LeadPair, LeadStatusChange
from leads.services import change_status, create_lead, delete_lead, mark_lost, undo_merge, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTagFactory, PartnerFactory
from tests.leads.merging import MAKERS, belongings, everything, merge, place_on_board

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala w Łodzi", "phone": "600 100 200", "external_id": "A-1"}, by=ola)


@pytest.fixture
def newer(ola: User, funnel: FunnelCast) -> Lead:
    lead = create_lead(values={"name": "Hala Łódź", "email": "jan@firma.test", "external_id": "B-2"}, by=ola)
    return mark_lost(lead=lead, reason=funnel.too_expensive, by=ola)


def test_everything_returns_to_where_it_was(ola: User, older: Lead, newer: Lead, funnel: FunnelCast) -> None:
    version = newer.version
    for lead in (older, newer):
        belongings(lead, ola)
    before = everything()

    merged = merge(
        older, newer, ola, name=newer.name, external_id="B-2", status=funnel.lost, lost_reason=funnel.too_expensive
    )
    assert everything() != before
    undone = undo_merge(merge=merged, by=ola)

    assert everything() == before
    assert Lead.objects.get(pk=newer.pk).version == version
    assert undone.report == {"kept": [], "emptied": [], "missing": {}}
    assert (undone.undone_by, undone.is_undone) == (ola, True)


def test_what_was_edited_since_stays_on_the_survivor_and_is_listed(ola: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola, name=newer.name, email=newer.email)
    update_lead(lead=older, values={"name": "Hala po rozmowie", "city": "Łódź"}, by=ola)

    undone = undo_merge(merge=merged, by=ola)

    older.refresh_from_db()
    assert (older.name, older.city, older.email) == ("Hala po rozmowie", "Łódź", "")
    assert undone.report["kept"] == [
        {"field": "name", "value": "Hala po rozmowie"},
        {"field": "city", "value": "Łódź"},
    ]
    assert Lead.objects.get(pk=newer.pk).name == "Hala Łódź"


def test_a_status_changed_since_stays_with_its_log(ola: User, older: Lead, newer: Lead, funnel: FunnelCast) -> None:
    merged = merge(older, newer, ola, status=funnel.lost, lost_reason=funnel.too_expensive)
    change_status(lead=older, to=funnel.proposal, by=ola)

    undone = undo_merge(merge=merged, by=ola)

    older.refresh_from_db()
    assert older.status == funnel.proposal
    assert [step.to_status for step in LeadStatusChange.objects.filter(lead=older)] == [
        funnel.new, funnel.lost, funnel.proposal,
    ]  # fmt: skip
    assert undone.report["kept"] == [{"field": "status", "value": "Propozycja"}]


def test_tags_put_on_and_taken_off_since_stay_so(ola: User, funnel: FunnelCast) -> None:
    red, blue, green = (LeadTagFactory(name=name) for name in ("czerwony", "niebieski", "zielony"))
    one = create_lead(values={"name": "Jeden"}, tags=[red], by=ola)
    two = create_lead(values={"name": "Dwa"}, tags=[blue], by=ola)
    merged = merge(one, two, ola)
    update_lead(lead=one, values={}, tags=[blue, green], by=ola)

    undone = undo_merge(merge=merged, by=ola)

    assert set(one.tags.all()) == {green}
    assert set(Lead.objects.get(pk=two.pk).tags.all()) == {blue}
    assert undone.report["kept"] == [{"field": "tags", "value": "zielony"}]


def test_rows_made_since_stay_and_rows_deleted_since_are_told(ola: User, older: Lead, newer: Lead) -> None:
    belongings(newer, ola)
    merged = merge(older, newer, ola)
    Comment.objects.all().delete()
    new = Comment.objects.create(lead=older, author=ola, text="Nowy")

    undone = undo_merge(merge=merged, by=ola)

    assert Comment.objects.get() == new
    assert Comment.objects.get().lead == older
    assert Activity.objects.get().lead_id == newer.pk
    assert undone.report["missing"] == {"leads.Comment": 1}


def test_only_once_and_only_for_thirty_days(ola: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola)
    LeadMerge.objects.update(merged_at=F("merged_at") - timedelta(days=31))
    with pytest.raises(RuleError, match="30 dni"):
        undo_merge(merge=merged, by=ola)
    LeadMerge.objects.update(merged_at=timezone.now())
    undo_merge(merge=merged, by=ola)
    with pytest.raises(RuleError, match="już"):
        undo_merge(merge=merged, by=ola)
    assert Lead.objects.count() == 2


def test_later_merges_are_undone_first(ola: User, older: Lead, newer: Lead, funnel: FunnelCast) -> None:
    third, fourth = (create_lead(values={"name": name}, by=ola) for name in ("Trzeci", "Czwarty"))
    before = everything()
    first = merge(older, newer, ola)
    second = merge(older, third, ola)
    third_merge = merge(fourth, older, ola)

    for early in (first, second):
        with pytest.raises(RuleError, match=older.number):
            undo_merge(merge=early, by=ola)
    for late in (third_merge, second, first):
        undo_merge(merge=late, by=ola)

    assert everything() == before


def test_the_loser_comes_back_when_the_survivor_was_deleted(ola: User, ewa: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola)
    delete_lead(lead=older, by=ewa)

    undo_merge(merge=merged, by=ewa)

    assert Lead.objects.get().external_id == "B-2"


def test_an_external_id_that_was_given_away_does_not_come_back(ola: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola)
    create_lead(values={"name": "Inny", "external_id": "B-2"}, by=ola)

    undone = undo_merge(merge=merged, by=ola)

    assert Lead.objects.get(pk=newer.pk).external_id is None
    assert undone.report["emptied"] == ["external_id"]


def test_a_partner_deleted_since_is_left_empty_and_told(ola: User, older: Lead, funnel: FunnelCast) -> None:
    partner = PartnerFactory()
    two = create_lead(values={"name": "Dwa", "partner": partner}, by=ola)
    merged = merge(older, two, ola)
    partner.delete()

    undone = undo_merge(merge=merged, by=ola)

    assert Lead.objects.get(pk=two.pk).partner is None
    assert undone.report["emptied"] == ["partner"]


def test_a_status_that_is_no_longer_allowed_refuses_the_undo(ola: User, older: Lead, funnel: FunnelCast) -> None:
    short = LeadStatusFactory(name="Krótki")
    two = create_lead(values={"name": "Dwa", "status": short}, by=ola)
    merged = merge(older, two, ola)
    short.is_archived = True
    short.save()

    with pytest.raises(RuleError):
        undo_merge(merge=merged, by=ola)

    assert Lead.objects.get() == older
    assert not LeadMerge.objects.get().is_undone


TEXTS = st.sampled_from(["", "Ala", "Łódź", 'x" <b>&', "a\nb\\"])
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Hala", "Żuraw", "x'y"]),
        "city": TEXTS,
        "description": st.sampled_from(["", "<div>Opis &amp; więcej</div>"]),
        "external_id": st.sampled_from([None, "A-9", "B-9"]),
        "expected_revenue": st.none() | st.decimals(0, 99_999_999, places=2),
        "probability": st.none() | st.integers(0, 100),
        "expected_close": st.none() | st.dates(),
        "phone": st.sampled_from(["", "600 100 200", "+48 22 123 45 67", "nie wiem"]),
    },
)
STEPS = st.lists(st.integers(0, 4), max_size=3)
NUMBERS = st.sets(st.integers(0, 3))


@given(data=st.data(), first=VALUES, second=VALUES, steps=st.tuples(STEPS, STEPS), tags=st.tuples(NUMBERS, NUMBERS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_merge_and_its_undo_leave_every_table_as_it_was(
    ola: User, funnel: FunnelCast, data: st.DataObject, first: dict, second: dict, steps: tuple, tags: tuple
) -> None:
    with transaction.atomic():
        if first.get("external_id") == second.get("external_id"):
            second["external_id"] = None
        all_tags = LeadTagFactory.create_batch(4)
        statuses = [funnel.new, funnel.qualified, funnel.proposal, funnel.won, funnel.lost]
        leads = []
        for values, way, numbers in zip((first, second), steps, tags, strict=True):
            lead = create_lead(values={"name": "Lead", **values}, tags=[all_tags[n] for n in numbers], by=ola)
            for number in way:
                change_status(lead=lead, to=statuses[number], lost_reason=funnel.too_expensive, by=ola)
            for make in data.draw(
                st.lists(st.sampled_from([*MAKERS.values(), place_on_board]), max_size=4, unique=True)
            ):
                make(lead, ola)
            leads.append(Lead.objects.get(pk=lead.pk))
        other = create_lead(values={"name": "Obok"}, by=ola)
        LeadPair.objects.create(first=leads[1], second=other, has_similar_names=data.draw(st.booleans()))
        survivor, loser = leads if data.draw(st.booleans()) else leads[::-1]
        chosen = {name: getattr(loser, name) for name in data.draw(st.sets(st.sampled_from(sorted(COLUMNS))))}
        if data.draw(st.booleans()):
            chosen |= {"status": loser.status, "lost_reason": loser.lost_reason, "closed_at": loser.closed_at}
        kept_tags = [all_tags[n] for n in data.draw(NUMBERS)]
        before = everything()

        merged = merge(survivor, loser, ola, tags=kept_tags, **chosen)
        undone = undo_merge(merge=merged, by=ola)

        assert everything() == before
        assert undone.report == {"kept": [], "emptied": [], "missing": {}}
        transaction.set_rollback(True)


COLUMNS = {"name", "city", "description", "external_id", "expected_revenue", "probability", "expected_close", "phone"}
