"""„Ustawienia”: the parameters of the system."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import SystemSettings, User
from crm.reference import KINDS
from leads.services import create_lead
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

URL = "/settings/"
VALUES = {
    "currency": "EUR",
    "default_region": "CZ",
    "stuck_after_days": "30",
    "sales_visibility": "team",
    "manager_visibility": "team",
}


@pytest.fixture
def manager(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


def _seen(client: Client) -> str:
    return str(client.get(URL).context["form"].initial["seen"])


def test_parameters_are_stored(manager: Client) -> None:
    answer = manager.post(URL, {**VALUES, "seen": _seen(manager)})

    assert answer.status_code == 302
    row = SystemSettings.objects.current()
    assert (row.currency, row.default_region, row.stuck_after_days) == ("EUR", "CZ", 30)
    assert (row.sales_visibility, row.manager_visibility) == ("team", "team")


def test_sales_people_may_not(client: Client, ola: User) -> None:
    client.force_login(ola)

    assert client.get(URL).status_code == 403
    assert client.post(URL, VALUES).status_code == 403
    assert SystemSettings.objects.current().currency == "PLN"
    assert "/settings/" not in client.get("/accounts/profile/").content.decode()


def test_all_reference_data_are_linked_with_their_counts(manager: Client, funnel: FunnelCast) -> None:
    page = manager.get(URL).content.decode()

    assert all(kind.list_url() in page for kind in KINDS)
    assert reverse("leads:funnel_matrix") in page
    assert '<span class="lj-count flex-grow-0">5</span>' in page


def test_the_currency_is_fixed_once_there_are_leads(manager: Client, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new)

    answer = manager.post(URL, {**VALUES, "seen": _seen(manager)})

    assert answer.status_code == 302  # the locked field is passed over, the rest is stored
    row = SystemSettings.objects.current()
    assert (row.currency, row.default_region) == ("PLN", "CZ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "XXX"),
        ("default_region", "ZZ"),
        ("default_region", "pl"),
        ("default_region", ""),
        ("stuck_after_days", "0"),
        ("stuck_after_days", "-3"),
        ("stuck_after_days", "99999"),
        ("stuck_after_days", "1e400"),
        ("sales_visibility", "none"),
        ("manager_visibility", "own"),
    ],
)
def test_bad_values_are_refused_at_the_field(manager: Client, field: str, value: str) -> None:
    answer = manager.post(URL, {**VALUES, field: value, "seen": _seen(manager)})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert SystemSettings.objects.current().stuck_after_days == 14


def test_two_managers_change_the_parameters(manager: Client) -> None:
    seen = _seen(manager)
    SystemSettings.objects.update(stuck_after_days=21)

    answer = manager.post(URL, {**VALUES, "seen": seen})

    assert answer.status_code == 422
    assert "21" in [value for _label, value in answer.context["stored"]]
    assert SystemSettings.objects.current().currency == "PLN"
    assert manager.post(URL, {**VALUES, "seen": answer.context["form"].data["seen"]}).status_code == 302
    assert SystemSettings.objects.current().stuck_after_days == 30


def test_the_default_region_reads_new_numbers(manager: Client, ola: User, funnel: FunnelCast) -> None:
    manager.post(URL, {**VALUES, "seen": _seen(manager)})

    lead = create_lead(values={"name": "Praga", "phone": "601 123 456"}, by=ola)

    assert lead.phone_e164 == "+420601123456"
