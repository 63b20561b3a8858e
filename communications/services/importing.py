"""Fetching the messages of an account: one worker at a time, batch by batch, each batch stored whole or not at all.

Nothing is changed on the server. What ends a worker in the middle (a kill, a restart of PostgreSQL, a cut connection)
costs the batch at hand: the next start goes on behind the last one that was stored.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from imap_tools import BaseMailBox

from communications.imap.connection import imap_server, signed_in
from communications.imap.fetching import Fetched, Listed, batches, fetch, listed, open_folder, uids_since
from communications.imap.problems import MailProblem, mail_problem
from communications.locks import Job, only_one
from communications.models import AccountHealth, AccountSecrets, MailAccount, MailFolder, Problem
from communications.services.reading import ask_to_read
from communications.services.storing import places_of, store

logger = logging.getLogger(__name__)

FETCH_EVERY = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
# Providers close accounts to which somebody keeps sending a wrong password.
PAUSE_AFTER_REFUSAL = timedelta(minutes=10)
LONGEST_PAUSE_AFTER_REFUSAL = timedelta(hours=1)
# After this time the worker is free for other accounts; the rest follows in a task of its own.
SLICE = 60.0  # seconds


@dataclass(slots=True)
class _Waiting:
    """What is to be fetched of a folder, by UID, and where its numbering ends."""

    folder: MailFolder
    uids: list[int]
    last: int


def due_accounts() -> list[int]:
    """The accounts whose time has come, each claimed by a conditional UPDATE: a second beat would not get it too."""
    now = timezone.now()
    due = MailAccount.objects.filter(is_active=True, health__next_at__lte=now).values_list("pk", flat=True)
    return [pk for pk in due if _due(pk, now).update(next_at=now + FETCH_EVERY)]


def _due(account_id: int, now: datetime) -> "QuerySet[AccountHealth]":
    return AccountHealth.objects.filter(account=account_id, next_at__lte=now)


def import_account(*, account_id: int, seconds: float = SLICE) -> bool:
    """Fetch what is new of the account, for about so many seconds. Returns whether there is more to be fetched.

    Nothing happens while another worker is at it. Troubles with the server end in the account's health.
    """
    with only_one(Job.IMPORT, account_id) as has_it:
        account = _account(account_id) if has_it else None
        if account is None:
            return False
        AccountHealth.objects.filter(account=account).update(started_at=timezone.now())
        try:
            has_more = _fetch_all(account, until=time.monotonic() + seconds)
        except MailProblem as problem:
            _failed(account, problem)
            return False
        except (OperationalError, InterfaceError):
            raise  # PostgreSQL is away: nothing can be noted, and beat starts the account again
        except Exception as error:
            logger.exception("Import of e-mail account %s", account.pk)
            _failed(account, MailProblem(Problem.INTERNAL, f"{type(error).__name__}: {error}"))
            return False
        _went_well(account, has_more)
        return has_more


def _account(account_id: int) -> MailAccount | None:
    accounts = MailAccount.objects.filter(pk=account_id, is_active=True)
    return accounts.select_related("health", "secrets", "owner").first()


def _fetch_all(account: MailAccount, *, until: float) -> bool:
    folders = list(account.folders.filter(is_chosen=True))
    problems: list[MailProblem] = []
    with signed_in(imap_server(account)) as box:
        waiting = list(_look(account, box, folders, problems))
        _expect(account, sum(len(one.uids) for one in waiting))
        for one in waiting:
            if not _fetch_folder(account, box, one, problems, until):
                return True
    if problems:
        raise problems[0]
    return False


def _look(
    account: MailAccount, box: BaseMailBox, folders: Sequence[MailFolder], problems: list[MailProblem]
) -> Iterator[_Waiting]:
    """What there is to fetch. A folder that can't be opened is told of, and does not keep the others back."""
    since = account.history_from or account.start_date
    for folder in folders:
        try:
            there = open_folder(box, folder.name)
        except Exception as error:
            if (problem := _refusal(error)) is None:
                raise
            problems.append(problem)
            continue
        if folder.uidvalidity != there.uidvalidity:
            # Numbered anew: everything is looked at again; the digests tell what is here already.
            folder.uidvalidity, folder.last_uid = there.uidvalidity, 0
        uids = uids_since(box, after=folder.last_uid, before=there.uidnext, since=since)
        stored = places_of(folder, uids)
        yield _Waiting(folder, [uid for uid in uids if uid not in stored], there.uidnext - 1)


