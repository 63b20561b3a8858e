"""Leads on the card of a partner: only what the viewer may see, in rows, counts and sums."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import SystemSettings, User, Visibility
from leads.querysets_partner import leads_of_partner
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def test_open_leads_stand_first_and_sums_are_by_result(ola: User, funnel: FunnelCast) -> None:
    partner = PartnerFactory()
    won = LeadFactory(partner=partner, status=funnel.won, expected_revenue=Decimal("100.10"))
    lost = LeadFactory(
        partner=partner, status=funnel.lost, lost_reason=funnel.too_expensive, expected_revenue=Decimal("900")
    )
    old = LeadFactory(partner=partner, status=funnel.new, expected_revenue=Decimal("20.05"))
    new = LeadFactory(partner=partner, status=funnel.proposal)
    LeadFactory(status=funnel.new, expected_revenue=Decimal("7"))

    found = leads_of_partner(partner.pk, user=ola)

    assert list(found.rows) == [new, old, lost, won]
    assert (found.count, found.open_count, found.won_count) == (4, 2, 1)
    assert (found.open_revenue, found.won_revenue) == (Decimal("20.05"), Decimal("100.10"))


def test_leads_of_others_are_not_even_counted(client: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility = Visibility.OWN
    settings.save()
    partner = PartnerFactory()
    LeadFactory(partner=partner, status=funnel.new, sales_person=ola, name="Mój", expected_revenue=Decimal(5))
    LeadFactory(partner=partner, status=funnel.new, sales_person=marek, name="Cudzy", expected_revenue=Decimal(70))
    client.force_login(ola)

    found = leads_of_partner(partner.pk, user=ola)
    text = client.get(reverse("leads:partner_leads", args=[partner.pk])).content.decode()

    assert (found.count, found.open_revenue) == (1, Decimal(5))
    assert "Mój" in text
    assert "Cudzy" not in text


def test_block_costs_the_same_for_any_number(client: Client, ola: User, django_assert_max_num_queries: Any) -> None:
    partner = PartnerFactory()
    client.force_login(ola)
    client.get(reverse("leads:partner_leads", args=[partner.pk]))
    counts = []
    for number in (1, 30):
        LeadFactory.create_batch(number, partner=partner, sales_person=ola)
        with django_assert_max_num_queries(9) as queries:
            text = client.get(reverse("leads:partner_leads", args=[partner.pk])).content.decode()
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert text.count("data-lead-id=") == 20
    assert f"partner={partner.pk}" in text


def test_refused_deletion_does_not_count_leads_of_others(client: Client, ewa: User, marek: User) -> None:
    settings = SystemSettings.objects.current()
    settings.manager_visibility = Visibility.TEAM
    settings.save()
    partner = PartnerFactory()
    LeadFactory(partner=partner, sales_person=marek, name="Cudzy")
    client.force_login(ewa)

    response = client.post(reverse("crm:partner_delete", args=[partner.pk]))

    assert response.status_code == 422
    text = response.content.decode()
    assert "których nie możesz zobaczyć" in text
    assert '<span class="lj-count">1</span>' not in text
