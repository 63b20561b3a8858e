"""Order and invoice types in „Ustawienia”: patterns that would repeat, types in use, and the two parameters."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.errors import InUse, RuleError
from crm.models import InvoiceType, OrderType, SystemSettings, User
from crm.services.reference import delete_item, save_item
from crm.services.replacing import replace_item
from documents.models import Order
from tests.factories.documents import InvoiceTypeFactory, OrderFactory, OrderTypeFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("pattern", "reset", "why"),
    [("FV/{nr}", "yearly", "{rok}"), ("FV/{rok}/{nr}", "monthly", "{miesiąc}"), ("FV/{rok}", "never", "{nr}"),
     ("FV/{rok}/{miesiąc}/{nr}", "monthly", "Faktura VAT")],
)  # fmt: skip
def test_a_pattern_that_would_repeat_is_refused(
    ewa: User, invoice_type: InvoiceType, pattern: str, reset: str, why: str
) -> None:
    with pytest.raises(RuleError) as refusal:
        save_item(item=InvoiceType(), values={"name": "Inny", "pattern": pattern, "reset": reset}, by=ewa)

    assert refusal.value.field == "pattern"
    assert "powtarza" in str(refusal.value) or why == "{nr}"
    assert why in str(refusal.value)
    assert list(InvoiceType.objects.all()) == [invoice_type]


def test_the_form_says_it_at_the_field_and_keeps_what_was_typed(client: Client, ewa: User) -> None:
    client.force_login(ewa)
    url = reverse("crm:reference_create", args=["invoice-types"])
    given = {"name": "Proforma", "pattern": "PF/{nr}", "reset": "monthly", "prices": "net", "payment_days": "7"}

    refused = client.post(url, given)
    assert refused.status_code == 422
    assert "pattern" in refused.context["form"].errors
    assert 'value="PF/{nr}"' in refused.content.decode()

    assert client.post(url, {**given, "pattern": "PF/{rok}/{miesiąc}/{nr}", "split_payment": "on"}).status_code == 302
    stored = InvoiceType.objects.get()
    assert (stored.name, stored.payment_days, stored.split_payment) == ("Proforma", 7, True)


def test_a_type_in_use_is_not_deleted_and_says_where(client: Client, ewa: User, order_type: OrderType) -> None:
    OrderFactory(type=order_type)

    with pytest.raises(InUse) as held:
        delete_item(item=order_type, by=ewa)
    assert held.value.uses == {"zamówienia": 1, "ustawienia": 1}
    client.force_login(ewa)
    page = client.post(reverse("crm:reference_delete", args=["order-types", order_type.pk])).content.decode()
    assert f"/orders/?type={order_type.pk}" in page
    assert OrderType.objects.filter(pk=order_type.pk).exists()


def test_a_replaced_type_stays_with_its_documents(ewa: User, order_type: OrderType) -> None:
    """Numbers were counted by it: it is archived, and only the parameter takes the new one."""
    order, other = OrderFactory(type=order_type), OrderTypeFactory()

    assert replace_item(item=order_type, replacement=other, by=ewa).outcome == "archived"

    assert Order.objects.get(pk=order.pk).type == order_type
    assert OrderType.objects.get(pk=order_type.pk).is_archived
    assert SystemSettings.objects.current().order_type == other


def test_the_parameters_offer_types_that_can_be_used(client: Client, ewa: User) -> None:
    fine = InvoiceTypeFactory()
    InvoiceTypeFactory(is_archived=True)
    correction = InvoiceTypeFactory(is_correction=True)
    client.force_login(ewa)

    form = client.get(reverse("crm:settings_index")).context["form"]
    assert list(form.fields["invoice_type"].queryset) == [fine]
    given = {
        "currency": "PLN", "default_region": "PL", "stuck_after_days": "14", "sales_visibility": "all",
        "manager_visibility": "all", "seen": form.initial["seen"],
    }  # fmt: skip
    assert client.post(reverse("crm:settings_index"), {**given, "invoice_type": correction.pk}).status_code == 422
    assert SystemSettings.objects.current().invoice_type is None
    assert client.post(reverse("crm:settings_index"), {**given, "invoice_type": fine.pk}).status_code == 302
    assert SystemSettings.objects.current().invoice_type == fine
