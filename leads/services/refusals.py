"""What the database refuses behind the checks of a service, as the rule's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.references import check_references, vanished
from leads.models import Lead, LeadTagging
from leads.rules import LostReasonRequired, OrderRequired, StatusNotAllowed


@contextmanager
def translated_refusals() -> Iterator[None]:
    """What the database refuses behind the checks (somebody else was faster) as the rule's own error."""
    try:
        yield
        check_references()
    except IntegrityError as error:
        if gone := vanished(error, Lead) or vanished(error, LeadTagging, field="tags"):
            raise gone from error
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint == "lead_status_allowed":
            raise StatusNotAllowed(
                _("The funnel was changed in the meantime: this status is no longer allowed for the type."),
                field="status",
            ) from error
        if constraint == "lead_has_order":  # it was cancelled meanwhile, or the status asks for one only now
            raise OrderRequired(
                _("This status needs a confirmed order, and the lead has none."), field="status"
            ) from error
        if constraint == "lead_lost_reason_exactly_when_lost":  # the mark Porażka was moved meanwhile
            raise LostReasonRequired(_("Choose a lost reason."), field="lost_reason") from error
        if constraint == "leads_lead_external_id_key":
            raise RuleError(_("A lead with this external ID already exists."), field="external_id") from error
        raise
