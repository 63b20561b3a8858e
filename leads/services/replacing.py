"""How leads take another reference item in the place of one: through their own service, each answered for itself."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.models import LeadTag, ReferenceItem, User
from crm.services.replacing import Answer
from leads.models import Lead
from leads.services.write import Draft, LeadValues, Refusal, update_leads

CHUNK = 500


def replace_in_leads(
    *, field: str, item: ReferenceItem, replacement: ReferenceItem, by: User | None, answer: Answer
) -> None:
    """Give every lead whose `field` is `item` the `replacement`; the status rule holds for each."""
    values = cast(LeadValues, {field: replacement})
    for leads in locked_in_chunks(Q(**{field: item.pk})):
        store_drafts(drafts=[Draft(values=values, lead=lead) for lead in leads], by=by, answer=answer)


def replace_tag(
    *, field: str, item: ReferenceItem, replacement: ReferenceItem, by: User | None, answer: Answer
) -> None:
    """Tag every lead that has the tag `item` with `replacement` instead."""
    assert isinstance(replacement, LeadTag)
    for leads in locked_in_chunks(Q(taggings__tag=item.pk)):
        tags = {lead.pk: {tag.pk: tag for tag in lead.tags.all()} for lead in _with_tags(leads)}
        drafts = []
        for lead in leads:
            kept = [tag for pk, tag in tags[lead.pk].items() if pk != item.pk]
            drafts.append(Draft(values={}, tags=[*kept, replacement], lead=lead))
        store_drafts(drafts=drafts, by=by, answer=answer)


def locked_in_chunks(condition: Q) -> Iterator[list[Lead]]:
    """The leads that meet `condition`, locked for update, in memory that does not grow with their number."""
    last = 0
    while leads := list(
        Lead.objects.select_for_update(of=("self",)).filter(condition, pk__gt=last).order_by("pk")[:CHUNK]
    ):
        yield leads
        last = leads[-1].pk


def store_drafts(*, drafts: Sequence[Draft], by: User | None, answer: Answer) -> None:
    """Write a batch and count in `answer` who took it and who was refused, naming those that `by` may see."""
    refused: dict[int, Refusal] = {}
    for draft, result in zip(drafts, update_leads(drafts=drafts, by=by), strict=True):
        if isinstance(result, Lead):
            answer.moved += 1
        else:
            assert draft.lead is not None
            refused[draft.lead.pk] = result
    seen = _visible(refused, by)
    for pk, refusal in refused.items():
        text = refusal_text(refusal)
        answer.refuse(f"{seen[pk]}: {text}" if pk in seen else text)


def refusal_text(refusal: Refusal) -> str:
    """The sentence of a refusal."""
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)


def _visible(refused: dict[int, Any], by: User | None) -> dict[int, Lead]:
    """Those leads that may be named to `by`."""
    return Lead.objects.visible_to(by).in_bulk(list(refused)) if refused and by else {}


def _with_tags(leads: Sequence[Lead]) -> Sequence[Lead]:
    return list(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).prefetch_related("tags"))
