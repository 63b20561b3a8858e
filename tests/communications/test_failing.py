"""Accounts that fail for over an hour are told of, once, to those who can do something about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from communications.models import AccountHealth, Problem
from communications.services.failing import tell_of_failures
from crm.models import Notification
from tests.factories.communications import MailAccountFactory

pytestmark = pytest.mark.django_db


def fail(account, minutes):
    since = timezone.now() - timedelta(minutes=minutes)
    AccountHealth.objects.filter(account=account).update(problem=Problem.PASSWORD, failing_since=since)


def told():
    return sorted(Notification.objects.filter(kind="mail_account").values_list("user__first_name", "what"))


def test_managers_are_told_of_a_shared_account_once(ola, ewa, adam):
    account = MailAccountFactory(name="Biuro")
    fail(account, 59)
    tell_of_failures()
    assert told() == []

    fail(account, 61)
    tell_of_failures()
    tell_of_failures()

    assert told() == [("Adam", "Biuro"), ("Ewa", "Biuro")]
    assert "nie przyjmuje tego loginu i hasła" in Notification.objects.first().details
    assert str(account.pk) in Notification.objects.first().url


def test_the_owner_is_told_of_an_own_account(ola, ewa):
    fail(MailAccountFactory(name="Moja", owner=ola), 90)

    tell_of_failures()

    assert told() == [("Ola", "Moja")]


def test_a_stopped_account_is_nobody_s_trouble(ewa):
    fail(MailAccountFactory(is_active=False), 90)

    tell_of_failures()

    assert told() == []
