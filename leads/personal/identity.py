"""Whom is looked for: phones, e-mails and names, how they are recognised in any text, and how they are cut out."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.errors import RuleError
from crm.phones import to_e164
from crm.search import normalised, plain

CUT = "***"
SHORTEST_NAME = 3
# National numbers that are shorter mean somebody only together with the code of their country.
SHORTEST_NUMBER = 7
BETWEEN_DIGITS = "[\\s\N{NO-BREAK SPACE}().+/-]{0,3}"
BETWEEN_WORDS = r"\W{1,4}"


class Match(models.TextChoices):
    """By what a row was found; a name alone can be another person's."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    NAME = "name", _("name")


@dataclass(frozen=True)
class Identity:
    """A person as they are known: phones in E.164, e-mails in small letters, names as typed."""

    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    names: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.phones or self.emails or self.names)

    def __str__(self) -> str:
        return ", ".join([*self.names, *self.emails, *self.phones])

    def match(self, text: str) -> Match | None:
        """By what the person is recognised in `text`: by a phone or an e-mail rather than by a name."""
        if self._phone is not None and self._phone.search(text):
            return Match.PHONE
        if self._email is not None and self._email.search(text):
            return Match.EMAIL
        if self._name is not None and self._name.search(plain(text)):
            return Match.NAME
        return None

    def place_in(self, text: str) -> tuple[int, int] | None:
        """Where the person is first named in `text`."""
        return min(self._spans(text), default=None)

    def without(self, value: Any, *, encoded: bool = False) -> Any:
        """`value` (a text or JSON) without the person; a text that is nothing else becomes "". `encoded`: the text is
        the query of an address.
        """
        if isinstance(value, dict):
            return {self.without(key): self.without(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.without(item) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return "" if self.match(str(value)) else value
        if not isinstance(value, str):
            return value
        if encoded:
            pairs = parse_qsl(value, keep_blank_values=True)
            return urlencode([(key, self.without(text)) for key, text in pairs])
        spans = _joined(sorted(self._spans(value)))
        if spans == [(0, len(value.strip()))] or spans == [(0, len(value))]:
            return ""
        for start, end in reversed(spans):
            value = f"{value[:start]}{CUT}{value[end:]}"
        return value

    def narrowed(self, columns: Sequence[str], *, unnamed: Iterable[str] = ()) -> tuple[dict[str, Any], Q]:
        """What to annotate rows with, and the condition for those in whose `columns` the person may stand: no row less
        than `match` recognises, some more. Names are not looked for in the columns `unnamed`.
        """
        named = [name for name in columns if name not in set(unnamed)]
        texts: dict[str, Any] = {"personal_text": _as_one_text(columns)}
        condition = Q(pk__in=())
        for email in self.emails:
            condition |= Q(personal_text__icontains=email) | Q(personal_text__icontains=email.replace("@", "%40"))
        for phone in self.phones:
            condition |= Q(personal_text__regex=BETWEEN_DIGITS.join(_national(phone)[1]))
        if self.names and named:
            texts["personal_name"] = Func(_as_one_text(named), function="lejek_normalise", output_field=TextField())
            for name in self.names:
                condition |= Q(*(Q(personal_name__contains=normalised(word)) for word in name.split()))
        return texts, condition

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for pattern, shown in ((self._phone, text), (self._email, text), (self._name, plain(text))):
            if pattern is not None:
                yield from (found.span() for found in pattern.finditer(shown))

    @cached_property
    def _email(self) -> re.Pattern[str] | None:
        parts = [re.escape(email).replace("@", "(?:@|%40)") for email in self.emails]
        return re.compile(rf"(?<![\w.+-])(?:{'|'.join(parts)})(?![\w-])", re.IGNORECASE) if parts else None

    @cached_property
    def _phone(self) -> re.Pattern[str] | None:
        parts = []
        for phone in self.phones:
            code, national = _national(phone)
            prefix = rf"(?:\(?(?:(?:\+|00|%2B)\s?)?{code}{BETWEEN_DIGITS})"
            parts.append(prefix + ("?" if len(national) >= SHORTEST_NUMBER else "") + BETWEEN_DIGITS.join(national))
        return re.compile(rf"(?<!\d)(?:{'|'.join(parts)})(?!\d)") if parts else None

    @cached_property
    def _name(self) -> re.Pattern[str] | None:
        parts: list[str] = []
        for name in self.names:
            words = [re.escape(word) for word in plain(name).split()]
            parts += {BETWEEN_WORDS.join(words), BETWEEN_WORDS.join(reversed(words))}
        return re.compile(rf"\b(?:{'|'.join(sorted(parts))})\b") if parts else None


def read_identity(typed: Iterable[str]) -> Identity:
    """The person that these words name, each a phone, an e-mail or a name. Raises RuleError for one that is none."""
    phones, emails, names = [], [], []
    for text in (" ".join(word.split()) for word in typed):
        if not text:
            continue
        if "@" in text:
            emails.append(_email_of(text))
        elif sum(map(str.isdigit, text)) >= SHORTEST_NAME and not any(map(str.isalpha, text)):
            phones.append(_phone_of(text))
        elif len(text) >= SHORTEST_NAME and any(map(str.isalpha, text)):
            names.append(text[:200])
        else:
            raise RuleError(_("“%(text)s” is too short to look for.") % {"text": text})
    if not (phones or emails or names):
        raise RuleError(_("Type a phone, an e-mail or a name."))
    return Identity(*(tuple(dict.fromkeys(found)) for found in (phones, emails, names)))


def as_text(value: Any, *, encoded: bool = False) -> str:
    """A stored value as the text in which somebody is looked for."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, default=str)
    return unquote_plus(value) if encoded else value


def _email_of(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise RuleError(_("“%(text)s” is no e-mail address.") % {"text": text}) from error
    return text.lower()


def _phone_of(text: str) -> str:
    number = to_e164(text, region=system_settings().default_region)
    if not number:
        raise RuleError(_("“%(text)s” is no phone number.") % {"text": text})
    return number


def _national(phone: str) -> tuple[str, str]:
    """The country's code and the digits after it."""
    number = phonenumbers.parse(phone)
    return str(number.country_code), phonenumbers.national_significant_number(number)


def _as_one_text(columns: Sequence[str]) -> Func:
    parts = [Cast(F(name), TextField()) for name in columns]
    return Func(Value("\n"), *parts, function="concat_ws", output_field=TextField())


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans with those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
