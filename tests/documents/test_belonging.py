"""Documents and what they belong to: who sees them, sums on cards, leads deleted or merged, „wymaga zamówienia”."""

from decimal import Decimal
from functools import partial
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from crm.errors import InUse, RuleError
from crm.models import InvoiceType, OrderType, Partner, SystemSettings, User
from crm.services.partners import delete_partner
from documents.kinds import INVOICES, KINDS, ORDERS, Kind
from documents.models import Invoice, Order
from documents.services import create_from_lead, take_step
from documents.transitions import find_transition
from leads.models import Lead
from leads.services import change_status, create_lead, delete_lead, update_lead
from leads.services.unmerging import undo_merge
from tests.cast import FunnelCast
from tests.factories.documents import InvoiceFactory, OrderFactory
from tests.factories.leads import LeadFactory
from tests.leads.merging import merge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _types(order_type: OrderType, invoice_type: InvoiceType) -> None:
    """Both parameters are set."""


def _made(kind: Kind, **values: Any) -> Any:
    return (OrderFactory if kind is ORDERS else InvoiceFactory)(**values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_who_sees_a_document(ola: User, marek: User, ewa: User, adam: User, kind: Kind) -> None:
    SystemSettings.objects.update(sales_visibility="own")
    documents = {
        "of ola's lead": _made(kind, lead=LeadFactory(sales_person=ola), created_by=marek),
        "of marek's lead": _made(kind, lead=LeadFactory(sales_person=marek), created_by=ola),
        "of nobody's lead": _made(kind, lead=LeadFactory(), created_by=marek),
        "ola's own": _made(kind, created_by=ola),
        "marek's own": _made(kind, created_by=marek),
    }

    def seen(user: User) -> set[str]:
        visible = set(kind.model.objects.visible_to(user))
        return {name for name, document in documents.items() if document in visible}

    assert seen(ola) == {"of ola's lead", "of nobody's lead", "ola's own"}
    assert seen(marek) == {"of marek's lead", "of nobody's lead", "marek's own"}
    assert seen(ewa) == seen(adam) == documents.keys()
    ola.is_active = False
    assert not seen(ola)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_not_seen_answers_404_everywhere(client: Client, ola: User, marek: User, kind: Kind) -> None:
    SystemSettings.objects.update(sales_visibility="own")
    document = _made(kind, lead=LeadFactory(sales_person=marek))
    client.force_login(ola)

    for view in ("detail", "history", "lines", "line_paste", "delete"):
        assert client.get(kind.url(view, document.pk)).status_code == 404, view
    for view in ("step", "line_create", "line_sort", "line_paste", "delete", "save"):
        assert client.post(kind.url(view, document.pk)).status_code == 404, view
    for view in ("line_update", "line_delete"):
        assert client.post(kind.url(view, document.pk, 1)).status_code == 404, view
    assert kind.model.objects.filter(pk=document.pk, state="draft").exists()


def test_sums_are_net_in_the_system_currency_of_what_one_sees(
    client: Client, ola: User, marek: User, ewa: User, acme: Partner
) -> None:
    SystemSettings.objects.update(sales_visibility="own")
    lead, hidden = LeadFactory(sales_person=ola, partner=acme), LeadFactory(sales_person=marek, partner=acme)

    def order(number: str, state: str, net: int, **more: Any) -> None:
        OrderFactory(partner=acme, number=number, state=state, net_in_system=net, **more)

    order("ZS/1", "confirmed", 100, lead=lead)
    order("ZS/2", "done", 1000, lead=lead, currency="EUR", net_total=250)
    order("ZS/3", "cancelled", 5000, lead=lead)
    OrderFactory(partner=acme, lead=lead, net_in_system=7000)
    order("ZS/5", "confirmed", 30000, lead=hidden)
    InvoiceFactory(partner=acme, lead=lead, number="FV/1", state="due", net_in_system=Decimal(200),
                   gross_total=Decimal(246), paid_total=Decimal(123))  # fmt: skip
    InvoiceFactory(partner=acme, lead=lead, number="FV/2", state="paid", net_in_system=Decimal(50),
                   gross_total=Decimal("61.50"), paid_total=Decimal("61.50"))  # fmt: skip

    def block(name: str, pk: int) -> Any:
        return client.get(reverse(f"documents:{name}", args=[pk])).context["block"]

    client.force_login(ola)
    for name, pk in (("lead_orders", lead.pk), ("partner_orders", acme.pk)):
        assert (block(name, pk).count, block(name, pk).net) == (4, 1100), name
    for name, pk in (("lead_invoices", lead.pk), ("partner_invoices", acme.pk)):
        shown = block(name, pk)
        assert (shown.count, shown.net, shown.paid) == (2, 250, 150), name
    client.force_login(ewa)
    assert (block("partner_orders", acme.pk).count, block("partner_orders", acme.pk).net) == (5, 31100)
    page = client.get(reverse("documents:partner_orders", args=[acme.pk])).content.decode().replace("\xa0", " ")
    assert "31 100,00 zł" in page


def test_the_cards_load_the_blocks(client: Client, ola: User, acme: Partner) -> None:
    lead = LeadFactory(sales_person=ola, partner=acme)
    client.force_login(ola)

    card = client.get(reverse("leads:lead_detail", args=[lead.pk])).content.decode()
    partner = client.get(reverse("crm:partner_detail", args=[acme.pk])).content.decode()

    for kind in KINDS:
        assert f'hx-get="{reverse(f"documents:lead_{kind.slug}", args=[lead.pk])}"' in card
        assert f'hx-get="{reverse(f"documents:partner_{kind.slug}", args=[acme.pk])}"' in partner
    ola.groups.get().permissions.filter(codename="view_order").first().delete()  # type: ignore[union-attr]
    card = client.get(reverse("leads:lead_detail", args=[lead.pk])).content.decode()
    assert f'hx-get="{reverse("documents:lead_orders", args=[lead.pk])}"' not in card
    assert client.get(reverse("documents:lead_orders", args=[lead.pk])).status_code == 403


def test_columns_of_the_list_of_leads(client: Client, ola: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(sales_person=ola, status=funnel.new)
    OrderFactory(lead=lead)
    OrderFactory(lead=lead)
    InvoiceFactory(lead=lead)
    client.force_login(ola)

    page = client.get(reverse("leads:lead_list"), {"cols": "name.orders.invoices"}).content.decode()
    assert '<td class="lj-col-orders lj-number" data-head="Zamówienia">2</td>' in page
    assert '<td class="lj-col-invoices lj-number" data-head="Faktury">1</td>' in page
    text = b"".join(
        client.get(reverse("leads:lead_export", args=["csv"]), {"cols": "name.orders.invoices"}).streaming_content
    )
    assert text.decode("utf-8-sig").splitlines() == ["Nazwa;Zamówienia;Faktury", f"{lead.name};2;1"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_documents_hold_lead_and_partner(adam: User, acme: Partner, kind: Kind) -> None:
    lead = LeadFactory(partner=acme)
    _made(kind, lead=lead, partner=acme)

    with pytest.raises(InUse) as held:
        delete_lead(lead=lead, by=adam)
    assert held.value.uses == {str(kind.model._meta.verbose_name_plural): 1}
    with pytest.raises(InUse):
        delete_partner(partner=acme, by=adam)
    assert Lead.objects.filter(pk=lead.pk).exists()


def test_documents_move_with_a_merge_and_back(ewa: User, funnel: FunnelCast) -> None:
    kept, gone = LeadFactory(status=funnel.new), LeadFactory(status=funnel.new)
    order, invoice = OrderFactory(lead=gone), InvoiceFactory(lead=gone)
    stays = OrderFactory(lead=kept)

    done = merge(kept, gone, ewa)
    assert {document.pk for document in Order.objects.filter(lead=kept)} == {order.pk, stays.pk}
    assert Invoice.objects.get().lead == kept

    undo_merge(merge=done, by=ewa)
    order.refresh_from_db()
    invoice.refresh_from_db()
    stays.refresh_from_db()
    assert (order.lead_id, invoice.lead_id, stays.lead_id) == (gone.pk, gone.pk, kept.pk)


class TestStatusThatNeedsAnOrder:
    @pytest.fixture(autouse=True)
    def _needed(self, funnel: FunnelCast) -> None:
        funnel.won.needs_order = True
        funnel.won.save()

    @pytest.fixture
    def stranded(self, funnel: FunnelCast) -> Lead:
        """It stood there before orders were asked for."""
        with pgtrigger.ignore("documents.OrderedLead:needed_order"):
            return LeadFactory(status=funnel.won)

    def _refused(self, act: Any) -> None:
        with pytest.raises(RuleError, match="wymaga potwierdzonego zamówienia") as refusal:
            act()
        assert refusal.value.field == "status"

    def test_no_way_in_without_a_confirmed_order(self, ewa: User, acme: Partner, funnel: FunnelCast) -> None:
        lead = LeadFactory(status=funnel.new, partner=acme)
        self._refused(lambda: change_status(lead=lead, to=funnel.won, by=ewa))
        self._refused(lambda: update_lead(lead=lead, values={"status": funnel.won}, by=ewa))
        self._refused(lambda: create_lead(values={"name": "X", "status": funnel.won}, by=ewa))
        order = create_from_lead(kind=ORDERS, lead=lead, by=ewa)
        self._refused(lambda: change_status(lead=lead, to=funnel.won, by=ewa))  # a draft is none
        assert Lead.objects.get(pk=lead.pk).status == funnel.new

        Order.objects.filter(pk=order.pk).update(state="cancelled", number="ZS/1")
        self._refused(lambda: change_status(lead=lead, to=funnel.won, by=ewa))
        Order.objects.filter(pk=order.pk).update(state="confirmed")
        assert change_status(lead=lead, to=funnel.won, by=ewa).status == funnel.won

    def test_what_stands_there_already_is_edited_on(self, ewa: User, stranded: Lead) -> None:
        assert update_lead(lead=stranded, values={"name": "Inna"}, by=ewa).name == "Inna"

    def test_the_database_says_so_too(self, ewa: User, acme: Partner, funnel: FunnelCast) -> None:
        lead = LeadFactory(status=funnel.new, partner=acme)
        order = create_from_lead(kind=ORDERS, lead=lead, by=ewa)

        def refused(act: Any) -> None:
            with pytest.raises(IntegrityError, match="needs a confirmed order"), transaction.atomic():
                act()

        for state in Order.State.values:
            Order.objects.filter(pk=order.pk).update(state=state, number=None if state == "draft" else "ZS/1")
            counts = state in ORDERS.summed
            write = partial(Lead.objects.filter(pk=lead.pk).update, status=funnel.won)
            write() if counts else refused(write)
            assert (Lead.objects.get(pk=lead.pk).status == funnel.won) is counts
            Lead.objects.filter(pk=lead.pk).update(status=funnel.new)
        refused(lambda: LeadFactory(status=funnel.won))
        assert not Lead.objects.filter(status=funnel.won).exists()

    def test_an_order_cancelled_behind_the_check_is_told_of(
        self, ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lead = LeadFactory(status=funnel.new)
        monkeypatch.setattr("leads.services.write.has_order", lambda _lead: True)  # as it stood a moment ago

        with pytest.raises(RuleError, match="a lead go nie ma") as refusal:
            change_status(lead=lead, to=funnel.won, by=ewa)

        assert refusal.value.field == "status"

    def test_merges_and_their_undo_go_on(self, ewa: User, acme: Partner, funnel: FunnelCast, stranded: Lead) -> None:
        kept = LeadFactory(status=funnel.new, partner=acme)
        done = merge(kept, stranded, by=ewa)

        undo_merge(merge=done, by=ewa)

        assert Lead.objects.get(pk=stranded.pk).status == funnel.won

    def test_the_bar_says_why(self, client: Client, ewa: User, funnel: FunnelCast) -> None:
        lead = LeadFactory(status=funnel.new)
        client.force_login(ewa)

        page = client.get(reverse("leads:lead_detail", args=[lead.pk])).content.decode()
        answer = client.post(
            reverse("leads:lead_change_status", args=[lead.pk]), {"status": funnel.won.pk, "version": lead.version}
        )

        assert "wymaga potwierdzonego zamówienia" in page
        assert answer.status_code == 422
        assert Lead.objects.get().status == funnel.new


def test_a_lead_keeps_its_order_when_it_is_closed_as_invoiced(ewa: User, acme: Partner, funnel: FunnelCast) -> None:
    """The whole way: lead, order, confirmed, won, invoiced."""
    lead = LeadFactory(status=funnel.new, partner=acme, expected_revenue=Decimal("10.00"))
    order = create_from_lead(kind=ORDERS, lead=lead, by=ewa)
    with pytest.raises(RuleError, match="pozycji"):
        take_step(document=order, transition=find_transition(order, "confirm"), by=ewa)

    assert (Order.objects.get().state, INVOICES.model.objects.count()) == ("draft", 0)
