"""Makers of leads."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone

from leads.models import Activity, Comment, Lead
from tests.factories.crm import ActivityTypeFactory, LeadStatusFactory, UserFactory


class LeadFactory(factory.django.DjangoModelFactory[Lead]):
    """A stored lead in a status of its own, with nobody's name on it. Its derived columns are read back."""

    class Meta:
        model = Lead
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Lead {n}")
    status = factory.SubFactory(LeadStatusFactory)

    @classmethod
    def _create(cls, model_class: type[Lead], *args: object, **kwargs: object) -> Lead:
        lead: Lead = super()._create(model_class, *args, **kwargs)
        lead.refresh_from_db()
        return lead


class ActivityFactory(factory.django.DjangoModelFactory[Activity]):
    """A planned activity, of a lead of its own unless a lead or partner is given; `days` from today it is due."""

    class Meta:
        model = Activity

    class Params:
        days = 0

    lead: Any = factory.Maybe("partner", None, factory.SubFactory(LeadFactory))
    partner = None
    type = factory.SubFactory(ActivityTypeFactory)
    summary = factory.Sequence(lambda n: f"Zadanie {n}")
    assignee = factory.SubFactory(UserFactory)

    @factory.lazy_attribute
    def due_on(self) -> date:
        return timezone.localdate() + timedelta(days=self.days)


class CommentFactory(factory.django.DjangoModelFactory[Comment]):
    """A comment on a lead of its own, by nobody."""

    class Meta:
        model = Comment

    lead = factory.SubFactory(LeadFactory)
    text = factory.Sequence(lambda n: f"Komentarz {n}")
