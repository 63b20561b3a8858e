"""Adding and changing reference data: the rules of names and marks, and two managers at once."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from crm.errors import RuleError, StaleObject
from crm.models import Campaign, LeadStatus, LeadTag, User
from crm.services.reference import ConfirmationNeeded, fingerprint, save_item, sort_items
from leads.models import Lead, LeadEvent
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTagFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def test_a_new_item_takes_the_last_place(ewa: User) -> None:
    first = save_item(item=Campaign(), values={"name": "Wiosna", "sort_order": 0}, by=ewa)
    second = save_item(item=Campaign(), values={"name": "Jesień", "sort_order": 0}, by=ewa)

    assert [campaign.name for campaign in Campaign.objects.all()] == ["Wiosna", "Jesień"]
    assert (first.sort_order, second.sort_order) == (1, 2)


def test_a_name_is_unique_whatever_its_case(ewa: User) -> None:
    Campaign.objects.create(name="Wiosna")

    with pytest.raises(RuleError) as refusal:
        save_item(item=Campaign(), values={"name": "WIOSNA", "sort_order": 0}, by=ewa)

    assert refusal.value.field == "name"
    assert Campaign.objects.count() == 1


def test_an_unknown_colour_is_refused(ewa: User) -> None:
    tag = LeadTagFactory(colour="red")

    with pytest.raises(ValidationError) as refusal:
        save_item(item=tag, values={"name": tag.name, "colour": "#ff0000"}, by=ewa)

    assert "colour" in refusal.value.message_dict
    assert LeadTag.objects.get().colour == "red"


def test_a_change_on_top_of_another_is_refused(ewa: User) -> None:
    tag = LeadTagFactory(name="targi", colour="red")
    seen = fingerprint(tag, ["name", "colour"])
    LeadTag.objects.filter(pk=tag.pk).update(colour="blue")

    with pytest.raises(StaleObject):
        save_item(item=tag, values={"name": "Targi", "colour": "red"}, seen=seen, by=ewa)

    stored = LeadTag.objects.get()
    assert (stored.name, stored.colour) == ("targi", "blue")


def test_an_item_deleted_meanwhile_is_told(ewa: User) -> None:
    tag = LeadTagFactory()
    LeadTag.objects.filter(pk=tag.pk).delete()

    with pytest.raises(RuleError):
        save_item(item=tag, values={"name": "targi"}, by=ewa)

    assert not LeadTag.objects.exists()


@pytest.mark.parametrize(
    ("marks", "field"),
    [
        ({"is_lost": True, "is_closed": False}, "is_closed"),
        ({"is_won": True, "is_closed": False}, "is_closed"),
        ({"is_won": True, "is_lost": True, "is_closed": True}, "is_won"),
    ],
)
def test_marks_that_contradict_are_refused_at_their_field(ewa: User, marks: dict[str, bool], field: str) -> None:
    with pytest.raises(RuleError) as refusal:
        save_item(item=LeadStatus(), values={"name": "Zamknięte", "sort_order": 0, **marks}, by=ewa, confirmed=True)

    assert refusal.value.field == field
    assert not LeadStatus.objects.exists()


def test_the_lost_mark_moves_in_one_step_when_it_is_confirmed(ewa: User, funnel: FunnelCast) -> None:
    other = LeadStatusFactory(name="Odrzucone", is_closed=True)

    with pytest.raises(ConfirmationNeeded) as asked:
        save_item(item=other, values={"is_lost": True}, by=ewa)
    assert "Porażka" in asked.value.questions[0]
    assert LeadStatus.objects.get(is_lost=True) == funnel.lost

    save_item(item=other, values={"is_lost": True}, by=ewa, confirmed=True)
    assert LeadStatus.objects.get(is_lost=True) == other
    funnel.lost.refresh_from_db()
    assert funnel.lost.is_closed


@pytest.mark.parametrize("stands_in_the_old_one", [True, False])
def test_the_lost_mark_stays_while_leads_stand_in_either_status(
    ewa: User, funnel: FunnelCast, stands_in_the_old_one: bool
) -> None:
    other = LeadStatusFactory(name="Odrzucone", is_closed=True)
    if stands_in_the_old_one:
        LeadFactory(status=funnel.lost, lost_reason=funnel.too_expensive)
    else:
        LeadFactory(status=other)

    with pytest.raises(RuleError) as refusal:
        save_item(item=other, values={"is_lost": True}, by=ewa, confirmed=True)

    assert refusal.value.field == "is_lost"
    assert LeadStatus.objects.get(is_lost=True) == funnel.lost


def test_closing_a_status_closes_its_leads_after_asking(ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.proposal)
    LeadFactory(status=funnel.new)

    with pytest.raises(ConfirmationNeeded) as asked:
        save_item(item=funnel.proposal, values={"is_closed": True}, by=ewa)
    assert "1" in asked.value.questions[0]
    assert not Lead.objects.closed().exists()

    save_item(item=funnel.proposal, values={"is_closed": True}, by=ewa, confirmed=True)
    assert list(Lead.objects.closed()) == [lead]
    lead.refresh_from_db()
    assert lead.closed_at is not None
    assert LeadEvent.objects.filter(pgh_obj=lead).latest("pgh_id").pgh_context["user"] == ewa.pk

    save_item(item=LeadStatus.objects.get(pk=funnel.proposal.pk), values={"is_closed": False}, by=ewa, confirmed=True)
    lead.refresh_from_db()
    assert not lead.is_closed
    assert lead.closed_at is None


def test_sorting_keeps_the_places_of_items_that_are_not_named(ewa: User) -> None:
    a, b, c, d = (LeadTagFactory(name=name, sort_order=7) for name in "abcd")

    sort_items(model=LeadTag, ids=[c.pk, a.pk, 10**15], by=ewa)

    assert list(LeadTag.objects.values_list("name", "sort_order")) == [("c", 1), ("b", 2), ("a", 3), ("d", 4)]
    sort_items(model=LeadTag, ids=[d.pk, c.pk, b.pk, a.pk], by=ewa)
    assert [tag.name for tag in LeadTag.objects.all()] == ["d", "c", "b", "a"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_managers_mark_different_statuses_as_lost() -> None:
    """The second one waits for the unique index, and is told at the field."""
    first = LeadStatusFactory(is_closed=True)
    second = LeadStatusFactory(is_closed=True)
    refusals: list[RuleError] = []

    def mark_second() -> None:
        try:
            save_item(item=second, values={"is_lost": True}, by=None, confirmed=True)
        except RuleError as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    with transaction.atomic():
        LeadStatus.objects.filter(pk=first.pk).update(is_lost=True)
        other = threading.Thread(target=mark_second)
        other.start()
        other.join(timeout=0.3)
    other.join(timeout=5)

    assert [refusal.field for refusal in refusals] == ["is_lost"]
    assert list(LeadStatus.objects.filter(is_lost=True)) == [first]
