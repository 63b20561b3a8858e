"""The status rule under random matrices and random sequences of changes (hypothesis).

After every step: no stored lead is in a status that its type forbids, unless the funnel changed under it, and then it
is in the warning's list. The derived columns and the log agree with the leads all the way.
"""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from crm.errors import RuleError
from crm.models import LeadStatus, LeadType, LeadTypeStatus, LostReason
from leads.models import Lead
from leads.querysets import load_funnel
from leads.rules import LostReasonRequired, is_allowed
from leads.services import create_lead, update_lead
from tests.factories.crm import LeadStatusFactory, LeadTypeFactory, LostReasonFactory

STATUSES, TYPES = 5, 3
WAYS = ("service", "queryset", "sql")

status_numbers = st.integers(0, STATUSES - 1)
type_numbers = st.none() | st.integers(0, TYPES - 1)
ways = st.sampled_from(WAYS)


class Funnel(RuleBasedStateMachine):
    """A funnel that managers change at random, while leads are made and moved at random, by every way in."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.leads: dict[int, tuple[int | None, int]] = {}  # what was last accepted: type and status
        self.statuses: list[LeadStatus] = [LeadStatusFactory(name=f"Status {n}") for n in range(STATUSES)]
        self.types: list[LeadType] = [LeadTypeFactory(name=f"Typ {n}") for n in range(TYPES)]
        self.reason: LostReason = LostReasonFactory()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(ticks=st.sets(st.tuples(st.integers(0, TYPES - 1), status_numbers)))
    def matrix(self, ticks: set[tuple[int, int]]) -> None:
        for type_number, status_number in ticks:
            self.types[type_number].statuses.add(self.statuses[status_number])

    # --- leads

    @rule(way=ways, type_number=type_numbers, status_number=status_numbers, with_reason=st.booleans())
    def create(self, way: str, type_number: int | None, status_number: int, with_reason: bool) -> None:
        self._write(None, way, type_number, status_number, with_reason)

    @rule(way=ways, which=st.integers(0), status_number=status_numbers, with_reason=st.booleans())
    def move(self, way: str, which: int, status_number: int, with_reason: bool) -> None:
        if self.leads:
            pk = self._pick(which)
            self._write(pk, way, self._number(self.types, self.leads[pk][0]), status_number, with_reason)

    @rule(way=ways, which=st.integers(0), type_number=type_numbers)
    def change_type(self, way: str, which: int, type_number: int | None) -> None:
        if self.leads:
            pk = self._pick(which)
            number = self._number(self.statuses, self.leads[pk][1])
            assert number is not None
            self._write(pk, way, type_number, number, True)

    @rule(which=st.integers(0))
    def edit_otherwise(self, which: int) -> None:
        """Also a stranded lead can be edited, as long as status and type stay."""
        if self.leads:
            update_lead(lead=Lead.objects.get(pk=self._pick(which)), values={"city": f"Miasto {which % 7}"}, by=None)

    # --- the funnel

    @rule(type_number=st.integers(0, TYPES - 1), status_number=status_numbers, ticked=st.booleans())
    def tick(self, type_number: int, status_number: int, ticked: bool) -> None:
        place = {"type": self.types[type_number], "status": self.statuses[status_number]}
        if ticked:
            LeadTypeStatus.objects.get_or_create(**place)
        else:
            LeadTypeStatus.objects.filter(**place).delete()

    @rule(status_number=status_numbers, archived=st.booleans())
    def archive(self, status_number: int, archived: bool) -> None:
        self._set(status_number, is_archived=archived)

    @rule(status_number=status_numbers, marks=st.sampled_from(["open", "closed", "won", "lost"]))
    def mark(self, status_number: int, marks: str) -> None:
        """Refused by constraints where it can't be; nothing is half done then."""
        values = {"is_closed": marks != "open", "is_won": marks == "won", "is_lost": marks == "lost"}
        try:
            with transaction.atomic():
                self._set(status_number, **values)
        except IntegrityError as error:
            assert "leadstatus_one_lost" in str(error) or "leads stand in status" in str(error)  # noqa: PT017

    # --- what holds after every step

    @invariant()
    def stored_leads_are_what_was_accepted(self) -> None:
        assert {lead.pk: (lead.type_id, lead.status_id) for lead in Lead.objects.all()} == self.leads

    @invariant()
    def whoever_stands_where_the_rule_forbids_is_in_the_list(self) -> None:
        funnel = load_funnel()
        forbidden = {
            lead.pk
            for lead in Lead.objects.all()
            if not is_allowed(funnel, type_id=lead.type_id, status=funnel.statuses[lead.status_id])
        }
        assert set(Lead.objects.stranded().values_list("pk", flat=True)) == forbidden

    @invariant()
    def derived_columns_and_log_agree(self) -> None:
        for lead in Lead.objects.select_related("status").prefetch_related("status_changes"):
            assert (lead.is_closed, lead.is_lost) == (lead.status.is_closed, lead.status.is_lost)
            assert (lead.closed_at is not None) == lead.is_closed
            assert (lead.lost_reason_id is not None) == lead.is_lost
            steps = sorted(lead.status_changes.all(), key=lambda step: step.pk)
            assert [step.from_status_id for step in steps] == [None, *[step.to_status_id for step in steps[:-1]]]
            assert (steps[-1].to_status_id, steps[-1].changed_at) == (lead.status_id, lead.status_entered_at)

    # --- helpers

    def _pick(self, which: int) -> int:
        return sorted(self.leads)[which % len(self.leads)]

    @staticmethod
    def _number(rows: list[Any], pk: int | None) -> int | None:
        return next((number for number, row in enumerate(rows) if row.pk == pk), None)

    def _set(self, status_number: int, **values: bool) -> None:
        LeadStatus.objects.filter(pk=self.statuses[status_number].pk).update(**values)

    def _write(self, pk: int | None, way: str, type_number: int | None, status_number: int, with_reason: bool) -> None:
        """Write type and status by `way`; it must be taken exactly when the rule says so, or nothing changes."""
        lead_type = None if type_number is None else self.types[type_number]
        status = LeadStatus.objects.get(pk=self.statuses[status_number].pk)
        new = (lead_type.pk if lead_type else None, status.pk)
        allowed = is_allowed(load_funnel(), type_id=new[0], status=status) or (pk is not None and self.leads[pk] == new)
        reason = self.reason if with_reason else None
        if way != "service" and not status.is_lost:
            reason = None  # the services empty it themselves
        try:
            with transaction.atomic():
                written = getattr(self, f"_by_{way}")(pk, lead_type, status, reason)
        except (RuleError, IntegrityError) as error:
            without_reason = status.is_lost and not with_reason
            if not without_reason:
                assert not allowed
            lacks_reason = isinstance(error, LostReasonRequired) or "lost_reason" in str(error)
            assert not allowed or lacks_reason
            return
        assert allowed
        self.leads[written] = new

    def _by_service(
        self, pk: int | None, lead_type: LeadType | None, status: LeadStatus, reason: LostReason | None
    ) -> int:
        if pk is None:
            values: Any = {"name": "z usługi", "type": lead_type, "status": status, "lost_reason": reason}
            return create_lead(values=values, by=None).pk
        values = {"type": lead_type, "status": status}
        if reason is not None:
            values["lost_reason"] = reason
        return update_lead(lead=Lead.objects.get(pk=pk), values=values, by=None).pk

    def _by_queryset(
        self, pk: int | None, lead_type: LeadType | None, status: LeadStatus, reason: LostReason | None
    ) -> int:
        if pk is None:
            [lead] = Lead.objects.bulk_create([Lead(name="hurtem", type=lead_type, status=status, lost_reason=reason)])
            return lead.pk
        Lead.objects.filter(pk=pk).update(type=lead_type, status=status, lost_reason=reason)
        return pk

    def _by_sql(self, pk: int | None, lead_type: LeadType | None, status: LeadStatus, reason: LostReason | None) -> int:
        values = [lead_type.pk if lead_type else None, status.pk, reason.pk if reason else None]
        with connection.cursor() as cursor:
            if pk is not None:
                cursor.execute(
                    "UPDATE leads_lead SET type_id = %s, status_id = %s, lost_reason_id = %s WHERE id = %s",
                    [*values, pk],
                )
                return pk
            texts = "phone phone_e164 email description company_name website street city region postal_code country "
            texts += "first_name middle_name last_name"
            columns = texts.split()
            cursor.execute(
                f"INSERT INTO leads_lead (name, type_id, status_id, lost_reason_id, {', '.join(columns)})"
                f" VALUES ('z SQL', %s, %s, %s, {', '.join(['%s'] * len(columns))}) RETURNING id",
                [*values, *[""] * len(columns)],
            )
            return int(cursor.fetchone()[0])


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Funnel,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_no_sequence_of_changes_breaks_the_rule() -> None:
    run(examples=25, steps=20)


@pytest.mark.long
@pytest.mark.django_db
def test_no_long_sequence_of_changes_breaks_the_rule() -> None:
    run(examples=150, steps=50)
