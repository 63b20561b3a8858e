"""Background work by one worker at a time: claimed, reported chunk by chunk, stopped, and handed on when its worker
ended in the middle.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from crm.current import request_memory
from crm.errors import RuleError
from crm.models import User
from leads.models.work import STALE_AFTER, Work

logger = logging.getLogger(__name__)

State = Work.State
AT_REST = (State.IDLE, State.DONE, State.FAILED, State.CANCELLED)
START_OVER: dict[str, Any] = {
    "state": State.WAITING,
    "error": "",
    "cancel_requested": False,
    "attempts": 0,
    "started_at": None,
    "finished_at": None,
}
MAX_ATTEMPTS = 3
WATCHED_FOR = 5  # seconds; a page that shows work asks for its state every second

SomeWork = TypeVar("SomeWork", bound=Work)


class LostClaim(Exception):
    """Another worker has taken the work over; what this one was about to store is rolled back."""


class Stopped(Exception):
    """The user has asked to stop."""


def claim(works: "models.QuerySet[SomeWork]", pk: int) -> SomeWork | None:
    """Take the work for this worker; None when there is nothing to do or another worker is at it."""
    taken = works.model._base_manager.filter(Q(state=State.WAITING) | stalled(), pk=pk).update(
        state=State.RUNNING,
        claim=uuid.uuid4(),
        heartbeat=Now(),
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
        error="",
    )
    return works.get(pk=pk) if taken else None


@contextmanager
def carrying_on(work: Work, *, owner: User | None) -> Iterator[None]:
    """The block does the work, in the language of its owner. How it ends is stored in the work: done, stopped, refused
    by a RuleError, or broken.
    """
    with request_memory(), translation.override(owner.language if owner else None):
        try:
            yield
            end(work, State.DONE)
        except LostClaim:
            logger.warning("%s %s is in the hands of another worker", work._meta.label, work.pk)
        except Stopped:
            end(work, State.CANCELLED)
        except RuleError as refusal:
            end(work, State.FAILED, error=str(refusal))
        except Exception:
            logger.exception("%s %s failed", work._meta.label, work.pk)
            end(work, State.FAILED, error=_("An unexpected error stopped the work. It can be continued."))


def give_up_in_time(work: Work) -> None:
    """Raises RuleError when its worker ended again and again without a step forward."""
    if work.attempts > MAX_ATTEMPTS:
        raise RuleError(_("The work was interrupted several times at the same place."))


def stalled() -> Q:
    """The condition for work whose worker has not been heard of: a worker that is free may take it over."""
    return Q(state=State.RUNNING, heartbeat__lt=timezone.now() - STALE_AFTER)


def hold(work: Work, **values: object) -> None:
    """Store progress. Raises LostClaim when the work is another worker's by now."""
    mine = type(work)._base_manager.filter(pk=work.pk, claim=work.claim, state=State.RUNNING)
    if not mine.update(heartbeat=Now(), **values):
        raise LostClaim


def stop_if_asked(work: Work) -> None:
    """Raises Stopped when the user wants no more of it."""
    if type(work)._base_manager.filter(pk=work.pk, cancel_requested=True).exists():
        raise Stopped


def end(work: Work, state: State, *, error: str = "") -> None:
    """Give the work back as done, failed or cancelled; nothing when it is another worker's by now."""
    type(work)._base_manager.filter(pk=work.pk, claim=work.claim).update(
        state=state, error=error, claim=None, cancel_requested=False, finished_at=Now()
    )


def cancel(work: Work) -> None:
    """Stop the work after the chunk it is at; what is stored by then stays."""
    works = type(work)._base_manager.filter(pk=work.pk)
    if not works.filter(state=State.WAITING).update(state=State.CANCELLED, finished_at=timezone.now()):
        works.filter(state=State.RUNNING).update(cancel_requested=True)


def watch(work: Work) -> None:
    """Note that a page shows the work as it goes on: its end needs no other news."""
    if work.is_busy:
        cache.set(_watching(work), True, WATCHED_FOR)


def is_watched(work: Work) -> bool:
    """Whether a page has shown the work a moment ago."""
    return bool(cache.get(_watching(work)))


def _watching(work: Work) -> str:
    return f"watching-{work._meta.label_lower}-{work.pk}"


def hand_over(work: Work, task: Callable[[int], object]) -> None:
    """Queue the work once the transaction is committed; when the queue can't be reached, the work says so."""
    model, pk = type(work), work.pk

    def queue() -> None:
        try:
            task(pk)
        except (OperationalError, OSError):
            model._base_manager.filter(pk=pk, state=State.WAITING).update(
                state=State.FAILED, error=_("The work queue (Redis) can't be reached. Try again in a moment.")
            )

    transaction.on_commit(queue)
