"""Refusals of business rules. Services raise them, views show their text at the field they name."""

from django.http import Http404
from django.utils.functional import Promise


class RuleError(Exception):
    """A rule of the business refused an action; nothing was stored.

    `message` is a translated (possibly lazy) sentence for the user, `field` the name of the model field it belongs
    to, or None when it concerns the whole action.
    """

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class StaleObject(RuleError):
    """Somebody saved the same row after it was read."""


class InUse(RuleError):
    """A row can't be deleted, since others refer to it.

    `uses` counts them by the plural name of their model; `hides` tells that there are some which the user may not see.
    """

    def __init__(self, message: str | Promise, *, uses: dict[str, int], hides: bool = False) -> None:
        super().__init__(message)
        self.uses = uses
        self.hides = hides


class Gone(Http404):
    """What was asked for is there no more, and the user, who could see it, is told so (410).

    `text` says what became of it; `link` is where it goes on, as (words, path), or None.
    """

    def __init__(self, text: str, *, link: tuple[str, str] | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.link = link
