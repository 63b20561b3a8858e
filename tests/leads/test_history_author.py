"""Who a change is told of, however it was written: requests, bulk writes, raw SQL, COPY; tasks are tried beside."""

import pytest
from django.db import connection, transaction
from django.test import Client

from crm.history import acting_as, announce_author
from crm.models import User
from leads.history import HistoryEntry, Kind, history_of
from leads.models import Lead, LeadEvent, LeadTagging
from leads.services import Draft, change_status, create_lead, update_leads
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala magazynowa"}, by=ola)


def latest(lead: Lead) -> HistoryEntry:
    return history_of(lead).entries[0]


def told(entry: HistoryEntry) -> dict[str, tuple[str, str]]:
    return {change.label: (change.old, change.new) for change in entry.changes}


def test_a_request_writes_as_its_user(lead: Lead, ola: User, client: Client, funnel: FunnelCast) -> None:
    client.force_login(ola)
    client.post(f"/leads/{lead.pk}/status/", {"status": funnel.proposal.pk, "version": lead.version})

    lead.refresh_from_db()
    assert lead.status == funnel.proposal
    assert latest(lead).user == ola


def test_bulk_writes_of_the_orm(lead: Lead, ola: User, ewa: User, funnel: FunnelCast) -> None:
    with acting_as(ewa):
        Lead.objects.filter(pk=lead.pk).update(city="Łódź")
    assert (latest(lead).user, told(latest(lead))) == (ewa, {"Miasto": ("", "Łódź")})

    with acting_as(ewa):
        [made] = Lead.objects.bulk_create([Lead(name="hurtem", status=funnel.new)])
        LeadTagging.objects.bulk_create([LeadTagging(lead=made, tag=LeadTagFactory(name="targi"))])
    entry = latest(made)
    assert (entry.kind, entry.user, entry.tags_added) == (Kind.CREATED, ewa, ["targi"])

    lead.refresh_from_db()
    answers = update_leads(drafts=[Draft(values={"city": "Kraków"}, lead=lead)], by=ola)
    assert answers == [lead]
    assert (latest(lead).user, told(latest(lead))) == (ola, {"Miasto": ("Łódź", "Kraków")})


def test_raw_sql(lead: Lead, ewa: User) -> None:
    def write(city: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE leads_lead SET city = %s WHERE id = %s", [city, lead.pk])

    with acting_as(ewa):
        write("Łódź")
    assert latest(lead).user == ewa

    write("Kraków")
    entry = latest(lead)
    assert (entry.user, entry.author, told(entry)) == (None, "system", {"Miasto": ("Łódź", "Kraków")})


def test_copy(ewa: User, funnel: FunnelCast) -> None:
    columns = "name, status_id, phone, phone_e164, email, description, company_name, website, street, city, region, " \
        "postal_code, country, first_name, middle_name, last_name"  # fmt: skip

    def copy(name: str) -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY leads_lead ({columns}) FROM STDIN") as rows:
            rows.write_row([name, funnel.new.pk, *[""] * 14])

    with transaction.atomic(), acting_as(ewa):
        announce_author()
        copy("z COPY")
    copy("bez autora")

    with_author, without = Lead.objects.order_by("pk")
    assert (latest(with_author).user, latest(with_author).kind) == (ewa, Kind.CREATED)
    assert with_author.status_changes.get().by == ewa
    assert latest(without).author == "system"
    assert without.status_changes.get().by is None


def test_the_author_ends_with_the_block(lead: Lead, ola: User, ewa: User) -> None:
    with acting_as(ola):
        with acting_as(ewa):
            Lead.objects.filter(pk=lead.pk).update(city="1")
        Lead.objects.filter(pk=lead.pk).update(region="2")
        with acting_as(None):
            Lead.objects.filter(pk=lead.pk).update(country="3")
        Lead.objects.filter(pk=lead.pk).update(street="4")
    Lead.objects.filter(pk=lead.pk).update(postal_code="5")

    authors = list(
        LeadEvent.objects.filter(pgh_obj=lead).order_by("pgh_id").values_list("pgh_context__user", flat=True)
    )
    assert authors == [ola.pk, ewa.pk, ola.pk, None, ola.pk, None]


def test_an_error_in_the_block_ends_the_author_too(lead: Lead, ewa: User) -> None:
    def fail() -> None:
        with acting_as(ewa):
            Lead.objects.filter(pk=lead.pk).update(city="1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    Lead.objects.filter(pk=lead.pk).update(city="2")
    assert latest(lead).user is None


def test_a_user_who_is_gone_left_the_change(lead: Lead, funnel: FunnelCast) -> None:
    guest = User.objects.create(email="gosc@lejek.test", first_name="Gość")
    pk = guest.pk
    change_status(lead=lead, to=funnel.proposal, by=guest)
    guest.delete()

    entry = latest(lead)
    assert (entry.user, entry.author) == (None, f"usunięto (ID {pk})")
    assert told(entry)["Status leadu"] == ("Nowy", "Propozycja")
    assert lead.status_changes.latest("pk").by is None
