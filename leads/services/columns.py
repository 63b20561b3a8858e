"""The columns of the lead list that a user chooses."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models import User
from leads.columns import ALWAYS_SHOWN, known_columns


def choose_columns(*, names: Sequence[str], by: User) -> User:
    """Keep the columns of the list for `by`, in this order. The name of the lead is always among them.

    Raises ValidationError for names that are no columns.
    """
    chosen = [column.name for column in known_columns(names)]
    if len(chosen) != len(names):
        raise ValidationError({"columns": _("The list has no such column.")})
    if ALWAYS_SHOWN not in chosen:
        chosen.insert(0, ALWAYS_SHOWN)
    by.lead_columns = chosen
    by.save(update_fields=["lead_columns"])
    return by
