"""The status rule against every way in: services, the ORM's bulk writes, raw SQL, COPY."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from crm.models import LeadStatus, LeadType, LeadTypeStatus, User
from leads.models import Lead
from leads.rules import LostReasonRequired, StatusNotAllowed
from leads.services import Draft, change_status, create_lead, create_leads, mark_lost, reopen, update_lead, update_leads
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTypeFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(funnel: FunnelCast) -> LeadType:
    """A type that allows Nowy and Wygrana alone."""
    return LeadTypeFactory(name="Serwis", allows=[funnel.new, funnel.won])


@pytest.fixture
def lead(funnel: FunnelCast, service: LeadType) -> Lead:
    return LeadFactory(name="Umowa serwisowa", type=service, status=funnel.new)


def assert_untouched(lead: Lead) -> None:
    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.status_id, stored.type_id, stored.version) == (lead.status_id, lead.type_id, lead.version)
    assert stored.status_changes.count() == 1


REFUSAL = "Status „Propozycja” nie jest dozwolony dla typu „Serwis”."


# --- Services -----------------------------------------------------------------------------------------------------


def test_change_status_is_refused(lead: Lead, funnel: FunnelCast, ola: User) -> None:
    with pytest.raises(StatusNotAllowed, match=REFUSAL):
        change_status(lead=lead, to=funnel.proposal, by=ola)
    assert_untouched(lead)


def test_a_new_lead_is_refused(service: LeadType, funnel: FunnelCast, ola: User) -> None:
    with pytest.raises(StatusNotAllowed, match=REFUSAL):
        create_lead(values={"name": "Nowy", "type": service, "status": funnel.proposal}, by=ola)
    assert not Lead.objects.exists()


def test_changing_the_type_asks_for_another_status_and_changes_nothing_silently(
    lead: Lead, funnel: FunnelCast, ola: User
) -> None:
    sale = LeadTypeFactory(name="Sprzedaż", allows=[funnel.proposal])

    with pytest.raises(StatusNotAllowed, match="Status „Nowy” nie jest dozwolony dla typu „Sprzedaż”"):
        update_lead(lead=lead, values={"type": sale}, by=ola)
    assert_untouched(lead)

    update_lead(lead=lead, values={"type": sale, "status": funnel.proposal}, by=ola)
    lead.refresh_from_db()
    assert (lead.type, lead.status) == (sale, funnel.proposal)


def test_changing_the_type_keeps_a_status_that_is_still_allowed(lead: Lead, funnel: FunnelCast, ola: User) -> None:
    update_lead(lead=lead, values={"type": None}, by=ola)

    lead.refresh_from_db()
    assert (lead.type, lead.status) == (None, funnel.new)


def test_a_batch_answers_each_lead_for_itself(lead: Lead, funnel: FunnelCast, ola: User) -> None:
    other = LeadFactory(status=funnel.new)

    answers = update_leads(
        drafts=[Draft(values={"status": funnel.proposal}, lead=row) for row in (lead, other)], by=ola
    )

    assert isinstance(answers[0], StatusNotAllowed)
    assert isinstance(answers[1], Lead)
    assert_untouched(Lead.objects.get(pk=lead.pk))
    assert Lead.objects.get(pk=other.pk).status == funnel.proposal


def test_an_import_is_no_way_around(service: LeadType, funnel: FunnelCast, ola: User) -> None:
    drafts = [Draft(values={"name": f"Lead {status}", "type": service, "status": status})
              for status in (funnel.proposal, funnel.new)]  # fmt: skip

    refused, stored = create_leads(drafts=drafts, by=ola, imported=True)

    assert isinstance(refused, StatusNotAllowed)
    assert isinstance(stored, Lead)
    assert Lead.objects.count() == 1


def test_losing_needs_a_type_that_allows_the_lost_status(lead: Lead, funnel: FunnelCast, ola: User) -> None:
    with pytest.raises(StatusNotAllowed, match="„Serwis”"):
        mark_lost(lead=lead, reason=funnel.too_expensive, by=ola)
    assert_untouched(lead)


def test_entering_the_lost_status_by_any_service_needs_a_reason(funnel: FunnelCast, ola: User) -> None:
    lead = LeadFactory(status=funnel.new)

    for attempt in (
        lambda: change_status(lead=lead, to=funnel.lost, by=ola),
        lambda: mark_lost(lead=lead, reason=None, by=ola),
        lambda: update_lead(lead=lead, values={"status": funnel.lost}, by=ola),
        lambda: create_lead(values={"name": "Nowy", "status": funnel.lost}, by=ola),
    ):
        with pytest.raises(LostReasonRequired) as refused:
            attempt()
        assert refused.value.field == "lost_reason"
    assert_untouched(lead)
    assert Lead.objects.count() == 1


def test_reopening_empties_the_reason_and_the_history_keeps_it(funnel: FunnelCast, ola: User) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)
    lead = mark_lost(lead=lead, reason=funnel.too_expensive, by=ola)
    assert (lead.is_lost, lead.lost_reason) == (True, funnel.too_expensive)

    lead = reopen(lead=lead, by=ola)

    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason, lead.closed_at) == (funnel.new, None, None)
    assert [event.lost_reason_id for event in lead.events.order_by("pgh_id")] == [None, funnel.too_expensive.pk, None]


# --- A stranded lead ----------------------------------------------------------------------------------------------


def test_a_lead_stranded_by_the_matrix_can_be_edited_otherwise(lead: Lead, funnel: FunnelCast, ola: User) -> None:
    LeadTypeStatus.objects.get(type=lead.type, status=funnel.new).delete()
    assert list(Lead.objects.stranded()) == [lead]

    update_lead(lead=lead, values={"name": "Umowa serwisowa na rok"}, by=ola)
    Lead.objects.filter(pk=lead.pk).update(city="Łódź")

    lead.refresh_from_db()
    assert (lead.name, lead.city, lead.status) == ("Umowa serwisowa na rok", "Łódź", funnel.new)
    change_status(lead=lead, to=funnel.won, by=ola)
    assert not Lead.objects.stranded().exists()


def test_an_archived_status_strands_its_leads_and_takes_no_more(funnel: FunnelCast, ola: User) -> None:
    lead = LeadFactory(status=funnel.proposal)
    other = LeadFactory(status=funnel.new)
    LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_archived=True)

    assert list(Lead.objects.stranded()) == [lead]
    with pytest.raises(StatusNotAllowed, match="Status „Propozycja” jest zarchiwizowany"):
        change_status(lead=other, to=funnel.proposal, by=ola)


# --- Past the services --------------------------------------------------------------------------------------------


def refused_by_the_database() -> "pytest.RaisesExc[IntegrityError]":
    return pytest.raises(IntegrityError, match="is not allowed for type")


def test_bulk_update_of_a_queryset(lead: Lead, funnel: FunnelCast) -> None:
    with refused_by_the_database(), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(status=funnel.proposal)
    assert_untouched(lead)


def test_save_and_bulk_update_of_the_orm(lead: Lead, funnel: FunnelCast) -> None:
    lead.status = funnel.proposal
    with refused_by_the_database(), transaction.atomic():
        lead.save()
    with refused_by_the_database(), transaction.atomic():
        Lead.objects.bulk_update([lead], ["status"])
    lead.status = funnel.new
    assert_untouched(lead)


def test_bulk_create(service: LeadType, funnel: FunnelCast) -> None:
    leads = [
        Lead(name="dobry", type=service, status=funnel.new),
        Lead(name="zły", type=service, status=funnel.proposal),
    ]

    with refused_by_the_database(), transaction.atomic():
        Lead.objects.bulk_create(leads)
    assert not Lead.objects.exists()


def test_an_upsert(lead: Lead, funnel: FunnelCast) -> None:
    Lead.objects.filter(pk=lead.pk).update(external_id="A-1")
    lead.refresh_from_db()

    with refused_by_the_database(), transaction.atomic():
        Lead.objects.bulk_create(
            [Lead(name="inny", external_id="A-1", status=funnel.proposal)],
            update_conflicts=True, unique_fields=["external_id"], update_fields=["status"],
        )  # fmt: skip
    assert_untouched(lead)


@pytest.mark.parametrize("column", ["status_id", "type_id"])
def test_raw_sql_update(lead: Lead, funnel: FunnelCast, column: str) -> None:
    sale = LeadTypeFactory(name="Sprzedaż", allows=[funnel.proposal])
    value = funnel.proposal.pk if column == "status_id" else sale.pk

    with refused_by_the_database(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE leads_lead SET {column} = %s WHERE id = %s", [value, lead.pk])
    assert_untouched(lead)


def test_raw_sql_insert_and_copy(service: LeadType, funnel: FunnelCast) -> None:
    columns = "name, type_id, status_id, phone, phone_e164, email, description, company_name, website, street, city, " \
        "region, postal_code, country, first_name, middle_name, last_name"  # fmt: skip
    row = ["zły", service.pk, funnel.proposal.pk, *[""] * 14]

    with refused_by_the_database(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO leads_lead ({columns}) VALUES ({', '.join(['%s'] * 17)})", row)
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="is not allowed for type"),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY leads_lead ({columns}) FROM STDIN") as copy,
    ):
        copy.write_row(row)
    assert not Lead.objects.exists()


def test_one_statement_over_many_leads_stores_all_or_nothing(lead: Lead, funnel: FunnelCast) -> None:
    free = LeadFactory(status=funnel.new)

    with refused_by_the_database(), transaction.atomic():
        Lead.objects.update(status=funnel.proposal)
    assert Lead.objects.get(pk=free.pk).status == funnel.new
    assert_untouched(lead)


def test_an_archived_status_is_refused_to_a_lead_without_a_type(funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)
    archived = LeadStatusFactory(is_archived=True)

    with refused_by_the_database(), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(status=archived)
    assert_untouched(lead)


def test_the_database_says_the_same_as_the_function(funnel: FunnelCast, service: LeadType) -> None:
    """Every type with every status: what the rule allows is stored, what it does not is refused."""
    from leads.querysets import load_funnel
    from leads.rules import is_allowed

    archived = LeadStatusFactory(name="Dawny", is_archived=True)
    mixed = LeadTypeFactory(name="Mieszany", allows=[archived, funnel.qualified])
    rules = load_funnel()
    for lead_type in (None, service, mixed):
        for status in rules.statuses.values():
            lead = Lead(
                name="próba",
                type=lead_type,
                status=status,
                lost_reason=funnel.too_expensive if status.is_lost else None,
            )
            try:
                with transaction.atomic():
                    lead.save()
            except IntegrityError:
                stored = False
            else:
                stored = True
            assert stored == is_allowed(rules, type_id=lead_type.pk if lead_type else None, status=status)
