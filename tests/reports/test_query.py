"""Every number of a report, checked a second way: in plain Python over the rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Campaign, LeadPriority, LeadType, Source, SystemSettings, User, Visibility
from leads.filters import ALL, LeadFilter
from leads.groups import ALL_GROUPINGS, Group
from leads.models import Lead, LeadTagging
from reports.dimensions import ALL_DIMENSIONS, DIMENSIONS
from reports.layout import LAYOUT, read_layout
from reports.measures import ALL_MEASURES, MEASURES
from reports.query import read_cells
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory
from tests.reports import plain

pytestmark = pytest.mark.django_db

MOMENTS = [
    None,
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),  # the day before clocks go forward here
    datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 22, 30, tzinfo=UTC),  # Monday here, Sunday in UTC
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 2:30 for the first time
    datetime(2026, 10, 25, 1, 30, 59, tzinfo=UTC),  # 2:30 for the second time
    datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 59, 59, 999999, tzinfo=UTC),  # the last moment of 2026 here
    datetime(2026, 12, 31, 23, 0, tzinfo=UTC),  # the first of 2027, in the last ISO week of 2026
    datetime(2027, 1, 4, 12, 0, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
]
DAYS = [None, date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3), date(2027, 1, 4), date(2024, 2, 29)]


def make_leads(funnel: FunnelCast, people: list[User | None], *, count: int = 40, seed: int = 1) -> None:
    """Leads of all kinds, among them those with nothing filled in."""
    random = Random(seed)
    statuses = [
        funnel.new,
        funnel.qualified,
        funnel.won,
        funnel.lost,
        rows.LeadStatusFactory(is_closed=True),
    ]
    made: dict[str, list[Any]] = {
        name: [None, *(model.objects.create(name=f"{name} {word} {seed}") for word in ("Żółty", "Biały"))]
        for name, model in {"type": LeadType, "priority": LeadPriority, "campaign": Campaign, "source": Source}.items()
    }
    made["product"] = [None, *rows.ProductFactory.create_batch(2)]
    partners = [None, rows.PartnerFactory(nip="5260250274", city="Łódź"), rows.PartnerFactory(nip="", city="")]
    tags = rows.LeadTagFactory.create_batch(3)
    for _ in range(count):
        status = random.choice(statuses)
        lead = LeadFactory(
            status=status,
            sales_person=random.choice(people),
            partner=random.choice(partners),
            lost_reason=funnel.too_expensive if status.is_lost else None,
            closed_at=random.choice(MOMENTS[1:]) if status.is_closed else None,
            received_at=random.choice(MOMENTS),
            expected_close=random.choice(DAYS),
            expected_revenue=random.choice(
                [None, Decimal(0), Decimal("0.01"), Decimal("1234.55"), Decimal("99999999999.99")]
            ),
            probability=random.choice([None, 0, 33, 100]),
            city=random.choice(["", "Łódź", "Lublin", "%s", "łódź"]),
            email=random.choice(["", "a@example.com"]),
            description=random.choice(["", "<div>x</div>"]),
            **{name: random.choice(choices) for name, choices in made.items()},
        )
        LeadTagging.objects.bulk_create(
            [LeadTagging(lead=lead, tag=tag) for tag in random.sample(tags, random.randint(0, 3))]
        )


@pytest.fixture
def many(funnel: FunnelCast, ola: User, marek: User) -> None:
    make_leads(funnel, [None, ola, marek])


def check(user: User, query: str) -> None:
    """Compute the report both ways and compare every figure of every group, subtotal and total."""
    data = QueryDict(query)
    layout = read_layout(data)
    leads = LeadFilter(data, Lead.objects.visible_to(user), user=user, default_state=ALL, carries=LAYOUT)
    assert leads.is_valid(), leads.errors
    cells = read_cells(leads.qs, layout)

    found = Lead.objects.filter(pk__in=[lead.pk for lead in leads.qs]).select_related("status", "partner")
    expected = plain.pivot(
        found.prefetch_related("taggings"), [d.name for d in layout.rows], [d.name for d in layout.across]
    )
    assert cells.sums.keys() == expected.keys()
    for place, its_leads in expected.items():
        figures = plain.figures(its_leads)
        for measure in layout.measures:
            value, right = measure.value(cells.sums[place]), figures[measure.name]
            same = value == right if value is None or right is None else abs(Decimal(value) - right) < Decimal("1e-9")
            assert same, (query, place, measure.name, value, right)


EVERYTHING = ".".join(MEASURES)

moments = st.datetimes(
    datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2199-12-30"), timezones=st.just(UTC)
)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
amounts = st.decimals(0, 999_999_999_999, places=2)
percents = st.none() | st.integers(0, 100)


def test_each_dimension_in_rows_and_in_columns(many: None, ewa: User) -> None:
    for name in DIMENSIONS:
        other = "tag" if name != "tag" else "status"
        check(ewa, f"rows={other}&across={name}&measures={EVERYTHING}")


FILTERS = [
    "", "state=open", "state=closed", "mine=1", "tag=none", "received_from=2026-03-29&received_to=2026-10-25",
    "received_in=this_year", "close_from=2027-01-01", "q=lead", "priority=none", "needs=undated", "group=city:",
    "group=received_weekday:7&group=close_week:2026-12-28", "q=nikt-taki",
]  # fmt: skip


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_any_report_over_any_leads(data: st.DataObject, many: None, ola: User, ewa: User) -> None:
    names = data.draw(st.lists(st.sampled_from(list(DIMENSIONS)), max_size=5, unique=True))
    cut = data.draw(st.integers(max(0, len(names) - 2), min(3, len(names))))
    measures = data.draw(st.lists(st.sampled_from([m.name for m in ALL_MEASURES]), min_size=1, unique=True))
    who = data.draw(st.sampled_from([ola, ewa]))
    visibility = data.draw(st.sampled_from([Visibility.ALL, Visibility.OWN]))
    SystemSettings.objects.update(sales_visibility=visibility)
    with transaction.atomic():
        for pk in data.draw(st.lists(st.sampled_from(sorted(Lead.objects.values_list("pk", flat=True))), max_size=3)):
            Lead.objects.filter(pk=pk).update(
                received_at=data.draw(st.none() | moments), expected_close=data.draw(st.none() | days),
                city=data.draw(texts), expected_revenue=data.draw(st.none() | amounts), probability=data.draw(percents),
            )  # fmt: skip
        query = f"rows={'.'.join(names[:cut])}&across={'.'.join(names[cut:])}&measures={'.'.join(measures)}"
        check(who, f"{query}&{data.draw(st.sampled_from(FILTERS))}")
        transaction.set_rollback(True)


def test_what_plain_python_knows_is_all_there_is() -> None:
    assert plain.KEYS.keys() == DIMENSIONS.keys() == {each.name for each in ALL_GROUPINGS}
    assert plain.figures([]).keys() == MEASURES.keys()
    assert len(ALL_DIMENSIONS) == len(DIMENSIONS)


def test_one_statement_adds_up_groups_and_totals(many: None, ewa: User, django_assert_num_queries: Any) -> None:
    layout = read_layout(QueryDict("rows=tag.type.city&across=received_month.state&measures=count.win_rate"))
    leads = Lead.objects.visible_to(ewa)
    with django_assert_num_queries(1) as queries:
        cells = read_cells(leads, layout)

    assert "GROUPING SETS" in queries[0]["sql"]
    assert cells.sums[(), ()]["leads"] == Lead.objects.count()
    by_tag = [sums["leads"] for (down, right), sums in cells.sums.items() if len(down) == 1 and not right]
    assert sum(by_tag) > Lead.objects.count(), "leads with several tags are in several groups"


def test_clocks_put_back_and_the_new_year(funnel: FunnelCast, ewa: User) -> None:
    for moment in MOMENTS:
        LeadFactory(status=funnel.new, received_at=moment)

    here = datetime.fromisoformat  # as clocks show it

    def counts(name: str) -> dict[Any, int]:
        cells = read_cells(Lead.objects.visible_to(ewa), read_layout(QueryDict(f"rows={name}")))
        return {down[0]: sums["leads"] for (down, _right), sums in cells.sums.items() if down}

    assert counts("received_hour")[here("2026-10-25T02:00")] == 2, "the hour from two to three comes twice"
    assert counts("received_minute")[here("2026-10-25T02:30")] == 2
    assert here("2026-03-29T02:00") not in counts("received_hour"), "an hour that was left out"
    assert counts("received_hour")[here("2026-03-29T03:00")] == 1
    weeks = counts("received_week")
    assert weeks[date(2026, 12, 28)] == 2, "ISO week 53 of 2026 goes on in January"
    assert weeks[date(2027, 1, 4)] == 1
    assert weeks[date(2026, 3, 30)] == 1, "Sunday 22:30 UTC is Monday here"
    years = counts("received_year")
    assert (years[date(2026, 1, 1)], years[date(2027, 1, 1)], years[None]) == (8, 2, 1)


def test_a_group_is_a_condition_for_the_same_leads(many: None, ewa: User) -> None:
    """Whatever the report groups by, the list finds just the leads of each group."""
    leads = Lead.objects.visible_to(ewa)
    for dimension in ALL_DIMENSIONS:
        cells = read_cells(leads, read_layout(QueryDict(f"rows={dimension.name}")))
        for (down, _right), sums in cells.sums.items():
            if not down:
                continue
            group = str(Group(dimension.grouping, down[0]))
            data = QueryDict(mutable=True)
            data.update({"state": "all", "group": group})
            found = LeadFilter(data, leads, user=ewa)
            assert found.is_valid(), (group, found.errors)
            assert found.qs.count() == sums["leads"], group


def test_the_database_is_asked_about_visible_leads_alone(funnel: FunnelCast, ola: User, marek: User) -> None:
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    LeadFactory.create_batch(3, status=funnel.new, sales_person=marek, expected_revenue=Decimal(1000), city="Tajne")
    LeadFactory(status=funnel.new, sales_person=ola, expected_revenue=Decimal(5), city="Sopot")

    cells = read_cells(Lead.objects.visible_to(ola), read_layout(QueryDict("rows=city&measures=count.revenue")))

    assert {down: sums["revenue"] for (down, _), sums in cells.sums.items()} == {("Sopot",): 5, (): 5}
    assert read_cells(Lead.objects.none(), read_layout(QueryDict("rows=city"))).sums == {}


def test_what_users_stored_never_becomes_sql(funnel: FunnelCast, ewa: User) -> None:
    evil = ["'; DROP TABLE leads_lead; --", "%(x)s %s %%", '"; SELECT 1', "$1", "\\", "{0}", "d0"]
    for text in evil:
        LeadFactory(status=funnel.new, city=text, name=text)

    check(ewa, "rows=city&across=name&measures=count")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_lead")
        assert cursor.fetchone() == (len(evil),)
