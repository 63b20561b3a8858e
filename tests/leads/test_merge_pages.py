"""The pages of a merge: choosing the lead and the values, the way of a merged lead's address, the undo."""

from typing import Any

import pytest

from crm.models import SystemSettings, User, Visibility
from leads.history import Kind, history_of
from leads.models import Lead, LeadMerge
from leads.services import create_lead, mark_lost, undo_merge, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, LeadTypeFactory
from tests.leads.cards import post, save, signed_in
from tests.leads.merging import belongings, merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(ola: User, funnel: FunnelCast) -> Lead:
    values: Any = {"name": "Hala w Łodzi", "phone": "600 100 200", "description": "<div>Pierwszy</div>"}
    return create_lead(values=values, by=ola)


@pytest.fixture
def newer(ola: User, funnel: FunnelCast) -> Lead:
    values: Any = {"name": "Hala Łódź", "phone": "600100200", "city": "Łódź", "description": "<div>Drugi</div>"}
    return create_lead(values=values, by=ola)


def form(one: Lead, two: Lead, **choices: Any) -> dict[str, Any]:
    """What the form of the comparison sends."""
    return {
        "with": two.pk,
        "survivor": one.pk,
        f"version-{one.pk}": one.version,
        f"version-{two.pk}": two.version,
        **choices,
    }


def test_suspected_leads_are_offered_first_and_others_found(ola: User, older: Lead, newer: Lead) -> None:
    other = create_lead(values={"name": "Antresola"}, by=ola)
    client = signed_in(ola)

    page = client.get(f"/leads/{newer.pk}/merge/").content.decode()
    assert f"?with={older.pk}" in page
    assert "Ten sam numer telefonu" in page
    assert f"?with={other.pk}" not in page

    for query in ("antres", other.number):
        page = client.get(f"/leads/{newer.pk}/merge/", {"q": query}, headers={"HX-Request": "true"}).content.decode()
        assert f"?with={other.pk}" in page
        assert f"?with={newer.pk}" not in page


def test_the_comparison_proposes_what_is_filled_and_saved_last(ola: User, older: Lead, newer: Lead) -> None:
    update_lead(lead=older, values={"website": "firma.test"}, by=ola)
    Lead.objects.filter(pk=newer.pk).update(first_name="Jan")  # saved last... in the same moment
    page = signed_in(ola).get(f"/leads/{older.pk}/merge/", {"with": newer.pk}).content.decode()

    assert f'name="city" value="{newer.pk}" checked' in page
    assert f'name="website" value="{older.pk}" checked' in page
    assert f'name="survivor" value="{older.pk}" checked' in page
    assert "Oba teksty" in page
    assert 'name="status"' not in page  # the same in both


def test_merging_by_the_form(ola: User, older: Lead, newer: Lead) -> None:
    tags = LeadTagFactory.create_batch(2)
    update_lead(lead=newer, values={}, tags=tags, by=ola)
    newer.refresh_from_db()
    belongings(newer, ola)

    response = signed_in(ola).post(
        f"/leads/{older.pk}/merge/",
        form(older, newer, name=newer.pk, phone=older.pk, city=newer.pk, description="both", tags=[tags[0].pk]),
        follow=True,
    )

    stored = Lead.objects.get()
    assert response.redirect_chain == [(f"/leads/{older.pk}/", 302)]
    assert f"Lead {newer.number} został scalony" in response.content.decode()
    assert (stored.pk, stored.name, stored.phone, stored.city) == (older.pk, "Hala Łódź", "600 100 200", "Łódź")
    assert stored.description == "<div>Pierwszy</div><div><br></div><div>Drugi</div>"
    assert list(stored.tags.all()) == [tags[0]]
    assert stored.comments.count() == 1


def test_a_lead_saved_meanwhile_stops_the_merge_and_shows_both_anew(ola: User, older: Lead, newer: Lead) -> None:
    data = form(older, newer, name=newer.pk)
    update_lead(lead=newer, values={"name": "Zmieniona"}, by=ola)

    response = signed_in(ola).post(f"/leads/{older.pk}/merge/", data)

    page = response.content.decode()
    assert response.status_code == 409
    assert f"Ktoś inny zapisał w międzyczasie lead {newer.number}" in page
    assert f'name="version-{newer.pk}" value="{newer.version + 1}"' in page
    assert "Zmieniona" in page
    assert Lead.objects.count() == 2


def test_a_forbidden_pair_of_type_and_status_is_told_at_the_status(
    ola: User, older: Lead, newer: Lead, funnel: FunnelCast
) -> None:
    service = LeadTypeFactory(name="Serwis", allows=[funnel.new, funnel.lost])
    update_lead(lead=newer, values={"type": service}, by=ola)
    update_lead(lead=older, values={"status": funnel.proposal}, by=ola)
    for lead in (older, newer):
        lead.refresh_from_db()

    response = signed_in(ola).post(f"/leads/{older.pk}/merge/", form(older, newer, type=newer.pk, status=older.pk))

    assert response.status_code == 422
    assert "Status „Propozycja” nie jest dozwolony dla typu „Serwis”." in response.content.decode()
    assert Lead.objects.count() == 2


