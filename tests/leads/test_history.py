"""The history of a lead as people read it: who changed what and when, old → new, whoever wrote it and how."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.models import Campaign, LeadTag, Medium, Position, Source, User
from leads.history import FieldChange, Kind, history_of, plain_text, status_steps
from leads.services import create_lead, delete_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import (
    LeadPriorityFactory,
    LeadTagFactory,
    LeadTypeFactory,
    PartnerFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db


def test_creation_lists_what_was_filled_in(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala magazynowa", "expected_revenue": Decimal("1234.5")}, by=ola)

    page = history_of(lead)

    [entry] = page.entries
    assert (entry.kind, entry.user, entry.author) == (Kind.CREATED, ola, "Ola Żak")
    assert {change.label: change.new for change in entry.changes} == {
        "Nazwa": "Hala magazynowa",
        "Status leadu": "Nowy",
        "Sprzedawca": "Ola Żak",
        "Spodziewany przychód": "1\xa0234,50\xa0zł",
    }
    assert all(change.old == "" for change in entry.changes)
    assert page.older is None