def _refusal(error: Exception) -> MailProblem | None:
    """What concerns one folder or message, while the connection goes on."""
    problem = mail_problem(error)
    return problem if problem is not None and problem.problem in (Problem.FOLDER, Problem.SERVER) else None


def _fetch_folder(
    account: MailAccount, box: BaseMailBox, waiting: _Waiting, problems: list[MailProblem], until: float
) -> bool:
    """Fetch and store the messages of a folder, batch by batch. Returns whether all are done before the time is up."""
    folder = waiting.folder
    if open_folder(box, folder.name).uidvalidity != folder.uidvalidity:
        raise MailProblem(Problem.CUT, folder.name)
    refused = False
    for batch in batches(_new_enough(account, listed(box, waiting.uids))):
        if time.monotonic() > until or not MailAccount.objects.filter(pk=account.pk, is_active=True).exists():
            return False
        fetched, problem = _fetch_batch(box, batch)
        if problem is not None:
            problems.append(problem)
            refused = True
        # Behind a message that the server does not give the folder is not done: it is asked for again.
        _store(account, folder, fetched, folder.last_uid if refused else batch[-1].uid)
        ask_to_read(account_id=account.pk)
    if not refused:
        MailFolder.objects.filter(pk=folder.pk).update(last_uid=waiting.last, uidvalidity=folder.uidvalidity)
    return True


def _fetch_batch(box: BaseMailBox, batch: Sequence[Listed]) -> tuple[list[Fetched], MailProblem | None]:
    """What the server gives of a batch, and why not the rest: one message that it refuses holds no other one back."""
    try:
        return fetch(box, batch), None
    except Exception as error:
        if (problem := _refusal(error)) is None:
            raise
    if len(batch) == 1:
        return [], problem
    parts = [_fetch_batch(box, [one]) for one in batch]
    return [one for found, _why in parts for one in found], next((why for _found, why in parts if why), None)


def _store(account: MailAccount, folder: MailFolder, fetched: Sequence[Fetched], upto: int) -> None:
    """Store a batch. Raises MailProblem when the storage of files fails: a full disk is no matter of the server."""
    try:
        store(account=account, folder=folder, fetched=fetched, upto=upto)
    except OSError as error:
        raise MailProblem(Problem.INTERNAL, error.strerror or str(error)) from error


def _new_enough(account: MailAccount, messages: Iterator[Listed]) -> Iterator[Listed]:
    """Without those of the day before the first one, which the search takes along."""
    first = account.history_from or account.start_date
    for message in messages:
        if timezone.localdate(message.received_at) >= first:
            yield message


def _expect(account: MailAccount, number: int) -> None:
    """Note how many messages are to come."""
    health = AccountHealth.objects.filter(account=account)
    health.update(behind=number)
    health.filter(first_look_at=None).update(first_total=F("first_done") + number)


def _went_well(account: MailAccount, has_more: bool) -> None:
    now = timezone.now()
    health = AccountHealth.objects.filter(account=account)
    health.update(
        problem=Problem.NONE,
        details="",
        failing_since=None,
        told_at=None,
        failures=0,
        fetched_at=now,
        next_at=now + FETCH_EVERY,
    )
    if not has_more:
        health.update(behind=0)
        health.filter(first_look_at=None).update(first_look_at=now, first_total=F("first_done"))


@transaction.atomic
def _failed(account: MailAccount, problem: MailProblem) -> None:
    """Keep what is wrong, and wait longer after each failure."""
    health = AccountHealth.objects.select_for_update().get(account=account)
    health.problem, health.details = problem.problem, problem.details
    health.failures += 1
    now = timezone.now()
    health.failing_since = health.failing_since or now
    refused = problem.problem in (Problem.PASSWORD, Problem.TOKEN, Problem.SECRET)
    first, longest = (PAUSE_AFTER_REFUSAL, LONGEST_PAUSE_AFTER_REFUSAL) if refused else (FETCH_EVERY, LONGEST_PAUSE)
    health.next_at = now + min(first * 2 ** min(health.failures - 1, 10), longest)
    health.save()
    if problem.problem == Problem.TOKEN:
        # Perhaps it was taken back before its time: the next try gets a new one.
        AccountSecrets.objects.filter(account=account).update(access_token="", expires_at=None)
