"""What administrators do with a case: look for a person, choose rows, give all of it out, anonymise it."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from leads import background
from leads.background import AT_REST, START_OVER
from leads.models import PersonCase, PersonRow
from leads.personal.identity import read_identity
from leads.services.files import forget_stored

# A search with which nothing was done is no use to anybody later.
SEARCH_KEPT_FOR = timedelta(days=7)
Stage = PersonCase.Stage
State = PersonCase.State


def search_person(*, typed: Iterable[str], by: User) -> PersonCase:
    """Begin to look for a person by phones, e-mails and names. Raises RuleError when a word is none of them."""
    identity = read_identity(typed)
    with transaction.atomic():
        case = PersonCase.objects.create(
            owner=by,
            phones=list(identity.phones),
            emails=list(identity.emails),
            names=list(identity.names),
            state=State.WAITING,
        )
        _queue(case)
    return case


def choose_rows(*, case: PersonCase, shown: Collection[int], chosen: Collection[int], by: User) -> None:
    """Of the rows (by ID) that the user has seen, take those that are ticked and leave the others."""
    seen = PersonRow.objects.filter(case=case, pk__in=shown)
    seen.filter(pk__in=chosen).update(is_chosen=True)
    seen.exclude(pk__in=chosen).update(is_chosen=False)


def export_person(*, case: PersonCase, by: User) -> None:
    """Write the file of all that is chosen. Raises RuleError when nothing is, or the case is at work."""
    _need_rows(case)
    _start(case, by, Stage.EXPORT)


def erase_person(*, case: PersonCase, by: User) -> None:
    """Anonymise all that is chosen, and what has come since for sure. Raises RuleError as `export_person` does."""
    _need_rows(case)
    _start(case, by, Stage.ERASE)


def resume_case(*, case: PersonCase, by: User) -> None:
    """Go on with what failed, was stopped, or whose worker is gone. Raises RuleError."""
    when = Q(state__in=(State.FAILED, State.CANCELLED)) | background.stalled()
    _move(case, when, owner=by, started_at=case.started_at)


def cancel_case(*, case: PersonCase, by: User) -> None:
    """Stop after the rows that are at work; what is anonymised by then stays so."""
    background.cancel(case)


def forget_old_cases() -> None:
    """Delete files whose time is over, and searches with which nothing was done."""
    now = timezone.now()
    with transaction.atomic():
        over = PersonCase.objects.exclude(file="").filter(expires_at__lt=now).select_for_update()
        if stored := [(case.file.storage, str(case.file.name)) for case in over]:
            forget_stored(stored=stored)
            PersonCase.objects.filter(pk__in=[case.pk for case in over]).update(file="")
        idle = PersonCase.objects.filter(created_at__lt=now - SEARCH_KEPT_FOR, state__in=AT_REST)
        idle.filter(exported_at=None, erased_at=None).exclude(stage=Stage.ERASE).delete()


def _need_rows(case: PersonCase) -> None:
    if not case.is_searched or case.erased_at is not None:
        raise RuleError(_("This step is not possible now."))
    if not case.rows.filter(is_chosen=True).exists():
        raise RuleError(_("Nothing is ticked."))


def _start(case: PersonCase, by: User, stage: PersonCase.Stage) -> None:
    begun = Q(stage=Stage.ERASE) if stage != Stage.ERASE else Q(pk__in=())
    _move(case, Q(state__in=AT_REST) & ~begun, owner=by, stage=stage, place={}, rows_done=0)


def _move(case: PersonCase, when: Q, **values: Any) -> None:
    """Move the case on, if it stands where that is possible: two clicks start one piece of work."""
    with transaction.atomic():
        if not PersonCase.objects.filter(when, pk=case.pk, erased_at=None).update(**START_OVER | values):
            raise RuleError(_("This step is not possible now."))
        _queue(case)


def _queue(case: PersonCase) -> None:
    from leads.tasks import work_on_person

    background.hand_over(case, work_on_person.delay)
