"""Scal z…: two leads become one. What refers to the loser moves to the survivor, and what can't move is kept.

Which rows refer to a lead is read from its model, so that no app has to be told about a later one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pghistory
from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.history import acting_as
from crm.models import LeadTag, User
from leads.models import BoardPosition, Lead, LeadAlias, LeadMerge, LeadPair, LeadStatusChange, LeadTagging
from leads.services.announce import announce
from leads.services.rows import rows_as_stored
from leads.services.write import LeadValues, update_lead

# They belong to one lead alone: its tags (which ones the survivor gets is chosen), its way through the funnel, its
# places on boards, and what it was suspected of.
SET_ASIDE: tuple[type[models.Model], ...] = (LeadTagging, LeadStatusChange, BoardPosition, LeadPair)


class LeadGone(StaleObject):
    """One of the leads was deleted, or merged into another one, in the meantime."""


def merge_leads(
    *,
    survivor: Lead,
    loser: Lead,
    values: LeadValues,
    tags: Iterable[LeadTag],
    by: User,
    versions: Mapping[int, int] | None = None,
) -> LeadMerge:
    """Make one lead of two: `survivor` with `values` and `tags`, and all that belonged to `loser`, whose row goes.

    `closed_at` may be among the values, for a status taken from the loser. `versions` are those that the user saw, by
    lead: StaleObject is raised when either was saved since then, LeadGone when either is gone. Raises RuleError and
    ValidationError, each with its field, when the chosen values do not go together. Nothing is stored then.
    """
    if survivor.pk == loser.pk:
        raise RuleError(_("A lead can't be merged with itself."))
    with transaction.atomic(), acting_as(by):
        kept, gone = _locked(survivor, loser, versions)
        merge = _begin(kept, gone, by)
        with marked(merge=merge.pk):
            for model, field in referring(Lead):
                _move(model, field, merge)
            announce(leads=[kept, gone], by=by)
            gone.delete()
            _keep_external_ids(merge, {kept.external_id, gone.external_id}, values.get("external_id", kept.external_id))
            _store_values(kept, values, tags, by)
        merge.survivor_after = rows_as_stored(Lead, [kept.pk])[0]
        merge.taggings_after = _taggings(kept.pk)
        before = merge.logged
        merge.logged = [pk for pk in _steps(kept.pk) if pk not in before]
        merge.save()
    return merge


@contextmanager
def marked(**marks: int) -> Iterator[None]:
    """Let the history of this block carry `marks` beside its author, so that it is told as one event."""
    with pghistory.context() as context:
        before = dict(context.metadata)
        context.metadata.update(marks)
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(before)


def referring(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """The models whose rows refer to one of `model`, each with the field; those of the history, which refer to what may
    be gone, left out."""
    for relation in model._meta.get_fields(include_hidden=True):
        if (
            isinstance(relation, (models.ManyToOneRel, models.OneToOneRel))
            and getattr(relation.field, "db_constraint", True)
            and not relation.related_model._meta.proxy
        ):
            yield relation.related_model, relation.field.name


def _locked(survivor: Lead, loser: Lead, versions: Mapping[int, int] | None) -> tuple[Lead, Lead]:
    """Both leads locked, always in the same order, so that two merges wait for one another."""
    found = {
        lead.pk: lead for lead in Lead.objects.select_for_update().filter(pk__in=[survivor.pk, loser.pk]).order_by("pk")
    }
    for lead in (survivor, loser):
        if lead.pk not in found:
            raise LeadGone(_("Lead %(number)s has been deleted or merged in the meantime.") % {"number": lead.number})
        if versions is not None and versions.get(lead.pk) != found[lead.pk].version:
            raise StaleObject(_("Somebody else has saved lead %(number)s in the meantime.") % {"number": lead.number})
    return found[survivor.pk], found[loser.pk]


def _begin(kept: Lead, gone: Lead, by: User) -> LeadMerge:
    before, loser = (rows_as_stored(Lead, [lead.pk])[0] for lead in (kept, gone))
    return LeadMerge.objects.create(
        survivor_id=kept.pk,
        loser_id=gone.pk,
        loser_name=gone.name,
        sales_person=gone.sales_person,
        by=by,
        loser_row=loser,
        survivor_before=before,
        taggings_before=_taggings(kept.pk),
        logged=_steps(kept.pk),
    )


def _taggings(lead_id: int) -> list[dict[str, Any]]:
    return rows_as_stored(LeadTagging, LeadTagging.objects.filter(lead=lead_id).values_list("pk", flat=True))


def _steps(lead_id: int) -> list[int]:
    return list(LeadStatusChange.objects.filter(lead=lead_id).order_by("pk").values_list("pk", flat=True))


def _move(model: type[models.Model], field: str, merge: LeadMerge) -> None:
    """Let the rows that refer to the loser by `field` refer to the survivor; set aside those that must not."""
    rows = model._base_manager.filter(**{field: merge.loser_id})
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    aside = ids if model in SET_ASIDE else _colliding(model, field, merge)
    if aside:
        label = model._meta.label
        merge.set_aside.setdefault(label, []).extend(rows_as_stored(model, aside))
        doomed = model._base_manager.filter(pk__in=aside)
        doomed._raw_delete(doomed.db)  # nothing goes with them unseen: what refers to them refuses
    if moving := sorted(set(ids) - set(aside)):
        model._base_manager.filter(pk__in=moving).update(**{field: merge.survivor_id})
        merge.moved.append({"model": model._meta.label, "field": field, "ids": moving})


def _colliding(model: type[models.Model], field: str, merge: LeadMerge) -> list[Any]:
    """The loser's rows that may be there once only, and are there for the survivor (both on a user's board)."""
    found: set[Any] = set()
    for others, condition in _unique_with(model, field):
        rows = model._base_manager.filter(condition)
        taken = set(rows.filter(**{field: merge.survivor_id}).values_list(*others, named=False))
        for pk, *key in rows.filter(**{field: merge.loser_id}).values_list("pk", *others):
            if None not in key and tuple(key) in taken:
                found.add(pk)
    return sorted(found)


def _unique_with(model: type[models.Model], field: str) -> Iterator[tuple[list[str], models.Q]]:
    """What must be unique together with `field`: the other fields, and for which rows."""
    if model._meta.get_field(field).unique:  # type: ignore[union-attr]
        yield [], models.Q()
    for names in model._meta.unique_together:
        if field in names:
            yield [name for name in names if name != field], models.Q()
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and field in constraint.fields:
            yield [name for name in constraint.fields if name != field], constraint.condition or models.Q()


def _keep_external_ids(merge: LeadMerge, ids: Collection[str | None], chosen: str | None) -> None:
    """What an import calls either lead goes on meaning the survivor."""
    for external_id in ids - {None, chosen}:  # type: ignore[operator]
        alias, made = LeadAlias.objects.get_or_create(external_id=external_id, defaults={"lead_id": merge.survivor_id})
        if made:
            merge.moved.append({"model": LeadAlias._meta.label, "field": "lead", "ids": [alias.pk], "made": True})


def _store_values(kept: Lead, values: LeadValues, tags: Iterable[LeadTag], by: User) -> None:
    closed_at: datetime | None = values.get("closed_at")
    stored = update_lead(lead=kept, values=values, tags=tags, by=by)
    if closed_at is not None and stored.is_closed and stored.closed_at != closed_at:
        Lead.objects.filter(pk=kept.pk).update(closed_at=closed_at)
