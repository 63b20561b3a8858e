"""The table of a report: the cells put into rows and columns, in order, with names, shares and colours."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from leads.choices import Choices
from leads.groups import Group, Rows
from reports.dimensions import Dimension
from reports.layout import BY_LABEL, Layout
from reports.measures import Measure, Value, heat_of
from reports.query import MOST_CELLS, Cells, Path, TooLarge


@dataclass(frozen=True, slots=True)
class Line:
    """A row, or a column before it is divided by measures: a group, or (`is_total`) the sum of the groups in it."""

    path: Path
    groups: tuple[Group, ...]
    label: str
    is_total: bool
    colour: str = ""

    @property
    def depth(self) -> int:
        return len(self.path)


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell: the value of the measure, its share of a total (None: not asked for), and its heat (0: none)."""

    value: Value
    share: Decimal | None = None
    heat: int = 0


@dataclass(frozen=True)
class Pivot:
    """The result of a report. `rows` stand as a tree, each before the rows in it; the last is the total of all."""

    layout: Layout
    cells: Cells
    choices: Choices

    @property
    def is_empty(self) -> bool:
        """Whether no lead was found."""
        return ((), ()) not in self.cells.sums

    @cached_property
    def rows(self) -> list[Line]:
        tree = _Tree(self.layout.rows, {down for down, right in self.cells.sums if not right})
        return [*self._walk(tree, (), is_across=False), *([self._line(self.layout.rows, ())] if tree.has_total else [])]

    @cached_property
    def columns(self) -> list[Line]:
        """The columns; groups come before the sum of them."""
        tree = _Tree(self.layout.across, {right for down, right in self.cells.sums if not down})
        return [*self._walk(tree, (), is_across=True), self._line(self.layout.across, ())]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.rows) * len(self.columns) * len(self.layout.measures)

    def check_size(self) -> None:
        """Raises TooLarge."""
        if self.size > MOST_CELLS:
            raise TooLarge

    def value(self, row: Line, column: Line, measure: Measure) -> Value:
        """The figure of a cell; None when it has no leads, or none that have a value."""
        sums = self.cells.sums.get((row.path, column.path))
        return None if sums is None else measure.value(sums)

    def figure(self, row: Line, column: Line, measure: Measure) -> Figure:
        """The cell as it is shown."""
        value = self.value(row, column, measure)
        share = self._share(row, column, measure, value)
        is_leaf = row.depth == len(self.layout.rows) and column.depth == len(self.layout.across)
        heat = self._heat(measure, value) if self.layout.is_heated and is_leaf and value is not None else 0
        return Figure(value, share, heat)

    def count(self, row: Line, column: Line) -> int:
        """How many leads a cell has."""
        sums = self.cells.sums.get((row.path, column.path))
        return sums["leads"] if sums else 0

    # --- Order

    def _walk(self, tree: "_Tree", path: Path, *, is_across: bool) -> list[Line]:
        dimensions = tree.dimensions
        if len(path) == len(dimensions):
            return []
        dimension, found = dimensions[len(path)], []
        for value in self._ordered(dimension, tree.children[path], path, is_across=is_across):
            below = (*path, value)
            line = self._line(dimensions, below)
            inside = self._walk(tree, below, is_across=is_across)
            found += [*inside, line] if is_across else [line, *inside]
        return found

    def _ordered(self, dimension: Dimension, values: set[Any], path: Path, *, is_across: bool) -> list[Any]:
        """The groups of a dimension, those with no value last."""
        filled = sorted((value for value in values if value is not None), key=self._natural(dimension))
        empty = [None] if None in values else []
        order = self.layout.order
        if is_across:
            return [*filled, *empty]
        if order.by == BY_LABEL:
            return [*(reversed(filled) if order.descending else filled), *empty]
        measure = next(measure for measure in self.layout.measures if measure.name == order.by)
        right = tuple(group.value for group in order.at)

        def figure(value: Any) -> Value:
            sums = self.cells.sums.get(((*path, value), right))
            return None if sums is None else measure.value(sums)

        known = [value for value in [*filled, *empty] if figure(value) is not None]
        unknown = [value for value in [*filled, *empty] if figure(value) is None]
        return [*sorted(known, key=lambda value: figure(value) or 0, reverse=order.descending), *unknown]

    def _natural(self, dimension: Dimension) -> Any:
        if dimension.is_text:
            keys = self.cells.sort_keys[dimension.name]
            return lambda value: (keys[value], value)
        if isinstance(dimension.grouping, Rows):
            places = {pk: place for place, pk in enumerate(self.choices[dimension.grouping.choices_kind])}
            return lambda value: (places.get(value, len(places)), value)
        return lambda value: value

    def _line(self, dimensions: Sequence[Dimension], path: Path) -> Line:
        groups = tuple(Group(d.grouping, value) for d, value in zip(dimensions, path, strict=False))
        if not groups:
            return Line(path, groups, "", is_total=True)
        last = groups[-1]
        colour = ""
        if isinstance(last.grouping, Rows) and last.value is not None:
            choice = self.choices[last.grouping.choices_kind].get(last.value)
            colour = choice.colour if choice else ""
        return Line(path, groups, last.show(self.choices), len(path) < len(dimensions), colour)

    # --- Shares and heat

    def _share(self, row: Line, column: Line, measure: Measure, value: Value) -> Decimal | None:
        """Which part in percent of the row, the column or all a sum is."""
        if not self.layout.show or not measure.is_sum or value is None:
            return None
        whole_at = {"row": (row.path, ()), "column": ((), column.path), "total": ((), ())}[self.layout.show]
        sums = self.cells.sums.get(whole_at)
        whole = measure.value(sums) if sums else None
        return Decimal(value) * 100 / whole if whole else None

    def _heat(self, measure: Measure, value: Value) -> int:
        low, high = self._ends[measure.name]
        if value is None or high == low:
            return 0
        return heat_of((Decimal(value) - low) / (high - low))

    @cached_property
    def _ends(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """The least and the greatest figure of each measure in the finest groups."""
        depths = (len(self.layout.rows), len(self.layout.across))
        finest = [sums for (down, right), sums in self.cells.sums.items() if (len(down), len(right)) == depths]
        ends = {}
        for measure in self.layout.measures:
            found = [Decimal(value) for sums in finest if (value := measure.value(sums)) is not None]
            ends[measure.name] = (min(found), max(found)) if found else (Decimal(0), Decimal(0))
        return ends


class _Tree:
    """The paths of rows or columns by the path they lie under."""

    def __init__(self, dimensions: Sequence[Dimension], paths: set[Path]) -> None:
        self.dimensions = dimensions
        self.has_total = () in paths
        self.children: dict[Path, set[Any]] = defaultdict(set)
        for path in paths:
            if path:
                self.children[path[:-1]].add(path[-1])
