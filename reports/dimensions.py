"""By what a report groups leads: a frozen list of dimensions, each the SQL of a grouping of leads (leads/groups.py).

All SQL of a report is put together from the texts that stand here and in measures.py; what comes from an address only
chooses among them by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.columns import label_of
from leads.grouping import Grouping
from leads.groups import ALL_GROUPINGS, Clock, Cycle, Days, Filled, Number, Rows, State, Tags, Text, Timed

# What dimensions and measures join to `lead`.
JOINS: Mapping[str, str] = MappingProxyType(
    {
        "status": "JOIN crm_leadstatus status ON status.id = lead.status_id",
        "partner": "LEFT JOIN crm_partner partner ON partner.id = lead.partner_id",
        "tagging": "LEFT JOIN leads_leadtagging tagging ON tagging.lead_id = lead.id",
    }
)


@dataclass(frozen=True, slots=True)
class Dimension:
    """The SQL of a grouping. `columns` of the lead are what it needs; a `%s` in it is the time zone (`has_zone`).

    `multiplies`: a lead may be in several of its groups. `is_text`: its groups stand in Polish alphabetical order.
    """

    grouping: Grouping
    expression: str
    columns: tuple[str, ...]
    join: str = ""
    has_zone: bool = False
    multiplies: bool = False
    is_text: bool = False

    @property
    def name(self) -> str:
        return self.grouping.name

    @property
    def label(self) -> str:
        """What stands over its groups."""
        return self.grouping.label


def _dimension(grouping: Grouping) -> Dimension:
    path = grouping.path
    match grouping:
        case Tags():
            return Dimension(grouping, "tagging.tag_id", ("id",), "tagging", multiplies=True)
        case Rows():
            return Dimension(grouping, f"lead.{path}_id", (f"{path}_id",))
        case Text() if path.startswith("partner__"):
            column = path.removeprefix("partner__")
            return Dimension(grouping, f"nullif(partner.{column}, '')", ("partner_id",), "partner", is_text=True)
        case Text():
            return Dimension(grouping, f"nullif(lead.{path}, '')", (path,), is_text=True)
        case Number() | State():
            return Dimension(grouping, f"lead.{path}", (path,))
        case Filled():
            return Dimension(grouping, f"nullif(lead.{path} <> '', false)", (path,))
        case Timed(is_moment=True):
            return Dimension(grouping, _of_time(grouping, f"(lead.{path} AT TIME ZONE %s)"), (path,), has_zone=True)
        case Timed():
            return Dimension(grouping, _of_time(grouping, f"lead.{path}::timestamp"), (path,))
    raise TypeError(grouping)


def _of_time(grouping: Timed, local: str) -> str:
    """The SQL of a unit of a local time. PostgreSQL's weeks and `isodow` are those of ISO 8601."""
    match grouping:
        case Cycle(unit="weekday"):
            return f"extract(isodow FROM {local})::int"
        case Cycle():
            return f"extract(hour FROM {local})::int"
        case Clock():
            return f"date_trunc('{grouping.unit}', {local})"
        case Days(unit="date"):
            return f"{local}::date"
    return f"date_trunc('{grouping.unit}', {local})::date"


ALL_DIMENSIONS: tuple[Dimension, ...] = tuple(map(_dimension, ALL_GROUPINGS))
DIMENSIONS: Mapping[str, Dimension] = MappingProxyType({dimension.name: dimension for dimension in ALL_DIMENSIONS})

MARKETING = ("campaign", "medium", "source")
PLACES = ("partner", "nip", "partner_city", "company_name", "website", "street", "city", "region", "postal_code",
          "country")  # fmt: skip
PERSON = ("first_name", "middle_name", "last_name", "position", "phone", "email")


def families() -> Sequence[tuple[str | Promise, Sequence[tuple[Dimension, str]]]]:
    """The dimensions as they are offered: under a heading each, with their label there."""
    timed = {
        path: [d for d in ALL_DIMENSIONS if isinstance(d.grouping, Timed) and d.grouping.path == path]
        for path in ("received_at", "expected_close", "closed_at")
    }
    named = {*MARKETING, *PLACES, *PERSON}
    rest = [d for d in ALL_DIMENSIONS if not isinstance(d.grouping, Timed) and d.name not in named]
    return [
        (_("Lead"), [(d, d.label) for d in rest]),
        *(
            (label_of(path), [(d, d.grouping.short_label) for d in found if isinstance(d.grouping, Timed)])
            for path, found in timed.items()
        ),
        (_("Marketing"), [(DIMENSIONS[name], DIMENSIONS[name].label) for name in MARKETING]),
        (_("Company and address"), [(DIMENSIONS[name], DIMENSIONS[name].label) for name in PLACES]),
        (_("Contact person"), [(DIMENSIONS[name], DIMENSIONS[name].label) for name in PERSON]),
    ]
