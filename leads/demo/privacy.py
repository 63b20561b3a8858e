"""What an administrator finds under „Dane osób” in the demo: a person was looked for, and some things go with time."""

from crm.models import User
from leads.models import Lead, RetentionRule
from leads.personal.work import work_on
from leads.services.personal import search_person

ADMINISTRATOR = "admin@lejek.test"
MONTHS = {"ignored_emails": 6, "ignored_calls": 12, "recordings": 12}


def add_privacy() -> None:
    """A search that is done, and a few rules."""
    rules = [RetentionRule(kind=kind, months=months) for kind, months in MONTHS.items()]
    RetentionRule.objects.bulk_create(rules, ignore_conflicts=True)
    administrator = User.objects.filter(email=ADMINISTRATOR).first()
    lead = Lead.objects.exclude(email="").exclude(phone_e164="").filter(messages__isnull=False).order_by("pk").first()
    if administrator is not None and lead is not None:
        case = search_person(typed=[lead.email, lead.phone_e164], by=administrator)
        work_on(case.pk)
