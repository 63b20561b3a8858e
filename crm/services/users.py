"""Writes about users: profiles, invitations, deactivation, teams."""

from django.core.files.base import ContentFile
from django.db import transaction

from crm.models import User
from crm.photos import SquarePhoto


@transaction.atomic
def set_theme(*, user: User, theme: str) -> None:
    """Keep the theme that the user chose; `theme` is one of crm.models.Theme."""
    user.theme = theme
    user.save(update_fields=["theme"])


@transaction.atomic
def update_profile(*, user: User, photo: SquarePhoto | None = None, remove_photo: bool = False) -> None:
    """Store what the user changed about themselves; the form has put it on `user`. The old photo's file goes away."""
    old = User.objects.only("photo").get(pk=user.pk).photo
    if photo is not None:
        user.photo.save(photo.file_name, ContentFile(photo.content), save=False)
    elif remove_photo:
        user.photo = ""
    user.save(update_fields=["first_name", "last_name", "phone_extension", "language", "theme", "photo"])
    if old and old.name != user.photo.name:
        transaction.on_commit(lambda: old.storage.delete(old.name))
