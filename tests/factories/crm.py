"""Makers of users, partners, products and reference data."""

from typing import Any

import factory
from django.contrib.auth.models import Group

from crm import models

PASSWORD = "lejek-test-2026"


class TeamFactory(factory.django.DjangoModelFactory[models.Team]):
    class Meta:
        model = models.Team

    name = factory.Sequence(lambda n: f"Zespół {n}")


class UserFactory(factory.django.DjangoModelFactory[models.User]):
    """A user who can sign in with PASSWORD; `role` is the name of a group."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"osoba{n}@lejek.test")
    first_name = "Osoba"
    last_name = factory.Sequence(lambda n: f"Testowa{n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def role(self, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if create and extracted:
            self.groups.add(Group.objects.get(name=extracted))  # type: ignore[attr-defined]


class LeadStatusFactory(factory.django.DjangoModelFactory[models.LeadStatus]):
    class Meta:
        model = models.LeadStatus

    name = factory.Sequence(lambda n: f"Status {n}")
    sort_order = factory.Sequence(lambda n: n)


class LeadTypeFactory(factory.django.DjangoModelFactory[models.LeadType]):
    """A lead type; `allows` are the statuses it lists."""

    class Meta:
        model = models.LeadType
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Typ {n}")

    @factory.post_generation
    def allows(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.statuses.add(*extracted)  # type: ignore[attr-defined]


class LeadPriorityFactory(factory.django.DjangoModelFactory[models.LeadPriority]):
    class Meta:
        model = models.LeadPriority

    name = factory.Sequence(lambda n: f"Priorytet {n}")


class LeadTagFactory(factory.django.DjangoModelFactory[models.LeadTag]):
    class Meta:
        model = models.LeadTag

    name = factory.Sequence(lambda n: f"tag {n}")


class LostReasonFactory(factory.django.DjangoModelFactory[models.LostReason]):
    class Meta:
        model = models.LostReason

    name = factory.Sequence(lambda n: f"Powód {n}")


class PartnerFactory(factory.django.DjangoModelFactory[models.Partner]):
    class Meta:
        model = models.Partner

    name = factory.Sequence(lambda n: f"Partner {n} sp. z o.o.")


class ProductFactory(factory.django.DjangoModelFactory[models.Product]):
    class Meta:
        model = models.Product

    name = factory.Sequence(lambda n: f"Produkt {n}")


class ActivityTypeFactory(factory.django.DjangoModelFactory[models.ActivityType]):
    class Meta:
        model = models.ActivityType

    name = factory.Sequence(lambda n: f"Rodzaj {n}")


class SellerFactory(factory.django.DjangoModelFactory[models.Seller]):
    """The company data, complete."""

    class Meta:
        model = models.Seller

    name = "Lejek Łódź sp. z o.o."
    nip = "5265877635"
    street = "ul. Piotrkowska 12"
    postal_code = "90-001"
    city = "Łódź"
    email = "biuro@lejek.test"
    bank_name = "Bank Przykładowy"
    bank_account = "61109010140000071219812874"
    bank_account_eur = "DE89370400440532013000"
    exemption_basis = "art. 113 ust. 1 ustawy o VAT"
