"""Where data of people stand: each app lists its tables here in the same words (settings.PERSONAL_DATA).

From these lists a person is found, exported (art. 15 and 20 GDPR) and anonymised (art. 17), and docs/personal-data.md
is written. A text column that stands in none of them fails a test.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext

Rows = Sequence[int]


class Keep:
    """The column stays when its row is anonymised; what names the person in it is taken out all the same."""


class Marker:
    """In the place of a name that must not be empty stand the words `marker()`."""


KEEP, MARKER = Keep(), Marker()


def marker() -> str:
    """What stands where a name stood, in the language of the system."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Anonymised data")


def of(name: str) -> Callable[[Rows], Q]:
    """The condition for rows that belong to others by the field `name`."""
    return lambda rows: Q(**{f"{name}__in": rows})


def never() -> Q:
    """The condition that no row meets."""
    return Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Table:
    """One model with data of people.

    - `columns`: its columns with such data, and what stands there once they are anonymised
    - `own`: a match in one of these columns makes the row the person's, all of it (None: in any column); a match
      elsewhere only mentions the person, and is cut out of the text
    - `joined`: columns that make one name together; `unnamed`: columns in which nobody is looked for by name
    - `person`: which rows can be a person's at all; the others only mention somebody
    - `within`: rows of which models take these along, and the condition for that
    - `kept`: the condition for rows that the law keeps as they are
    - `erase(rows=…)`: what is done in the place of emptying the columns; `spoil(rows=…)`: what else is done to rows
      that only mention somebody
    - `spread`: what else belongs to rows that were found; `note`: what becomes of the rows, for the documentation
    - `encoded`: columns that are queries of addresses; `is_history`: it tells of changes, the last one being this
    - `link`: the URL name of a row's page; people know rows with one as things of their own: they are always named,
      also those that go along with others; `moment`: the column that tells rows of the same name apart
    """

    model: str
    columns: Mapping[str, Any]
    own: Collection[str] | None = ()
    joined: Sequence[str] = ()
    unnamed: Collection[str] = ()
    person: Q = field(default_factory=Q)
    within: Mapping[str, Callable[[Rows], Q]] = field(default_factory=dict)
    kept: Callable[[], Q] = never
    erase: Callable[..., None] | None = None
    spoil: Callable[..., None] | None = None
    spread: Callable[[Rows], Collection[int]] | None = None
    note: str = ""
    encoded: Collection[str] = ()
    is_history: bool = False
    link: str = ""
    moment: str = ""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What an app has to say: its tables with data of people, and why its other text columns hold none (by model, or by
    model and column).
    """

    tables: Sequence[Table]
    nothing: Mapping[str, str]


def erased_values(table: Table, model: type[models.Model]) -> dict[str, Any]:
    """What the columns of an anonymised row hold."""
    values = {name: value for name, value in table.columns.items() if value is not KEEP}
    return {
        name: marker()[: getattr(model._meta.get_field(name), "max_length", None)] if value is MARKER else value
        for name, value in values.items()
    }
