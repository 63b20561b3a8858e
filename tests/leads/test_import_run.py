"""What an import stores: found by key, only through the services, nothing twice; what it refuses and why."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission

from crm.models import LostReason, Partner, Product, Source, SystemSettings, User, Visibility
from leads.importing import control
from leads.models import ImportRow, Lead, LeadEvent, LeadStatusChange
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, LeadTypeFactory, PartnerFactory, ProductFactory, UserFactory
from tests.factories.leads import LeadFactory
from tests.leads.importing import check, counts, decide, import_file, refusals, store, upload

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_check_stores_nothing(ewa: User, funnel: FunnelCast) -> None:
    product = ProductFactory(name="Hala")

    run = check(upload("nazwa,produkt,kwota\nA,Hala,10\nB,Nieznany,x\n", by=ewa))

    assert counts(run) == (1, 0, 0, 1)
    assert refusals(run) == [(3, "kwota", "„x” nie jest liczbą.")]
    assert not Lead.objects.exists()
    assert list(Product.objects.all()) == [product]
    assert not LeadEvent.objects.exists()


def test_every_error_is_told_by_row_and_column(ewa: User, funnel: FunnelCast) -> None:
    run = check(
        upload(
            "nazwa;kwota;data;prawdopodobieństwo;email;strona\n"
            "A;-1;31.02.2026;101;zły;a\n"
            ";1e400;1.1.2026;x;a@b.pl;b\n"
            "C;1,234;;;;\n"
            "D;1,5;;;;;;nadmiar\n",
            by=ewa,
        )
    )

    assert counts(run) == (0, 0, 0, 4)
    found = refusals(run)
    assert {(row, column) for row, column, _message in found} == {
        (2, "data"),
        (3, "kwota"),
        (3, "prawdopodobieństwo"),
        (4, "kwota"),
        (5, ""),
    }
    assert "Nie ma takiej daty: „31.02.2026”" in found[0][2]


def test_errors_of_the_service_stand_at_their_columns(ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("nazwa,kwota,prawdopodobieństwo,email\nA,-1,101,zły\n,,,a@b.pl\n" + "x" * 300 + ",,,\n", by=ewa))

    assert {(row, column) for row, column, _message in refusals(run)} == {
        (2, "kwota"),
        (2, "prawdopodobieństwo"),
        (2, "email"),
        (4, "nazwa"),
    }


def test_lead_is_stored_with_all_it_says(ewa: User, ola: User, funnel: FunnelCast) -> None:
    partner = PartnerFactory(name="Hurt", nip="5260250274")
    tags = [LeadTagFactory(name="targi"), LeadTagFactory(name="pilne")]
    reason = LostReason.objects.create(name="Nieznany (import)")
    header = "ID zewnętrzne;Nazwa;Status leadu;Partner;Sprzedawca;Data i czas;Data zamknięcia;Kwota;Tagi;Telefon"
    row = (
        "A-1;Hala;Porażka;526-025-02-74;OLA@lejek.test;20.10.2026 14:05;22.10.2026;1 234,50 zł;targi, Pilne;600 100 200"
    )

    run = import_file(f"{header}\n{row}", by=ewa)

    assert (counts(run), refusals(run)) == ((1, 0, 0, 0), [])
    lead = Lead.objects.get()
    assert (lead.external_id, lead.name, lead.status, lead.partner, lead.sales_person) == (
        "A-1",
        "Hala",
        funnel.lost,
        partner,
        ola,
    )
    assert lead.expected_revenue == Decimal("1234.50")
    assert lead.received_at == datetime(2026, 10, 20, 14, 5, tzinfo=WARSAW)
    assert lead.closed_at == datetime(2026, 10, 22, tzinfo=WARSAW)
    assert lead.lost_reason == reason
    assert lead.phone_e164 == "+48600100200"
    assert set(lead.tags.all()) == set(tags)
    step = LeadStatusChange.objects.get()
    assert (step.changed_at, step.by) == (lead.received_at, ewa)
    assert LeadEvent.objects.get().pgh_context["user"] == ewa.pk


def test_same_file_again_changes_nothing(ewa: User, funnel: FunnelCast) -> None:
    header = "id,nazwa,status,data,data zamknięcia,kwota,tagi"
    content = f"{header}\n1,A,Wygrana,1.2.2026,3.2.2026,10,\n2,B,Nowy,1.2.2026,5.2.2026,20,\n"
    import_file(content, by=ewa)
    versions = set(Lead.objects.values_list("pk", "version"))

    run = import_file(content, by=ewa)

    assert counts(run) == (0, 0, 2, 0)
    assert set(Lead.objects.values_list("pk", "version")) == versions
    assert Lead.objects.get(external_id="2").closed_at is None


def test_changed_row_changes_only_what_it_says(ewa: User, marek: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(
        external_id="1", name="Stara", city="Łódź", status=funnel.new, sales_person=marek, phone="600100200"
    )

    run = import_file("id,nazwa,telefon,miasto\n1,Nowa,,Radom\n", by=ewa)

    assert counts(run) == (0, 1, 0, 0)
    lead.refresh_from_db()
    assert (lead.name, lead.city, lead.phone, lead.sales_person) == ("Nowa", "Radom", "600100200", marek)
    assert ImportRow.objects.get().old_values == {"name": "Stara", "city": "Łódź"}


def test_empty_cell_empties_where_that_is_wanted(ewa: User, funnel: FunnelCast) -> None:
    LeadFactory(external_id="1", name="A", city="Łódź", phone="600100200", status=funnel.new)
    run = upload("id,nazwa,telefon,miasto\n1,,,Radom\n", by=ewa)
    run.empty_clears = True
    run.save()

    store(check(run))

    lead = Lead.objects.get()
    assert (lead.name, lead.phone, lead.city) == ("A", "", "Radom")


def test_name_is_composed_where_no_column_gives_it(ewa: User, funnel: FunnelCast) -> None:
    ProductFactory(name="Hala")
    PartnerFactory(name="Hurt")

    import_file("produkt,partner,firma,id\nHala,Hurt,,1\nHala,,,2\n,Hurt,,3\n,,Sklep,4\n", by=ewa)

    names = Lead.objects.order_by("external_id").values_list("name", flat=True)
    assert list(names) == ["Hala – Hurt", "Hala", "Hurt", "Sklep"]


def test_lost_reason_of_a_lead_is_not_overwritten_by_the_chosen_one(ewa: User, funnel: FunnelCast) -> None:
    unknown = LostReason.objects.create(name="Nieznany (import)")
    LeadFactory(external_id="1", name="A", status=funnel.lost, lost_reason=funnel.too_expensive)
    LeadFactory(external_id="2", name="B", status=funnel.new)

    import_file("id,nazwa,status,powód porażki\n1,A,Porażka,\n2,B,Porażka,\n3,C,Porażka,Za drogo\n", by=ewa)

    reasons = Lead.objects.order_by("external_id").values_list("lost_reason__name", flat=True)
    assert list(reasons) == ["Za drogo", unknown.name, "Za drogo"]


def test_lost_row_without_a_reason_is_refused_when_none_is_chosen(ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("id,nazwa,status\n1,A,Porażka\n", by=ewa))

    assert counts(run) == (0, 0, 0, 1)


def test_status_that_the_type_forbids_is_refused(ewa: User, funnel: FunnelCast) -> None:
    LeadTypeFactory(name="Serwis", allows=[funnel.new])

    run = import_file("id,nazwa,typ,status\n1,A,Serwis,Propozycja\n2,B,Serwis,Nowy\n", by=ewa)

    assert counts(run) == (1, 0, 0, 1)
    assert refusals(run) == [(2, "status", "Status „Propozycja” nie jest dozwolony dla typu „Serwis”.")]


def test_record_that_stands_in_the_file_twice_is_taken_once(ewa: User, funnel: FunnelCast) -> None:
    run = import_file("id,nazwa\n1,A\n2,B\n1,C\n", by=ewa)

    assert counts(run) == (2, 0, 0, 1)
    assert refusals(run) == [(4, "", "Ten sam rekord jest już w wierszu 2 tego pliku.")]
    assert Lead.objects.get(external_id="1").name == "A"


def test_lead_that_the_user_may_not_see_is_refused_without_a_word_about_it(
    ewa: User, marek: User, funnel: FunnelCast
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"manager_visibility": Visibility.TEAM})
    lead = LeadFactory(external_id="1", name="Cudzy", status=funnel.new, sales_person=marek)

    run = import_file("id,nazwa\n1,Mój\n2,Inny\n", by=ewa)

    assert refusals(run) == [(2, "", "Tego ID zewnętrznego nie można użyć.")]
    lead.refresh_from_db()
    assert lead.name == "Cudzy"


# --- Unknown values ---------------------------------------------------------------------------------------------------


def test_unknown_value_is_offered_the_nearest(ewa: User, funnel: FunnelCast) -> None:
    pro = ProductFactory(name="GTX Pro")
    ProductFactory(name="MG Special")

    run = check(upload("nazwa,produkt,źródło\nA,GTXPro,Targi\nB,GTXPro,Targi\nC,GTX Pro,\n", by=ewa))

    assert counts(run) == (1, 0, 0, 2)
    product = run.unknowns["product"]["values"][0]
    assert (product["text"], product["count"], product["likely"]) == ("GTXPro", 2, {"do": "map", "id": pro.pk})
    assert run.unknowns["source"]["values"][0]["likely"] == {"do": "create"}


def test_unknown_values_are_mapped_created_refused_or_left_out(ewa: User, funnel: FunnelCast) -> None:
    pro = ProductFactory(name="GTX Pro")
    run = check(upload("nazwa,produkt,źródło\nA,GTXPro,Targi\nB,Inny,Targi\nC,,Radio\nD,,Prasa\n", by=ewa))

    run = decide(
        run,
        product={"GTXPro": pro.pk, "Inny": "create"},
        source={"Targi": "create", "Radio": "refuse", "Prasa": "empty"},
    )
    assert counts(run) == (3, 0, 0, 1)
    assert not Source.objects.exists()
    run = store(run)

    assert counts(run) == (3, 0, 0, 1)
    leads = {lead.name: lead for lead in Lead.objects.select_related("product", "source")}
    assert {name: (str(lead.product or ""), str(lead.source or "")) for name, lead in leads.items()} == {
        "A": ("GTX Pro", "Targi"),
        "B": ("Inny", "Targi"),
        "D": ("", ""),
    }
    assert Source.objects.count() == 1
    assert refusals(run) == [(4, "źródło", "Nie znamy wartości „Radio”.")]


def test_manager_may_not_create_people_on_the_way(ewa: User, adam: User, funnel: FunnelCast) -> None:
    content = "id,nazwa,sprzedawca\n1,A,Jan Nowy\n"
    run = decide(check(upload(content, by=ewa)), sales_person="create")
    assert refusals(run) == [(2, "sprzedawca", "Nie masz prawa dodać „Jan Nowy”.")]

    run = store(decide(check(upload(content, by=adam)), sales_person="create"))

    person = User.objects.get(last_name="Nowy")
    assert (person.first_name, person.email, person.is_active, person.has_usable_password()) == (
        "Jan",
        None,
        False,
        False,
    )
    assert Lead.objects.get().sales_person == person


def test_sales_person_is_found_by_email_else_by_full_name(
    ewa: User, ola: User, marek: User, funnel: FunnelCast
) -> None:
    UserFactory(first_name="Jan", last_name="Kos")
    UserFactory(first_name="Jan", last_name="Kos")

    run = import_file("id,nazwa,sprzedawca\n1,A,ola@LEJEK.test\n2,B,marek  ćwik\n3,C,Jan Kos\n4,D,\n", by=ewa)

    assert [(row, column) for row, column, _message in refusals(run)] == [(4, "sprzedawca")]
    assert list(Lead.objects.order_by("external_id").values_list("sales_person", flat=True)) == [ola.pk, marek.pk, None]


# --- Partners and products --------------------------------------------------------------------------------------------


def test_partners_are_found_by_id_else_nip_else_exact_name(ewa: User) -> None:
    by_id = PartnerFactory(external_id="K1", name="Jeden")
    by_nip = PartnerFactory(name="Dwa", nip="5260250274")
    by_name = PartnerFactory(name="Trzy")

    rows = [
        "id zewnętrzne;nazwa;nip;miasto",
        "K1;Jeden Plus;;Łódź",
        ";Dwa SA;526-025-02-74;Radom",
        ";Trzy;;Opole",
        "K9;Jeden;;Kielce",  # the name of K1
        ";Dwa;7740001454;Sopot",  # the name of another NIP
        ";trzy;;Gdynia",
    ]
    run = import_file("\n".join(rows), kind="partners", by=ewa)

    for partner in (by_id, by_nip, by_name):
        partner.refresh_from_db()
    assert (by_id.name, by_id.city) == ("Jeden Plus", "Łódź")
    assert (by_nip.name, by_nip.city) == ("Dwa SA", "Radom")
    assert by_name.city == "Opole"
    assert (counts(run), refusals(run)) == ((3, 3, 0, 0), [])
    new = Partner.objects.exclude(pk__in=[by_id.pk, by_nip.pk, by_name.pk])
    assert set(new.values_list("city", flat=True)) == {"Kielce", "Sopot", "Gdynia"}


def test_bad_nip_and_taken_id_are_refused_with_their_reasons(ewa: User) -> None:
    run = import_file("nazwa;nip\nA;123-456-78-90\nB;abc\n", kind="partners", by=ewa)

    assert counts(run) == (0, 0, 0, 2)
    assert [column for _row, column, _message in refusals(run)] == ["nip", "nip"]
    assert not Partner.objects.exists()


def test_two_partners_of_one_name_make_a_row_ambiguous(ewa: User) -> None:
    PartnerFactory(name="Hurt")
    PartnerFactory(name="Hurt")

    run = import_file("nazwa;miasto\nHurt;Łódź\n", kind="partners", by=ewa)

    assert "nie wiadomo, o który chodzi" in refusals(run)[0][2]
    assert not Partner.objects.filter(city="Łódź").exists()


def test_products_are_found_by_code_else_name(ewa: User) -> None:
    ProductFactory(code="H1", name="Hala")
    ProductFactory(name="Biuro")

    run = import_file(
        "kod;nazwa;cena netto;stawka vat\nH1;Hala duża;1 234,50;8%\n;Biuro;10,00;zw.\nX9;Plac;5,00;23\nX8;Rów;5,00;7\n",
        kind="products",
        by=ewa,
    )

    assert counts(run) == (1, 2, 0, 1)
    assert refusals(run)[0][:2] == (5, "stawka vat")
    assert set(Product.objects.values_list("code", "name", "net_price", "vat_rate")) == {
        ("H1", "Hala duża", Decimal("1234.50"), "8"),
        (None, "Biuro", Decimal("10.00"), "zw"),
        ("X9", "Plac", Decimal("5.00"), "23"),
    }


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_run_of_someone_who_lost_the_right_stops(ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("nazwa\nA\n", by=ewa))
    ewa.groups.clear()

    run = store(run)

    assert (run.state, run.error) == ("failed", "Osoba, która zaczęła ten import, nie ma już prawa importować.")
    assert not Lead.objects.exists()


def test_people_are_imported_by_administrators_alone(ewa: User) -> None:
    ewa.user_permissions.add(Permission.objects.get(codename="run_import"))
    run = upload("imię i nazwisko\nJan Kos\n", kind="people", by=ewa)

    run = check(run)

    assert run.state == "failed"
    assert not User.objects.filter(last_name="Kos").exists()


def test_mapping_is_kept_and_offered_for_the_next_file(ewa: User, funnel: FunnelCast) -> None:
    first = upload("kolumna,co\nx,A\n", by=ewa)
    control.set_columns(run=first, fields=["external_id", "name"], settings={"date_order": "mdy"})
    first.refresh_from_db()
    control.save_mapping(run=first, name="Nasz system")

    second = upload("CO,Kolumna,więcej\nA,x,y\n", by=ewa)

    assert [column["field"] for column in second.columns] == ["name", "external_id", ""]
    assert second.date_order == "mdy"
