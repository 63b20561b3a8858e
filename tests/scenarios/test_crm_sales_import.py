"""The real sales data: 85 accounts, 7 products, 35 agents and 8,800 opportunities, taken as they are."""

import csv
import tracemalloc
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count, Sum

from crm.models import LeadStatus, LostReason, Partner, Product, Team, User
from leads.models import ImportKind, ImportRun, Lead, LeadStatusChange
from tests.cast import FunnelCast
from tests.leads.importing import check, counts, decide, import_file, refusals, store, undo, upload

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def reason(db: None) -> LostReason:
    return LostReason.objects.create(name="Nieznany (import)")


@pytest.fixture
def master_data(crm_sales_data: Path, funnel: FunnelCast, reason: LostReason, adam: User) -> None:
    import_file(crm_sales_data / "accounts.csv", kind=ImportKind.PARTNERS, by=adam)
    import_file(crm_sales_data / "products.csv", kind=ImportKind.PRODUCTS, by=adam)
    run = check(upload(crm_sales_data / "sales_teams.csv", kind=ImportKind.PEOPLE, by=adam))
    store(decide(run, team="create"))


def checked_pipeline(folder: Path, by: User) -> ImportRun:
    """The pipeline after its check, with every unknown value decided as it is offered."""
    run = check(upload(folder / "sales_pipeline.csv", by=by))
    decisions = {
        name: {value["text"]: value["likely"].get("id") or value["likely"]["do"] for value in found["values"]}
        for name, found in run.unknowns.items()
    }
    return decide(run, **decisions)


def test_accounts_become_partners(crm_sales_data: Path, adam: User) -> None:
    run = import_file(crm_sales_data / "accounts.csv", kind=ImportKind.PARTNERS, by=adam)

    assert counts(run) == (85, 0, 0, 0)
    assert Partner.objects.count() == 85
    assert Partner.objects.get(name="Sunnamplex").country == "Poland"
    again = import_file(crm_sales_data / "accounts.csv", kind=ImportKind.PARTNERS, by=adam)
    assert counts(again) == (0, 0, 85, 0)


def test_products_have_their_prices(crm_sales_data: Path, ewa: User) -> None:
    run = import_file(crm_sales_data / "products.csv", kind=ImportKind.PRODUCTS, by=ewa)

    assert counts(run) == (7, 0, 0, 0)
    assert Product.objects.get(name="GTK 500").net_price == Decimal("26768.00")
    again = import_file(crm_sales_data / "products.csv", kind=ImportKind.PRODUCTS, by=ewa)
    assert counts(again) == (0, 0, 7, 0)


def test_agents_become_users_who_cannot_sign_in(crm_sales_data: Path, adam: User) -> None:
    run = check(upload(crm_sales_data / "sales_teams.csv", kind=ImportKind.PEOPLE, by=adam))
    assert [value["text"] for value in run.unknowns["team"]["values"]] == ["East", "West", "Central"]

    run = store(decide(run, team="create"))

    assert counts(run) == (35, 0, 0, 0)
    agents = User.objects.filter(email__isnull=True)
    assert agents.count() == 35
    assert not any(agent.is_active or agent.has_usable_password() for agent in agents)
    assert dict(Team.objects.annotate(n=Count("members")).values_list("name", "n")) == {
        "Central": 11,
        "East": 12,
        "West": 12,
    }
    again = import_file(crm_sales_data / "sales_teams.csv", kind=ImportKind.PEOPLE, by=adam)
    assert counts(again) == (0, 0, 35, 0)


