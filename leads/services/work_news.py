"""Background work that has ended while no page showed it: who started it is told."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.formats import format_number
from crm.models import NotificationKind
from crm.services.notifications import notify
from leads import background
from leads.bulk_forms import describe
from leads.models import BulkRun, ImportRun


def tell_end(*, work: BulkRun | ImportRun | None) -> None:
    """Tell the owner of `work`, once for each end of it, what it has done; nothing while it goes on, or when a page
    shows it."""
    if work is None or work.owner is None or work.is_busy or background.is_watched(work):
        return
    with translation.override(work.owner.language):
        if isinstance(work, BulkRun):
            title, name = _title_of_bulk(work), "leads:bulk_detail"
        else:
            title, name = _title_of_import(work), "leads:import_detail"
        notify(
            user=work.owner,
            kind=NotificationKind.WORK,
            what=title,
            details=_result(work),
            url=reverse(name, args=[work.pk]),
            key=f"{work._meta.label_lower} {work.pk} {work.finished_at}",
        )


def _title_of_bulk(run: BulkRun) -> str:
    text = _("undo of the bulk change “%(what)s”") if run.stage == BulkRun.Stage.UNDO else _("bulk change “%(what)s”")
    return text % {"what": describe(run)}


def _title_of_import(run: ImportRun) -> str:
    text = {
        ImportRun.Stage.CHECK: _("check of the file %(name)s"),
        ImportRun.Stage.UNDO: _("undo of the import of %(name)s"),
    }.get(ImportRun.Stage(run.stage), _("import of %(name)s"))
    return text % {"name": run.file_name}


def _result(work: BulkRun | ImportRun) -> str:
    parts = _counts(work)
    if work.state == BulkRun.State.FAILED:
        parts.insert(0, work.error)
    elif work.state == BulkRun.State.CANCELLED:
        parts.insert(0, _("Stopped at your request. What was done before stays."))
    return " · ".join(parts)


def _counts(work: BulkRun | ImportRun) -> list[str]:
    if work.stage == BulkRun.Stage.UNDO:
        return _named([(pgettext("import", "Undone"), work.undone_count), (_("Kept"), work.kept_count)])
    if isinstance(work, ImportRun):
        named = [(pgettext("import", "New"), work.created_count), (pgettext("import", "Changed"), work.changed_count)]
        named.append((pgettext("import", "Unchanged"), work.unchanged_count))
        return _named([*named, (pgettext("import", "Refused"), work.refused_count)])
    if work.deletes:
        done = ngettext("%(number)s deleted", "%(number)s deleted", work.changed_count)
    else:
        done = ngettext("%(number)s changed", "%(number)s changed", work.changed_count)
    refused = ngettext("%(number)s refused", "%(number)s refused", work.refused_count)
    parts = [done % {"number": format_number(work.changed_count)}]
    return [*parts, refused % {"number": format_number(work.refused_count)}] if work.refused_count else parts


def _named(counts: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{name}: {format_number(count)}" for name, count in counts if count]
