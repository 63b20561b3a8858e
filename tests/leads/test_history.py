"""The history of a lead as people read it: who changed what and when, old → new, whoever wrote it and how."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from crm.history import acting_as
from crm.models import (
    Campaign,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    Medium,
    Partner,
    Position,
    Product,
    Source,
    User,
)
from leads.history import FIELDS, HistoryEntry, Kind, history_of, plain_text, status_steps, time_in_status
from leads.models import Lead
from leads.services import (
    Draft,
    change_status,
    create_lead,
    create_leads,
    delete_lead,
    mark_lost,
    update_lead,
)
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, PartnerFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala magazynowa"}, by=ola)


def latest(lead: Lead | int) -> HistoryEntry:
    return history_of(lead).entries[0]


def told(entry: HistoryEntry) -> dict[str, tuple[str, str]]:
    return {change.label: (change.old, change.new) for change in entry.changes}


# --- What is told -------------------------------------------------------------------------------------------------


def test_creation_lists_what_was_filled_in(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala magazynowa", "expected_revenue": Decimal("1234.5")}, by=ola)

    page = history_of(lead)

    [entry] = page.entries
    assert (entry.kind, entry.user, entry.author) == (Kind.CREATED, ola, "Ola Żak")
    assert abs(timezone.now() - entry.at) < timedelta(minutes=1)
    assert told(entry) == {
        "Nazwa": ("", "Hala magazynowa"),
        "Status leadu": ("", "Nowy"),
        "Sprzedawca": ("", "Ola Żak"),
        "Spodziewany przychód": ("", "1\xa0234,50\xa0zł"),
    }
    assert page.older is None


# Each field: two values as they are stored (a callable makes a row), and how people read them.
CHANGES: dict[str, tuple[Any, Any, str, str]] = {
    "external_id": ("A-1", "A-2", "A-1", "A-2"),
    "name": ("Hala", "Hala w Łodzi", "Hala", "Hala w Łodzi"),
    "product": (
        lambda: ProductFactory(name="Regał"),
        lambda: ProductFactory(name="Antresola"),
        "Regał",
        "Antresola",
    ),
    "type": (
        lambda: LeadType.objects.create(name="Serwis"),
        lambda: LeadType.objects.create(name="Wynajem"),
        "Serwis",
        "Wynajem",
    ),
    "partner": (lambda: PartnerFactory(name="Żubr S.A."), lambda: PartnerFactory(name="Odra"), "Żubr S.A.", "Odra"),
    "received_at": (
        datetime(2026, 1, 5, 8, 30, tzinfo=UTC),
        datetime(2026, 7, 5, 8, 30, tzinfo=UTC),
        "05.01.2026, 09:30",
        "05.07.2026, 10:30",
    ),
    "expected_revenue": (Decimal("0.00"), Decimal("1250000.99"), "0,00\xa0zł", "1\xa0250\xa0000,99\xa0zł"),
    "probability": (10, 75, "10%", "75%"),
    "expected_close": (date(2026, 12, 1), date(2027, 2, 28), "01.12.2026", "28.02.2027"),
    "campaign": (
        lambda: Campaign.objects.create(name="Targi"),
        lambda: Campaign.objects.create(name="Wiosna"),
        "Targi",
        "Wiosna",
    ),
    "medium": (lambda: Medium.objects.create(name="Telefon"), None, "Telefon", ""),
    "source": (lambda: Source.objects.create(name="Polecenie"), None, "Polecenie", ""),
    "priority": (lambda: LeadPriority.objects.create(name="Pilny"), None, "Pilny", ""),
    "phone": ("600 100 200", "+48 600 100 201", "600 100 200", "+48 600 100 201"),
    "email": ("a@firma.example", "", "a@firma.example", ""),
    "description": (
        "<p>Raz</p><ul><li>dwa</li><li>trzy</li></ul>",
        "<p>Raz &amp; <strong>dwa</strong></p>",
        "Raz\n• dwa\n• trzy",
        "Raz & dwa",
    ),
    "company_name": ("Łabędź sp. z o.o.", "Łabędź S.A.", "Łabędź sp. z o.o.", "Łabędź S.A."),
    "website": ("www.a.example", "www.b.example", "www.a.example", "www.b.example"),
    "street": ("ul. Polna 1", "ul. Polna 2", "ul. Polna 1", "ul. Polna 2"),
    "city": ("Łódź", "Kraków", "Łódź", "Kraków"),
    "region": ("łódzkie", "małopolskie", "łódzkie", "małopolskie"),
    "postal_code": ("90-001", "30-001", "90-001", "30-001"),
    "country": ("Polska", "Czechy", "Polska", "Czechy"),
    "first_name": ("Jan", "Anna", "Jan", "Anna"),
    "middle_name": ("Maria", "Ewa", "Maria", "Ewa"),
    "last_name": ("Nowak", "Nowak-Żak", "Nowak", "Nowak-Żak"),
    "position": (lambda: Position.objects.create(name="Dyrektor"), None, "Dyrektor", ""),
}
LABELS = {"email": "Email", "name": "Nazwa", "product": "Produkt", "received_at": "Data i czas", "medium": "Kanał"}


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_is_told_old_and_new(lead: Lead, ewa: User, field: str) -> None:
    before, after, old, new = CHANGES[field]
    lead = update_lead(lead=lead, values={field: before() if callable(before) else before}, by=ewa)  # type: ignore[misc]

    update_lead(lead=lead, values={field: after() if callable(after) else after}, by=ewa)  # type: ignore[misc]

    entry = latest(lead)
    assert (entry.kind, entry.user) == (Kind.CHANGED, ewa)
    [change] = entry.changes
    assert (change.name, change.old, change.new) == (field, old, new)
    assert change.label == LABELS.get(field, change.label)


def test_no_field_of_the_form_is_left_out() -> None:
    elsewhere = {"status", "closed_at", "lost_reason", "sales_person"}  # tried below
    assert {field.name for field in FIELDS} == CHANGES.keys() | elsewhere


def test_a_change_of_status_is_told_with_the_time_spent(lead: Lead, ewa: User, funnel: FunnelCast) -> None:
    came = timezone.now() - timedelta(days=2, hours=3, minutes=20)
    [lead] = create_leads(  # type: ignore[list-item]
        drafts=[Draft(values={"name": "Hala", "received_at": came})], by=ewa, imported=True
    )

    lead = mark_lost(lead=lead, reason=funnel.too_expensive, by=ewa)

    entry = latest(lead)
    changes = told(entry)
    assert changes["Status leadu"] == ("Nowy", "Porażka")
    assert changes["Powód porażki"] == ("", "Za drogo")
    assert changes["Data zamknięcia"][0] == ""
    assert next(change for change in entry.changes if change.name == "status").stayed == "2 dni 3 godz."
    [lost, new] = status_steps(lead)
    assert (lost.old, lost.new, lost.user, lost.stayed) == (funnel.new, funnel.lost, ewa, "2 dni 3 godz.")
    assert (new.old, new.new, new.stayed) == (None, funnel.new, "")
    assert time_in_status(lead) == "mniej niż minuta"


def test_a_new_sales_person_is_told_by_name(lead: Lead, ewa: User, marek: User) -> None:
    update_lead(lead=lead, values={"sales_person": marek}, by=ewa)
    assert told(latest(lead)) == {"Sprzedawca": ("Ola Żak", "Marek Ćwik")}


def test_what_is_written_together_is_one_entry(lead: Lead, ola: User) -> None:
    tags = [LeadTagFactory(name="targi"), LeadTagFactory(name="pilne")]

    update_lead(lead=lead, values={"city": "Łódź", "phone": "600 100 200"}, tags=tags, by=ola)

    assert len(history_of(lead).entries) == 2
    entry = latest(lead)
    assert told(entry) == {"Miasto": ("", "Łódź"), "Telefon": ("", "600 100 200")}
    assert (entry.tags_added, entry.tags_removed) == (["pilne", "targi"], [])


def test_tags_alone_are_a_change(lead: Lead, ola: User, ewa: User) -> None:
    fairs, urgent = LeadTagFactory(name="targi"), LeadTagFactory(name="pilne")
    update_lead(lead=lead, values={}, tags=[fairs], by=ola)

    update_lead(lead=lead, values={}, tags=[urgent], by=ewa)

    entry = latest(lead)
    assert (entry.user, entry.tags_added, entry.tags_removed, entry.changes) == (ewa, ["pilne"], ["targi"], [])


def test_there_and_back_within_one_change_is_no_change_but_the_steps_are_told(
    lead: Lead, ola: User, funnel: FunnelCast
) -> None:
    with acting_as(ola):
        for city, status in (("Łódź", funnel.proposal), ("", funnel.new)):
            Lead.objects.filter(pk=lead.pk).update(city=city, status=status)

    assert [(change.name, change.old, change.new) for change in latest(lead).changes] == [
        ("status", "Nowy", "Propozycja"),
        ("status", "Propozycja", "Nowy"),
    ]


def test_a_save_that_changes_nothing_is_no_entry(lead: Lead, ola: User) -> None:
    update_lead(lead=lead, values={"name": "Hala magazynowa"}, by=ola)
    Lead.objects.filter(pk=lead.pk).update(name="Hala magazynowa")
    assert len(history_of(lead).entries) == 1


def test_deletion_keeps_the_last_values(lead: Lead, ewa: User) -> None:
    lead = update_lead(lead=lead, values={"city": "Łódź"}, tags=[LeadTagFactory(name="targi")], by=ewa)
    pk = lead.pk

    delete_lead(lead=lead, by=ewa)

    assert not Lead.objects.filter(pk=pk).exists()
    entry = latest(pk)
    assert (entry.kind, entry.user) == (Kind.DELETED, ewa)
    assert told(entry) == {
        "Nazwa": ("Hala magazynowa", ""),
        "Status leadu": ("Nowy", ""),
        "Sprzedawca": ("Ola Żak", ""),
        "Miasto": ("Łódź", ""),
    }
    assert entry.tags_removed == ["targi"]


def test_archived_and_deleted_rows_keep_their_names(lead: Lead, ola: User) -> None:
    campaign, tag = Campaign.objects.create(name="Targi"), LeadTagFactory(name="stary")
    product, partner = ProductFactory(name="Regał"), PartnerFactory(name="Żubr")
    update_lead(lead=lead, values={"campaign": campaign, "product": product, "partner": partner}, tags=[tag], by=ola)
    update_lead(lead=lead, values={"campaign": None, "product": None, "partner": None}, tags=[], by=ola)
    for row in (campaign, tag, product, partner):
        row.delete()
    LeadStatus.objects.update(is_archived=True)

    entry = latest(lead)

    assert told(entry) == {"Kampania": ("Targi", ""), "Produkt": ("Regał", ""), "Partner": ("Żubr", "")}
    assert entry.tags_removed == ["stary"]
    assert told(history_of(lead).entries[-1])["Status leadu"] == ("", "Nowy")
    assert not Campaign.objects.exists()
    assert not any(model.objects.exists() for model in (Partner, Product, LeadTag))


def test_in_english_it_is_told_in_english(lead: Lead, ola: User, funnel: FunnelCast) -> None:
    update_lead(lead=lead, values={"expected_revenue": Decimal("1234.5")}, by=None)

    with translation.override("en"):
        entry = latest(lead)
        assert told(entry) == {"Expected revenue": ("", "PLN\xa01,234.50")}
        assert (str(entry.kind.value), entry.author) == ("Changed", "system")


def test_pages_go_back_in_time(lead: Lead, ola: User) -> None:
    for number in range(7):
        update_lead(lead=lead, values={"city": f"Miasto {number}"}, by=ola)

    first = history_of(lead, limit=3)
    second = history_of(lead, limit=3, before=first.older)
    third = history_of(lead, limit=3, before=second.older)

    cities = [change.new for page in (first, second, third) for entry in page.entries
              for change in entry.changes if change.name == "city"]  # fmt: skip
    assert cities == [f"Miasto {number}" for number in reversed(range(7))]
    assert third.older is None
    assert third.entries[-1].kind == Kind.CREATED


def test_queries_do_not_grow_with_the_history(
    lead: Lead, ola: User, ewa: User, funnel: FunnelCast, django_assert_num_queries: Any
) -> None:
    def work(times: int) -> None:
        for number in range(times):
            tag = LeadTagFactory()
            update_lead(
                lead=lead,
                values={"city": f"Miasto {number}", "partner": PartnerFactory(), "product": ProductFactory()},
                tags=[tag],
                by=ewa,
            )
            change_status(lead=lead, to=funnel.proposal if number % 2 else funnel.qualified, by=ola)

    history_of(lead)
    work(1)
    with django_assert_num_queries(7):
        assert len(history_of(lead).entries) == 3
    work(10)
    with django_assert_num_queries(7):
        assert len(history_of(lead).entries) == 22
    with django_assert_num_queries(1):
        assert len(status_steps(lead)) == 11


def test_another_lead_is_not_mixed_in(lead: Lead, ola: User) -> None:
    other = create_lead(values={"name": "Inny"}, by=ola)
    with acting_as(ola):
        Lead.objects.update(city="Łódź")

    assert told(latest(lead)) == told(latest(other)) == {"Miasto": ("", "Łódź")}
    assert len(history_of(other).entries) == 2


def test_plain_text_of_a_description() -> None:
    assert plain_text("<h1>Oferta</h1><div>a<br>b&nbsp;&lt;c&gt;</div><ol><li>raz</li></ol>") == (
        "Oferta\na\nb <c>\n• raz"
    )
    assert plain_text("") == ""
