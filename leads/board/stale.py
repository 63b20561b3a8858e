"""What happened to a lead while somebody looked at an old card of it, in words."""

from django.utils.translation import gettext as _

from crm.formats import format_moment
from leads.history import HistoryEntry, history_of
from leads.models import Lead

SHOWN = 3


def what_happened(lead: Lead, *, seen: int) -> str:
    """Who did what to `lead` since its version `seen`: the last changes, the oldest of them first."""
    entries = history_of(lead, limit=max(1, min(lead.version - seen, SHOWN))).entries
    return " ".join(_sentence(entry) for entry in reversed(entries))


def _sentence(entry: HistoryEntry) -> str:
    changes = [
        _("%(field)s: %(old)s → %(new)s") % {"field": change.label, "old": change.old or "–", "new": change.new or "–"}
        for change in entry.changes
        if change.name != "description"
    ]
    if any(change.name == "description" for change in entry.changes):
        changes.append(_("description"))
    if entry.tags_added or entry.tags_removed:
        changes.append(_("tags"))
    what = "; ".join(changes)
    return _("%(who)s, %(when)s – %(what)s.") % {"who": entry.author, "when": format_moment(entry.at), "what": what}
