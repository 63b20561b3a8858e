"""Rows that were chosen in a form and deleted by somebody else before it was stored.

Foreign keys are checked at the commit, where no service can answer any more. Checked within the transaction, their
refusal is a rule's: it has its field and its sentence.
"""

from typing import Any

from django.db import IntegrityError, connection, models
from django.utils.translation import gettext as _

from crm.errors import RuleError

FOREIGN_KEY_VIOLATION = "23503"


def check_references() -> None:
    """Check the foreign keys of all that the transaction has written so far. Raises IntegrityError."""
    with connection.cursor() as cursor:  # both at once: one round trip
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def vanished(error: IntegrityError, model: type[models.Model], *, field: str = "") -> RuleError | None:
    """The refusal that `error` means when a written row of `model` refers to one that is gone; else None.

    Its field is the one with the reference, unless `field` names another.
    """
    diag: Any = getattr(error.__cause__, "diag", None)
    if diag is None or diag.sqlstate != FOREIGN_KEY_VIOLATION:
        return None
    for column in model._meta.concrete_fields:
        if column.is_relation and str(diag.constraint_name).startswith(f"{model._meta.db_table}_{column.column}_"):
            text = _("What was chosen here has been deleted in the meantime. Choose something else.")
            return RuleError(text, field=field or column.name)
    return None
