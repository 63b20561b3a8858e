"""A type of orders and one of invoices, set in „Ustawienia”, a customer to sell to, and the company that sells."""

import pytest

from crm.models import InvoiceType, OrderType, Partner, Seller, SystemSettings
from tests.factories.crm import PartnerFactory, SellerFactory
from tests.factories.documents import InvoiceTypeFactory, OrderTypeFactory


@pytest.fixture
def order_type(db: None) -> OrderType:
    made = OrderTypeFactory(name="Zamówienie sprzedaży", pattern="ZS/{rok}/{miesiąc}/{nr:04}")
    SystemSettings.objects.update(order_type=made)
    return made


@pytest.fixture
def invoice_type(seller: Seller) -> InvoiceType:
    made = InvoiceTypeFactory(name="Faktura VAT", pattern="FV/{rok}/{miesiąc}/{nr:04}")
    SystemSettings.objects.update(invoice_type=made)
    return made


@pytest.fixture
def acme(db: None) -> Partner:
    return PartnerFactory(
        name="Acme sp. z o.o.", nip="5261040828", street="ul. Prosta 1", postal_code="00-001", city="Warszawa"
    )


@pytest.fixture
def seller(db: None) -> Seller:
    """No invoice is issued without it."""
    return SellerFactory()
