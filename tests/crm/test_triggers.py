"""Triggers are asked whether they are switched off at every row they see: that must cost nothing, and still work."""

import pgtrigger
import pytest
from django.db import connection

from leads.models import Lead
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def test_the_question_starts_no_subtransaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        [(source,)] = cursor.fetchall()

    assert "EXCEPTION" not in source.upper()


def test_triggers_can_be_switched_off_for_a_block_and_are_on_again_after_it(funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    with pgtrigger.ignore("leads.Lead:a_count_version"):
        Lead.objects.filter(pk=lead.pk).update(city="Łódź")
    assert Lead.objects.get(pk=lead.pk).version == lead.version
    assert Lead.objects.get(pk=lead.pk).events.count() == 2

    Lead.objects.filter(pk=lead.pk).update(city="Kraków")
    assert Lead.objects.get(pk=lead.pk).version == lead.version + 1
