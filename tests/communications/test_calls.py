"""Połączenia: whose calls they are, whom a number belongs to, and what is done with them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communications.matching import find_matches
from communications.models import Call
from communications.services.calls import create_lead_of_call
from communications.services.inbox import AlreadyProcessed, attach_item, ignore_items
from crm.errors import InUse, RuleError
from crm.models import PartnerContact, SystemSettings, User
from leads.models import Lead
from leads.services.actions import delete_lead
from leads.services.unmerging import undo_merge
from tests.cast import FunnelCast
from tests.factories.calls import CallFactory, TelephonyFactory
from tests.factories.crm import PartnerFactory, UserFactory
from tests.factories.leads import LeadFactory
from tests.leads.merging import merge

URL = "/leads/calls/"
HTMX = {"HX-Request": "true"}
NUMBER = "+48600100200"


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def shown(client: Client, query: str = "") -> set[int]:
    """The calls that the tab shows."""
    listed = client.get(f"{URL}{query}").context["list"]
    return {row.call.pk for row in listed.rows}


# --- Whose calls ---------------------------------------------------------------------------------------------------


def test_sales_people_have_their_own_calls_and_managers_all(
    client: Client, ola: User, marek: User, ewa: User, adam: User, funnel: FunnelCast
) -> None:
    own, others, nobodys = CallFactory(employee=ola), CallFactory(employee=marek), CallFactory()
    rang = CallFactory(people=[ola.pk, marek.pk], result="no_answer")
    linked = CallFactory(employee=marek, lead=LeadFactory(status=funnel.new, sales_person=ola))
    everything = {call.pk for call in (own, others, nobodys, rang, linked)}
    expected = {
        ola: ({own.pk, rang.pk}, everything - {nobodys.pk, others.pk}),
        marek: ({others.pk, rang.pk, linked.pk}, {others.pk, rang.pk, linked.pk}),
        ewa: (everything, everything),
        adam: (everything, everything),
    }
    SystemSettings.objects.update(sales_visibility="own")
    for user, (in_tab, visible) in expected.items():
        client.force_login(user)
        assert shown(client, "?ready=0") == in_tab, user
        assert set(Call.objects.visible_to(user).values_list("pk", flat=True)) == visible, user
        for call in everything:
            assert client.get(f"{URL}{call}/").status_code == (200 if call in visible else 404)
    SystemSettings.objects.update(manager_visibility="team")
    client.force_login(ewa)
    assert shown(client, "?ready=0") == {own.pk, rang.pk, nobodys.pk, linked.pk}


def test_without_telephony_there_is_no_tab(as_ola: Client, funnel: FunnelCast) -> None:
    assert "Połączenia" not in as_ola.get("/leads/").content.decode()

    TelephonyFactory()

    assert "Połączenia" in as_ola.get("/leads/").content.decode()


def test_ready_is_on_and_the_badge_counts(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    waiting = CallFactory(employee=ola)
    missed = CallFactory(employee=ola, result="no_answer", duration=None)
    linked = CallFactory(employee=ola, lead=LeadFactory(status=funnel.new))
    ignored = CallFactory(employee=ola, ignored_at=timezone.now(), ignored_by=ola)

    assert shown(as_ola) == {waiting.pk, missed.pk}
    assert shown(as_ola, "?ready=0") == {waiting.pk, missed.pk, linked.pk, ignored.pk}
    assert shown(as_ola, "?missed=1") == {missed.pk}
    page = as_ola.get("/leads/").content.decode()
    assert 'id="badge-calls"  >2</span>' in page


def test_pages_go_on_from_the_last_call(as_ola: Client, ola: User) -> None:
    now = timezone.now()
    calls = [CallFactory(employee=ola, started_at=now - timedelta(minutes=n // 2)) for n in range(120)]
    account = calls[0].account
    Call.objects.update(account=account)

    seen: list[int] = []
    after = ""
    while True:
        listed = as_ola.get(URL, {"after": after}).context["list"]
        seen += [row.call.pk for row in listed.rows]
        after = listed.page.after
        if not after:
            break

    assert seen == list(Call.objects.newest_first().values_list("pk", flat=True))
    assert as_ola.get(f"{URL}?after=forged").status_code == 200


def test_the_number_of_queries_does_not_depend_on_the_rows(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_ola.get(f"{URL}?ready=0")
        return len(queries)

    def add(count: int) -> None:
        for n in range(count):
            number = f"+4860010{n:04d}"
            partner = PartnerFactory(phone_e164=number, phone=number)
            LeadFactory(status=funnel.new, phone=number, phone_e164=number, partner=partner, sales_person=ola)
            linked = LeadFactory(status=funnel.new) if n % 2 else None
            CallFactory(employee=ola, number=number, lead=linked)

    add(2)
    few = cost()
    add(20)
    assert cost() == few


# --- Whom a number belongs to --------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["600 100 200", "+48600100200", "0048 600-100-200", "(+48) 600.100.200"])
def test_numbers_are_matched_however_they_are_written(ola: User, funnel: FunnelCast, typed: str) -> None:
    from leads.services import create_lead

    lead = create_lead(values={"name": "Regał", "phone": typed, "status": funnel.new}, by=ola)

    assert find_matches([NUMBER], user=ola)[NUMBER].leads == [lead]


def test_all_matches_are_offered_open_ones_first_then_the_newest(ola: User, marek: User, funnel: FunnelCast) -> None:
    partner, by_contact = PartnerFactory(phone_e164=NUMBER), PartnerFactory()
    contact = PartnerContact.objects.create(partner=by_contact, first_name="Jan", phone_e164=NUMBER)
    phone = {"phone": "600 100 200", "phone_e164": NUMBER}
    closed = LeadFactory(status=funnel.won, **phone)
    of_partner = LeadFactory(status=funnel.new, partner=partner)
    older, newer = LeadFactory(status=funnel.new, **phone), LeadFactory(status=funnel.new, partner=partner, **phone)
    of_contact = LeadFactory(status=funnel.new, partner=by_contact)
    hidden = LeadFactory(status=funnel.new, sales_person=marek, **phone)
    LeadFactory(status=funnel.new, phone="600 100 201", phone_e164="+48600100201")
    SystemSettings.objects.update(sales_visibility="own")

    found = find_matches([NUMBER, "", "+48600100299"], user=ola)

    assert found[NUMBER].leads == [newer, older, of_contact, of_partner, closed]
    assert hidden not in found[NUMBER].leads
    assert set(found[NUMBER].partners) == {partner, by_contact}
    assert (found[NUMBER].partner, found[NUMBER].contacts) == (None, [contact])
    assert not found["+48600100299"].leads
    assert not found[""].leads


# --- What is done --------------------------------------------------------------------------------------------------


def test_a_lead_is_made_of_a_call(client: Client, ola: User, ewa: User, funnel: FunnelCast) -> None:
    partner = PartnerFactory(name="Rzemyk")
    PartnerContact.objects.create(partner=partner, first_name="Jan", last_name="Kot", phone_e164=NUMBER)
    call = CallFactory(employee=ola)
    client.force_login(ewa)  # a manager deals with the call of a sales person

    answer = client.post(f"{URL}{call.pk}/create/", headers=HTMX)

    lead = Lead.objects.get()
    assert answer["HX-Redirect"] == f"/leads/{lead.pk}/"
    assert (lead.phone_e164, lead.sales_person, lead.partner) == (NUMBER, ola, partner)
    assert (lead.first_name, lead.last_name, lead.received_at) == ("Jan", "Kot", call.started_at)
    call.refresh_from_db()
    assert (call.lead, call.linked_by) == (lead, ewa)

    again = client.post(f"{URL}{call.pk}/create/", headers=HTMX)

    assert again.status_code == 409
    assert Lead.objects.count() == 1


def test_a_lead_of_a_call_that_several_phones_rang_for_is_of_who_makes_it(ola: User, funnel: FunnelCast) -> None:
    call = CallFactory(people=[ola.pk, UserFactory().pk], number="", result="no_answer")

    lead = create_lead_of_call(call=call, by=ola)

    assert lead.sales_person == ola
    assert (lead.phone, lead.name) == ("", "Połączenie: numer ukryty")


def test_a_call_is_attached_by_search(as_ola: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    call = CallFactory(employee=ola)
    suggested = LeadFactory(name="Antresola", status=funnel.new, phone_e164=NUMBER)
    other = LeadFactory(name="Wózek widłowy", status=funnel.new)
    hidden = LeadFactory(name="Wózek obcy", status=funnel.new, sales_person=marek)
    SystemSettings.objects.update(sales_visibility="own")

    dialog = as_ola.get(f"{URL}{call.pk}/attach/", headers=HTMX)
    found = as_ola.get(f"{URL}{call.pk}/attach/?q=wozek", headers=HTMX)

    assert list(dialog.context["leads"]) == [suggested]
    assert list(found.context["leads"]) == [other]
    assert as_ola.post(f"{URL}{call.pk}/attach/", {"lead": hidden.pk}, headers=HTMX).status_code == 422
    assert as_ola.post(f"{URL}{call.pk}/attach/", {"lead": "x"}, headers=HTMX).status_code == 422
    answer = as_ola.post(f"{URL}{call.pk}/attach/", {"lead": other.pk}, headers=HTMX)
    assert answer.status_code == 204
    assert "calls:changed" in answer["HX-Trigger"]
    call.refresh_from_db()
    assert (call.lead, call.linked_by) == (other, ola)
    assert str(other.pk) in as_ola.get(f"/leads/{other.pk}/calls/").content.decode()


def test_two_people_at_one_call(ola: User, marek: User, funnel: FunnelCast) -> None:
    call = CallFactory(people=[ola.pk, marek.pk])
    first, second = LeadFactory(status=funnel.new), LeadFactory(status=funnel.new)
    attach_item(item=Call.objects.get(), lead=first, by=ola)

    with pytest.raises(AlreadyProcessed):
        attach_item(item=call, lead=second, by=marek)
    with pytest.raises(AlreadyProcessed):
        create_lead_of_call(call=call, by=marek)
    assert ignore_items(items=Call.objects.all(), by=marek) == []

    call.refresh_from_db()
    assert (call.lead, call.ignored_at) == (first, None)
    assert Lead.objects.count() == 2


def test_a_deleted_lead_takes_no_call(ola: User, funnel: FunnelCast) -> None:
    call, lead = CallFactory(employee=ola), LeadFactory(status=funnel.new)
    Lead.objects.filter(pk=lead.pk).delete()

    with pytest.raises(RuleError):
        attach_item(item=call, lead=lead, by=ola)
    call.refresh_from_db()
    assert call.needs_processing


def test_ignoring_and_its_undo(as_ola: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    own = [CallFactory(employee=ola) for _ in range(3)]
    linked = CallFactory(employee=ola, lead=LeadFactory(status=funnel.new))
    other = CallFactory(employee=marek)
    ids = ",".join(str(call.pk) for call in (*own, linked, other))

    answer = as_ola.post(f"{URL}ignore/", {"ids": ids}, headers=HTMX)

    assert "3 połączenia są ignorowane. 2 przetworzył ktoś inny." in answer["HX-Trigger"].encode().decode(
        "unicode_escape"
    )
    assert f"{URL}restore/" in answer["HX-Trigger"]
    assert Call.objects.filter(ignored_by=ola).count() == 3
    assert shown(as_ola) == set()
    assert as_ola.post(f"{URL}ignore/", {"ids": ids}, headers=HTMX).status_code == 409
    assert as_ola.post(f"{URL}restore/", {"ids": ids}, headers=HTMX).status_code == 204
    assert shown(as_ola) == {call.pk for call in own}
    other.refresh_from_db()
    assert other.ignored_at is None
    for nonsense in ("", "x,,-1", "9" * 40):
        assert as_ola.post(f"{URL}ignore/", {"ids": nonsense}, headers=HTMX).status_code == 409


def test_an_attached_call_is_detached(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    call = CallFactory(employee=ola, lead=LeadFactory(status=funnel.new))

    assert as_ola.post(f"{URL}{call.pk}/detach/", headers=HTMX).status_code == 204
    assert as_ola.post(f"{URL}{call.pk}/detach/", headers=HTMX).status_code == 409

    call.refresh_from_db()
    assert call.needs_processing


# --- The lead's other ways ------------------------------------------------------------------------------------------


def test_a_call_holds_its_lead(ola: User, adam: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    CallFactory(lead=lead)

    with pytest.raises(InUse, match="połączenia: 1"):
        delete_lead(lead=lead, by=adam)
    assert Lead.objects.filter(pk=lead.pk).exists()


def test_calls_move_in_a_merge_and_come_back(adam: User, funnel: FunnelCast) -> None:
    survivor, loser = LeadFactory.create_batch(2, status=funnel.new)
    moved, own = CallFactory(lead=loser), CallFactory(lead=survivor)

    done = merge(survivor, loser, adam)
    assert set(survivor.calls.all()) == {moved, own}

    undo_merge(merge=done, by=adam)
    assert list(Call.objects.filter(lead=loser.pk)) == [moved]
    assert list(survivor.calls.all()) == [own]


def test_the_partner_shows_its_calls(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    partner = PartnerFactory(phone_e164=NUMBER)
    by_number, of_lead = (
        CallFactory(employee=ola),
        CallFactory(employee=ola, number="+48600999999", lead=LeadFactory(status=funnel.new, partner=partner)),
    )
    CallFactory(employee=ola, number="+48600888888")

    rows = as_ola.get(f"/partners/{partner.pk}/calls/").context["rows"]

    assert {row.call for row in rows} == {by_number, of_lead}
    card = as_ola.get(f"{URL}{by_number.pk}/")
    assert card.context["partner"] == partner
    assert f"/partners/{partner.pk}/leads/" in card.content.decode()


def test_my_day_asks_to_process_calls(as_ola: Client, ola: User, marek: User) -> None:
    mine = CallFactory(employee=ola, result="no_answer", number="<script>alert(1)</script>", number_e164="")
    CallFactory(employee=marek, number="+48600777777")

    page = as_ola.get("/").content.decode()

    assert f'id="day-call-{mine.pk}"' in page
    assert page.count("data-call-id") == 1
    assert "<script>alert" not in page
