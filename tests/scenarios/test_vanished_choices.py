"""What was chosen in a form is deleted by somebody else between the form's check and the commit: the choice is refused
at its field, nothing is stored, and nobody meets an error of the server.

Two real transactions: the deletion is open while the form is stored, which waits for it, and then is told.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models

from crm.errors import RuleError
from crm.models import LeadTag, Partner, PartnerContact, Position, Product, SystemSettings, Team, User
from crm.references import vanished
from crm.services.partners import save_contact
from crm.services.users import update_user
from leads.models import Lead, LeadTagging
from leads.services import create_lead, update_lead
from tests.cast import FunnelCast
from tests.concurrency import Transaction
from tests.factories.crm import LeadTagFactory, PartnerFactory, ProductFactory, TeamFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TOLD = "zostało w międzyczasie usunięte"


@pytest.fixture(autouse=True)
def settings_are_there(transactional_db: None) -> None:
    """The row of settings is made when it is first read; two transactions would wait for one another over that."""
    SystemSettings.objects.current()


def refused(work: Callable[[], Any], *, while_deleted: models.Model) -> RuleError:
    """What `work` raises, begun before the deletion of a row was committed."""
    deletion = Transaction(lambda: type(while_deleted)._base_manager.filter(pk=while_deleted.pk).delete())
    storing = Transaction(work)
    assert storing.is_blocked(), "The storing did not wait for the deletion."
    assert deletion.commit() is None
    error = storing.commit()
    assert isinstance(error, RuleError), error
    assert TOLD in str(error)
    return error


def test_partner_of_a_new_lead(funnel: FunnelCast) -> None:
    partner = PartnerFactory()

    error = refused(lambda: create_lead(values={"name": "Hala", "partner": partner}, by=None), while_deleted=partner)

    assert error.field == "partner"
    assert not Lead.objects.exists()
    assert not Partner.objects.exists()


def test_product_of_a_stored_lead(funnel: FunnelCast) -> None:
    lead, product = LeadFactory(name="Hala", status=funnel.new), ProductFactory()

    error = refused(
        lambda: update_lead(lead=lead, values={"name": "Plac", "product": product}, by=None), while_deleted=product
    )

    assert error.field == "product"
    assert Lead.objects.get().name == "Hala"
    assert not Product.objects.exists()


def test_tag_of_a_lead(funnel: FunnelCast) -> None:
    lead, kept, gone = LeadFactory(status=funnel.new), LeadTagFactory(), LeadTagFactory()

    error = refused(
        lambda: update_lead(lead=lead, values={"name": "Plac"}, tags=[kept, gone], by=None), while_deleted=gone
    )

    assert error.field == "tags"
    assert not LeadTagging.objects.exists()
    assert list(LeadTag.objects.all()) == [kept]


def test_position_of_a_contact() -> None:
    partner, position = PartnerFactory(), Position.objects.create(name="Prezes")

    error = refused(
        lambda: save_contact(
            partner=partner, contact=None, values={"last_name": "Nowak", "position": position}, by=None
        ),
        while_deleted=position,
    )

    assert error.field == "position"
    assert not PartnerContact.objects.exists()


def test_team_of_a_user(adam: User, marek: User) -> None:
    team = TeamFactory()

    error = refused(lambda: update_user(user=marek, values={"team": team}, by=adam), while_deleted=team)

    assert error.field == "team"
    assert User.objects.get(pk=marek.pk).team is None
    assert not Team.objects.filter(pk=team.pk).exists()


def test_only_references_of_what_was_written_are_answered_for(funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    with pytest.raises(IntegrityError) as found:
        Lead.objects.filter(pk=lead.pk).update(partner_id=12345)

    assert vanished(found.value, Lead) is not None
    assert vanished(found.value, PartnerContact) is None
