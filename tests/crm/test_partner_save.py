"""Partners are stored through one service, by pages and imports alike."""

import pytest
from django.core.exceptions import ValidationError

from crm.errors import InUse, RuleError, StaleObject
from crm.models import Partner, PartnerContact, User
from crm.services.partners import delete_contact, delete_partner, save_contact, save_partner, save_partners
from crm.services.records import Draft
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["123-456-32-18", "PL 1234563218", "1234563218", " pl123 456 32 18 "])
def test_nip_is_stored_as_ten_digits(ola: User, typed: str) -> None:
    partner = save_partner(partner=None, values={"name": "Acme", "nip": typed}, by=ola)

    assert Partner.objects.get().nip == partner.nip == "1234563218"


@pytest.mark.parametrize("typed", ["1234563219", "123", "abc", "DE1234563218", "12345632180"])
def test_wrong_nip_is_refused_and_nothing_stored(ola: User, typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_partner(partner=None, values={"name": "Acme", "nip": typed}, by=ola)

    assert set(refusal.value.message_dict) == {"nip"}
    assert not Partner.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("DE 136 695 976", "DE136695976"), ("atu57194903", "ATU57194903"), ("BE697449992", "BE0697449992"), (" ", "")],
)
def test_eu_vat_number_is_stored_with_its_country(ola: User, typed: str, stored: str) -> None:
    partner = save_partner(partner=None, values={"name": "Acme", "vat_eu": typed}, by=ola)

    assert Partner.objects.get().vat_eu == partner.vat_eu == stored


@pytest.mark.parametrize("typed", ["136695976", "DE136695978", "US123", "PL1234563218", "EU372022452", "DE"])
def test_wrong_eu_vat_number_is_refused_and_nothing_stored(ola: User, typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_partner(partner=None, values={"name": "Acme", "vat_eu": typed}, by=ola)

    assert set(refusal.value.message_dict) == {"vat_eu"}
    assert not Partner.objects.exists()


def test_all_errors_come_at_once(ola: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_partner(
            partner=None,
            values={"name": "", "nip": "1", "email": "x@", "website": "javascript:alert(1)", "city": "a\x00b"},
            by=ola,
        )

    assert set(refusal.value.message_dict) == {"name", "nip", "email", "website", "city"}


def test_phone_is_kept_as_typed_and_normalised(ola: User) -> None:
    partner = save_partner(partner=None, values={"name": "Acme", "phone": "0048 600-100-200"}, by=ola)

    partner.refresh_from_db()
    assert (partner.phone, partner.phone_e164) == ("0048 600-100-200", "+48600100200")


def test_change_with_an_old_version_is_refused(ola: User, marek: User) -> None:
    partner = PartnerFactory(name="Acme")
    partner.refresh_from_db()
    seen = partner.version
    changed = save_partner(partner=partner, values={"city": "Łódź"}, by=marek, version=seen)

    assert changed.version == seen + 1
    with pytest.raises(StaleObject):
        save_partner(partner=partner, values={"city": "Gdynia"}, by=ola, version=seen)
    assert Partner.objects.get().city == "Łódź"


def test_change_of_nothing_writes_nothing(ola: User) -> None:
    partner = PartnerFactory(name="Acme")
    version = Partner.objects.get().version

    save_partner(partner=partner, values={"name": " Acme "}, by=ola)

    assert Partner.objects.get().version == version


def test_batch_answers_each_draft_for_itself(ola: User) -> None:
    PartnerFactory(external_id="A1", name="Old")
    old = PartnerFactory(external_id="A2", name="Changed")

    answers = save_partners(
        drafts=[
            Draft({"name": "Taken", "external_id": "A1"}),
            Draft({"name": "New", "external_id": "A3"}),
            Draft({"name": "Twice", "external_id": "A3"}),
            Draft({"name": ""}),
            Draft({"name": "Renamed"}, old),
        ],
        by=ola,
    )

    assert [type(answer).__name__ for answer in answers] == [
        "RuleError",
        "Partner",
        "RuleError",
        "ValidationError",
        "Partner",
    ]
    assert isinstance(answers[0], RuleError)
    assert answers[0].field == "external_id"
    assert sorted(Partner.objects.values_list("name", flat=True)) == ["New", "Old", "Renamed"]
    assert isinstance(answers[4], Partner)
    assert answers[4].version == 2


def test_batch_of_new_partners_costs_the_same_for_any_number(ola: User, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        answers = save_partners(drafts=[Draft({"name": f"Firma {n}"}) for n in range(200)], by=ola)

    assert all(isinstance(answer, Partner) and answer.version == 1 for answer in answers)
    assert Partner.objects.count() == 200


def test_partner_in_use_is_not_deleted(ewa: User) -> None:
    lead = LeadFactory(partner=PartnerFactory(name="Acme"))

    with pytest.raises(InUse, match="Acme") as refusal:
        delete_partner(partner=lead.partner, by=ewa)

    assert list(refusal.value.uses.values()) == [1]
    assert Partner.objects.exists()


def test_unused_partner_goes_with_its_contacts(ewa: User) -> None:
    partner = PartnerFactory()
    save_contact(partner=partner, contact=None, values={"first_name": "Jan"}, by=ewa)

    delete_partner(partner=partner, by=ewa)

    assert not Partner.objects.exists()
    assert not PartnerContact.objects.exists()


def test_contact_is_added_changed_and_taken_away(ola: User) -> None:
    partner = PartnerFactory()
    contact = save_contact(partner=partner, contact=None, values={"last_name": "Żak", "phone": "600100200"}, by=ola)
    assert (contact.partner, contact.phone_e164) == (partner, "+48600100200")

    with pytest.raises(RuleError):
        save_contact(partner=partner, contact=contact, values={"last_name": "", "phone": ""}, by=ola)
    save_contact(partner=partner, contact=contact, values={"email": "zak@acme.pl"}, by=ola, version=1)
    with pytest.raises(StaleObject):
        save_contact(partner=partner, contact=contact, values={"email": "x@acme.pl"}, by=ola, version=1)
    assert PartnerContact.objects.get().email == "zak@acme.pl"

    delete_contact(contact=contact, by=ola)
    assert not PartnerContact.objects.exists()
