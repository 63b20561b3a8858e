"""Sales people that a file brings: names without a login, until an invitation makes them real."""

from collections.abc import Sequence
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.history import acting_as
from crm.models import Team, User
from crm.services.records import Refusal, delete_unused
from crm.text import check_text


class PersonValues(TypedDict, total=False):
    """What a file may say of a person; what is absent stays."""

    first_name: str
    last_name: str
    email: str | None
    phone_extension: str
    team: Team | None


def save_people(
    *, drafts: Sequence[tuple[PersonValues, User | None]], by: User | None
) -> list[tuple[User, bool] | Refusal]:
    """Store a batch of (values, person to change or None for a new one); each is answered for itself, in order, by the
    person and whether anything was written, or by what refused it.

    A new one is inactive, without password and role, and never becomes active here.
    """
    answers: list[tuple[User, bool] | Refusal] = []
    with transaction.atomic(), acting_as(by):
        for values, person in drafts:
            try:
                answers.append(_save(values, person))
            except (RuleError, ValidationError) as refusal:
                answers.append(refusal)
    return answers


def create_person(*, values: PersonValues, by: User | None) -> User:
    """A new sales person who can't sign in. Raises RuleError or ValidationError."""
    with transaction.atomic(), acting_as(by):
        return _save(values, None)[0]


def delete_person(*, person: User, by: User | None) -> None:
    """Take back a person that nobody has invited yet.

    Raises RuleError when they can sign in, InUse with what refers to them.
    """
    if User.objects.filter(pk=person.pk, is_active=False, password__startswith="!").exists():
        delete_unused(person, by=by)
    else:
        raise RuleError(_("This person has been invited since."))


def delete_team(*, team: Team, by: User | None) -> None:
    """Delete a team that nobody is in. Raises InUse."""
    delete_unused(team, by=by)


def create_team(*, name: str, by: User | None) -> Team:
    """A new team. Raises ValidationError."""
    with transaction.atomic(), acting_as(by):
        team = Team(name=check_text(name.strip()))
        team.clean_fields()
        team.save()
    return team


def _save(values: PersonValues, person: User | None) -> tuple[User, bool]:
    row = person or User(is_active=False)
    changed = []
    for name, value in values.items():
        if isinstance(value, str):
            value = check_text(value.strip())
        if name == "email":
            value = str(value).lower() if value else None
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    if not (row.first_name or row.last_name or row.email):
        raise RuleError(_("Give a name or an e-mail address."), field="first_name")
    if row.is_active and not row.email:
        raise RuleError(_("Somebody who signs in needs an e-mail address."), field="email")
    row.clean_fields(exclude=["password", "team"])
    if person is None:
        row.set_unusable_password()
    if person is None or changed:
        try:
            with transaction.atomic():
                row.save(update_fields=None if person is None else changed)
        except IntegrityError as error:
            raise RuleError(_("Somebody else has this e-mail address."), field="email") from error
    return row, person is None or bool(changed)
