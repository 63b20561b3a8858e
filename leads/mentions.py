"""Mentions in comments: `@` and the name or the e-mail of somebody who may see the lead."""

import re
from collections import Counter
from collections.abc import Container, Iterable

from crm.models import User


def find_mentions(text: str, people: Iterable[User]) -> dict[User, str]:
    """Those of `people` whom `text` mentions, each with the words by which it calls them (without the @).

    Of two people with the same name, the name alone means neither; their e-mails do.
    """
    people = list(people)
    shared = shared_names(people)
    called: dict[str, User] = {}
    for one in people:
        for name in filter(None, (one.email, one.get_full_name())):
            if name.lower() not in shared:
                called[name.lower()] = one
    found: dict[User, str] = {}
    for match in mention_pattern(called).finditer(text):
        if person := called.get(match[1].lower()):
            found.setdefault(person, match[1])
    return found


def shared_names(people: Iterable[User]) -> set[str]:
    """The names, in small letters, that more than one of `people` has."""
    counts = Counter(person.get_full_name().lower() for person in people)
    return {name for name, count in counts.items() if count > 1}


def called_in_mentions(person: User, shared: Container[str]) -> str:
    """How a mention should call `person`: by name, or by e-mail when the name is among the `shared` ones."""
    name = person.get_full_name()
    return (person.email or name) if name.lower() in shared else name


def mention_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """What finds these names after an @, the longest first, whole words only; with no names, nothing."""
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w@.])@({listed})(?!\w)" if listed else r"(?!)", re.IGNORECASE)
