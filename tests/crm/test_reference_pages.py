"""The pages of reference data, the same for every kind."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from crm.models import Campaign, LeadStatus, LeadTag, ReferenceItem, User
from crm.reference import KINDS, Kind
from crm.services.reference import fingerprint
from leads.models import Lead
from leads.services import change_status
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTagFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def manager(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


def _listed(client: Client, kind: Kind, **query: str) -> list[ReferenceItem]:
    return list(client.get(kind.list_url(), query).context["items"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_add_change_archive_restore_delete(manager: Client, kind: Kind) -> None:
    """The whole life of an item of each kind, through its pages."""
    items = kind.model._default_manager
    values = {"name": "Ósmy", "colour": "teal", "kind": "meeting", "icon": "video"}
    values |= {"pattern": "T/{rok}/{nr}", "reset": "yearly", "prices": "gross", "payment_days": "7"}

    assert manager.post(reverse("crm:reference_create", args=[kind]), values).status_code == 302
    item = items.get()
    assert (item.name, item.sort_order) == ("Ósmy", 1)
    assert _listed(manager, kind) == [item]

    edit = reverse("crm:reference_edit", args=[kind, item.pk])
    seen = manager.get(edit).context["form"].initial["seen"]
    assert manager.post(edit, {**values, "name": "Dziewiąty", "seen": seen}).status_code == 302
    assert items.get().name == "Dziewiąty"

    assert manager.post(kind.archive_url(item)).status_code == 302
    assert items.get().is_archived
    assert _listed(manager, kind) == []
    assert _listed(manager, kind, archived="1") == [item]

    assert manager.post(reverse("crm:reference_restore", args=[kind, item.pk])).status_code == 302
    assert not items.get().is_archived

    assert manager.post(reverse("crm:reference_delete", args=[kind, item.pk])).status_code == 302
    assert not items.exists()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_sales_people_may_not(client: Client, ola: User, kind: Kind) -> None:
    item = kind.model._default_manager.create(name="Stały")
    client.force_login(ola)

    assert client.get(kind.list_url()).status_code == 403
    for name in ("edit", "archive", "restore", "delete", "replace"):
        assert client.post(reverse(f"crm:reference_{name}", args=[kind, item.pk])).status_code == 403
    assert client.post(reverse("crm:reference_create", args=[kind]), {"name": "Nowy"}).status_code == 403
    assert client.post(reverse("crm:reference_sort", args=[kind]), {"id": [item.pk]}).status_code == 403
    assert kind.model._default_manager.get().name == "Stały"


def test_unknown_kinds_and_items_are_not_found(manager: Client) -> None:
    assert manager.get("/settings/colours/").status_code == 404
    assert manager.get(reverse("crm:reference_edit", args=["tags", 999])).status_code == 404
    assert manager.get("/settings/tags/99999999999999999999/").status_code == 404


def test_the_list_takes_the_same_queries_whatever_its_length(
    manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    LeadTagFactory.create_batch(3)
    with django_assert_max_num_queries(10) as few:
        manager.get(reverse("crm:tag_list"))
    LeadTagFactory.create_batch(60)
    with django_assert_max_num_queries(len(few)):
        page = manager.get(reverse("crm:tag_list")).content.decode()
    assert page.count("data-id=") == 63


def test_search_passes_over_case_and_diacritics(manager: Client) -> None:
    Campaign.objects.create(name="Łódź wiosną")
    Campaign.objects.create(name="Kraków")

    page = manager.get(reverse("crm:campaign_list"), {"q": "lodz"}).content.decode()

    assert "Łódź wiosną" in page
    assert "Kraków" not in page
    assert "100%" in manager.get(reverse("crm:campaign_list"), {"q": "100%"}).content.decode()
    assert manager.get(reverse("crm:campaign_list"), {"q": "\x00"}).status_code == 200


def test_an_empty_list_says_what_it_is_for(manager: Client) -> None:
    page = manager.get(reverse("crm:medium_list")).content.decode()

    assert "Nowy kanał" in page
    assert "Nic tu jeszcze nie ma" in page


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "zł\x00y", "zł\x07y"])
def test_bad_names_are_refused_at_the_field(manager: Client, name: str) -> None:
    answer = manager.post(reverse("crm:reference_create", args=["campaigns"]), {"name": name}, headers=HTMX)

    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("order", ["-1", "abc", "1e400", "99999999999"])
def test_bad_orders_are_refused_at_the_field(manager: Client, order: str) -> None:
    answer = manager.post(reverse("crm:reference_create", args=["campaigns"]), {"name": "Wiosna", "sort_order": order})

    assert answer.status_code == 422
    assert "sort_order" in answer.context["form"].errors
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "3651", "99999", "x"])
def test_bad_numbers_of_days_are_refused_at_the_field(manager: Client, days: str) -> None:
    values = {"name": "Nowy", "colour": "blue", "stuck_after_days": days}
    answer = manager.post(reverse("crm:reference_create", args=["statuses"]), values)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["stuck_after_days"]
    assert not LeadStatus.objects.exists()


def test_a_taken_name_is_told_in_polish(manager: Client) -> None:
    Campaign.objects.create(name="Wiosna", is_archived=True)

    answer = manager.post(reverse("crm:reference_create", args=["campaigns"]), {"name": "wiosna"}, headers=HTMX)

    assert answer.status_code == 422
    assert "Ta nazwa jest już zajęta" in answer.content.decode()
    assert Campaign.objects.count() == 1


def test_saving_in_the_dialog_renews_the_list_and_closes_it(manager: Client) -> None:
    answer = manager.post(
        reverse("crm:reference_create", args=["campaigns"]),
        {"name": "Wiosna"},
        headers={**HTMX, "HX-Current-URL": "http://testserver/settings/campaigns/"},
    )

    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#reference-list"
    assert "lejek:close-dialog" in answer.headers["HX-Trigger"]
    assert answer.content.decode().lstrip().startswith('<div id="reference-list">')
    assert "Wiosna" in answer.content.decode()


def test_two_managers_change_the_same_item(manager: Client) -> None:
    tag = LeadTagFactory(name="targi", colour="red", sort_order=1)
    edit = reverse("crm:reference_edit", args=["tags", tag.pk])
    seen = manager.get(edit).context["form"].initial["seen"]
    LeadTag.objects.filter(pk=tag.pk).update(name="Targi 2026")

    mine = {"name": "targi i konferencje", "colour": "red", "sort_order": "1"}
    answer = manager.post(edit, {**mine, "seen": seen}, headers=HTMX)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Targi 2026" in page
    assert "targi i konferencje" in page
    assert LeadTag.objects.get().name == "Targi 2026"

    again = answer.context["form"].data["seen"]
    assert again == fingerprint(LeadTag.objects.get(), ["name", "colour", "sort_order"])
    assert manager.post(edit, {**mine, "seen": again}).status_code == 302
    assert LeadTag.objects.get().name == "targi i konferencje"


def test_closing_a_status_with_leads_asks_with_their_number(manager: Client, funnel: FunnelCast) -> None:
    LeadFactory.create_batch(3, status=funnel.proposal)
    edit = reverse("crm:reference_edit", args=["statuses", funnel.proposal.pk])
    seen = manager.get(edit).context["form"].initial["seen"]
    values = {"name": "Propozycja", "colour": "purple", "sort_order": "3", "is_closed": "on", "seen": seen}

    answer = manager.post(edit, values, headers=HTMX)
    assert answer.status_code == 422
    assert "3 leady" in answer.content.decode()
    assert not Lead.objects.closed().exists()

    assert manager.post(edit, {**values, "confirmed": "1"}).status_code == 302
    assert Lead.objects.closed().count() == 3


def test_the_lost_mark_of_a_status_with_leads_stays(manager: Client, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.lost, lost_reason=funnel.too_expensive)
    edit = reverse("crm:reference_edit", args=["statuses", funnel.lost.pk])
    seen = manager.get(edit).context["form"].initial["seen"]

    answer = manager.post(
        edit,
        {"name": "Porażka", "colour": "red", "sort_order": "6", "is_closed": "on", "seen": seen, "confirmed": "1"},
        headers=HTMX,
    )

    assert answer.status_code == 422
    assert "is_lost" in answer.context["form"].errors
    assert "nie można przenieść" in answer.content.decode()
    assert LeadStatus.objects.get(is_lost=True) == funnel.lost


def test_what_is_in_use_says_where_and_offers_the_ways_out(manager: Client, funnel: FunnelCast) -> None:
    old, new = Campaign.objects.create(name="Gogle"), Campaign.objects.create(name="Google")
    lead = LeadFactory(status=funnel.new, campaign=old)
    url = reverse("crm:reference_delete", args=["campaigns", old.pk])

    page = manager.get(url, headers=HTMX).content.decode()
    assert "Leady" in page
    assert "Archiwizuj" in page
    assert "Zastąp" in page
    assert manager.post(url).status_code == 422
    assert Campaign.objects.count() == 2

    replace = reverse("crm:reference_replace", args=["campaigns", old.pk])
    assert manager.post(replace, {"replacement": "abc"}).status_code == 422
    assert manager.post(replace, {"replacement": new.pk}).status_code == 302
    lead.refresh_from_db()
    assert lead.campaign == new
    assert list(Campaign.objects.all()) == [new]


def test_a_status_is_not_archived_past_its_own_page(manager: Client, funnel: FunnelCast) -> None:
    """The page of all kinds leads to the one that asks about the leads."""
    LeadFactory(status=funnel.new)

    answer = manager.post(reverse("crm:reference_archive", args=["statuses", funnel.new.pk]))

    assert answer.url == reverse("leads:status_archive", args=[funnel.new.pk])
    funnel.new.refresh_from_db()
    assert not funnel.new.is_archived


def test_dragging_stores_the_order(manager: Client) -> None:
    first, second = LeadStatusFactory(sort_order=1), LeadStatusFactory(sort_order=2)

    answer = manager.post(
        reverse("crm:reference_sort", args=["statuses"]), {"id": [second.pk, first.pk, "x", "9" * 30]}
    )

    assert answer.json() == {str(second.pk): 1, str(first.pk): 2}
    assert list(LeadStatus.objects.all()) == [second, first]
    assert manager.get(reverse("crm:reference_sort", args=["statuses"])).status_code == 405


def test_what_holds_an_item_is_a_link_to_those_leads(manager: Client, funnel: FunnelCast) -> None:
    tag, campaign = LeadTagFactory(), Campaign.objects.create(name="Wiosna")
    lead = LeadFactory(status=funnel.won, campaign=campaign)
    lead.tags.add(tag)
    LeadFactory(status=funnel.won)

    for slug, item, query in (("tags", tag, f"tag={tag.pk}"), ("campaigns", campaign, f"campaign={campaign.pk}")):
        page = manager.get(reverse("crm:reference_delete", args=[slug, item.pk])).content.decode()
        assert f'href="/leads/?state=all&amp;{query}"' in page
        found = manager.get(f"/leads/?state=all&{query}").content.decode()
        assert f'data-lead-id="{lead.pk}"' in found
        assert found.count("data-lead-id=") == 1


def test_each_kind_of_rows_is_told_once(manager: Client, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)
    lead = change_status(lead=lead, to=funnel.proposal, by=ewa)
    change_status(lead=lead, to=funnel.new, by=ewa)

    page = manager.get(reverse("crm:reference_delete", args=["statuses", funnel.new.pk])).content.decode()

    assert page.count("Zmiany statusu") == 1
    assert f'href="/leads/?state=all&amp;status={funnel.new.pk}"' in page


def test_settings_speak_of_many_leads_and_a_lead_of_itself(manager: Client, funnel: FunnelCast) -> None:
    assert "Tagi leadów" in manager.get("/settings/tags/").content.decode()
    lead = LeadFactory(status=funnel.new)
    card = manager.get(f"/leads/{lead.pk}/").content.decode()
    assert "Tagi leadu" in card
    assert "Tagi leadów" not in card
