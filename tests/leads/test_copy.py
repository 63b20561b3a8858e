"""Kopiuj."""

import re
from decimal import Decimal

import pytest

from crm.models import User
from leads.models import Lead
from leads.services import create_lead, mark_lost
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory, LeadTypeFactory, PartnerFactory
from tests.leads.cards import post, signed_in

pytestmark = pytest.mark.django_db


def test_copies_the_values_to_a_new_lead_of_the_user(ola: User, marek: User, funnel: FunnelCast) -> None:
    tag, kind, partner = LeadTagFactory(), LeadTypeFactory(allows=[funnel.qualified, funnel.lost]), PartnerFactory()
    lead = create_lead(
        values={
            "name": "Hala",
            "type": kind,
            "partner": partner,
            "external_id": "X-1",
            "expected_revenue": Decimal(100),
            "phone": "600 100 200",
        },
        tags=[tag],
        by=marek,
    )
    mark_lost(lead=lead, reason=funnel.too_expensive, by=marek)

    response = post(ola, f"/leads/{lead.pk}/copy/")

    copy = Lead.objects.exclude(pk=lead.pk).get()
    assert response.headers["HX-Redirect"] == f"/leads/{copy.pk}/"
    assert (copy.name, copy.type, copy.partner, copy.expected_revenue) == ("Hala", kind, partner, 100)
    assert (copy.phone_e164, list(copy.tags.all())) == ("+48600100200", [tag])
    assert (copy.status, copy.lost_reason, copy.closed_at) == (funnel.qualified, None, None)
    assert (copy.sales_person, copy.external_id) == (ola, None)
    assert copy.received_at is not None
    lead.refresh_from_db()
    assert (lead.status, lead.external_id, lead.sales_person) == (funnel.lost, "X-1", marek)


def test_sent_twice_it_makes_one_copy(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)

    answers = [post(ola, f"/leads/{lead.pk}/copy/", {"token": token}) for token in ("a", "a", "b")]

    first, again, another = (answer.headers["HX-Redirect"] for answer in answers)
    assert first == again
    assert another not in (first, f"/leads/{lead.pk}/")
    assert Lead.objects.count() == 3


def test_each_page_of_the_card_copies_once(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)
    pages = [signed_in(ola).get(f"/leads/{lead.pk}/").content.decode() for _ in range(2)]
    tokens = [re.findall(r"""hx-vals='{"token": "(\w{22})"}'""", page) for page in pages]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]


def test_needs_the_permission_to_create(ola: User, funnel: FunnelCast) -> None:
    from django.contrib.auth.models import Permission

    lead = create_lead(values={"name": "Hala"}, by=ola)
    ola.groups.clear()
    ola.user_permissions.add(Permission.objects.get(codename="view_lead"))
    assert post(ola, f"/leads/{lead.pk}/copy/").status_code == 403
    assert Lead.objects.count() == 1
