"""Bulk changes at work: some leads at a time, each answered for itself, what became of them committed with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.locks import DEADLOCK_DETECTED
from crm.models import LeadTag, User
from leads import background, permissions
from leads.background import carrying_on, give_up_in_time, hold, stop_if_asked
from leads.models import BulkRow, BulkRun, Lead, LeadTagging
from leads.querysets import load_funnel
from leads.rules import lost_status
from leads.services.deleting import delete_leads
from leads.services.write import Draft, LeadValues, update_leads

CHUNK = 100
RETRIES = 3
Action = BulkRun.Action
Stage = BulkRun.Stage
State = BulkRun.State
Result = BulkRow.Result
Undone = BulkRow.Undone
# What an undo gives back.
TOUCHED: dict[str, tuple[str, ...]] = {
    Action.SALES_PERSON: ("sales_person",),
    Action.STATUS: ("status", "lost_reason", "closed_at"),
    Action.LOSE: ("status", "lost_reason", "closed_at"),
    Action.TYPE: ("type",),
    Action.PRIORITY: ("priority",),
}
Change = tuple[Draft, dict[str, Any]]
Maker = Callable[[Lead], Change]
TAGGING = (Action.ADD_TAGS, Action.REMOVE_TAGS)


def work_on(run_id: int) -> None:
    """Carry the run on from where it stands, if no other worker does. How it ends is stored in the run."""
    run = background.claim(BulkRun.objects.select_related("owner"), run_id)
    if run is None:
        return
    with carrying_on(run, owner=run.owner):
        _check_right(run)
        give_up_in_time(run)
        step = STEPS[Stage(run.stage)]
        while _in_transaction(step, run):
            stop_if_asked(run)


def stalled_runs() -> list[int]:
    """The bulk changes whose worker has not been heard of."""
    return list(BulkRun.objects.filter(background.stalled()).values_list("pk", flat=True))


def _check_right(run: BulkRun) -> None:
    """Raises RuleError when the owner may not do it any more."""
    may = permissions.may_change_many(run.owner) if run.deletes else permissions.may_edit(run.owner)
    if not run.owner.is_active or not may:
        raise RuleError(_("You do not have permission to do this."))


def _in_transaction(step: Callable[[BulkRun], bool], run: BulkRun) -> bool:
    """One step, again when PostgreSQL ended it for the sake of somebody who waited for the same rows."""
    for _attempt in range(RETRIES):
        try:
            with transaction.atomic():
                return step(run)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != DEADLOCK_DETECTED:
                raise
    raise RuleError(_("These leads are being saved right now. Try again in a moment."))


# --- The change


def _change(run: BulkRun) -> bool:
    """Change the next leads; whether there may be more."""
    rows = list(run.rows.filter(result=Result.WAITING).order_by("lead_id")[:CHUNK])
    leads = _locked(Lead.objects.visible_to(run.owner), rows)
    present = [(row, leads[row.lead_id]) for row in rows if row.lead_id in leads]
    for row in rows:
        if row.lead_id not in leads:
            _refuse(row, _("It no longer exists, or you do not see it."))
    if run.deletes:
        _delete(present, run.owner)
    else:
        _update(present, run)
    _store(rows, "result")
    counts = {f"{result}_count": sum(row.result == result for row in rows) for result in Result.values if result}
    hold(run, attempts=0, **{name: F(name) + count for name, count in counts.items()})
    return len(rows) == CHUNK


def _update(present: Sequence[tuple[BulkRow, Lead]], run: BulkRun) -> None:
    make = _maker(run, [lead for _row, lead in present])
    drafts: list[Draft] = []
    drafted: list[tuple[BulkRow, int]] = []
    for row, lead in present:
        before = lead.version
        try:
            draft, row.old_values = make(lead)
        except RuleError as refusal:
            _refuse(row, str(refusal), lead)
            continue
        drafts.append(draft)
        drafted.append((row, before))
    for (row, before), draft, answer in zip(drafted, drafts, update_leads(drafts=drafts, by=run.owner), strict=True):
        if not isinstance(answer, Lead):
            _refuse(row, _text_of(answer), draft.lead)
        elif answer.version == before:
            row.result, row.old_values = Result.UNCHANGED, None
        else:
            row.result, row.version = Result.CHANGED, answer.version


def _maker(run: BulkRun, leads: Sequence[Lead]) -> Maker:
    """What the run does to a lead: the draft, and what an undo would give back. It raises RuleError for a lead to which
    this can't be done.
    """
    if run.action in TAGGING:
        return _tag_maker(run, leads)
    values, missing = _referred(run.values)
    if missing:
        return _refusing(_("What was chosen here has been deleted in the meantime. Choose something else."))
    if run.action != Action.LOSE:
        return lambda lead: (Draft(values=values, lead=lead), _values_now(lead, run.action))
    funnel = load_funnel()

    def lose(lead: Lead) -> Change:
        if lead.is_closed:
            raise RuleError(_("It is closed already."))
        draft = Draft(values={"status": lost_status(funnel, type=lead.type), **values}, lead=lead)
        return draft, _values_now(lead, run.action)

    return lose


def _tag_maker(run: BulkRun, leads: Sequence[Lead]) -> Maker:
    tags = LeadTag.objects.in_bulk()
    chosen = {pk for pk in run.values["tags"] if pk in tags}
    if not chosen:
        return _refusing(_("What was chosen here has been deleted in the meantime. Choose something else."))
    stored: dict[int, set[int]] = {}
    for lead_id, tag_id in LeadTagging.objects.filter(lead__in=leads).values_list("lead_id", "tag_id"):
        stored.setdefault(lead_id, set()).add(tag_id)

    def tag(lead: Lead) -> Change:
        now = stored.get(lead.pk, set())
        wanted = now | chosen if run.action == Action.ADD_TAGS else now - chosen
        return Draft(values={}, tags=[tags[pk] for pk in sorted(wanted)], lead=lead), {"tags": sorted(now)}

    return tag


def _refusing(reason: str) -> Maker:
    def refuse(lead: Lead) -> Change:
        raise RuleError(reason)

    return refuse


def _values_now(lead: Lead, action: str) -> dict[str, Any]:
    """What `action` touches of the lead, as JSON keeps it: references by ID, a moment as text."""
    values: dict[str, Any] = {}
    for name in TOUCHED[action]:
        field: Any = Lead._meta.get_field(name)
        value = getattr(lead, field.attname)
        values[name] = value.isoformat() if isinstance(value, datetime) else value
    return values


def _delete(present: Sequence[tuple[BulkRow, Lead]], by: User) -> None:
    allowed = []
    for row, lead in present:
        if permissions.may_delete(by, lead):
            allowed.append((row, lead))
        else:
            _refuse(row, _("You can delete only your own leads."), lead)
    for (row, lead), refusal in zip(allowed, delete_leads(leads=[lead for _row, lead in allowed], by=by), strict=True):
        if refusal is None:
            row.result = Result.CHANGED
        else:
            _refuse(row, str(refusal), lead)


# --- The undo


def _undo(run: BulkRun) -> bool:
    """Give the next leads back what they had; whether there may be more.

    It is the user's own change that is taken back, so neither who sees the lead now nor who may reassign it matters;
    what was edited since is left alone.
    """
    waiting = run.rows.filter(result=Result.CHANGED, undone=Undone.NO).order_by("lead_id")
    rows = list(waiting[:CHUNK])
    leads = _locked(Lead.objects.all(), rows)
    seen = Lead.objects.visible_to(run.owner).filter(pk__in=leads).in_bulk()
    drafts: list[Draft] = []
    drafted: list[BulkRow] = []
    for row in rows:
        lead = leads.get(row.lead_id)
        if lead is None:
            _keep(row, _("It was deleted since."))
        elif lead.version != row.version:
            _keep(row, _("It was edited since."), seen.get(lead.pk))
        elif draft := _restoring(lead, row.old_values or {}):
            drafts.append(draft)
            drafted.append(row)
        else:
            _keep(row, _("What it had before does not exist any more."), seen.get(lead.pk))
    # Like an import, an undo brings the date of closing along and asks nobody for the right to reassign.
    answers = update_leads(drafts=drafts, by=run.owner, imported=True)
    for row, answer in zip(drafted, answers, strict=True):
        if isinstance(answer, Lead):
            row.undone = Undone.DONE
        else:
            _keep(row, _text_of(answer), seen.get(row.lead_id))
    _store(rows, "undone")
    undone = sum(row.undone == Undone.DONE for row in rows)
    hold(run, attempts=0, undone_count=F("undone_count") + undone, kept_count=F("kept_count") + len(rows) - undone)
    return len(rows) == CHUNK


def _restoring(lead: Lead, old: Mapping[str, Any]) -> Draft | None:
    """The draft that gives `lead` its old values; None when they refer to something that is gone."""
    if "tags" in old:
        tags = list(LeadTag.objects.filter(pk__in=old["tags"]))
        return Draft(values={}, tags=tags, lead=lead) if len(tags) == len(old["tags"]) else None
    values, missing = _referred(old)
    return None if missing else Draft(values=values, lead=lead)


STEPS: dict[str, Callable[[BulkRun], bool]] = {Stage.CHANGE: _change, Stage.UNDO: _undo}


# --- What both have in common


def _locked(leads: "models.QuerySet[Lead]", rows: Iterable[BulkRow]) -> dict[int, Lead]:
    """The leads of `rows` by ID, locked in one order: two runs over the same leads wait for each other."""
    found = leads.filter(pk__in=[row.lead_id for row in rows]).select_related("type", "status")
    return {lead.pk: lead for lead in found.select_for_update(of=("self",)).order_by("pk")}


def _referred(stored: Mapping[str, Any]) -> tuple[LeadValues, bool]:
    """Values of leads from how JSON keeps them, and whether one refers to something that is gone."""
    values: dict[str, Any] = {}
    missing = False
    for name, value in stored.items():
        field: Any = Lead._meta.get_field(name)
        if field.is_relation and value is not None:
            values[name] = field.related_model._base_manager.filter(pk=value).first()
            missing = missing or values[name] is None
        else:
            values[name] = field.to_python(value)
    return values, missing  # type: ignore[return-value]


def _text_of(refusal: RuleError | ValidationError) -> str:
    return str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)


def _refuse(row: BulkRow, reason: str, lead: Lead | None = None) -> None:
    row.result, row.reason, row.label = Result.REFUSED, reason[:500], str(lead or "")
    row.old_values = None


def _keep(row: BulkRow, reason: str, lead: Lead | None = None) -> None:
    row.undone, row.reason, row.label = Undone.KEPT, reason[:500], str(lead or "")


def _store(rows: Sequence[BulkRow], name: str) -> None:
    BulkRow.objects.bulk_update(rows, [name, "reason", "label", "version", "old_values"], batch_size=CHUNK)
