"""What PostgreSQL does for a request: each of its queries is also explained, and what the plans read is added up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

READS = ("SELECT", "WITH", "(SELECT", "(")
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "


@dataclass
class Reading:
    """Rows that scans looked at (those that they threw away, too), and pages of 8 kB that were touched."""

    rows: int = 0
    pages: int = 0
    slowest: str = ""
    slowest_rows: int = field(default=0)

    def explain(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """An execute wrapper of Django: explains the query before it runs, in the same transaction."""
        if not many and sql.lstrip().upper().startswith(READS) and " FOR UPDATE" not in sql:
            # Not through Django's cursor, whose wrappers would call this one again.
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(EXPLAIN + sql, params or None)
                [[plan]] = cursor.fetchone()
            rows = _rows(plan["Plan"])
            self.rows += rows
            self.pages += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
            if rows >= self.slowest_rows:
                self.slowest, self.slowest_rows = sql, rows
        return execute(sql, params, many, context)


def _rows(node: dict[str, Any]) -> int:
    """The rows of the scans in a plan and below it."""
    found = sum(_rows(part) for part in node.get("Plans", ()))
    if "Relation Name" in node or node["Node Type"] == "Function Scan":
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        found += round((node["Actual Rows"] + removed) * node["Actual Loops"])
    elif node["Node Type"] == "Bitmap Index Scan":
        found += round(node["Actual Rows"] * node["Actual Loops"])
    return found
