"""What a report shows, as its address says it: rows, columns, measures, order, and how the figures look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leads.filters import find_group
from leads.groups import Group
from reports.dimensions import DIMENSIONS, Dimension
from reports.measures import MEASURES, Measure

MOST_ROWS, MOST_ACROSS = 3, 2
BY_LABEL = "label"
MOST_FOLDED = 60
PIVOT, TABLE = "pivot", "table"
SHOWN: Mapping[str, str | Promise] = MappingProxyType(
    {
        "": gettext_lazy("Values"),
        "row": gettext_lazy("Share of the row"),
        "column": gettext_lazy("Share of the column"),
        "total": gettext_lazy("Share of the total"),
    }
)
CHARTS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "": gettext_lazy("No chart"),
        "bar": gettext_lazy("Bars"),
        "stacked": gettext_lazy("Stacked bars"),
        "line": pgettext_lazy("chart", "Lines"),
    }
)
# The parameters of a report beside the filter; `cols` are the columns of the mode „Tabela”, `fold` what is folded.
LAYOUT = (
    "rows", "across", "measures", "order", "at", "show", "heat", "chart", "of", "mode", "report", "cols", "fold",
)  # fmt: skip
# A report that names nothing to show.
USUAL_ROWS, USUAL_MEASURES = "received_week", "count"

Known = TypeVar("Known", Dimension, Measure)


class BadLayout(Exception):
    """The address asks for a report that can't be; the text tells the user why."""


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by the measure `by` in the column `at` (groups of its dimensions; none: the total), or by their labels."""

    by: str = BY_LABEL
    descending: bool = False
    at: tuple[Group, ...] = ()

    def __str__(self) -> str:
        return f"-{self.by}" if self.descending else self.by


@dataclass(frozen=True, slots=True)
class Layout:
    """A report without its filter. `of` is the measure of the chart."""

    rows: tuple[Dimension, ...]
    across: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    order: Order = Order()
    show: str = ""
    is_heated: bool = False
    chart: str = ""
    of: str = ""
    mode: str = PIVOT
    report: str = ""
    cols: str = ""
    folded: tuple[str, ...] = ()

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return self.rows + self.across

    @property
    def charted(self) -> Measure:
        """The measure that the chart shows."""
        return next((measure for measure in self.measures if measure.name == self.of), self.measures[0])

    def pairs(self) -> list[tuple[str, str]]:
        """The layout as it stands in an address, without what is usual."""
        measures = ".".join(measure.name for measure in self.measures)
        pairs = [
            ("rows", ".".join(dimension.name for dimension in self.rows)),
            ("across", ".".join(dimension.name for dimension in self.across)),
            ("measures", "" if measures == USUAL_MEASURES and self.dimensions else measures),
            ("order", "" if self.order == Order() else str(self.order)),
            *(("at", str(group)) for group in self.order.at),
            ("show", self.show),
            ("heat", "1" if self.is_heated else ""),
            ("chart", self.chart),
            ("of", self.of),
            ("mode", "" if self.mode == PIVOT else self.mode),
            ("report", self.report),
            ("cols", self.cols),
            *(("fold", key) for key in self.folded),
        ]
        return [pair for pair in pairs if pair[1]]

    def turned(self) -> "Layout | None":
        """The report with rows for columns, in its usual order; None where there would be too many columns."""
        if not self.dimensions or len(self.rows) > MOST_ACROSS:
            return None
        return replace(self, rows=self.across, across=self.rows, order=Order(), folded=())

    def sorted_by(self, by: str, at: Sequence[Group] = ()) -> "Layout":
        """The report sorted by a column: the largest first, and turned round when it is that already."""
        is_now = self.order.by == by and self.order.at == tuple(at)
        descending = not self.order.descending if is_now else by != BY_LABEL
        return replace(self, order=Order(by, descending, tuple(at)))


USUAL = Layout((DIMENSIONS[USUAL_ROWS],), (), (MEASURES[USUAL_MEASURES],))


def read_layout(data: QueryDict) -> Layout:
    """The report that the parameters of an address ask for. Raises BadLayout."""
    is_bare = not any(data.get(name) for name in ("rows", "across", "measures"))
    rows = _known(data.get("rows", USUAL_ROWS if is_bare else ""), DIMENSIONS)
    across = _known(data.get("across", ""), DIMENSIONS)
    measures = _known(data.get("measures", ""), MEASURES) or _known(USUAL_MEASURES, MEASURES)
    if len(rows) > MOST_ROWS or len(across) > MOST_ACROSS:
        raise BadLayout(
            _("A report has up to %(rows)s dimensions in rows and %(columns)s in columns; take some away.")
            % {"rows": MOST_ROWS, "columns": MOST_ACROSS}
        )
    twice = {dimension.label for dimension in rows if dimension in across}
    if twice:
        raise BadLayout(_("“%(name)s” stands in the rows and in the columns.") % {"name": ", ".join(sorted(twice))})
    layout = Layout(
        rows,
        across,
        measures,
        show=_one_of(data.get("show", ""), SHOWN),
        is_heated=data.get("heat", "") == "1",
        chart=_one_of(data.get("chart", ""), CHARTS),
        of=_one_of(data.get("of", ""), {"": "", **MEASURES}),
        mode=_one_of(data.get("mode", "") or PIVOT, (PIVOT, TABLE)),
        report=data.get("report", "")[:40],
        cols=data.get("cols", "")[:1000],
        folded=_read_folded(data.getlist("fold")),
    )
    return replace(layout, order=_read_order(data, layout), of=layout.of if layout.charted.name == layout.of else "")


def _known(given: str, known: Mapping[str, Known]) -> tuple[Known, ...]:
    """The things of these names (`status.type`), each once."""
    names = list(dict.fromkeys(name for name in given.split(".") if name))
    unknown = [name[:40] for name in names if name not in known]
    if unknown:
        text = _("A report has no dimension or measure like this: %(names)s.")
        raise BadLayout(text % {"names": ", ".join(unknown[:5])})
    return tuple(known[name] for name in names)


def _one_of(given: str, known: "Mapping[str, object] | Sequence[str]") -> str:
    if given not in known:
        raise BadLayout(_("The address of the report has a wrong value: “%(value)s”.") % {"value": given[:40]})
    return given


def _read_folded(given: Sequence[str]) -> tuple[str, ...]:
    """The groups that are folded, as the page names them (static/js/report.js); what is none of its has no effect."""
    return tuple(key for key in dict.fromkeys(given) if key.isprintable() and 0 < len(key) <= 300)[:MOST_FOLDED]


def _read_order(data: QueryDict, layout: Layout) -> Order:
    """The order of the rows; by a column that the report no longer has, it is the usual one."""
    given = data.get("order", "")
    by, at = given.removeprefix("-"), tuple(find_group(each) for each in data.getlist("at"))
    if by == BY_LABEL and not at:
        return Order(BY_LABEL, given.startswith("-"))
    if by and by not in MEASURES:
        raise BadLayout(_("The address of the report has a wrong value: “%(value)s”.") % {"value": given[:40]})
    if by not in {measure.name for measure in layout.measures}:
        return Order()
    groups = tuple(group for group in at if group is not None)
    across = [dimension.grouping for dimension in layout.across]
    if len(groups) != len(at) or [group.grouping for group in groups] != across[: len(groups)]:
        return Order()
    return Order(by, given.startswith("-"), groups)
