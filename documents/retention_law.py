"""For how long issued documents must be kept whatever a person asks for (art. 17(3)(b) GDPR)."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

# Years after the year of issue. Accounting records: 5 years from the beginning of the year after the one they are about
# (art. 74(2) and (3) of the Accounting Act). Invoices and tax books: until the tax can be claimed no more (art. 112 of
# the VAT Act, art. 86 § 1 of the Tax Ordinance), 5 years from the end of the year in which it had to be paid (art. 70
# § 1); income tax, and VAT of December, are paid in the next year. The longest of them counts.
YEARS = 6


def kept_until(issued: date) -> date:
    """The last day on which a document issued on that day must be kept."""
    return date(issued.year + YEARS, 12, 31)


def kept(prefix: str = "") -> Q:
    """The condition for documents (before which `prefix` leads, `order__`) that are issued and must still be kept."""
    first = date(timezone.localdate().year - YEARS, 1, 1)
    return ~Q(**{f"{prefix}state": "draft"}) & Q(
        **{f"{prefix}number__isnull": False, f"{prefix}issue_date__gte": first}
    )
