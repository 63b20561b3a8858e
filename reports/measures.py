"""What a report counts: a frozen list of measures, each put together from sums that the database makes.

Only sums are read (PARTS): a total is the sum of the same parts over more leads, so that an average or a rate of a
total is that of its leads and never an average of averages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.formats import format_decimals, format_money, format_number
from leads.groups import LOST, RESULT, WON, Group

Parts = Mapping[str, Decimal | int | None]
Value = Decimal | int | None
SECONDS_OF_A_DAY = 86_400
HEATS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A sum over leads: its SQL over `lead` (and what `join` joins), and the columns of the lead that it needs."""

    expression: str
    columns: tuple[str, ...] = ()
    join: str = ""


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "leads": Part("count(*)"),
        "revenue": Part("sum(lead.expected_revenue)", ("expected_revenue",)),
        "revenues": Part("count(lead.expected_revenue)", ("expected_revenue",)),
        "weighted": Part("sum(lead.expected_revenue * lead.probability)", ("expected_revenue", "probability")),
        "probability": Part("sum(lead.probability)", ("probability",)),
        "probabilities": Part("count(lead.probability)", ("probability",)),
        "won": Part("count(*) FILTER (WHERE status.is_won)", ("status_id",), "status"),
        "lost": Part("count(*) FILTER (WHERE lead.is_lost)", ("is_lost",)),
        "closing": Part("sum(extract(epoch FROM lead.closed_at - lead.received_at))", ("closed_at", "received_at")),
        "closings": Part("count(lead.closed_at - lead.received_at)", ("closed_at", "received_at")),
    }
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a group of leads. `is_sum`: shares of a total make sense. It counts only the leads of the group
    `counted`, when that is given.
    """

    name: str
    label: str | Promise
    parts: tuple[str, ...]
    combine: Callable[..., Value]
    unit: str = "count"
    is_sum: bool = True
    counted: Group | None = None

    def value(self, parts: Parts) -> Value:
        """The figure from the sums of a group; None when no lead of it has what it is made of."""
        return self.combine(*(parts[name] for name in self.parts))

    def show(self, value: Value, currency: str) -> str:
        """The figure in the language of the user; "" for none."""
        if value is None:
            return ""
        match self.unit:
            case "money":
                return format_money(rounded(value, 2), currency)
            case "percent":
                return show_share(value)
            case "days":
                return format_decimals(rounded(value, 1), 1)
        return format_number(value)


def rounded(value: Decimal | int, decimals: int) -> Decimal:
    """Half away from zero, as people round."""
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def show_share(value: Decimal | int) -> str:
    """A share given in percent, with one decimal: `33,3%`."""
    return f"{format_decimals(rounded(value, 1), 1)}%"


def heat_of(part: Decimal) -> int:
    """The colour of a cell (static/css/report.css) from how large it is between nothing (0) and the most (1)."""
    return 1 + min(int(part * HEATS), HEATS - 1)


def _itself(value: Value) -> Value:
    return value


def _mean(total: Value, count: int) -> Value:
    return None if total is None or not count else Decimal(total) / count


def _percent_weighted(total: Value) -> Value:
    return None if total is None else Decimal(total) / 100


def _days(seconds: Value, count: int) -> Value:
    return None if seconds is None or not count else Decimal(seconds) / SECONDS_OF_A_DAY / count


def _rate(won: int, lost: int) -> Value:
    return Decimal(won) * 100 / (won + lost) if won + lost else None


ALL_MEASURES: tuple[Measure, ...] = (
    Measure("count", _("Number of leads"), ("leads",), _itself),
    Measure("revenue", _("Expected revenue"), ("revenue",), _itself, "money"),
    Measure("average_revenue", _("Average revenue"), ("revenue", "revenues"), _mean, "money", is_sum=False),
    Measure("weighted", _("Weighted revenue"), ("weighted",), _percent_weighted, "money"),
    Measure("probability", _("Average probability"), ("probability", "probabilities"), _mean, "percent", is_sum=False),
    Measure("won", _("Won leads"), ("won",), _itself, counted=Group(RESULT, WON)),
    Measure("lost", _("Lost leads"), ("lost",), _itself, counted=Group(RESULT, LOST)),
    Measure("win_rate", _("Win rate"), ("won", "lost"), _rate, "percent", is_sum=False),
    Measure("days", _("Average days to close"), ("closing", "closings"), _days, "days", is_sum=False),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in ALL_MEASURES})
