"""Taking an import back: what it made goes, what it changed gets its old values, what was edited since stays."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.models import Partner, Product, Source, Team, User
from crm.services.partners import save_partner
from leads.importing import control
from leads.models import ImportRow, Lead
from leads.services import update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, PartnerFactory
from tests.factories.leads import LeadFactory
from tests.leads.importing import check, decide, import_file, store, undo, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept(run: Any) -> list[tuple[str, str]]:
    rows = ImportRow.objects.filter(run=run, undone=ImportRow.Undone.KEPT).order_by("line")
    return list(rows.values_list("label", "reason"))


def test_new_leads_go_and_changed_ones_are_as_before(ewa: User, marek: User, funnel: FunnelCast) -> None:
    old_tag = LeadTagFactory(name="stary")
    LeadTagFactory(name="nowy")
    lead = LeadFactory(
        external_id="1",
        name="Stara",
        status=funnel.lost,
        lost_reason=funnel.too_expensive,
        sales_person=marek,
        expected_revenue="10.50",
        probability=None,
    )
    lead.tags.add(old_tag)
    closed_at = lead.closed_at
    run = import_file(
        "id,nazwa,status,kwota,tagi,prawdopodobieństwo\n1,Nowa,Nowy,20,nowy,50\n2,Druga,Nowy,5,nowy,10\n", by=ewa
    )
    lead.refresh_from_db()
    assert (lead.name, lead.status, lead.lost_reason, lead.closed_at) == ("Nowa", funnel.new, None, None)

    run = undo(run)

    assert (run.state, run.undone_count, run.kept_count) == ("done", 2, 0)
    assert list(Lead.objects.all()) == [lead]
    lead.refresh_from_db()
    assert (lead.name, lead.status, lead.lost_reason) == ("Stara", funnel.lost, funnel.too_expensive)
    assert (str(lead.expected_revenue), lead.probability, lead.sales_person) == ("10.50", None, marek)
    assert lead.closed_at == closed_at
    assert list(lead.tags.all()) == [old_tag]


def test_what_was_edited_since_stays_and_is_listed(client: Client, ewa: User, funnel: FunnelCast) -> None:
    LeadFactory(external_id="1", name="Stara", status=funnel.new)
    run = import_file("id,nazwa\n1,Nowa\n2,Druga\n3,Trzecia\n", by=ewa)
    for external_id in ("1", "2"):
        update_lead(lead=Lead.objects.get(external_id=external_id), values={"city": "Łódź"}, by=ewa)

    run = undo(run)

    assert (run.undone_count, run.kept_count) == (1, 2)
    assert set(Lead.objects.values_list("name", flat=True)) == {"Nowa", "Druga"}
    assert [reason for _label, reason in kept(run)] == ["Od tego czasu zmieniono."] * 2
    client.force_login(ewa)
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "Co pozostaje" in page
    assert page.count("Od tego czasu zmieniono.") == 2


def test_what_was_created_on_the_way_goes_unless_it_is_used(adam: User, funnel: FunnelCast) -> None:
    content = "nazwa,partner,źródło,sprzedawca\nA,Hurt,Targi,Jan Kos\nB,Sklep,Radio,Anna Kos\n"
    run = check(upload(content, by=adam))
    run = store(decide(run, partner="create", source="create", sales_person="create"))
    assert (Partner.objects.count(), Source.objects.count(), User.objects.filter(last_name="Kos").count()) == (2, 2, 2)
    LeadFactory(status=funnel.new, source=Source.objects.get(name="Radio"))
    save_partner(partner=Partner.objects.get(name="Sklep"), values={"city": "Łódź"}, by=adam)

    run = undo(run)

    assert (run.undone_count, run.kept_count) == (2, 0)
    assert [partner.name for partner in Partner.objects.all()] == ["Sklep"]
    assert [source.name for source in Source.objects.all()] == ["Radio"]
    assert not User.objects.filter(last_name="Kos").exists()
    assert {label for label, _reason in kept(run)} == {"Sklep", "Radio"}


def test_partner_that_is_used_since_stays(ewa: User, funnel: FunnelCast) -> None:
    old = PartnerFactory(name="Stary", city="Łódź")
    run = import_file("nazwa;miasto\nStary;Radom\nNowy;Opole\nInny;Opole\n", kind="partners", by=ewa)
    LeadFactory(status=funnel.new, partner=Partner.objects.get(name="Nowy"))

    run = undo(run)

    old.refresh_from_db()
    assert old.city == "Łódź"
    assert set(Partner.objects.values_list("name", flat=True)) == {"Stary", "Nowy"}
    assert kept(run)[0][0] == "Nowy"


def test_products_and_people_are_taken_back(adam: User) -> None:
    products = import_file("nazwa;cena\nHala;10\n", kind="products", by=adam)
    run = check(upload("imię i nazwisko;zespół\nJan Kos;Zachód\nAnna Kos;Zachód\n", kind="people", by=adam))
    people = store(decide(run, team="create"))
    User.objects.filter(first_name="Anna").update(email="anna@lejek.test")

    undo(products)
    people = undo(people)

    assert not Product.objects.exists()
    assert [user.first_name for user in User.objects.filter(last_name="Kos")] == ["Anna"]
    assert [team.name for team in Team.objects.filter(name="Zachód")] == ["Zachód"]
    assert people.kept_count == 1


def test_undo_is_possible_once_and_only_after_an_import(ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("nazwa\nA\n", by=ewa))
    with pytest.raises(control.RuleError):
        control.start_undo(run=run)
    run = undo(store(run))
    for action in (control.start_undo, control.start_import, control.start_check, control.resume):
        with pytest.raises(control.RuleError):
            action(run=run)
