"""What the rest of the world is told after leads changed: open pages, and who became their sales person."""

from collections.abc import Iterable, Mapping

from django.urls import reverse

from crm.live.publish import publish_leads
from crm.models import NotificationKind, User
from crm.services.notifications import notify
from leads.models import Lead


def announce(
    *,
    leads: Iterable[Lead],
    by: User | None,
    owners_before: Mapping[int, int | None] | None = None,
    new: bool = False,
    quietly: bool = False,
) -> None:
    """Tell open pages, after the commit, that `leads` changed, are `new`, or are gone; every write of leads ends here.

    `owners_before` has the sales person that a lead had, by its ID. Who became the sales person through somebody else
    is notified, unless the change is made `quietly` (an import).
    """
    before = owners_before or {}
    leads = list(leads)
    publish_leads(
        owners={lead.pk: (before.get(lead.pk, lead.sales_person_id), lead.sales_person_id) for lead in leads},
        by_id=by.pk if by else None,
        new=new,
    )
    if quietly:
        return
    given: dict[int, list[Lead]] = {}
    for lead in leads:
        owner = lead.sales_person_id
        if owner is not None and (new or before.get(lead.pk, owner) != owner):
            given.setdefault(owner, []).append(lead)
    for of_owner in given.values():
        _tell_assigned(of_owner, by)


def _tell_assigned(leads: list[Lead], by: User | None) -> None:
    first = leads[0]
    assert first.sales_person is not None
    notify(
        user=first.sales_person,
        kind=NotificationKind.ASSIGNMENT,
        what=str(first),
        url=reverse("leads:lead_detail", args=[first.pk]),
        url_of_many=f"{reverse('leads:lead_list')}?mine=1",
        count=len(leads),
        by=by,
    )
