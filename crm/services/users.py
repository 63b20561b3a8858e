"""Writes about users: profiles, changes by those who manage them, activity."""

from collections.abc import Mapping
from typing import Any, TypedDict

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import RuleError
from crm.models import Team, User
from crm.people import administrators, assignable_roles, manageable_users
from crm.photos import Picture
from crm.references import check_references, vanished
from crm.roles import ADMINISTRATOR, ROLES


class UserValues(TypedDict, total=False):
    """What those who manage users may set; `role` is the name of a group of crm.roles."""

    email: str
    first_name: str
    last_name: str
    phone_extension: str
    language: str
    team: Team | None
    role: str


@transaction.atomic
def set_theme(*, user: User, theme: str) -> None:
    """Keep the theme that the user chose; `theme` is one of crm.models.Theme."""
    user.theme = theme
    user.save(update_fields=["theme"])


@transaction.atomic
def update_profile(*, user: User, photo: Picture | None = None, remove_photo: bool = False) -> None:
    """Store what the user changed about themselves; the form has put it on `user`. The old photo's file goes away."""
    old = User.objects.only("photo").get(pk=user.pk).photo
    if photo is not None:
        user.photo.save(photo.file_name, ContentFile(photo.content), save=False)
    elif remove_photo:
        user.photo = ""
    user.save(update_fields=["first_name", "last_name", "phone_extension", "signature", "language", "theme", "photo"])
    name = old.name
    if name and name != user.photo.name:
        transaction.on_commit(lambda: old.storage.delete(name))


@transaction.atomic
def update_user(*, user: User, values: UserValues, by: User) -> User:
    """Change a user whom `by` may manage, and return it as stored. A new e-mail signs nobody out but ends old links.

    Raises RuleError: not manageable, a role or team that `by` may not give, an e-mail that another user has, or the
    last administrator would lose the role.
    """
    user = _locked(user, by)
    role = values.get("role")
    if role is not None and role != ADMINISTRATOR:
        check_administrator_remains(without=user)
    put_values(user, values, by=by)
    save_user(user)
    if role is not None:
        set_role(user, role)
    return user


@transaction.atomic
def deactivate_user(*, user: User, by: User) -> User:
    """Take the account away: no signing in, open sessions and invitations end. What the user did stays.

    Raises RuleError for the last administrator and for oneself.
    """
    user = _locked(user, by)
    if user.pk == by.pk:
        raise RuleError(_("You can't deactivate your own account."))
    check_administrator_remains(without=user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def activate_user(*, user: User, by: User) -> User:
    """Give the account back. Raises RuleError for one without an e-mail: it is invited instead."""
    user = _locked(user, by)
    if not user.email:
        raise RuleError(_("This person has no e-mail yet. Send an invitation instead."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


def put_values(user: User, values: UserValues, *, by: User) -> None:
    """Set `values` (the role aside) on `user` after checking that `by` may. Raises RuleError at the field."""
    if "role" in values and values["role"] not in assignable_roles(by):
        raise RuleError(_("You can't give this role."), field="role")
    if not by.has_perm("crm.change_user") and values.get("team", by.team) != by.team:
        raise RuleError(_("You can only manage your own team."), field="team")
    fields: Mapping[str, Any] = {name: value for name, value in values.items() if name not in ("role", "email")}
    for name, value in fields.items():
        setattr(user, name, value)
    email = values.get("email", "").strip().lower()
    if not email or email == user.email:
        return
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise RuleError(_("Another user has this e-mail address."), field="email")
    user.email = email
    if user.pk:
        EmailAddress.objects.filter(user_id=user.pk).delete()


def save_user(user: User) -> None:
    """Store `user`. Raises RuleError when somebody else got the e-mail, or deleted the team, in the meantime."""
    try:
        with transaction.atomic():
            user.save()
            check_references()
    except IntegrityError as error:
        if gone := vanished(error, User):
            raise gone from error
        raise RuleError(_("Another user has this e-mail address."), field="email") from error


def set_role(user: User, role: str) -> None:
    """Let `role` be the only one of the three; groups that an administrator made stay."""
    user.groups.remove(*Group.objects.filter(name__in=set(ROLES) - {role}))
    user.groups.add(Group.objects.get(name=role))


def check_administrator_remains(*, without: User) -> None:
    """Raise RuleError when nobody but `without` could administer. Two such changes at once wait for each other."""
    Group.objects.select_for_update().get(name=ADMINISTRATOR)
    if administrators().filter(pk=without.pk).exists() and not administrators().exclude(pk=without.pk).exists():
        raise RuleError(_("This is the last active administrator."), field="role")


def _locked(user: User, by: User) -> User:
    if not manageable_users(by).filter(pk=user.pk).exists():
        raise RuleError(_("You can't manage this user."))
    return User.objects.select_for_update().get(pk=user.pk)
