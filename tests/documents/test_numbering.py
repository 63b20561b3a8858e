"""Numbers of documents: by type and period, without gaps, under any concurrency."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from crm.models import InvoiceType
from documents.models import Invoice, InvoiceCounter
from documents.numbering import next_number
from tests.factories.documents import InvoiceFactory, InvoiceTypeFactory, OrderTypeFactory

NOVEMBER, DECEMBER = date(2026, 11, 30), date(2026, 12, 1)


@pytest.mark.django_db
def test_each_type_and_period_counts_for_itself() -> None:
    invoices = InvoiceTypeFactory(pattern="FV/{rok}/{miesiąc}/{nr:04}", reset="monthly")
    yearly = InvoiceTypeFactory(pattern="R/{nr}/{rok}", reset="yearly")
    orders = OrderTypeFactory(pattern="ZS/{nr}", reset="never")

    numbers = [next_number(type, on=on) for on in (NOVEMBER, NOVEMBER, DECEMBER) for type in (invoices, yearly, orders)]

    assert numbers == [
        "FV/2026/11/0001", "R/1/2026", "ZS/1",
        "FV/2026/11/0002", "R/2/2026", "ZS/2",
        "FV/2026/12/0001", "R/3/2026", "ZS/3",
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_rolled_back_gives_its_number_back() -> None:
    type = InvoiceTypeFactory(pattern="FV/{rok}/{nr}", reset="yearly")
    with transaction.atomic():
        assert next_number(type, on=NOVEMBER) == "FV/2026/1"
        transaction.set_rollback(True)

    assert next_number(type, on=NOVEMBER) == "FV/2026/1"


@pytest.mark.django_db
def test_a_number_that_stands_already_is_passed_over() -> None:
    """The counting of a type was changed from monthly to yearly, with the same pattern."""
    type = InvoiceTypeFactory(pattern="FV/{rok}/{miesiąc}/{nr}", reset="monthly")
    for _turn in range(2):
        InvoiceFactory(type=type, state=Invoice.State.DUE, number=next_number(type, on=NOVEMBER))
    type.reset = "yearly"

    assert next_number(type, on=NOVEMBER) == "FV/2026/11/3"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_get_fifty_numbers_without_a_gap() -> None:
    """Real threads, each with a connection of its own; every fifth one fails after it has its number."""
    type = InvoiceTypeFactory(pattern="FV/{rok}/{miesiąc}/{nr:04}", reset="monthly")
    start = Barrier(50)
    errors: list[Exception] = []

    def issue(turn: int) -> None:
        try:
            start.wait(30)
            with transaction.atomic():
                number = next_number(InvoiceType.objects.get(pk=type.pk), on=NOVEMBER)
                Invoice.objects.create(type=type, state=Invoice.State.DUE, number=number)
                transaction.set_rollback(turn % 5 == 0)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=issue, args=[turn]) for turn in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert not errors
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [f"FV/2026/11/{n:04}" for n in range(1, 41)]
    assert InvoiceCounter.objects.get().last == 40
