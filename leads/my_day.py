"""Mój dzień: what waits for somebody today, in blocks. Each comes from a provider named in MY_DAY_PROVIDERS.

A provider is a function that gets the `Scope` (who looks, and at whose work) and answers with a `Block`, or with None
when it does not concern this user. It reads through `visible_to` alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import pgettext_lazy

from crm.formats import format_number
from crm.models import User
from leads.models import Lead
from leads.querysets import LeadQuerySet

SHOWN = 6
COUNTED = 500
MINE, TEAM, ALL = "mine", "team", "all"
WHOSE = {
    MINE: pgettext_lazy("whose work", "Mine"),
    TEAM: pgettext_lazy("whose work", "My team's"),
    ALL: pgettext_lazy("whose work", "Everybody's"),
}


@dataclass(frozen=True)
class Scope:
    """Who looks, and at whose work: MINE, TEAM or ALL."""

    user: User
    whose: str = MINE

    @classmethod
    def of(cls, user: User, asked: str) -> "Scope":
        """What was asked for, if the user may have it; else their own."""
        return cls(user, asked if asked in offered_to(user) else MINE)

    @property
    def is_own(self) -> bool:
        return self.whose == MINE

    @cached_property
    def people(self) -> list[int]:
        """Whose work it is, by ID; for ALL it is not asked."""
        if self.whose != TEAM:
            return [self.user.pk]
        return list(User.objects.filter(team=self.user.team_id).order_by("pk").values_list("pk", flat=True))

    def open_leads(self) -> LeadQuerySet:
        """The open leads in question, as far as the user sees them."""
        leads = Lead.objects.visible_to(self.user).open()
        return leads if self.whose == ALL else leads.filter(sales_person__in=self.people)

    def parameters(self) -> list[tuple[str, str]]:
        """The same as parameters of the list of leads."""
        if self.whose == TEAM:
            return [("sales_person", str(pk)) for pk in self.people]
        return [("mine", "1")] if self.is_own else []


def offered_to(user: User) -> list[str]:
    """Whose work `user` may look at: their own, and managers that of others."""
    is_manager = user.has_perm("leads.view_all_leads") or user.has_perm("leads.view_managed_leads")
    if not is_manager:
        return [MINE]
    return [MINE, *([TEAM] if user.team_id else []), ALL]


@dataclass(frozen=True, slots=True)
class Block:
    """One list of the page: its first rows, how many there are, and where all of them stand ("": nowhere else).

    `row` is the template of a row, which gets `row` and the block's `context`. `empty` is said when nothing waits.
    """

    key: str
    title: str | Promise
    icon: str
    row: str
    rows: Sequence[Any]
    count: int
    empty: str | Promise
    url: str = ""
    context: Any = None

    @property
    def count_text(self) -> str:
        """The count, which goes no further than COUNTED."""
        return f"{format_number(COUNTED)}+" if self.count > COUNTED else format_number(self.count)

    @property
    def has_more(self) -> bool:
        return self.count > len(self.rows)


Provider = Callable[[Scope], Block | None]


@cache
def providers() -> tuple[Provider, ...]:
    """The providers of all apps, in the order of their blocks."""
    return tuple(import_string(path) for path in settings.MY_DAY_PROVIDERS)


def blocks_of(scope: Scope) -> list[Block]:
    """The blocks of the page."""
    return [block for provider in providers() if (block := provider(scope)) is not None]


def in_columns(blocks: Sequence[Block]) -> list[Sequence[Block]]:
    """The blocks in two columns, one below the other in their order; a single block has the width for itself."""
    half = (len(blocks) + 1) // 2
    return [column for column in (blocks[:half], blocks[half:]) if column]
