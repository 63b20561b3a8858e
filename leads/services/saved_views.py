"""Saved views: kept, renamed, shared, pinned, made the default, deleted."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from leads.models import SavedView, SavedViewChoice
from leads.saved_views import Shown


def create_view(*, name: str, shown: Shown, is_shared: bool, by: User) -> SavedView:
    """Keep what a page shows under a name. Raises RuleError when `by` has a view of that name."""
    view = SavedView(owner=by, is_shared=is_shared)
    _put(view, shown)
    return _named(view, name)


def change_view(*, view: SavedView, name: str, is_shared: bool, by: User) -> SavedView:
    """Rename a view, share it or keep it to its owner; then nobody else has it as a tab any more. Raises RuleError."""
    with transaction.atomic():
        view.is_shared = is_shared
        _named(view, name)
        if not is_shared:
            view.choices.exclude(user=view.owner_id).delete()
    return view


def update_view(*, view: SavedView, shown: Shown, by: User) -> SavedView:
    """Let the view keep what a page shows now."""
    _put(view, shown)
    view.save(update_fields=["kind", "query", "columns", "sort"])
    return view


def delete_view(*, view: SavedView, by: User) -> None:
    """Delete the view, and with it the tabs of all who have it."""
    view.delete()


def pin_view(*, view: SavedView, is_pinned: bool, by: User) -> None:
    """Show the view as the last tab of `by`, or no more."""
    last = SavedViewChoice.objects.filter(user=by).aggregate(last=Max("place"))["last"] or 0
    SavedViewChoice.objects.update_or_create(user=by, view=view, defaults={"is_pinned": is_pinned, "place": last + 1})


@transaction.atomic
def set_default_view(*, view: SavedView, is_default: bool, by: User) -> None:
    """Let the list of `by` open with this view, or with none."""
    User.objects.select_for_update().get(pk=by.pk)  # of two clicks, one after the other
    SavedViewChoice.objects.filter(user=by, is_default=True).update(is_default=False)
    SavedViewChoice.objects.update_or_create(user=by, view=view, defaults={"is_default": is_default})


def _put(view: SavedView, shown: Shown) -> None:
    view.kind, view.query, view.columns, view.sort = shown.kind, shown.query, shown.columns, shown.sort


def _named(view: SavedView, name: str) -> SavedView:
    view.name = name
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise RuleError(_("There is a view of this name already."), field="name") from error
    return view
