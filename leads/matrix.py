"""The type ↔ status matrix as it is read: its cells, and what a change of it would do to the leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber

from crm.models import LeadStatus, LeadType, LeadTypeStatus, User
from leads.models import Lead
from leads.querysets import load_funnel, not_allowed
from leads.rules import Funnel, allowed_statuses, is_allowed

SHOWN_LEADS = 10

Ticks = Mapping[int, frozenset[int]]
Key = tuple[int | None, int]


@dataclass(frozen=True)
class Matrix:
    """What the screen shows: the types and statuses that are in use, and the ticks between them, as (type, status)."""

    types: Sequence[LeadType]
    statuses: Sequence[LeadStatus]
    ticks: frozenset[tuple[int, int]]

    @property
    def version(self) -> str:
        """All of it in one text, by which a later change is noticed: `types|statuses|ticks`."""
        types = ",".join(str(type.pk) for type in sorted(self.types, key=lambda row: row.pk))
        statuses = ",".join(str(status.pk) for status in sorted(self.statuses, key=lambda row: row.pk))
        return f"{types}|{statuses}|{format_ticks(self.ticks)}"


@dataclass(frozen=True)
class StrandedGroup:
    """Leads of one type in one status that it does not allow; `is_new` when the change strands them.

    `count` and `leads` (the newest ones) are of those that the user may see, `has_hidden` tells that there are others.
    """

    type: LeadType | None
    status: LeadStatus
    count: int
    has_hidden: bool
    is_new: bool
    leads: Sequence[Lead]
    choices: Sequence[LeadStatus]

    @property
    def key(self) -> Key:
        return (self.type.pk if self.type else None, self.status.pk)

    @property
    def name(self) -> str:
        """The key as it stands in names of fields."""
        return f"{self.type.pk if self.type else 0}-{self.status.pk}"

    @property
    def more(self) -> int:
        """How many are not listed by name."""
        return self.count - len(self.leads)


@dataclass(frozen=True)
class Plan:
    """What a change of the funnel does: whose last tick it takes, and which leads it leaves stranded."""

    emptied: Sequence[LeadType]
    groups: Sequence[StrandedGroup]

    @property
    def needs_answer(self) -> bool:
        return bool(self.emptied) or any(group.is_new for group in self.groups)


def load_matrix() -> Matrix:
    """The matrix as it is stored; archived types and statuses are not in it."""
    types = list(LeadType.objects.filter(is_archived=False))
    statuses = list(LeadStatus.objects.filter(is_archived=False))
    pairs = LeadTypeStatus.objects.filter(type__is_archived=False, status__is_archived=False)
    return Matrix(types=types, statuses=statuses, ticks=frozenset(pairs.values_list("type_id", "status_id")))


def format_ticks(ticks: Iterable[tuple[int, int]]) -> str:
    """The ticks as `type-status,type-status`, sorted."""
    return ",".join(f"{type_id}-{status_id}" for type_id, status_id in sorted(ticks))


def funnel_with(ticks: Iterable[tuple[int, int]], *, present: Funnel, matrix: Matrix) -> Funnel:
    """The funnel as it would be with the `ticks` of the matrix.

    What the matrix does not show (archived types and statuses) stays; a type whose last tick is taken allows all.
    """
    changed: dict[int, frozenset[int]] = dict(present.ticks)
    shown = {status.pk for status in matrix.statuses}
    for lead_type in matrix.types:
        listed = frozenset(status_id for type_id, status_id in ticks if type_id == lead_type.pk)
        hidden = present.ticks.get(lead_type.pk, frozenset()) - shown
        if listed:
            changed[lead_type.pk] = listed | hidden
        elif hidden and not any(type_id == lead_type.pk for type_id, _status in matrix.ticks):
            changed[lead_type.pk] = hidden
        else:
            changed.pop(lead_type.pk, None)
    return Funnel(statuses=present.statuses, ticks=changed)


def plan_matrix(ticks: Iterable[tuple[int, int]], *, matrix: Matrix, user: User) -> Plan:
    """What storing `ticks` would do."""
    present = load_funnel()
    wanted = frozenset(ticks)
    after = funnel_with(wanted, present=present, matrix=matrix)
    emptied = [
        lead_type for lead_type in matrix.types if lead_type.pk in present.ticks and lead_type.pk not in after.ticks
    ]
    return Plan(emptied=emptied, groups=stranded_groups(after, before=present, user=user))


def plan_archiving(status: LeadStatus, *, user: User) -> Plan:
    """What archiving `status` would do."""
    present = load_funnel()
    after = without(present, status)
    return Plan(emptied=(), groups=stranded_groups(after, before=present, user=user, only=Q(status=status)))


def without(funnel: Funnel, status: LeadStatus) -> Funnel:
    """The funnel with `status` archived."""
    statuses = dict(funnel.statuses)
    archived = LeadStatus.objects.get(pk=status.pk)
    archived.is_archived = True
    statuses[status.pk] = archived
    return Funnel(statuses=statuses, ticks=funnel.ticks)


def stranded_keys(after: Funnel, *, before: Funnel, only: Q | None = None) -> dict[Key, bool]:
    """The types and statuses of the leads that `after` leaves stranded; the value says whether `before` did not."""
    rows = Lead.objects.filter(only or Q(), not_allowed(after)).values_list("type_id", "status_id").distinct()
    return {
        (type_id, status_id): is_allowed(before, type_id=type_id, status=before.statuses[status_id])
        for type_id, status_id in rows.order_by()
    }


def stranded_groups(after: Funnel, *, before: Funnel, user: User, only: Q | None = None) -> list[StrandedGroup]:
    """The leads that `after` leaves stranded, by type and status; those that `before` allowed come first."""
    stranded = Lead.objects.filter(only or Q(), not_allowed(after))
    all_counts = _count_by_key(stranded)
    if not all_counts:
        return []
    visible = Lead.objects.visible_to(user).filter(only or Q(), not_allowed(after))
    counts = _count_by_key(visible)
    place = Window(RowNumber(), partition_by=["type_id", "status_id"], order_by="-id")
    named: dict[Key, list[Lead]] = {}
    for lead in visible.annotate(place=place).filter(place__lte=SHOWN_LEADS).order_by("-id"):
        named.setdefault((lead.type_id, lead.status_id), []).append(lead)
    types = LeadType.objects.in_bulk([type_id for type_id, _status in all_counts if type_id is not None])
    groups = [
        StrandedGroup(
            type=types[type_id] if type_id is not None else None,
            status=before.statuses[status_id],
            count=counts.get((type_id, status_id), 0),
            has_hidden=total > counts.get((type_id, status_id), 0),
            is_new=is_allowed(before, type_id=type_id, status=before.statuses[status_id]),
            leads=named.get((type_id, status_id), []),
            choices=allowed_statuses(after, type_id=type_id),
        )
        for (type_id, status_id), total in all_counts.items()
    ]
    order = {pk: place for place, pk in enumerate(before.statuses)}
    return sorted(groups, key=lambda group: (not group.is_new, str(group.type or ""), order[group.status.pk]))


def _count_by_key(leads: "Iterable[Lead]") -> dict[Key, int]:
    rows = leads.order_by().values_list("type_id", "status_id").annotate(count=Count("pk"))  # type: ignore[attr-defined]
    return {(type_id, status_id): count for type_id, status_id, count in rows}
