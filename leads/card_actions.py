"""What later apps let one do from the card of a lead: write an e-mail, call, make an order. Each is a function named in
`settings.LEAD_CARD_ACTIONS`, in the order of the buttons.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from crm.models import User
from leads.models import Lead


@dataclass(frozen=True, slots=True)
class CardAction:
    """A button or link. `way`: "dialog" opens `url` in the dialog, "link" follows it (another scheme too), "post" sends
    the lead's version there, after saving what is typed. `is_at_hand`: it has a button of its own beside the menu.
    """

    id: str
    label: str | Promise
    icon: str
    url: str
    way: Literal["dialog", "link", "post"] = "link"
    is_at_hand: bool = False


class CardActionProvider(Protocol):
    """Gives the action for a lead that `user` sees; None when they may not, or when it makes no sense for this lead."""

    def __call__(self, *, lead: Lead, user: User) -> CardAction | None: ...


def card_actions(*, lead: Lead, user: User) -> list[CardAction]:
    """What `user` may do with `lead` by the later apps."""
    providers: list[CardActionProvider] = [import_string(path) for path in settings.LEAD_CARD_ACTIONS]
    return [action for provider in providers if (action := provider(lead=lead, user=user)) is not None]