@pytest.mark.usefixtures("master_data")
def test_pipeline_becomes_leads(
    crm_sales_data: Path, funnel: FunnelCast, reason: LostReason, adam: User, ewa: User
) -> None:
    run = check(upload(crm_sales_data / "sales_pipeline.csv", by=ewa))
    unknown = {name: {v["text"]: v for v in found["values"]} for name, found in run.unknowns.items()}
    assert unknown.keys() == {"product", "status"}
    offered = unknown["product"]["GTXPro"]
    assert offered["count"] == 1480
    assert offered["offers"][0]["label"] == "GTX Pro"
    assert offered["likely"] == {"do": "map", "id": Product.objects.get(name="GTX Pro").pk}
    assert unknown["status"]["Won"]["likely"] == {"do": "map", "id": funnel.won.pk}
    assert unknown["status"]["Lost"]["likely"] == {"do": "map", "id": funnel.lost.pk}
    assert Lead.objects.count() == 0

    run = checked_pipeline(crm_sales_data, ewa)
    assert counts(run) == (8800, 0, 0, 0)
    assert Lead.objects.count() == 0
    assert LeadStatus.objects.count() == 5
    run = store(run)

    assert (counts(run), refusals(run)) == ((8800, 0, 0, 0), [])
    _assert_same_sums(crm_sales_data / "sales_pipeline.csv")
    lead = Lead.objects.get(external_id="Z063OYW0")
    assert lead.product.name == "GTX Pro"
    assert lead.partner.name == "Isdom"
    assert lead.sales_person.get_full_name() == "Darcel Schlecht"
    assert lead.name == "GTX Pro – Isdom"
    assert lead.status == funnel.won
    assert lead.received_at == datetime(2016, 10, 25, tzinfo=WARSAW)
    assert lead.closed_at == datetime(2017, 3, 11, tzinfo=WARSAW)
    first = LeadStatusChange.objects.get(lead=lead)
    assert (first.changed_at, first.from_status, first.by) == (lead.received_at, None, ewa)

    assert Lead.objects.filter(is_lost=True).count() == 2473
    assert Lead.objects.filter(lost_reason=reason).count() == 2473
    assert Lead.objects.filter(received_at__isnull=True, closed_at__isnull=True).count() == 500
    assert Lead.objects.filter(partner__isnull=True).count() == 1425
    assert Lead.objects.filter(sales_person__isnull=True).count() == 0

    again = store(checked_again(crm_sales_data, ewa, run))
    assert counts(again) == (0, 0, 8800, 0)

    run = undo(run)
    assert (run.undone_count, run.kept_count) == (8800, 0)
    assert Lead.objects.count() == 0
    assert not LeadStatus.objects.filter(name__in=["Engaging", "Prospecting"]).exists()
    assert Product.objects.count() == 7


def checked_again(folder: Path, by: User, first: ImportRun) -> ImportRun:
    run = upload(folder / "sales_pipeline.csv", by=by)
    run.choices = first.choices
    run.save()
    return check(run)


def _assert_same_sums(file: Path) -> None:
    """Sums and numbers by stage are those of the file, to the grosz."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    numbers: Counter[str] = Counter()
    with file.open(newline="") as rows:
        for row in csv.DictReader(rows):
            sums[row["deal_stage"]] += Decimal(row["close_value"] or 0)
            numbers[row["deal_stage"]] += 1
    names = {"Wygrana": "Won", "Porażka": "Lost"}
    stored = Lead.objects.values_list("status__name").annotate(n=Count("pk"), total=Sum("expected_revenue"))
    found = {names.get(name, name): (n, total or 0) for name, n, total in stored.order_by()}
    assert found == {stage: (numbers[stage], sums[stage]) for stage in numbers}


@pytest.mark.usefixtures("master_data")
def test_memory_does_not_grow_with_the_rows(
    crm_sales_data: Path, tmp_path: Path, funnel: FunnelCast, adam: User
) -> None:
    header, *rows = (crm_sales_data / "sales_pipeline.csv").read_text().splitlines()
    peaks = []
    for size in (1000, 4000):
        run = upload("\n".join([header, *rows[:size]]), by=adam)
        run.choices = {name: {"rest": "create"} for name in ("status", "product")}
        run.save()
        tracemalloc.start()
        check(run)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3
