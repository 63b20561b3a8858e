"""What a user may do with a report they see. Whether they see it is asked of `SavedReport.objects.visible_to`."""

from crm.models import User
from reports.models import SavedReport


def may_report(user: User) -> bool:
    """Whether `user` opens reports: on the leads that they see."""
    return user.has_perm("leads.view_lead")


def may_change_report(user: User, report: SavedReport) -> bool:
    """A saved report is changed by its owner; a shared one by managers too."""
    return report.owner_id == user.pk or (report.is_shared and user.has_perm("reports.manage_shared_reports"))


def looks_at_others(user: User) -> bool:
    """Whether the dashboard is about the work of others, too: a manager's or an administrator's."""
    return user.has_perm("leads.view_managed_leads") or user.has_perm("leads.view_all_leads")
