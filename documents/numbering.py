"""Numbers of documents: counted by type and period, without gaps, safe under any concurrency."""

from datetime import date

from django.db import connection

from crm.models import InvoiceType, OrderType
from crm.number_patterns import period_of, render_number
from documents.models import Invoice, InvoiceCounter, Order, OrderCounter


def next_number(type: OrderType | InvoiceType, *, on: date) -> str:
    """The next number for a document of `type` issued `on` that day.

    Called in the transaction that stores it: the counter's row stays locked until then, so the next caller waits, and a
    transaction that is rolled back gives its number back. A number that another pattern of the past has given is passed
    over.
    """
    counter, documents = (OrderCounter, Order) if isinstance(type, OrderType) else (InvoiceCounter, Invoice)
    period = period_of(on, reset=type.reset)  # type: ignore[arg-type]
    while True:
        number = render_number(type.pattern, on=on, number=_count(counter._meta.db_table, type.pk, period))
        if not documents._base_manager.filter(number=number).exists():
            return number


def _count(table: str, type_id: int, period: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS counter (type_id, period, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (type_id, period) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [type_id, period],
        )
        last: int = cursor.fetchone()[0]
    return last
