"""Saving the card of a lead."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.html import escape

from crm.models import LeadTypeStatus, SystemSettings, User, Visibility
from leads.models import Lead, LeadEvent
from leads.services import create_lead, delete_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, LeadTypeFactory, ProductFactory
from tests.factories.leads import LeadFactory
from tests.leads.cards import error_at, post, save, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala", "phone": "600 100 200", "city": "Łódź", "probability": 20}, by=ola)


def test_the_card_shows_the_lead(ola: User, lead: Lead) -> None:
    page = signed_in(ola).get(f"/leads/{lead.pk}/")
    assert page.status_code == 200
    text = page.content.decode()
    for shown in (lead.number, "Hala", "600 100 200", "Łódź", "Ola Żak", "W tym statusie"):
        assert shown in text


def test_saves_what_was_sent_and_nothing_else(ola: User, lead: Lead) -> None:
    response = save(ola, lead, name="Hala duża", expected_revenue="1234,5", phone="")
    assert response.status_code == 200
    assert "Zapisano" in response.headers["HX-Trigger"].encode().decode("unicode_escape")
    stored = Lead.objects.get()
    assert (stored.name, stored.expected_revenue, stored.phone, stored.phone_e164) == (
        "Hala duża",
        Decimal("1234.5"),
        "",
        "",
    )
    assert (stored.city, stored.probability, stored.version) == ("Łódź", 20, lead.version + 1)


def test_the_answer_brings_the_new_version_and_the_stored_text(ola: User, lead: Lead) -> None:
    response = save(ola, lead, name="  Hala duża ", expected_revenue="1 234,5")
    assert f'name="version" value="{lead.version + 1}"' in response.content.decode()
    assert '"name": "Hala du\\u017ca"' in response.headers["HX-Trigger"]
    assert '"expected_revenue": "1\\u00a0234,50"' in response.headers["HX-Trigger"]
    assert "phone" not in response.headers["HX-Trigger"]


def test_saving_an_untouched_form_changes_nothing(ola: User, funnel: FunnelCast) -> None:
    tag = LeadTagFactory()
    lead = create_lead(
        values={
            "name": "Hala",
            "received_at": datetime(2026, 11, 20, 9, 30, 17, 123456, tzinfo=UTC),
            "expected_revenue": Decimal("1234.50"),
            "description": "<div>Ustalenia</div>",
        },
        tags=[tag],
        by=ola,
    )
    form = signed_in(ola).get(f"/leads/{lead.pk}/").context["form"]
    shown = {name: form[name].field.widget.format_value(form[name].value()) or "" for name in form.fields}
    shown |= {name: form[name].value() or "" for name in ("sales_person", "description")} | {"tags": [tag.pk]}
    del shown["status"], shown["lost_reason"]

    assert save(ola, lead, **shown).status_code == 200

    stored = Lead.objects.get()
    assert (stored.version, stored.received_at) == (lead.version, lead.received_at)
    assert LeadEvent.objects.count() == 1


def test_errors_stand_at_their_fields_and_nothing_is_stored(ola: User, lead: Lead) -> None:
    response = save(ola, lead, name="Inna", probability="101", postal_code="9" * 30)
    text = response.content.decode()
    assert response.status_code == 422
    assert "mniejsza lub równa 100" in error_at(response, "probability")
    assert "co najwyżej 20 znaków" in error_at(response, "postal_code")
    assert "Tu są błędy" in text  # at the tab
    assert f'name="version" value="{lead.version}"' in text
    assert Lead.objects.get().name == "Hala"


def test_the_name_is_filled_from_the_product(ola: User, lead: Lead) -> None:
    save(ola, lead, name="", product=ProductFactory(name="Regał").pk)
    assert Lead.objects.get().name == "Regał"


def test_a_type_that_forbids_the_status_asks_for_another_one(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.proposal, funnel.lost])

    refused = save(ola, lead, type=kind.pk)
    assert refused.status_code == 422
    assert error_at(refused, "status") == "Status „Nowy” nie jest dozwolony dla typu „Przetarg”."
    assert 'name="status"' in refused.content.decode()
    assert (Lead.objects.get().type, Lead.objects.get().status) == (None, funnel.new)

    unanswered = save(ola, lead, type=kind.pk, status="")
    assert unanswered.status_code == 422
    assert error_at(unanswered, "status") == (
        "Status „Nowy” nie jest dozwolony dla typu „Przetarg”. Wybierz status leadu."
    )
    assert error_at(save(ola, lead, type=kind.pk, status=funnel.lost.pk), "lost_reason") == "Wybierz powód porażki."
    assert save(ola, lead, type=kind.pk, status=funnel.proposal.pk).status_code == 200
    assert (Lead.objects.get().type, Lead.objects.get().status) == (kind, funnel.proposal)


def test_a_type_that_allows_the_status_keeps_it(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(allows=[funnel.new])
    assert save(ola, lead, type=kind.pk).status_code == 200
    assert (Lead.objects.get().type, Lead.objects.get().status) == (kind, funnel.new)


def test_the_status_field_says_why_it_asks(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.proposal])
    client = signed_in(ola)
    asked = client.get("/leads/status-field/", {"lead": lead.pk, "type": kind.pk}).content.decode()
    assert "Status „Nowy” nie jest dozwolony dla typu „Przetarg”." in asked
    assert 'name="status"' not in client.get("/leads/status-field/", {"lead": lead.pk, "type": ""}).content.decode()


def test_a_stranded_lead_says_so_and_can_be_edited(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new, funnel.proposal])
    lead = create_lead(values={"name": "Hala", "type": kind}, by=ola)
    LeadTypeStatus.objects.filter(type=kind, status=funnel.new).delete()

    page = signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    assert "Status „Nowy” nie jest dozwolony dla typu „Przetarg”." in page
    assert save(ola, lead, name="Hala duża", type=kind.pk).status_code == 200
    assert (Lead.objects.get().name, Lead.objects.get().status) == ("Hala duża", funnel.new)


# --- Two people at the same lead


def test_a_stale_form_stores_nothing_and_shows_both_values(ola: User, ewa: User, lead: Lead) -> None:
    seen_at = datetime.now(UTC).isoformat()
    update_lead(lead=lead, values={"city": "Gdańsk", "probability": 50}, by=ewa)
    lead.version = 1

    response = save(ola, lead, name="Hala duża", city="Łódź", probability="30", seen_at=seen_at)

    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#lead-conflict"
    conflict = response.context["conflict"]
    rows = {row.name: (row.mine, row.theirs, row.suggestion) for row in conflict.differences}
    assert rows == {
        "name": ("Hala duża", "Hala", "mine"),
        "city": ("Łódź", "Gdańsk", "theirs"),
        "probability": ("30%", "50%", ""),
    }
    assert (conflict.saved_by, conflict.version) == (ewa, 2)
    assert "Ewa Lis" in response.content.decode()
    stored = Lead.objects.get()
    assert (stored.name, stored.city, stored.probability, stored.version) == ("Hala", "Gdańsk", 50, 2)


def test_choosing_stores_each_side_with_the_new_version(ola: User, ewa: User, lead: Lead) -> None:
    tags = [LeadTagFactory(), LeadTagFactory()]
    update_lead(lead=lead, values={"city": "Gdańsk", "probability": 50}, tags=tags[:1], by=ewa)
    lead.version = 1
    sent = {"name": "Hala duża", "city": "Łódź", "probability": "30", "tags": [tags[1].pk]}
    assert {row.name for row in save(ola, lead, **sent).context["conflict"].differences} == {*sent}

    chosen = {"keep-name": "mine", "keep-city": "theirs", "keep-probability": "mine", "keep-tags": "theirs"}
    response = save(ola, lead, **sent, **chosen, asked=list(sent), chosen_version=2)

    assert response.headers["HX-Redirect"] == f"/leads/{lead.pk}/"
    stored = Lead.objects.get()
    assert (stored.name, stored.city, stored.probability) == ("Hala duża", "Gdańsk", 30)
    assert list(stored.tags.all()) == tags[:1]


def test_a_field_without_a_choice_is_asked_again(ola: User, ewa: User, lead: Lead) -> None:
    update_lead(lead=lead, values={"city": "Gdańsk"}, by=ewa)
    lead.version = 1
    response = save(ola, lead, city="Lublin", asked=["city"], chosen_version=2)
    assert response.status_code == 409
    assert "Wybierz wartość przy każdym polu" in response.content.decode()
    assert Lead.objects.get().city == "Gdańsk"


def test_a_choice_that_is_stale_itself_is_asked_again(ola: User, ewa: User, lead: Lead) -> None:
    update_lead(lead=lead, values={"city": "Gdańsk"}, by=ewa)
    update_lead(lead=lead, values={"city": "Sopot"}, by=ewa)
    lead.version = 1
    response = save(ola, lead, city="Łódź", asked=["city"], chosen_version=2, **{"keep-city": "theirs"})
    assert response.status_code == 409
    [row] = response.context["conflict"].differences
    assert (row.mine, row.theirs) == ("Łódź", "Sopot")
    assert Lead.objects.get().city == "Sopot"


def test_the_same_change_by_both_is_no_conflict(ola: User, ewa: User, lead: Lead) -> None:
    update_lead(lead=lead, values={"city": "Gdańsk"}, by=ewa)
    lead.version = 1
    assert save(ola, lead, city="Gdańsk").status_code == 200
    assert Lead.objects.get().version == 2


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30])
def test_a_form_without_a_version_overwrites_nothing(ola: User, lead: Lead, version: str) -> None:
    response = post(ola, f"/leads/{lead.pk}/update/", {"version": version, "name": "Inna", "seen_at": "wczoraj"})
    assert response.status_code == 409
    assert Lead.objects.get().name == "Hala"


def test_a_lead_deleted_meanwhile_says_by_whom_and_keeps_what_was_typed(ola: User, ewa: User, lead: Lead) -> None:
    pk, version = lead.pk, lead.version
    delete_lead(lead=Lead.objects.get(), by=ewa)
    data = {"version": version, "name": "Hala <duża>", "description": "<div>Ustalenia</div>"}

    fragment = post(ola, f"/leads/{pk}/update/", data)
    assert (fragment.status_code, fragment.headers["HX-Retarget"]) == (410, "#lead-conflict")
    assert "Ewa Lis" in fragment.content.decode()
    assert "/leads/new/" in fragment.content.decode()

    page = signed_in(ola).post(f"/leads/{pk}/update/", data)
    assert page.status_code == 410
    assert escape("Hala <duża>") in page.content.decode()
    assert "Ustalenia" in page.content.decode()
    assert not Lead.objects.exists()


def test_of_a_deleted_lead_that_one_could_not_see_nothing_is_told(ola: User, marek: User, lead: Lead) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    delete_lead(lead=Lead.objects.get(), by=ola)
    response = post(marek, f"/leads/{lead.pk}/update/", {"name": "x"})
    assert response.status_code == 404


# --- Who may


def test_a_lead_of_others_does_not_exist(ola: User, marek: User, lead: Lead) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    client = signed_in(marek)
    for address in ("", "history/", "status-changes/", "lose/", "delete/"):
        assert client.get(f"/leads/{lead.pk}/{address}").status_code == 404
    assert client.get("/leads/status-field/", {"lead": lead.pk}).status_code == 404
    assert save(marek, lead, name="Moje").status_code == 404
    assert Lead.objects.get().name == "Hala"


def test_without_the_permission_the_card_is_read_only(ola: User, lead: Lead) -> None:
    from django.contrib.auth.models import Permission

    ola.groups.clear()
    ola.user_permissions.add(Permission.objects.get(codename="view_lead"))
    page = signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    assert "Hala" in page
    for button in ("lead-save", "lead-lose", "lead-copy", "lead-delete", f'hx-post="/leads/{lead.pk}/status/'):
        assert button not in page
    assert save(ola, lead, name="Inna").status_code == 403
    assert Lead.objects.get().name == "Hala"


def test_a_sales_person_gives_away_only_own_leads(ola: User, marek: User, ewa: User, lead: Lead) -> None:
    theirs = LeadFactory(sales_person=marek)
    refused = save(ola, theirs, sales_person=ola.pk)
    assert refused.status_code == 422
    assert error_at(refused, "sales_person") == "Możesz przekazywać tylko własne leady."
    theirs.refresh_from_db()
    assert theirs.sales_person == marek

    assert save(ola, theirs, name="Nowa nazwa").status_code == 200  # the field was shown, but could not be sent
    assert save(ola, lead, sales_person=marek.pk).status_code == 200
    lead.refresh_from_db()
    assert lead.sales_person == marek
    assert save(ewa, lead, sales_person=ola.pk).status_code == 200


def test_giving_away_a_lead_that_one_then_does_not_see_leads_to_the_list(ola: User, marek: User, lead: Lead) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    response = save(ola, lead, sales_person=marek.pk)
    assert response.headers["HX-Redirect"] == "/leads/"
    assert Lead.objects.get().sales_person == marek


def test_works_without_scripts(ola: User, ewa: User, lead: Lead) -> None:
    client = signed_in(ola)
    url = f"/leads/{lead.pk}/update/"
    assert client.post(url, {"version": 1, "name": "Hala duża"}).headers["Location"] == f"/leads/{lead.pk}/"
    refused = client.post(url, {"version": 2, "probability": "101"})
    assert (refused.status_code, "<html" in refused.content.decode()) == (422, True)
    stale = client.post(url, {"version": 1, "name": "Moja"})
    assert (stale.status_code, "<html" in stale.content.decode()) == (409, True)
    assert Lead.objects.get().name == "Hala duża"


def test_only_posts_save(ola: User, lead: Lead) -> None:
    assert signed_in(ola).get(f"/leads/{lead.pk}/update/").status_code == 405


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_an_unknown_lead_is_not_found(ola: User, lead: Lead, pk: str) -> None:
    assert signed_in(ola).get(f"/leads/{pk}/").status_code == 404
    assert post(ola, f"/leads/{pk}/update/", {"name": "x"}).status_code == 404


def test_the_tabs_show_history_and_steps(ola: User, ewa: User, lead: Lead, funnel: FunnelCast) -> None:
    update_lead(lead=lead, values={"city": "Gdańsk", "status": funnel.qualified}, by=ewa)
    client = signed_in(ola)
    history = client.get(f"/leads/{lead.pk}/history/").content.decode()
    for shown in ("Ewa Lis", "Łódź", "Gdańsk", "Kwalifikacja", "Utworzono"):
        assert shown in history
    steps = client.get(f"/leads/{lead.pk}/status-changes/").content.decode()
    assert "Nowy" in steps
    assert "Kwalifikacja" in steps
    assert client.get(f"/leads/{lead.pk}/history/", {"before": "nonsense"}).status_code == 200
