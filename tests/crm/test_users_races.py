"""Two administrators at the same moment."""

import pytest

from crm.errors import RuleError
from crm.models import User
from crm.people import administrators
from crm.roles import ADMINISTRATOR, SALES
from crm.services.invitations import invite_user
from crm.services.users import deactivate_user, update_user
from tests.concurrency import race
from tests.factories.crm import UserFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_two_administrators_cannot_take_each_other_away() -> None:
    one, two = UserFactory(role=ADMINISTRATOR), UserFactory(role=ADMINISTRATOR)

    first, second = race(
        lambda: deactivate_user(user=two, by=one),
        lambda: update_user(user=one, values={"role": SALES}, by=two),
    )

    assert first is None
    assert isinstance(second, RuleError)
    assert list(administrators()) == [one]


def test_of_two_invitations_to_one_address_one_is_refused() -> None:
    adam = UserFactory(role=ADMINISTRATOR)
    values = {"first_name": "Jan", "last_name": "Łoś", "email": "jan@firma.pl", "role": SALES}

    first, second = race(
        lambda: invite_user(user=None, values=values, by=adam, origin="https://lejek.test"),
        lambda: invite_user(user=None, values=values, by=adam, origin="https://lejek.test"),
    )

    assert first is None
    assert isinstance(second, RuleError)
    assert second.field == "email"
    assert User.objects.filter(email="jan@firma.pl").count() == 1
