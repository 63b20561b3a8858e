"""The status rule as a pure function."""

import pytest

from crm.models import LeadStatus, LeadType
from leads.rules import (
    Funnel,
    LostStatusMissing,
    StatusMissing,
    StatusNotAllowed,
    allowed_statuses,
    check_status,
    default_status,
    is_allowed,
    lost_status,
)

NEW = LeadStatus(pk=1, name="Nowy", sort_order=1)
PROPOSAL = LeadStatus(pk=2, name="Propozycja", sort_order=2)
LOST = LeadStatus(pk=3, name="Porażka", sort_order=3, is_closed=True, is_lost=True)
OLD = LeadStatus(pk=4, name="Dawny", sort_order=4, is_archived=True)
ANY = LeadType(pk=10, name="Dowolny")
SERVICE = LeadType(pk=11, name="Serwis")

FUNNEL = Funnel(
    statuses={status.pk: status for status in (NEW, PROPOSAL, LOST, OLD)},
    ticks={SERVICE.pk: frozenset({PROPOSAL.pk, OLD.pk})},
)


@pytest.mark.parametrize(
    ("type_id", "allowed"),
    [(None, [NEW, PROPOSAL, LOST]), (ANY.pk, [NEW, PROPOSAL, LOST]), (SERVICE.pk, [PROPOSAL])],
    ids=["no type allows all", "an empty list allows all", "a list allows what it has, but for archived ones"],
)
def test_what_a_type_allows(type_id: int | None, allowed: list[LeadStatus]) -> None:
    assert allowed_statuses(FUNNEL, type_id=type_id) == allowed
    assert [status for status in FUNNEL.statuses.values() if is_allowed(FUNNEL, type_id=type_id, status=status)] == (
        allowed
    )


def test_an_archived_status_is_allowed_to_none() -> None:
    assert not any(is_allowed(FUNNEL, type_id=pk, status=OLD) for pk in (None, ANY.pk, SERVICE.pk))


def test_a_type_that_lists_only_archived_statuses_allows_none() -> None:
    funnel = Funnel(statuses=FUNNEL.statuses, ticks={SERVICE.pk: frozenset({OLD.pk})})

    assert allowed_statuses(funnel, type_id=SERVICE.pk) == []
    with pytest.raises(StatusMissing) as refused:
        default_status(funnel, type_id=SERVICE.pk)
    assert refused.value.field == "status"


def test_the_default_is_the_first_allowed_in_sorting_order() -> None:
    assert default_status(FUNNEL, type_id=None) == NEW
    assert default_status(FUNNEL, type_id=SERVICE.pk) == PROPOSAL


def test_the_refusal_names_status_and_type_at_the_status_field() -> None:
    with pytest.raises(StatusNotAllowed) as refused:
        check_status(FUNNEL, type=SERVICE, status=NEW)

    assert str(refused.value) == "Status „Nowy” nie jest dozwolony dla typu „Serwis”."
    assert refused.value.field == "status"


def test_the_refusal_of_an_archived_status_says_so() -> None:
    with pytest.raises(StatusNotAllowed, match="Status „Dawny” jest zarchiwizowany"):
        check_status(FUNNEL, type=None, status=OLD)


def test_a_status_is_judged_as_the_funnel_has_it_not_as_the_caller_remembers_it() -> None:
    remembered = LeadStatus(pk=OLD.pk, name="Dawny", is_archived=False)

    with pytest.raises(StatusNotAllowed):
        check_status(FUNNEL, type=None, status=remembered)


def test_a_lost_lead_gets_the_marked_status() -> None:
    assert lost_status(FUNNEL, type=None) is LOST


def test_no_marked_status_says_where_to_set_it_up() -> None:
    with pytest.raises(LostStatusMissing, match="CRM → Konfiguracja → Ustawienia"):
        lost_status(Funnel(statuses={NEW.pk: NEW}), type=None)


def test_a_type_that_does_not_allow_the_lost_status_says_where_to_allow_it() -> None:
    with pytest.raises(StatusNotAllowed, match=r"„Serwis”.*„Porażka”.*CRM → Konfiguracja → Ustawienia"):
        lost_status(FUNNEL, type=SERVICE)
