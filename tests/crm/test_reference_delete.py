"""Deleting, archiving and replacing reference data: what is in use stays true."""

import pytest

from crm.errors import InUse, RuleError
from crm.models import (
    Campaign,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    PartnerContact,
    Position,
    User,
)
from crm.services.reference import archive_item, delete_item, restore_item
from crm.services.replacing import replace_item
from crm.usage import uses_of
from leads.history import history_of
from leads.models import Lead, LeadEvent, LeadStatusChange
from leads.services import change_status
from tests.cast import FunnelCast
from tests.factories.crm import (
    LeadStatusFactory,
    LeadTagFactory,
    LeadTypeFactory,
    LostReasonFactory,
    PartnerFactory,
)
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def test_what_nothing_uses_is_deleted(ewa: User, funnel: FunnelCast) -> None:
    LeadTypeFactory(allows=[funnel.new, funnel.qualified])

    delete_item(item=funnel.qualified, by=ewa)

    assert not LeadStatus.objects.filter(pk=funnel.qualified.pk).exists()
    assert [status.name for status in LeadType.objects.get().statuses.all()] == ["Nowy"]


def test_the_refusal_says_where_it_is_used(ewa: User, funnel: FunnelCast) -> None:
    campaign = Campaign.objects.create(name="Wiosna")
    LeadFactory.create_batch(2, status=funnel.new, campaign=campaign)

    with pytest.raises(InUse) as refusal:
        delete_item(item=campaign, by=ewa)

    assert list(refusal.value.uses.values()) == [2]
    assert Campaign.objects.exists()


def test_hidden_relations_count_as_uses(ewa: User) -> None:
    position = Position.objects.create(name="Prezes")
    PartnerContact.objects.create(partner=PartnerFactory(), last_name="Lis", position=position)

    with pytest.raises(InUse):
        delete_item(item=position, by=ewa)

    assert [(use.model, use.count) for use in uses_of(position)] == [(PartnerContact, 1)]


def test_a_status_that_only_the_log_tells_of_is_not_deleted(ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)
    change_status(lead=lead, to=funnel.proposal, by=ewa)

    with pytest.raises(InUse):
        delete_item(item=funnel.new, by=ewa)

    assert LeadStatusChange.objects.filter(from_status=funnel.new).exists()


def test_the_only_status_of_a_type_is_not_deleted(ewa: User, funnel: FunnelCast) -> None:
    """Without it the type would silently allow all."""
    LeadTypeFactory(name="Serwis", allows=[funnel.qualified])

    with pytest.raises(RuleError, match="Serwis"):
        delete_item(item=funnel.qualified, by=ewa)

    assert LeadType.objects.get().statuses.get() == funnel.qualified


def test_archive_and_restore(ewa: User) -> None:
    tag = LeadTagFactory()

    archive_item(item=tag, by=ewa)
    assert not LeadTag.objects.filter(is_archived=False).exists()

    restore_item(item=tag, by=ewa)
    assert LeadTag.objects.get().is_archived is False


def test_replace_puts_the_other_one_everywhere_and_deletes(ewa: User, funnel: FunnelCast) -> None:
    old, new = Campaign.objects.create(name="Gogle"), Campaign.objects.create(name="Google")
    lead = LeadFactory(status=funnel.new, campaign=old)

    done = replace_item(item=old, replacement=new, by=ewa)

    assert (done.outcome, done.answer.moved, done.answer.refused) == ("deleted", 1, 0)
    lead.refresh_from_db()
    assert lead.campaign == new
    assert list(Campaign.objects.all()) == [new]
    event = LeadEvent.objects.filter(pgh_obj=lead).latest("pgh_id")
    assert event.pgh_context["user"] == ewa.pk


def test_replace_a_position_at_leads_and_contacts(ewa: User, funnel: FunnelCast) -> None:
    old, new = Position.objects.create(name="Szef"), Position.objects.create(name="Prezes")
    contact = PartnerContact.objects.create(partner=PartnerFactory(), last_name="Lis", position=old)
    lead = LeadFactory(status=funnel.new, position=old)

    replace_item(item=old, replacement=new, by=ewa)

    contact.refresh_from_db()
    lead.refresh_from_db()
    assert contact.position == lead.position == new


