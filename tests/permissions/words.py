"""The words in which the permission matrix is written; tests/test_permissions.py says what a line means."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from crm.models import User
from tests.cast import FunnelCast

GUEST, SALES, MANAGER, ADMIN = "guest", "sales", "manager", "admin"


@dataclass(frozen=True)
class Line:
    """One address with one method, and the roles that may."""

    name: str
    who: frozenset[str]
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    refusal: int = 403
    args: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def _lines(*who: str) -> Callable[..., Line]:
    def line(name: str, method: str = "get", *, data: dict[str, Any] | None = None, known: bool = False, **args: Any):
        return Line(name, frozenset(who), method, data or {}, 404 if known else 403, args)

    return line


guests = _lines(GUEST, SALES, MANAGER, ADMIN)
everyone = _lines(SALES, MANAGER, ADMIN)
managers = _lines(MANAGER, ADMIN)
nobody = _lines()
admins = _lines(ADMIN)
managers_own = partial(_lines(MANAGER), known=True)


@dataclass
class Cast:
    """What the makers of sample rows may build on."""

    ola: User
    marek: User
    ewa: User
    adam: User
    funnel: FunnelCast
