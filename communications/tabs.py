"""The tabs of calls and e-mails in the section „Leady”."""

from communications import calls, emails
from crm.models import User
from leads.sections import Tab


def section_tabs(user: User, active: str) -> list[Tab]:
    """Those that concern `user` (leads.sections.Provider); `active` is the URL name of the open page.

    One query tells of both and of what waits there: every page of the section asks.
    """
    rows = emails.waiting_row(user)
    if user.has_perm("communications.view_call"):
        rows = rows.union(calls.waiting_row(user), all=True)
    waiting = dict(rows)
    found = []
    if (number := waiting.get(calls.TAB)) is not None:
        found.append(calls.calls_tab(number, is_active=active == "communications:call_list"))
    if (number := waiting.get(emails.TAB)) is not None:
        found.append(emails.emails_tab(number, is_active=active == "communications:email_list"))
    return found
