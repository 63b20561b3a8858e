from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

# Every trigger asks this function first. pgtrigger installs it with an exception handler, that is a subtransaction for
# each call, whose cost grows with the rows that the transaction has written: an hour for 100,000 leads.
# Each migration that makes a trigger installs it again, so it is set right after all of them.
SHOULD_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$ SELECT trigger_name = ANY (NULLIF(current_setting('pgtrigger.ignore', true), '')::text[]) $$
"""


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        """After migrations, let triggers ask quickly whether they are switched off."""
        post_migrate.connect(quicken_triggers, sender=self)


def quicken_triggers(*, using: str, **_options: Any) -> None:
    """Put our `_pgtrigger_should_ignore` in the place of pgtrigger's: the same answers, without a subtransaction."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('public._pgtrigger_should_ignore(name)')")
        if cursor.fetchone() != (None,):
            cursor.execute(SHOULD_IGNORE)
