"""Makers of order and invoice types, and of documents as they would be stored."""

import factory

from crm.models import InvoiceType, OrderType
from documents.models import Invoice, Order


class OrderTypeFactory(factory.django.DjangoModelFactory[OrderType]):
    class Meta:
        model = OrderType

    name = factory.Sequence(lambda n: f"Zamówienie {n}")
    pattern = factory.Sequence(lambda n: f"ZS{n}/{{rok}}/{{miesiąc}}/{{nr:04}}")


class InvoiceTypeFactory(factory.django.DjangoModelFactory[InvoiceType]):
    class Meta:
        model = InvoiceType

    name = factory.Sequence(lambda n: f"Faktura {n}")
    pattern = factory.Sequence(lambda n: f"FV{n}/{{rok}}/{{miesiąc}}/{{nr:04}}")


class OrderFactory(factory.django.DjangoModelFactory[Order]):
    """A draft without lines."""

    class Meta:
        model = Order

    type = factory.SubFactory(OrderTypeFactory)


class InvoiceFactory(factory.django.DjangoModelFactory[Invoice]):
    """A draft without lines."""

    class Meta:
        model = Invoice

    type = factory.SubFactory(InvoiceTypeFactory)
