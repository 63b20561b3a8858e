"""What is remembered of pairs of leads: that their names are alike, and that somebody said they are two."""

from datetime import timedelta
from time import monotonic

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import NotificationKind, User
from crm.references import check_references, vanished
from crm.services.notifications import notify
from leads import permissions
from leads.duplicates import Typed, hidden_matches, like_named, present_namer
from leads.models import Lead, LeadEvent, LeadPair, NameScan
from leads.naming import Namer

BATCH = 500
SECONDS = 20  # of the minute between two starts
# Events get their numbers before they can be seen: by then every one with a lower number is there.
SETTLED_AFTER = timedelta(seconds=30)
ASKED_FOR = timedelta(days=1)


def dismiss_pair(*, one: Lead, two: Lead, by: User) -> LeadPair:
    """„To nie duplikat”: the two are not suspected again, by nobody."""
    first, second = sorted((one, two), key=lambda lead: lead.pk)
    if first == second:
        raise RuleError(_("A lead is not its own duplicate."))
    pair, _made = LeadPair.objects.update_or_create(
        first=first, second=second, defaults={"dismissed_at": timezone.now(), "dismissed_by": by}
    )
    return pair


def restore_pair(*, one: Lead, two: Lead) -> None:
    """Take „To nie duplikat” back."""
    first, second = sorted((one.pk, two.pk))
    known = LeadPair.objects.filter(first=first, second=second)
    known.update(dismissed_at=None, dismissed_by=None)
    known.filter(has_similar_names=False).delete()


def ask_manager(*, typed: Typed, by: User) -> bool:
    """Tell the managers who see a lead that looks like what `by` types, and that `by` does not see; once a day.

    Nothing about that lead is given back, only whether there is one.
    """
    hidden = hidden_matches(typed, user=by)
    reviewers = [user for user in User.objects.filter(is_active=True) if permissions.may_review_duplicates(user)]
    with transaction.atomic():
        for lead in hidden:
            if not cache.add(f"duplicate-asked:{by.pk}:{lead.pk}", True, ASKED_FOR.total_seconds()):
                continue
            for reviewer in reviewers:
                _ask(reviewer, lead, typed, by)
    return bool(hidden)


def _ask(reviewer: User, lead: Lead, typed: Typed, by: User) -> None:
    own = Lead.objects.visible_to(reviewer).filter(pk=typed.lead).first() if typed.lead else None
    url = reverse("leads:lead_detail", args=[lead.pk])
    if own is not None:
        url = f"{reverse('leads:lead_merge', args=[own.pk])}?with={lead.pk}"
    called = own or typed.name or typed.company or typed.person or typed.phone or typed.email
    notify(
        user=reviewer,
        kind=NotificationKind.DUPLICATE,
        by=by,
        what=str(lead),
        details=_("%(who)s is writing down: %(name)s") % {"who": by, "name": called},
        url=url,
        about=lead,
    )


def compare_names(*, settled_after: timedelta = SETTLED_AFTER) -> int:
    """Look for names like those of the leads that changed since the last time, for a short while. Returns how many
    leads were compared; 0 when there is nothing left, or somebody else is at it.
    """
    NameScan.objects.get_or_create(pk=1)
    with transaction.atomic():
        scan = NameScan.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if scan is None:
            return 0
        events = LeadEvent.objects.filter(
            pgh_id__gt=scan.last_event, pgh_created_at__lte=timezone.now() - settled_after
        ).order_by("pgh_id")
        rows = list(events.values_list("pgh_id", "pgh_obj_id")[:BATCH])
        namer, done, start = present_namer(), set[int](), monotonic()
        for event, lead_id in rows:
            if lead_id not in done:
                try:
                    with transaction.atomic():
                        _compare(lead_id, namer)
                        check_references()
                except IntegrityError as error:
                    # One of the two was deleted meanwhile: there is no pair.
                    if vanished(error, LeadPair) is None:
                        raise
                done.add(lead_id)
            scan.last_event = event
            if monotonic() - start > SECONDS:
                break
        scan.save()
    return len(done)


def _compare(lead_id: int, namer: Namer) -> None:
    """Remember the leads whose names are like that of a lead, and no others."""
    lead = Lead.objects.filter(pk=lead_id).first()
    if lead is None:
        return
    alike = like_named(Typed.of(lead), namer)
    pairs = {tuple(sorted((lead.pk, other))) for other in alike}
    old = LeadPair.objects.filter(Q(first=lead) | Q(second=lead), has_similar_names=True)
    gone = [pair.pk for pair in old if (pair.first_id, pair.second_id) not in pairs and pair.dismissed_at is None]
    LeadPair.objects.filter(pk__in=gone).delete()
    LeadPair.objects.bulk_create(
        [LeadPair(first_id=first, second_id=second, has_similar_names=True) for first, second in sorted(pairs)],
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["has_similar_names"],
    )
