"""A new lead from its form."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection

from crm.models import LeadType, SystemSettings, User, Visibility
from leads.models import Lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTagFactory, LeadTypeFactory, PartnerFactory, ProductFactory
from tests.factories.leads import LeadFactory
from tests.leads.cards import error_at, post, signed_in

pytestmark = pytest.mark.django_db


@time_machine.travel(datetime(2026, 11, 23, 13, 5, tzinfo=UTC), tick=False)
def test_the_form_proposes_now_the_user_the_only_type_and_its_first_status(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.qualified, funnel.won])

    form = signed_in(ola).get("/leads/new/").context["form"]

    assert (form["sales_person"].value(), form["type"].value(), form["status"].value()) == (
        ola.pk,
        kind.pk,
        funnel.qualified.pk,
    )
    assert 'value="23.11.2026 14:05"' in str(form["received_at"])  # in Warsaw
    assert Lead.objects.count() == 0


def test_with_two_types_none_is_proposed(ola: User, funnel: FunnelCast) -> None:
    LeadTypeFactory()
    LeadTypeFactory()
    assert signed_in(ola).get("/leads/new/").context["form"]["type"].value() is None


def test_a_status_in_the_address_is_proposed(ola: User, funnel: FunnelCast) -> None:
    form = signed_in(ola).get("/leads/new/", {"status": funnel.proposal.pk}).context["form"]
    assert form["status"].value() == funnel.proposal.pk


@pytest.mark.parametrize("status", ["abc", "999999", "99999999999999999999", "", "1\x00"])
def test_a_forged_status_in_the_address_is_ignored(ola: User, funnel: FunnelCast, status: str) -> None:
    response = signed_in(ola).get("/leads/new/", {"status": status})
    assert response.status_code == 200
    assert response.context["form"]["status"].value() == funnel.new.pk


def test_a_funnel_without_statuses_says_what_to_do(ola: User) -> None:
    assert signed_in(ola).get("/leads/new/").status_code == 200
    response = post(ola, "/leads/new/", {"name": "Hala"})
    assert response.status_code == 422
    assert "Brak dostępnego statusu leadu" in error_at(response, "status")
    assert not Lead.objects.exists()


def test_stores_every_field(ola: User, marek: User, funnel: FunnelCast) -> None:
    tags = [LeadTagFactory(), LeadTagFactory()]
    partner, product, kind = PartnerFactory(), ProductFactory(), LeadTypeFactory()

    response = post(
        ola,
        "/leads/new/",
        {
            "name": "Hala magazynowa",
            "product": product.pk,
            "type": kind.pk,
            "status": funnel.qualified.pk,
            "partner": partner.pk,
            "sales_person": marek.pk,
            "received_at": "2026-11-20T10:30",
            "expected_revenue": "1 234,50",
            "probability": "35",
            "expected_close": "31.12.2026",
            "phone": "600 100 200",
            "email": "anna@firma.test",
            "description": "<div>Pilne <strong>dziś</strong><script>x()</script><a href='javascript:x()'>x</a></div>",
            "company_name": "Firma",
            "city": "Łódź",
            "last_name": "Wiśniewska",
            "external_id": "X-1",
            "tags": [tag.pk for tag in tags],
        },
    )

    lead = Lead.objects.get()
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, f"/leads/{lead.pk}/")
    assert (lead.name, lead.product, lead.type, lead.status) == ("Hala magazynowa", product, kind, funnel.qualified)
    assert (lead.partner, lead.sales_person) == (partner, marek)
    assert lead.received_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert (lead.expected_revenue, lead.probability, lead.expected_close) == (
        Decimal("1234.50"),
        35,
        date(2026, 12, 31),
    )
    assert (lead.phone, lead.phone_e164) == ("600 100 200", "+48600100200")
    assert lead.description == '<div>Pilne <strong>dziś</strong><a rel="noopener noreferrer nofollow">x</a></div>'
    assert (lead.company_name, lead.city, lead.last_name, lead.external_id) == ("Firma", "Łódź", "Wiśniewska", "X-1")
    assert set(lead.tags.all()) == set(tags)


def test_the_name_comes_from_the_product(ola: User, funnel: FunnelCast) -> None:
    post(ola, "/leads/new/", {"name": " ", "product": ProductFactory(name="Regał").pk})
    assert Lead.objects.get().name == "Regał"


def test_without_name_and_product_nothing_is_stored(ola: User, funnel: FunnelCast) -> None:
    response = post(ola, "/leads/new/", {"name": "", "city": "Łódź"})
    assert response.status_code == 422
    assert error_at(response, "name") == "To pole nie może być puste."
    assert 'value="Łódź"' in response.content.decode()
    assert not Lead.objects.exists()


def test_a_forbidden_status_is_refused_at_its_field(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new])
    response = post(ola, "/leads/new/", {"name": "Hala", "type": kind.pk, "status": funnel.proposal.pk})
    assert response.status_code == 422
    assert error_at(response, "status") == "Status „Propozycja” nie jest dozwolony dla typu „Przetarg”."
    assert not Lead.objects.exists()


def test_a_lost_lead_needs_its_reason(ola: User, funnel: FunnelCast) -> None:
    response = post(ola, "/leads/new/", {"name": "Hala", "status": funnel.lost.pk})
    assert response.status_code == 422
    assert error_at(response, "lost_reason") == "Wybierz powód porażki."
    assert not Lead.objects.exists()

    data = {"name": "Hala", "status": funnel.lost.pk, "lost_reason": funnel.too_expensive.pk}
    assert post(ola, "/leads/new/", data).status_code == 200
    assert Lead.objects.get().lost_reason == funnel.too_expensive


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("name", "x" * 201, "co najwyżej 200 znaków"),
        ("name", "Hala\x00", "znaki sterujące"),
        ("city", "Ł\x07ódź", "znaki sterujące"),
        ("description", "<p>\x1b</p>", "znaki sterujące"),
        ("description", "x" * 100_001, "co najwyżej 100000 znaków"),
        ("expected_revenue", "-1", "większa lub równa 0"),
        ("expected_revenue", "1e400", "nie jest liczbą"),
        ("expected_revenue", "NaN", "nie jest liczbą"),
        ("expected_revenue", "9" * 20, "niż 14 cyfr"),
        ("expected_revenue", "1,234567", "2"),
        ("probability", "101", "mniejsza lub równa 100"),
        ("probability", "-1", "większa lub równa 0"),
        ("probability", "pół", "liczbę całkowitą"),
        ("probability", "9" * 400, "mniejsza lub równa 100"),
        ("expected_close", "31.02.2027", "poprawną datę"),
        ("expected_close", "jutro", "poprawną datę"),
        ("received_at", "2026-02-31T10:00", "poprawną datę"),
        ("email", "anna@", "poprawny adres"),
        ("email", "anna@firma.test\x00", "poprawny adres"),
        ("partner", "999999", "poprawną wartość"),
        ("product", "abc", "poprawną wartość"),
        ("type", "99999999999999999999", "poprawną wartość"),
        ("sales_person", "1 OR 1=1", "poprawną wartość"),
        ("campaign", "-1", "poprawną wartość"),
        ("status", "999999", "poprawną wartość"),
        ("tags", "x", "nie jest poprawną wartością"),
        ("lost_reason", "999999", "poprawną wartość"),
    ],
)
def test_bad_input_is_refused_at_its_field(ola: User, funnel: FunnelCast, name: str, value: str, message: str) -> None:
    response = post(ola, "/leads/new/", {"name": "Hala", name: value})
    assert response.status_code == 422
    assert not Lead.objects.exists()
    shown = response.context["form"].errors[name][0]
    assert message in shown


def test_archived_rows_and_inactive_people_are_not_offered(ola: User, marek: User, funnel: FunnelCast) -> None:
    marek.is_active = False
    marek.save()
    partner = PartnerFactory(is_archived=True)
    response = post(ola, "/leads/new/", {"name": "Hala", "partner": partner.pk, "sales_person": marek.pk})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"partner", "sales_person"}


def test_an_external_id_is_unique(ola: User, funnel: FunnelCast) -> None:
    LeadFactory(external_id="X-1")
    response = post(ola, "/leads/new/", {"name": "Hala", "external_id": " X-1 "})
    assert response.status_code == 422
    assert error_at(response, "external_id") == "Lead o tym ID zewnętrznym już istnieje."
    assert Lead.objects.count() == 1


def test_sent_twice_makes_one_lead(ola: User, funnel: FunnelCast) -> None:
    cache.clear()
    data = {"name": "Hala", "token": "ab12"}
    first, second = (post(ola, "/leads/new/", data) for _ in range(2))
    lead = Lead.objects.get()
    assert first.headers["HX-Redirect"] == second.headers["HX-Redirect"] == f"/leads/{lead.pk}/"

    post(ola, "/leads/new/", {**data, "name": "Hala druga"})  # back in the browser, and another lead
    assert Lead.objects.count() == 2


def test_a_refused_form_may_be_sent_again(ola: User, funnel: FunnelCast) -> None:
    data = {"name": "Hala", "token": "cd34", "status": funnel.lost.pk}
    assert post(ola, "/leads/new/", data).status_code == 422
    assert post(ola, "/leads/new/", {**data, "lost_reason": funnel.too_expensive.pk}).status_code == 200
    assert Lead.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sent_twice_at_the_same_moment_makes_one_lead(ola: User, funnel: FunnelCast) -> None:
    cache.clear()

    def send(_number: int) -> str:
        try:
            return str(post(ola, "/leads/new/", {"name": "Hala", "token": "ef56"}).headers["HX-Redirect"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(send, range(4)))
    assert addresses == {f"/leads/{Lead.objects.get().pk}/"}


def test_given_to_somebody_whose_leads_one_does_not_see_leads_to_the_list(
    ola: User, marek: User, funnel: FunnelCast
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    response = post(ola, "/leads/new/", {"name": "Hala", "sales_person": marek.pk})
    assert response.headers["HX-Redirect"] == "/leads/"
    assert Lead.objects.get().sales_person == marek


def test_works_without_scripts(ola: User, funnel: FunnelCast) -> None:
    client = signed_in(ola)
    refused = client.post("/leads/new/", {"name": ""})
    assert refused.status_code == 422
    assert "<html" in refused.content.decode()
    assert client.post("/leads/new/", {"name": "Hala"}).status_code == 302
    assert Lead.objects.get().name == "Hala"


def test_needs_the_permission(ola: User, funnel: FunnelCast) -> None:
    ola.groups.clear()
    assert signed_in(ola).get("/leads/new/").status_code == 403
    assert post(ola, "/leads/new/", {"name": "Hala"}).status_code == 403
    assert not Lead.objects.exists()


def test_the_status_field_follows_the_type(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new, funnel.lost])
    client = signed_in(ola)
    answer = client.get("/leads/status-field/", {"type": kind.pk}).content.decode()
    assert "Nowy" in answer
    assert "Propozycja" not in answer
    assert "Powód porażki" not in answer
    assert "Powód porażki" in client.get("/leads/status-field/", {"status": funnel.lost.pk}).content.decode()


def test_similar_leads_are_told_with_the_reason(ola: User, funnel: FunnelCast) -> None:
    LeadFactory(name="Regały dla hurtowni", phone="600 100 200", phone_e164="+48600100200", sales_person=ola)
    LeadFactory(name="Coś innego", email="Anna@Firma.test", sales_person=ola)
    PartnerFactory(name="Hurtownia Łódzka sp. z o.o.")
    client = signed_in(ola)

    by_phone = client.get("/leads/similar/", {"phone": "+48 600-100-200"}).content.decode()
    assert "Regały dla hurtowni" in by_phone
    assert "ten sam numer telefonu" in by_phone
    assert "Coś innego" not in by_phone
    by_email = client.get("/leads/similar/", {"email": "anna@firma.TEST"}).content.decode()
    assert "Coś innego" in by_email
    by_name = client.get("/leads/similar/", {"name": "regaly dla hurtowni"}).content.decode()
    assert "podobna nazwa" in by_name
    assert "Hurtownia Łódzka" in client.get("/leads/similar/", {"company_name": "Hurtownia Łódzka"}).content.decode()
    assert (
        "Podobne" not in client.get("/leads/similar/", {"name": "x", "phone": "12", "email": "\x00"}).content.decode()
    )


def test_the_same_number_is_told_before_similar_names(ola: User, funnel: FunnelCast) -> None:
    LeadFactory(name="Coś innego", phone_e164="+48600100200", sales_person=ola)
    LeadFactory.create_batch(6, name="Regały dla hurtowni", sales_person=ola)

    text = signed_in(ola).get("/leads/similar/", {"phone": "600100200", "name": "Regały dla hurtowni"}).content.decode()

    assert text.index("Coś innego") < text.index("Regały dla hurtowni")
    assert text.count("Regały dla hurtowni") == 4


def test_of_a_lead_of_others_only_its_existence_is_told(ola: User, marek: User, funnel: FunnelCast) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    hidden = LeadFactory(name="Tajny lead", phone_e164="+48600100200", sales_person=marek)
    answer = signed_in(ola).get("/leads/similar/", {"phone": "600100200"}).content.decode()
    assert "Istnieje podobny lead u innego sprzedawcy" in answer
    for secret in ("Tajny", hidden.number, "Marek", "Ćwik", f"/leads/{hidden.pk}/"):
        assert secret not in answer


def test_a_lead_is_not_similar_to_itself_nor_to_all_of_its_product(ola: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Regał MX-200", sales_person=ola)
    client = signed_in(ola)
    assert lead.name in client.get("/leads/similar/", {"name": lead.name}).content.decode()
    assert "Podobne" not in client.get("/leads/similar/", {"name": lead.name, "lead": lead.pk}).content.decode()
    ProductFactory(name=lead.name)
    assert "Podobne" not in client.get("/leads/similar/", {"name": lead.name}).content.decode()


def test_the_number_of_queries_does_not_depend_on_the_number_of_leads(
    ola: User, funnel: FunnelCast, django_assert_max_num_queries: object
) -> None:
    for _ in range(3):
        LeadTypeFactory()
        LeadStatusFactory()
    client = signed_in(ola)
    with django_assert_max_num_queries(28):  # type: ignore[operator]
        client.get("/leads/new/")
    assert LeadType.objects.count() == 3