def test_replace_a_tag_keeps_the_other_tags(ewa: User, funnel: FunnelCast) -> None:
    old, new, kept = (LeadTagFactory(name=name) for name in ("targ", "targi", "pilne"))
    both, one = LeadFactory(status=funnel.new), LeadFactory(status=funnel.new)
    both.tags.add(old, new, kept)
    one.tags.add(old)

    done = replace_item(item=old, replacement=new, by=ewa)

    assert done.answer.moved == 2
    assert {tag.name for tag in both.tags.all()} == {"targi", "pilne"}
    assert [tag.name for tag in one.tags.all()] == ["targi"]
    assert not LeadTag.objects.filter(pk=old.pk).exists()


def test_replace_a_lost_reason_of_lost_leads(ewa: User, funnel: FunnelCast) -> None:
    new = LostReasonFactory(name="Cena")
    lead = LeadFactory(status=funnel.lost, lost_reason=funnel.too_expensive)

    replace_item(item=funnel.too_expensive, replacement=new, by=ewa)

    lead.refresh_from_db()
    assert lead.lost_reason == new
    assert list(LostReason.objects.all()) == [new]


def test_a_replaced_status_is_archived_since_the_log_tells_of_it(ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.proposal)

    done = replace_item(item=funnel.proposal, replacement=funnel.qualified, by=ewa)

    assert done.outcome == "archived"
    lead.refresh_from_db()
    funnel.proposal.refresh_from_db()
    assert lead.status == funnel.qualified
    assert funnel.proposal.is_archived
    step = LeadStatusChange.objects.latest("pk")
    assert (step.from_status, step.to_status, step.by) == (funnel.proposal, funnel.qualified, ewa)


def test_leads_whose_type_forbids_the_replacement_keep_the_status(ewa: User, funnel: FunnelCast) -> None:
    strict = LeadTypeFactory(name="Serwis", allows=[funnel.new, funnel.proposal])
    kept = LeadFactory(status=funnel.proposal, type=strict)
    moved = LeadFactory(status=funnel.proposal)

    done = replace_item(item=funnel.proposal, replacement=funnel.qualified, by=ewa)

    assert (done.outcome, done.answer.moved, done.answer.refused) == ("kept", 1, 1)
    assert kept.number in done.answer.reasons[0]
    assert "Serwis" in done.answer.reasons[0]
    kept.refresh_from_db()
    moved.refresh_from_db()
    funnel.proposal.refresh_from_db()
    assert kept.status == funnel.proposal
    assert moved.status == funnel.qualified
    assert not funnel.proposal.is_archived


def test_a_replaced_type_asks_the_status_rule(ewa: User, funnel: FunnelCast) -> None:
    old = LeadTypeFactory(name="Stary")
    new = LeadTypeFactory(name="Nowy", allows=[funnel.new])
    good, bad = LeadFactory(status=funnel.new, type=old), LeadFactory(status=funnel.proposal, type=old)

    done = replace_item(item=old, replacement=new, by=ewa)

    assert done.outcome == "kept"
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.type, bad.type) == (new, old)
    assert not Lead.objects.stranded().exists()


def test_replacement_must_be_another_active_item(ewa: User) -> None:
    item, archived = LeadTagFactory(), LeadTagFactory(is_archived=True)

    for replacement in (item, archived, LeadStatusFactory()):
        with pytest.raises(RuleError):
            replace_item(item=item, replacement=replacement, by=ewa)

    assert LeadTag.objects.count() == 2


def test_the_history_still_names_what_was_deleted(ewa: User, funnel: FunnelCast) -> None:
    old, new = Campaign.objects.create(name="Gogle"), Campaign.objects.create(name="Google")
    tag, other = LeadTagFactory(name="targ"), LeadTagFactory(name="targi")
    lead = LeadFactory(status=funnel.new, campaign=old)
    lead.tags.add(tag)

    replace_item(item=old, replacement=new, by=ewa)
    replace_item(item=tag, replacement=other, by=ewa)

    entries = history_of(lead).entries
    changed = [(change.old, change.new) for entry in entries for change in entry.changes if change.name == "campaign"]
    assert changed[0] == ("Gogle", "Google")
    assert "targ" in [name for entry in entries for name in entry.tags_removed]
