"""Suspected duplicates: while typing, as a list of pairs, and the question to a manager."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from crm.models import Notification, SystemSettings, User, Visibility
from leads.duplicates import Typed, like_named
from leads.models import Lead, LeadPair
from leads.pairs import SHARED, Reason, load_pairs
from leads.services import create_lead, pairs
from leads.services.pairs import compare_names, dismiss_pair
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory, ProductFactory
from tests.leads.cards import post, signed_in

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta(0)


@pytest.fixture(autouse=True)
def clean_cache() -> None:
    cache.clear()


@pytest.fixture
def make(ola: User, funnel: FunnelCast) -> Any:
    """A lead of Ola (or of `by`) with the values given."""

    def make_lead(name: str, by: User = ola, **values: Any) -> Lead:
        return create_lead(values={"name": name, **values}, by=by)  # type: ignore[typeddict-item]

    return make_lead


def found(user: User, **options: Any) -> list[tuple[int, int, list[str]]]:
    pairs = load_pairs(user, **options).pairs
    return [(pair.first.pk, pair.second.pk, [str(reason.value) for reason in pair.reasons]) for pair in pairs]


def similar(user: User, **typed: Any) -> str:
    return signed_in(user).get("/leads/similar/", typed).content.decode()


# --- While typing


def test_a_chosen_partner_brings_its_open_leads_by_nip(ola: User, make: Any, funnel: FunnelCast) -> None:
    partner = PartnerFactory(nip="1234563218")
    twin = PartnerFactory(nip="1234563218")
    make("Rozbudowa hali", partner=twin)
    make("Stara sprawa", partner=twin, status=funnel.won)

    answer = similar(ola, partner=partner.pk)

    assert "Rozbudowa hali" in answer
    assert "ten sam NIP" in answer
    assert "Stara sprawa" not in answer
    assert "Rozbudowa hali" in similar(ola, company_name="PL 123-456-32-18")


@pytest.mark.parametrize("name", ["Zapytanie ofertowe", "Oferta Warszawa", "Regał paletowy", "sp. z o.o."])
def test_generic_names_match_nothing(ola: User, make: Any, name: str) -> None:
    ProductFactory(name="Regał paletowy")
    for number in range(3):
        make(f"{name} {number}")

    assert "Podobne leady" not in similar(ola, name=name)


def test_a_name_that_many_leads_have_tells_nothing(ola: User, make: Any) -> None:
    for _ in range(10):
        make("Jesienna promocja regałów")
    assert "Jesienna promocja" in similar(ola, name="Jesienna promocja regałów")
    make("Jesienna promocja regałów")
    assert "Podobne leady" not in similar(ola, name="Jesienna promocja regałów")


def test_declared_distinct_leads_are_not_shown_on_the_card(ola: User, ewa: User, make: Any) -> None:
    one, two = make("Stalmet", phone="600 100 200"), make("Inny", phone="600100200")
    assert f"/leads/{two.pk}/merge/?with={one.pk}" in similar(ola, lead=two.pk, phone="600100200")
    dismiss_pair(one=two, two=one, by=ewa)
    assert "Podobne leady" not in similar(ola, lead=two.pk, phone="600100200")


# --- The list of pairs


def test_pairs_by_phone_email_nip_and_name(ewa: User, make: Any) -> None:
    nip = {"partner": PartnerFactory(nip="1234563218")}
    one = make("Stalmet", phone="600 100 200", email="Biuro@stalmet.test")
    two = make("Zapytanie Stalmet sp. z o.o.", phone="+48600100200", email="biuro@STALMET.test")
    three, four = make("Hala", **nip), make("Wózki", **nip)
    make("Coś innego", phone="600 100 201")
    compare_names(settled_after=AT_ONCE)

    assert found(ewa) == [(three.pk, four.pk, ["nip"]), (one.pk, two.pk, ["phone", "email", "name"])]
    assert found(ewa, reason=Reason.NAME) == [(one.pk, two.pk, ["phone", "email", "name"])]
    assert found(ewa, reason=Reason.NIP) == [(three.pk, four.pk, ["nip"])]


def test_a_switchboards_number_makes_no_pairs(ewa: User, make: Any) -> None:
    for number in range(SHARED):
        make(f"Lead {number}", phone="22 123 45 67")
    assert len(found(ewa)) == SHARED * (SHARED - 1) // 2
    make("Jeszcze jeden", phone="22 123 45 67")
    assert found(ewa) == []


def test_closed_leads_only_when_asked_for(ewa: User, make: Any, funnel: FunnelCast) -> None:
    one, two = make("A", phone="600 100 200"), make("B", phone="600 100 200", status=funnel.won)
    assert found(ewa) == []
    assert found(ewa, closed=True) == [(one.pk, two.pk, ["phone"])]


def test_only_pairs_both_of_which_the_viewer_may_see(ewa: User, adam: User, marek: User, make: Any) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"manager_visibility": Visibility.TEAM})
    mine, other = make("Stalmet", phone="600 100 200"), make("Stalmet", phone="600 100 200", by=marek)
    compare_names(settled_after=AT_ONCE)

    assert found(ewa) == []
    assert found(adam) == [(mine.pk, other.pk, ["phone", "name"])]
    assert signed_in(ewa).post(f"/leads/duplicates/{mine.pk}/{other.pk}/dismiss/").status_code == 404
    assert not LeadPair.objects.filter(dismissed_at__isnull=False).exists()


def test_pages_end_and_do_not_overlap(ewa: User, make: Any) -> None:
    for number in range(10):
        for side in "AB":
            make(f"{side}{number}", phone=f"60010020{number}", email=f"n{number}@firma.test")
    whole = found(ewa)
    assert len(whole) == 10
    from leads import pairs

    size, pairs.PAGE_SIZE = pairs.PAGE_SIZE, 3
    try:
        got, after = [], ""
        for _ in range(4):
            page = load_pairs(ewa, after=after)
            got += [(pair.first.pk, pair.second.pk) for pair in page.pairs]
            after = page.after
    finally:
        pairs.PAGE_SIZE = size
    assert got == [pair[:2] for pair in whole]
    assert after == ""
    assert len(load_pairs(ewa, after="zmyślone").pairs) == 10


def test_not_a_duplicate_is_remembered_and_can_be_taken_back(ewa: User, make: Any) -> None:
    one, two = make("A", phone="600 100 200"), make("B", phone="600 100 200")
    url = f"/leads/duplicates/{two.pk}/{one.pk}"

    answer = post(ewa, f"{url}/dismiss/")

    assert "oznaczono jako dwa różne" in answer.content.decode()
    assert (found(ewa), found(ewa, dismissed=True)) == ([], [(one.pk, two.pk, ["phone"])])
    pair = LeadPair.objects.get()
    assert (pair.first, pair.second, pair.dismissed_by) == (one, two, ewa)
    assert one.number in signed_in(ewa).get("/leads/duplicates/?dismissed=on").content.decode()

    answer = post(ewa, f"{url}/restore/")

    assert one.number in answer.content.decode()
    assert found(ewa) == [(one.pk, two.pk, ["phone"])]
    assert not LeadPair.objects.exists()


def test_names_are_compared_again_when_they_change(ewa: User, make: Any) -> None:
    one, two = make("Stalmet"), make("Stalmet sp. z o.o.")
    assert compare_names(settled_after=AT_ONCE) == 2
    assert found(ewa) == [(one.pk, two.pk, ["name"])]
    assert compare_names(settled_after=AT_ONCE) == 0

    Lead.objects.filter(pk=two.pk).update(name="Meble Nowak")
    assert compare_names(settled_after=AT_ONCE) == 1

    assert found(ewa) == []
    assert not LeadPair.objects.exists()


def test_the_page_shows_both_side_by_side(ewa: User, make: Any) -> None:
    one, two = make("Hala", phone="600 100 200", city="Łódź"), make("Magazyn", phone="600100200", city="Kutno")
    text = signed_in(ewa).get("/leads/duplicates/").content.decode()
    for part in ("Hala", "Magazyn", "Łódź", "Kutno", "Ten sam numer telefonu", f"/leads/{one.pk}/merge/?with={two.pk}"):
        assert part in text
    assert "Duplikaty" in signed_in(ewa).get("/leads/").content.decode()


def test_sales_people_have_no_list(ola: User) -> None:
    assert "/leads/duplicates/" not in signed_in(ola).get("/leads/").content.decode()


# --- Poproś menedżera


@pytest.fixture
def hidden(marek: User, make: Any) -> Lead:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    lead: Lead = make("Tajna hala", by=marek, phone="600 100 200")
    return lead


def test_managers_are_told_and_the_asker_learns_nothing(ola: User, ewa: User, adam: User, hidden: Lead) -> None:
    answer = post(ola, "/leads/duplicates/ask/", {"name": "Hala", "phone": "600100200"}).content.decode()

    assert "Zapytano menedżera" in answer
    for secret in ("Tajna", hidden.number, "Marek", "Ćwik", f"/leads/{hidden.pk}/"):
        assert secret not in answer
    told = Notification.objects.order_by("user")
    assert {row.user for row in told} == {ewa, adam}
    assert (told[0].by, told[0].url, told[0].what) == (ola, f"/leads/{hidden.pk}/", str(hidden))
    assert "Hala" in told[0].details


def test_asked_once_a_day(ola: User, ewa: User, hidden: Lead) -> None:
    for _ in range(3):
        post(ola, "/leads/duplicates/ask/", {"phone": "600100200"})
    assert Notification.objects.filter(user=ewa).count() == 1


def test_of_a_stored_lead_the_manager_gets_the_merge(ola: User, ewa: User, make: Any, hidden: Lead) -> None:
    own = make("Moja hala", phone="600 100 200")
    post(ola, f"/leads/duplicates/ask/?lead={own.pk}", {"phone": "600100200"})
    assert Notification.objects.get(user=ewa).url == f"/leads/{own.pk}/merge/?with={hidden.pk}"


def test_a_manager_who_does_not_see_the_lead_is_not_told(ola: User, ewa: User, adam: User, hidden: Lead) -> None:
    SystemSettings.objects.update(manager_visibility=Visibility.TEAM)
    post(ola, "/leads/duplicates/ask/", {"phone": "600100200"})
    assert {row.user for row in Notification.objects.all()} == {adam}


def test_with_nothing_hidden_nobody_is_told(ola: User, client: Client, hidden: Lead) -> None:
    answer = post(ola, "/leads/duplicates/ask/", {"phone": "600100299"}).content.decode()
    assert "Nie ma już takiego leadu" in answer
    assert not Notification.objects.exists()


def test_what_a_firm_asks_about_two_products_are_two_enquiries(ewa: User, make: Any) -> None:
    firm = PartnerFactory(nip="1234563218")
    racks, trucks = ProductFactory(), ProductFactory()
    one, two, three = (make(str(n), partner=firm, product=product) for n, product in enumerate((racks, trucks, None)))
    assert found(ewa) == [(two.pk, three.pk, ["nip"]), (one.pk, three.pk, ["nip"])]


def test_a_lead_that_is_deleted_while_names_are_compared(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, gone = make("Stalmet"), make("Stalmet"), make("Inna")
    Lead.objects.filter(pk=gone.pk).delete()

    def found_before(typed: Typed, namer: Any) -> Any:
        return [gone.pk] if typed.lead == one.pk else like_named(typed, namer)

    monkeypatch.setattr(pairs, "like_named", found_before)

    assert compare_names(settled_after=AT_ONCE) == 3
    assert [(pair.first, pair.second) for pair in LeadPair.objects.all()] == [(one, two)]


def test_newest_leads_and_all_of_them_make_the_same_pairs(
    ewa: User, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ways lead to a page: each gives what the other does, in order, for every reason."""
    from leads import pairs

    firm, same_nip = PartnerFactory(nip="1234563218"), PartnerFactory(nip="1234563218")
    for number in range(4):
        make(f"A{number}", phone=f"60010020{number}", email="Kto@firma.test", partner=firm)
        make(f"B{number}", phone=f"60010020{number}", partner=same_nip if number == 1 else None)
    make("Stalmet Gdynia")
    make("Stalmet Gdynia sp. z o.o.")
    compare_names(settled_after=AT_ONCE)
    near = pairs.NEAR
    without = near.replace("ORDER BY id DESC LIMIT %s", "ORDER BY id DESC LIMIT 0 * %s")
    assert near != without
    monkeypatch.setattr(pairs, "PAGE_SIZE", 4)
    for reason in (None, *Reason):
        both = []
        for way in (near, without):
            monkeypatch.setattr(pairs, "NEAR", way)
            both.append([(p.first.pk, p.second.pk, list(p.reasons)) for p in load_pairs(ewa, reason=reason).pairs])
        assert both[0] == both[1]
        assert both[0]