def test_a_lost_lead_brings_its_reason_with_the_status(ola: User, older: Lead, newer: Lead, funnel: FunnelCast) -> None:
    lost = mark_lost(lead=newer, reason=funnel.too_expensive, by=ola)

    signed_in(ola).post(f"/leads/{older.pk}/merge/", form(older, lost, status=lost.pk))

    stored = Lead.objects.get()
    assert (stored.status, stored.lost_reason, stored.closed_at) == (funnel.lost, funnel.too_expensive, lost.closed_at)


@pytest.mark.parametrize("asked", ["999999999", "x", "-1", "9" * 30])
def test_nonsense_in_place_of_the_other_lead(ola: User, older: Lead, asked: str) -> None:
    for response in (
        signed_in(ola).get(f"/leads/{older.pk}/merge/", {"with": asked}),
        signed_in(ola).post(f"/leads/{older.pk}/merge/", {"with": asked}),
    ):
        assert response.status_code == 422
        assert "już nie istnieje" in response.content.decode()
    assert signed_in(ola).post(f"/leads/{older.pk}/merge/", {"with": older.pk}).status_code == 422


def test_a_lead_that_one_does_not_see_is_no_partner_for_a_merge(ola: User, marek: User, older: Lead) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    secret = create_lead(values={"name": "Tajna hala", "phone": "600 100 200"}, by=marek)

    for response in (
        signed_in(ola).get(f"/leads/{older.pk}/merge/", {"with": secret.pk}),
        signed_in(ola).post(f"/leads/{older.pk}/merge/", form(older, secret)),
        signed_in(ola).get(f"/leads/{older.pk}/merge/", {"q": "Tajna"}),
        signed_in(ola).get(f"/leads/{older.pk}/merge/"),
    ):
        assert "Tajna" not in response.content.decode().replace('value="Tajna"', "")
    assert Lead.objects.count() == 2


def test_the_old_address_leads_to_the_survivor(ola: User, marek: User, older: Lead, newer: Lead) -> None:
    merge(older, newer, ola)
    for path in ("", "merge/"):
        response = signed_in(ola).get(f"/leads/{newer.pk}/{path}", follow=True)
        assert response.redirect_chain[0] == (f"/leads/{older.pk}/", 302)
        assert f"Lead {newer.number} został scalony z tym leadem" in response.content.decode()
    assert newer.name not in signed_in(ola).get("/leads/", {"q": newer.number}).content.decode()

    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    assert signed_in(marek).get(f"/leads/{newer.pk}/").status_code == 404


def test_saving_the_card_of_a_merged_lead_says_where_it_went(ola: User, ewa: User, older: Lead, newer: Lead) -> None:
    merge(older, newer, ewa)

    response = save(ola, newer, name="Jeszcze to")

    page = response.content.decode()
    assert response.status_code == 410
    assert f"Ewa Lis scala go z leadem {older.number}" in page
    assert f"/leads/{older.pk}/" in page


def test_both_histories_tell_of_the_merge_and_its_undo(ola: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola, city="Łódź")
    entry = history_of(older).entries[0]
    assert (entry.kind, entry.merge, entry.user) == (Kind.MERGED, merged, ola)
    assert [change.name for change in entry.changes] == ["city"]
    page = signed_in(ola).get(f"/leads/{older.pk}/history/").content.decode()
    assert f"Lead {newer.number} {newer.name}" in page
    assert f"/leads/merges/{merged.pk}/" in page

    undo_merge(merge=merged, by=ola)

    assert [entry.kind for entry in history_of(older).entries] == [Kind.UNMERGED, Kind.MERGED, Kind.CREATED]
    entries = history_of(newer).entries
    assert [entry.kind for entry in entries] == [Kind.UNMERGED, Kind.MERGED, Kind.CREATED]
    assert (entries[0].went, list(entries[0].changes)) == (True, [])


def test_the_page_of_a_merge_shows_the_loser_and_takes_it_back(ola: User, ewa: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola, city="Łódź")
    update_lead(lead=older, values={"name": "Po rozmowie"}, by=ola)
    client = signed_in(ewa)

    page = client.get(f"/leads/merges/{merged.pk}/").content.decode()
    for part in ("Hala Łódź", "Nowy", "Drugi", "Cofnij scalenie"):
        assert part in page
    assert str(merged.loser_number) in client.get("/leads/merges/").content.decode()

    response = client.post(f"/leads/merges/{merged.pk}/undo/", follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [(f"/leads/merges/{merged.pk}/", 302)]
    assert "Zmienione po scaleniu" in page
    assert "Po rozmowie" in page
    assert Lead.objects.get(pk=newer.pk).name == "Hala Łódź"
    assert client.post(f"/leads/merges/{merged.pk}/undo/").status_code == 422


def test_who_merged_and_managers_may_undo(ola: User, marek: User, ewa: User, older: Lead, newer: Lead) -> None:
    merged = merge(older, newer, ola)
    assert "Cofnij scalenie" not in signed_in(marek).get(f"/leads/merges/{merged.pk}/").content.decode()
    assert post(marek, f"/leads/merges/{merged.pk}/undo/").status_code == 403
    assert not LeadMerge.objects.get().is_undone
    assert "Cofnij scalenie" in signed_in(ewa).get(f"/leads/merges/{merged.pk}/").content.decode()
    post(ola, f"/leads/merges/{merged.pk}/undo/")
    assert LeadMerge.objects.get().undone_by == ola
