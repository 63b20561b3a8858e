"""Two people at the same partner at the same moment: the second one waits, and then is told."""

import pytest
from django.db import connection

from crm.errors import InUse, RuleError, StaleObject
from crm.models import LeadStatus, Partner, SystemSettings
from crm.services.partners import delete_partner, save_partner
from leads.models import Lead
from tests.concurrency import race
from tests.factories.crm import LeadStatusFactory, PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def settings_are_there(transactional_db: None) -> None:
    """The row of settings is made when it is first read; two transactions would wait for one another over that."""
    SystemSettings.objects.current()


def store_lead(partner: Partner, status: LeadStatus) -> None:
    """As far as its commit, when PostgreSQL checks that the partner is there."""
    LeadFactory(partner=partner, status=status)
    connection.check_constraints()


def test_of_two_changes_of_one_version_one_is_refused() -> None:
    partner = PartnerFactory(name="Acme")
    version = Partner.objects.get().version

    first, second = race(
        lambda: save_partner(partner=partner, values={"city": "Łódź"}, by=None, version=version),
        lambda: save_partner(partner=partner, values={"city": "Kraków"}, by=None, version=version),
    )

    assert first is None
    assert isinstance(second, StaleObject)
    assert Partner.objects.get().city == "Łódź"


def test_external_id_taken_at_the_same_moment_is_told() -> None:
    first, second = race(
        lambda: save_partner(partner=None, values={"name": "Pierwszy", "external_id": "A1"}, by=None),
        lambda: save_partner(partner=None, values={"name": "Drugi", "external_id": "A1"}, by=None),
    )

    assert first is None
    assert isinstance(second, RuleError)
    assert second.field == "external_id"
    assert Partner.objects.get().name == "Pierwszy"


def test_partner_is_not_deleted_under_a_lead_that_is_just_being_stored() -> None:
    partner = PartnerFactory()
    status = LeadStatusFactory()

    first, second = race(lambda: store_lead(partner, status), lambda: delete_partner(partner=partner, by=None))

    assert first is None
    assert isinstance(second, InUse)
    assert Lead.objects.get().partner == partner
