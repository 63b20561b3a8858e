"""Fields in the texts of e-mail templates: `{{ lead.name }}`. Only those listed here exist, and a text is no program:
it is taken apart by one expression, and each field is a function of the lead.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.html import escape, strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.current import system_settings
from crm.formats import format_day, format_money
from crm.models import User
from leads.models import Lead

BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
LEFT_OVER = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True, slots=True)
class MailField:
    """A field: its name in the text, what it is called, and how it is read."""

    name: str
    label: str | Promise
    read: Callable[[Lead, User], Any]

    @property
    def title(self) -> str:
        """Its label as a heading."""
        return capfirst(str(self.label))

    @property
    def text(self) -> str:
        """As it is written in a template."""
        return f"{{{{ {self.name} }}}}"


def _full_name(lead: Lead) -> str:
    return " ".join(part for part in (lead.first_name, lead.last_name) if part)


def _label(field: str) -> str | Promise:
    return Lead._meta.get_field(field).verbose_name  # type: ignore[union-attr]


FIELDS: tuple[MailField, ...] = (
    MailField("lead.number", _("ID"), lambda lead, user: lead.number),
    *(
        MailField(f"lead.{name}", _label(name), lambda lead, user, name=name: getattr(lead, name))  # type: ignore[misc]
        for name in ("name", "product", "type", "status", "expected_revenue", "expected_close")
    ),
    MailField("lead.full_name", _("first and last name"), lambda lead, user: _full_name(lead)),
    *(
        MailField(f"lead.{name}", _label(name), lambda lead, user, name=name: getattr(lead, name))  # type: ignore[misc]
        for name in (
            "first_name", "last_name", "company_name", "partner", "phone", "email", "street", "postal_code", "city",
            "sales_person",
        )
    ),
    MailField("user.full_name", _("sender"), lambda lead, user: user.get_full_name()),
    MailField("user.email", _("sender's e-mail"), lambda lead, user: user.email),
)  # fmt: skip
BY_NAME = {known.name: known for known in FIELDS}


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong in a text: names that no field has, and braces that belong to nothing."""

    unknown: tuple[str, ...] = ()
    has_loose_braces: bool = False


@dataclass(slots=True)
class Filled:
    """A text with the values of a lead, and which fields the lead leaves empty."""

    text: str
    empty: list[MailField] = field(default_factory=list)


def find_faults(text: str) -> Faults:
    """What keeps `text` (plain or HTML) from being filled in."""
    names = dict.fromkeys(_name(match[1]) for match in BRACES.finditer(text))
    return Faults(
        unknown=tuple(name for name in names if name not in BY_NAME),
        has_loose_braces=bool(LEFT_OVER.search(BRACES.sub("", text))),
    )


def fill_line(text: str, *, lead: Lead, user: User) -> Filled:
    """`text` as one line of plain text. A name that no field has stays as it is written."""
    filled = _fill(text, lead, user, lambda value: value)
    filled.text = " ".join(filled.text.split())
    return filled


def fill_html(html: str, *, lead: Lead, user: User) -> Filled:
    """`html` with the values escaped."""
    return _fill(html, lead, user, escape)


def _fill(text: str, lead: Lead, user: User, write: Callable[[str], str]) -> Filled:
    empty: dict[str, MailField] = {}

    def pieces() -> Iterator[str]:
        end = 0
        for match in BRACES.finditer(text):
            yield text[end : match.start()]
            end = match.end()
            known = BY_NAME.get(_name(match[1]))
            if known is None:
                yield match[0]
                continue
            value = _text(known.read(lead, user))
            if not value:
                empty[known.name] = known
            yield write(value)
        yield text[end:]

    filled = "".join(pieces())
    return Filled(filled, list(empty.values()))


def _name(inside: str) -> str:
    """The name between braces; an editor may have put spaces and formatting there."""
    return " ".join(strip_tags(inside.replace("&nbsp;", " ")).split())


def _text(value: Any) -> str:
    """A value as people write it, in the language of now."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_money(value, system_settings().currency)
    return format_day(value) if isinstance(value, date) else str(value)
