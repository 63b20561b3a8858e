"""Two people saved the same lead: what each of them has in it, so that the second one may choose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from crm.models import User
from crm.text import sanitise
from leads.forms import LeadForm, label_of
from leads.history import text_of
from leads.models import Lead, LeadEvent, LeadTaggingEvent


@dataclass(frozen=True, slots=True)
class Difference:
    """One field with the value in the form and the stored one, as people read them.

    `mine_is_new` and `theirs_is_new` say who changed it since the form was opened.
    """

    name: str
    label: str
    mine: str
    theirs: str
    mine_is_new: bool
    theirs_is_new: bool

    @property
    def suggestion(self) -> str:
        """The side that alone changed the field: "mine" or "theirs"; "" when both did and only a person can tell."""
        if self.mine_is_new != self.theirs_is_new:
            return "mine" if self.mine_is_new else "theirs"
        return ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """All differing fields, with who saved last, when, and the version that a choice is made against."""

    version: int
    saved_by: User | None
    saved_at: datetime
    differences: Sequence[Difference]


def find_conflict(form: LeadForm, *, stored: Lead, seen_at: datetime | None) -> Conflict:
    """Compare a valid form, filled in since `seen_at`, with the lead as it is stored now."""
    base = _event_at(stored, seen_at)
    return Conflict(
        version=stored.version,
        saved_by=last_author(stored),
        saved_at=stored.updated_at,
        differences=[*_fields(form, stored, base), *_tags(form, stored, seen_at)],
    )


def last_author(lead: Lead) -> User | None:
    """Who changed `lead` last; None: the system."""
    last = LeadEvent.objects.filter(pgh_obj_id=lead.pk).order_by("-pgh_id").first()
    tagging = LeadTaggingEvent.objects.filter(lead_id=lead.pk).order_by("-pgh_id").first()
    event = max((event for event in (last, tagging) if event), key=lambda event: event.pgh_created_at, default=None)
    return author_of(event) if event else None


def author_of(event: LeadEvent | LeadTaggingEvent) -> User | None:
    """Who made the change that `event` tells of; None: the system, or an account that is gone."""
    author: int | None = (event.pgh_context or {}).get("user")
    return User.objects.filter(pk=author).first() if author is not None else None


def _event_at(lead: Lead, moment: datetime | None) -> LeadEvent | None:
    """The values of `lead` as they were at `moment`."""
    if moment is None:
        return None
    events: models.QuerySet[LeadEvent] = LeadEvent.objects.filter(pgh_obj_id=lead.pk, pgh_created_at__lte=moment)
    return events.order_by("-pgh_id").first()


def _fields(form: LeadForm, stored: Lead, base: LeadEvent | None) -> Iterable[Difference]:
    for name, value in form.sent().items():
        field = Lead._meta.get_field(name)
        assert isinstance(field, models.Field)
        mine = _normal(name, value)
        theirs = getattr(stored, field.attname)
        if mine == theirs:
            continue
        first = getattr(base, field.attname, None)
        yield Difference(
            name=name,
            label=str(label_of(name)),
            mine=text_of(field, value),
            theirs=text_of(field, getattr(stored, name)),
            mine_is_new=base is None or mine != first,
            theirs_is_new=base is None or theirs != first,
        )


def _normal(name: str, value: Any) -> Any:
    """A value of the form as the service would store it."""
    if isinstance(value, models.Model):
        return value.pk
    if name == "description":
        return sanitise(value.strip())
    return value


def _tags(form: LeadForm, stored: Lead, seen_at: datetime | None) -> Iterable[Difference]:
    mine = {tag.pk: tag.name for tag in form.cleaned_data["tags"]}
    theirs = dict(stored.tags.values_list("pk", "name"))
    if mine.keys() == theirs.keys():
        return
    first = set(theirs)
    if seen_at is not None:
        later = LeadTaggingEvent.objects.filter(lead_id=stored.pk, pgh_created_at__gt=seen_at).order_by("-pgh_id")
        for event in later:
            (first.discard if event.pgh_label == "insert" else first.add)(event.tag_id)
    yield Difference(
        name="tags",
        label=str(label_of("tags")),
        mine=", ".join(mine.values()),
        theirs=", ".join(theirs.values()),
        mine_is_new=mine.keys() != first,
        theirs_is_new=theirs.keys() != first,
    )
