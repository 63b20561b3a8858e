"""Makers of leads."""

import factory

from leads.models import Lead
from tests.factories.crm import LeadStatusFactory


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
