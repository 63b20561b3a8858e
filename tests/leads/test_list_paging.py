"""Paging of the list: every lead once, in order, whatever it is sorted by, over ties and empty values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from crm.models import User
from leads.columns import ALL_COLUMNS, COLUMNS, read_order
from leads.models import Lead
from leads.paging import BadCursor, load_page, ordered, read_cursor
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory

SORTED = [column.name for column in ALL_COLUMNS if column.sort]
PAGE = 4


@pytest.fixture
def many(funnel: FunnelCast, ola: User, marek: User) -> list[int]:
    """23 leads: each column has ties, empty values where it may, and Polish letters."""
    towns = ["Łódź", "Lublin", "", "łódź", "Ćmielów", "Cieszyn", ""]
    partners = [rows.PartnerFactory(name=name) for name in ("Zebra", "Łoś", "Lis", "Ćma", "Cel")]
    types = [rows.LeadTypeFactory(name=name, sort_order=1) for name in ("Żagle", "Zagle")]
    priorities = [rows.LeadPriorityFactory(name=name, sort_order=order) for name, order in (("A", 2), ("B", 1))]
    statuses = cycle([funnel.new, funnel.lost, funnel.qualified, funnel.won])
    made = []
    for number in range(23):
        status = next(statuses)
        town = towns[number % len(towns)]
        made.append(
            LeadFactory(
                name=f"{town or 'Brak'} {number % 3}",
                status=status,
                lost_reason=funnel.too_expensive if status.is_lost else None,
                sales_person=[ola, marek, None][number % 3],
                partner=[*partners, None][number % 6],
                type=[*types, None][number % 3],
                priority=[*priorities, None][number % 3],
                received_at=[None, datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(days=number % 4)][number % 2],
                expected_revenue=[None, Decimal("10.50"), Decimal("9.99"), Decimal("1000")][number % 4],
                probability=[None, 5, 50][number % 3],
                expected_close=[None, date(2026, 12, 1), date(2026, 1, 1)][number % 3],
                external_id=[None, f"ext-{number}"][number % 2],
                **dict.fromkeys(("city", "phone", "email", "company_name", "website", "street"), town),
                **dict.fromkeys(("region", "postal_code", "country", "first_name", "middle_name", "last_name"), town),
            ).pk
        )
    return made


def walk(sort: str, *, count: int, closed: bool | None = None) -> list[int]:
    """All IDs as the pages give them one after the other; on each page going back leads to the page before."""
    order = read_order(sort)
    leads: Any = Lead.objects.all() if closed is None else Lead.objects.filter(is_closed=closed)
    options: dict[str, Any] = {"order": order, "values": ["name"], "named": {}, "count": count, "closed": closed}
    seen: list[int] = []
    page = load_page(leads, **options, size=PAGE)
    assert not page.before
    while True:
        seen += [row["pk"] for row in page.rows]
        if not page.after:
            return seen
        following = load_page(leads, **options, size=PAGE, cursor=read_cursor(order, after=page.after))
        back = load_page(leads, **options, size=PAGE, cursor=read_cursor(order, before=following.before))
        assert [row["pk"] for row in back.rows] == [row["pk"] for row in page.rows]
        assert bool(back.before) == bool(page.before)
        page = following


@pytest.mark.parametrize("count", [0, 10_000], ids=["few", "many"])
@pytest.mark.parametrize("sort", [*SORTED, *(f"-{name}" for name in SORTED)])
def test_each_lead_stands_on_exactly_one_page(many: list[int], sort: str, count: int) -> None:
    seen = walk(sort, count=count)

    assert sorted(seen) == sorted(many)
    order = read_order(sort)
    assert seen == list(ordered(Lead.objects.all(), order).values_list("pk", flat=True))
    if order.sort.is_empty is not None:
        empty = set(Lead.objects.filter(order.sort.is_empty).values_list("pk", flat=True))
        assert set(seen[len(seen) - len(empty) :]) == empty, "empty values stand last, in both directions"


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(
    "sort", ["status", "-status", "closed_at", "-closed_at", "lost_reason", "-lost_reason", "name"]
)
def test_what_is_known_of_the_state_changes_the_way_but_not_the_answer(
    many: list[int], sort: str, closed: bool
) -> None:
    expected = ordered(Lead.objects.filter(is_closed=closed), read_order(sort)).values_list("pk", flat=True)

    assert walk(sort, count=10_000, closed=closed) == list(expected)


def test_names_stand_in_polish_alphabetical_order(funnel: FunnelCast) -> None:
    for name in ("Zebra", "Łódź", "Ćma", "Lublin", "Cel"):
        LeadFactory(name=name, status=funnel.new)

    names = [Lead.objects.get(pk=pk).name for pk in walk("name", count=0)]

    assert names == ["Cel", "Ćma", "Lublin", "Łódź", "Zebra"]


def test_related_names_stand_in_their_own_order(many: list[int]) -> None:
    leads = Lead.objects.in_bulk(many)

    by_partner = [leads[pk].partner.name for pk in walk("partner", count=10_000) if leads[pk].partner]
    by_type = [leads[pk].type.name for pk in walk("type", count=10_000) if leads[pk].type]
    by_priority = [leads[pk].priority.name for pk in walk("priority", count=10_000) if leads[pk].priority]

    assert list(dict.fromkeys(by_partner)) == ["Cel", "Ćma", "Lis", "Łoś", "Zebra"]
    assert list(dict.fromkeys(by_type)) == ["Zagle", "Żagle"]
    assert list(dict.fromkeys(by_priority)) == ["B", "A"], "the order that managers set goes before the name"


def test_a_lead_that_comes_or_goes_moves_nothing_to_another_page(many: list[int]) -> None:
    order = read_order("-id")
    options: dict[str, Any] = {"order": order, "values": ["name"], "named": {}, "size": PAGE}
    first = load_page(Lead.objects.all(), **options)
    LeadFactory(name="Nowszy")
    Lead.objects.filter(pk=first.rows[-1]["pk"]).delete()

    second = load_page(Lead.objects.all(), **options, cursor=read_cursor(order, after=first.after))

    newest_first = sorted(many, reverse=True)
    assert [row["pk"] for row in second.rows] == newest_first[PAGE : 2 * PAGE]


@pytest.mark.parametrize("given", ["x", "WyJpZCJd:1:abc", "\x00", "ąę", "a" * 5000])
def test_a_forged_place_is_refused(given: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(read_order("-id"), after=given)


def test_a_place_of_another_order_is_refused(many: list[int]) -> None:
    page = load_page(Lead.objects.all(), order=read_order("-id"), values=[], named={}, size=PAGE)

    with pytest.raises(BadCursor):
        read_cursor(read_order("name"), after=page.after)
    with pytest.raises(BadCursor):
        read_cursor(read_order("-id"), after=page.after, before=page.after)


def test_every_column_but_tags_rich_text_and_counts_is_sorted_by() -> None:
    assert [name for name, column in COLUMNS.items() if column.sort is None] == [
        "tags",
        "description",
        "orders",
        "invoices",
    ]
