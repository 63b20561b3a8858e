"""The budgets, and the table of what was measured against them."""

from collections.abc import Mapping

QUERIES = 8
SQL_TO_FLOOR = 3.0
TOTAL_TO_EMPTY = 8.0
GROWTH = 1.2
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


def table(small: Figures, large: Figures) -> str:
    """The figures of the large database; „!” marks a budget that is not kept."""
    rows = [HEAD]
    for kind, ratio in ratios(small, large).items():
        figures = large[kind]
        is_list = kind.startswith("list")
        rows.append(
            (
                kind,
                f"{figures['median_ms']:.1f} ms",
                f"{figures['p95_ms']:.1f} ms",
                _judged(figures["queries"], QUERIES if is_list else None, ".0f"),
                f"{figures['sql_ms']:.2f} ms",
                f"{figures['floor_ms']:.2f} ms" if figures["floor_ms"] else "",
                _judged(ratio["sql_to_floor"], SQL_TO_FLOOR if is_list else None) if figures["floor_ms"] else "",
                _judged(ratio["total_to_empty"], TOTAL_TO_EMPTY if is_list else None),
                _judged(ratio["growth"], GROWTH if kind != "empty" else None),
                f"{figures['bytes']:.0f}",
            )
        )
    rows.append(("budget of lists", "", "", f"≤ {QUERIES}", "", "", f"≤ {SQL_TO_FLOOR:.0f}", f"≤ {TOTAL_TO_EMPTY:.0f}",
                 f"≤ {GROWTH}", ""))  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _judged(value: float, budget: float | None, form: str = ".2f") -> str:
    return f"{value:{form}}{' !' if budget is not None and value > budget else ''}"
