"""The budgets, and the table of what was measured against them."""

from collections.abc import Mapping

from bench import reports

# The most queries by kind of request; those without a line have no budget.
QUERIES = {
    "list_first": 8, "list_filtered": 8, "list_searched": 8, "list_deep": 8,
    "webhook": 8, "board": 10, "board_next": 10, "board_heads": 3, "board_heads_filtered": 3, "move": 10,
}  # fmt: skip
# Their floor grows with the leads that are counted.
MAY_GROW = ("empty", "board_heads_filtered", *reports.KINDS)
SQL_TO_FLOOR = 3.0
REPORT_TO_FLOOR = 2.0
TOTAL_TO_EMPTY = 8.0
# From 10,000 to 100,000 leads, and to a million.
GROWTH, GROWTH_OF_A_MILLION = 1.2, 1.5
HEAD = ("", "median", "p95", "queries", "SQL", "floor", "SQL/floor", "total/empty", "growth", "bytes")
Figures = Mapping[str, Mapping[str, float]]


def ratios(small: Figures, large: Figures) -> dict[str, dict[str, float]]:
    """What the budgets are about, by kind of request."""
    return {
        kind: {
            "sql_to_floor": round(figures["sql_ms"] / figures["floor_ms"], 2) if figures["floor_ms"] else 0.0,
            "total_to_empty": round(figures["median_ms"] / large["empty"]["median_ms"], 2),
            "growth": round(figures["median_ms"] / small[kind]["median_ms"], 2),
        }
        for kind, figures in large.items()
    }


def table(small: Figures, large: Figures, *, leads: int) -> str:
    """The figures of the large database, which has `leads`; „!” marks a budget that is not kept."""
    rows = [HEAD]
    most = GROWTH_OF_A_MILLION if leads > 100_000 else GROWTH
    for kind, ratio in ratios(small, large).items():
        figures = large[kind]
        is_list, is_report = kind.startswith("list"), kind in reports.KINDS
        floors = REPORT_TO_FLOOR if is_report else SQL_TO_FLOOR if kind in QUERIES else None
        rows.append(
            (
                kind,
                f"{figures['median_ms']:.1f} ms",
                f"{figures['p95_ms']:.1f} ms",
                _judged(figures["queries"], QUERIES.get(kind), ".0f"),
                f"{figures['sql_ms']:.2f} ms",
                f"{figures['floor_ms']:.2f} ms" if figures["floor_ms"] else "",
                _judged(ratio["sql_to_floor"], floors) if figures["floor_ms"] else "",
                _judged(ratio["total_to_empty"], TOTAL_TO_EMPTY if is_list else None),
                _judged(ratio["growth"], None if kind in MAY_GROW else most),
                f"{figures['bytes']:.0f}",
            )
        )
    for name, kind, total in (("lists", "list_first", f"≤ {TOTAL_TO_EMPTY:.0f}"), ("cards, move", "move", ""),
                              ("heads", "board_heads", "")):  # fmt: skip
        rows.append((f"budget of {name}", "", "", f"≤ {QUERIES[kind]}", "", "", f"≤ {SQL_TO_FLOOR:.0f}", total,
                     f"≤ {most}", ""))  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _judged(value: float, budget: float | None, form: str = ".2f") -> str:
    return f"{value:{form}}{' !' if budget is not None and value > budget else ''}"
