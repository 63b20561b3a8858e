"""The filter of leads, for the list and the board: read from the address by django-filter, shown as panel and chips."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import DateField, PlainText
from crm.models import User
from crm.numbers import parse_id
from crm.text import check_text
from leads.attention import Need, needing
from leads.choices import Choices, load_choices
from leads.grouping import UnknownGroup, start_of_day
from leads.groups import Group, read_group
from leads.models import Lead, LeadTagging
from leads.periods import Period, days_of
from leads.querysets import LeadQuerySet

OPEN, CLOSED, BOTH, ALL = "open", "closed", "both", "all"
NONE = "none"
LONGEST_SEARCH = 200
# A cell of a report is that many groups at once, within those of a cell that was opened before.
MOST_GROUPS = 10
# Names of the parameters that choose rows of other tables; those of one kind stand together in the panel.
CHOSEN = (
    "type", "status", "sales_person", "priority", "tag", "partner", "product", "campaign", "medium", "source",
)  # fmt: skip
REMOTE = ("partner", "product")
NEVER_EMPTY = ("status",)
# What an address carries beside the filter: the saved view that is open (0: none) and the columns it shows.
CARRIED = ("view", "cols")
DAYS = {"received_from", "received_to", "close_from", "close_to"}


class IdsField(forms.MultipleChoiceField):
    """IDs of offered rows, or `none`. An ID that is not offered is an error."""

    default_error_messages = {"invalid_choice": gettext_lazy("There is no such choice (%(value)s). Remove it.")}

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(super().clean(value)))


class IdsFilter(django_filters.MultipleChoiceFilter):
    """Leads whose `field_name` is one of the chosen rows; `none` stands for leads without one."""

    field_class = IdsField

    def filter(self, qs: LeadQuerySet, value: Sequence[str]) -> LeadQuerySet:
        if not value:
            return qs
        ids = [int(pk) for pk in value if pk != NONE]
        wanted = self.one_of(ids) if ids else Q()
        if NONE in value:
            wanted |= self.without()
        return qs.filter(wanted)

    def one_of(self, ids: list[int]) -> Q:
        """The condition for leads with one of these rows."""
        return Q(**{f"{self.field_name}__in": ids})

    def without(self) -> Q:
        """The condition for leads with no row."""
        return Q(**{f"{self.field_name}__isnull": True})


class TagsFilter(IdsFilter):
    """Leads with at least one of the chosen tags."""

    def one_of(self, ids: list[int]) -> Q:
        return Q(Exists(LeadTagging.objects.filter(lead=OuterRef("pk"), tag__in=ids)))

    def without(self) -> Q:
        return ~Q(Exists(LeadTagging.objects.filter(lead=OuterRef("pk"))))


class NeedsFilter(django_filters.MultipleChoiceFilter):
    """Leads that wait for at least one of the chosen things."""

    field_class = IdsField

    def filter(self, qs: LeadQuerySet, value: Sequence[str]) -> LeadQuerySet:
        condition = Q()
        for need in value:
            condition |= needing(Need(need))
        return qs.filter(condition)


class GroupsField(forms.MultipleChoiceField):
    """Groups of leads, each as `name:value`. One that can't be is an error, also one by a row that is not there."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("There is no such group of leads (%(value)s). Remove it."),
        "too_many": gettext_lazy("Too many groups of leads at once."),
    }

    def __init__(self, *, choices_of: Callable[[], Choices], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices_of = choices_of

    def valid_value(self, value: str) -> bool:
        return find_group(value, self.choices_of) is not None

    def clean(self, value: Any) -> list[str]:
        if len(value or ()) > MOST_GROUPS:
            raise ValidationError(self.error_messages["too_many"])
        return list(dict.fromkeys(super().clean(value)))


class GroupsFilter(django_filters.MultipleChoiceFilter):
    """Leads that are in each of the groups."""

    field_class = GroupsField

    def filter(self, qs: LeadQuerySet, value: Sequence[str]) -> LeadQuerySet:
        for each in value:
            qs = qs.filter(read_group(each).condition())
        return qs


class DayFilter(django_filters.DateFilter):
    """A day, from the browser's picker or typed."""

    field_class = DateField


class TextFilter(django_filters.CharFilter):
    """A line of text without control characters."""

    field_class = PlainText


class LeadFilterForm(forms.Form):
    """The checks that concern two fields."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for start, end in (("received_from", "received_to"), ("close_from", "close_to")):
            if values.get(start) and values.get(end) and values[start] > values[end]:
                self.add_error(end, ValidationError(_("The end of the interval is before its start.")))
        return values


class LeadFilter(django_filters.FilterSet):
    """The filter as the address says it. With no `state` it is Otwarta; both or none of the two states mean all."""

    q = TextFilter(method="search", max_length=LONGEST_SEARCH)
    state = django_filters.ChoiceFilter(method="in_state", choices=[(each, each) for each in (OPEN, CLOSED, BOTH, ALL)])
    mine = django_filters.ChoiceFilter(method="of_user", choices=[("1", "1")])
    type = IdsFilter()
    status = IdsFilter()
    sales_person = IdsFilter()
    priority = IdsFilter()
    tag = TagsFilter()
    partner = IdsFilter()
    product = IdsFilter()
    campaign = IdsFilter()
    medium = IdsFilter()
    source = IdsFilter()
    received_from = DayFilter(method="since")
    received_to = DayFilter(method="until")
    close_from = DayFilter("expected_close", "gte")
    close_to = DayFilter("expected_close", "lte")
    received_in = django_filters.ChoiceFilter(method="in_period", choices=Period.choices)
    close_in = django_filters.ChoiceFilter(method="in_period", choices=Period.choices)
    needs = NeedsFilter(choices=Need.choices)
    group = GroupsFilter()

    class Meta:
        model = Lead
        fields: list[str] = []
        form = LeadFilterForm

    def __init__(
        self,
        data: QueryDict,
        queryset: LeadQuerySet,
        *,
        user: User,
        trusted: bool = False,
        default_state: str = OPEN,
        carries: Sequence[str] = CARRIED,
    ) -> None:
        """`trusted`: IDs are taken as they are, for what counts or places leads and names no choice. `default_state` is
        what no `state` means; `carries` are the parameters that the address has beside the filter.
        """
        given = _normalised(data, default_state)
        super().__init__(given, queryset)
        self.user = user
        self.default_state = default_state
        self.carries = carries
        # Of seventeen fields a page mostly needs one: those that are not given are not built.
        self.filters: dict[str, Any] = {name: each for name, each in self.filters.items() if name in given}
        for name in set(CHOSEN) & self.filters.keys():
            if trusted:
                offered = [(str(pk), str(pk)) for pk in _ids(given.getlist(name))]
            else:
                offered = [(str(pk), choice.name) for pk, choice in self.choices[name].items()]
            if name not in NEVER_EMPTY:
                offered.append((NONE, NONE))
            self.filters[name].extra["choices"] = offered
        if "group" in self.filters:
            self.filters["group"].extra["choices_of"] = lambda: self.choices

    @cached_property
    def choices(self) -> Choices:
        """What can be chosen, and is; read when it is asked for."""
        chosen = {name: _ids(self.data.getlist(name)) for name in REMOTE}
        for group in self.groups:
            if group.grouping.name in REMOTE and group.value is not None:
                chosen[group.grouping.name].append(group.value)
        return load_choices(partners=chosen["partner"], products=chosen["product"])

    @property
    def groups(self) -> list[Group]:
        """The groups that the address names, so far as there can be such."""
        return [group for each in self.data.getlist("group") if (group := find_group(each)) is not None]

    @property
    def shown_state(self) -> str:
        """OPEN, CLOSED, or BOTH and ALL, which show the same: all leads."""
        return str(self.data["state"])

    @property
    def is_searching(self) -> bool:
        return "q" in self.data

    @property
    def ends_in_the_past(self) -> bool:
        """Whether only leads of an interval are asked for that is over: the newest ones are not among them."""
        if not self.is_valid():
            return False
        until, period = self.form.cleaned_data.get("received_to"), self.form.cleaned_data.get("received_in")
        if period:
            until = days_of(Period(period), timezone.localdate())[1]
        return until is not None and until < timezone.localdate() - timedelta(days=30)

    @property
    def is_default(self) -> bool:
        """Whether nothing was asked for: the open leads."""
        return not self.asked()

    def parameters(self) -> list[tuple[str, str]]:
        """The filter as it stands in an address, with what the address carries beside it."""
        return [*self.asked(), *self.carried()]

    def carried(self) -> list[tuple[str, str]]:
        """What the address carries beside the filter."""
        return [(name, value) for name in self.carries for value in self.data.getlist(name)]

    def asked(self) -> list[tuple[str, str]]:
        """The filter alone: in a fixed order, without what is the default."""
        pairs = [(name, value) for name in self.filters for value in self.data.getlist(name)]
        return [pair for pair in pairs if pair != ("state", self.default_state)]

    def valid_parameters(self) -> list[tuple[str, str]]:
        """The parameters without the wrong values: of several choices, those that exist stay."""
        return [
            (name, value)
            for name, value in self.parameters()
            if name not in self.errors or self._is_offered(name, value)
        ]

    def _is_offered(self, name: str, value: str) -> bool:
        if name == "group":
            return find_group(value, lambda: self.choices) is not None
        return name in CHOSEN and any(value == offered for offered, _name in self.filters[name].extra["choices"])

    # --- What each parameter means

    def search(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.search(value)

    def in_state(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        if value == OPEN:
            return leads.open()
        return leads.closed() if value == CLOSED else leads

    def of_user(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(sales_person=self.user)

    def in_period(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        first, last = days_of(Period(value), timezone.localdate())
        if name == "close_in":
            return leads.filter(expected_close__range=(first, last))
        return self.until(self.since(leads, name, first), name, last)

    def since(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(received_at__gte=start_of_day(value))

    def until(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(received_at__lt=start_of_day(value + timedelta(days=1)))


def find_group(given: str, choices_of: Callable[[], Choices] | None = None) -> Group | None:
    """The group that an address names, or None; with `choices_of`, None too where it is by a row that is not there."""
    try:
        group = read_group(given)
        check_text(given)
    except (UnknownGroup, ValidationError):
        return None
    if choices_of and group.value is not None and not group.grouping.is_known(group.value, choices_of()):
        return None
    return group


def _normalised(data: QueryDict, default_state: str) -> QueryDict:
    """The parameters without empty ones (a form sends them too), with one `state`, and with days that are the same in
    every language.
    """
    given = data.copy()
    for name in list(given):
        values = [value for value in given.getlist(name) if value.strip()]
        if values:
            given.setlist(name, values)
        else:
            del given[name]
    for name in DAYS & given.keys():
        given[name] = _as_iso(str(given[name]))
    if "state" not in data:
        given["state"] = default_state
    elif (states := set(given.getlist("state"))) == {OPEN, CLOSED}:
        given["state"] = BOTH
    elif not states:
        given["state"] = ALL
    return given


def _as_iso(typed: str) -> str:
    """A typed day as an address has it; what is no day stays, to be told so."""
    try:
        day = DateField().to_python(typed)
    except ValidationError:
        return typed
    return day.isoformat() if day else typed


def _ids(values: Iterable[str]) -> list[int]:
    """Those of the values that can be IDs."""
    return [pk for pk in map(parse_id, values) if pk is not None]
