"""Saved reports: kept, renamed, shared, deleted."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from reports.models import SavedReport


def create_report(
    *, name: str, query: str, is_shared: bool, by: User, kind: SavedReport.Kind = SavedReport.Kind.PIVOT
) -> SavedReport:
    """Keep a report under a name. Raises RuleError when `by` has a report of that name."""
    return _named(SavedReport(owner=by, kind=kind, query=query, is_shared=is_shared), name)


def change_report(*, report: SavedReport, name: str, is_shared: bool, by: User) -> SavedReport:
    """Rename a report, share it or keep it to its owner. Raises RuleError."""
    report.is_shared = is_shared
    return _named(report, name)


def update_report(*, report: SavedReport, kind: SavedReport.Kind, query: str, by: User) -> None:
    """Let the saved report be the one that a page shows now."""
    report.kind, report.query = kind, query
    report.save(update_fields=["kind", "query"])


def delete_report(*, report: SavedReport, by: User) -> None:
    """Delete the saved report; leads are not touched."""
    report.delete()


def _named(report: SavedReport, name: str) -> SavedReport:
    report.name = name
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError as error:
        raise RuleError(_("There is a report of this name already."), field="name") from error
    return report
