"""Telling users: one function for every kind, the ways each user has chosen, and what they have read."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from crm.live.publish import publish_notification
from crm.models import Notification, NotificationKind, NotificationPreference, User

# What happens again within this time is told by the same notification, and its e-mail waits for the end of it.
GATHERED_FOR = timedelta(seconds=20)
KEPT_FOR = timedelta(days=180)


class Ways(NamedTuple):
    """How to tell."""

    in_app: bool
    by_email: bool


DEFAULTS: Mapping[str, Ways] = {
    NotificationKind.MENTION: Ways(in_app=True, by_email=True),
    NotificationKind.ASSIGNMENT: Ways(in_app=True, by_email=True),
    NotificationKind.ACTIVITY: Ways(in_app=True, by_email=True),
    NotificationKind.ACTIVITY_DUE: Ways(in_app=True, by_email=False),
    NotificationKind.DUPLICATE: Ways(in_app=True, by_email=False),
    NotificationKind.WORK: Ways(in_app=True, by_email=False),
    NotificationKind.MAIL_FAILED: Ways(in_app=True, by_email=True),
    NotificationKind.MAIL_ACCOUNT: Ways(in_app=True, by_email=True),
    NotificationKind.TELEPHONY: Ways(in_app=True, by_email=True),
    NotificationKind.REPLY: Ways(in_app=True, by_email=False),
}


def notify(
    *,
    user: User,
    kind: NotificationKind,
    what: str,
    url: str,
    by: User | None = None,
    details: str = "",
    about: models.Model | None = None,
    key: str = "",
    count: int = 1,
    url_of_many: str = "",
) -> Notification | None:
    """Tell `user`, in the ways they chose, with the caller's transaction; None when there is nobody or no way to tell.

    `what` names the thing (`000123 Biuro`), `details` is a short text below it, `url` the path that it opens, `by` who
    caused it: nobody is told of what they did themselves. `about` is a row that the user must be able to see, else
    they are not told (its manager has `visible_to`). With a `key`, the user is told once of it. With `url_of_many`,
    what happens again within seconds by the same person is counted into one notification, which opens that path.
    """
    if not user.is_active or (by is not None and by.pk == user.pk) or not _may_see(user, about):
        return None
    ways = ways_of(user)[kind]
    if not any(ways):
        return None
    with transaction.atomic():
        row = _gathered(user, kind, by, count, url_of_many) if url_of_many else None
        row = row or _made(
            Notification(
                user=user,
                kind=kind,
                by=by,
                what=_cut("what", what),
                details=_cut("details", details),
                count=count,
                url=url_of_many if url_of_many and count > 1 else url,
                key=key or None,
                in_app=ways.in_app,
                mail=Notification.Mail.WAITING if ways.by_email else Notification.Mail.NONE,
                mail_at=timezone.now() + (GATHERED_FOR if url_of_many else timedelta()),
            )
        )
        if row is not None:
            _announce(row)
    return row


def ways_of(user: User) -> dict[str, Ways]:
    """How `user` wants to be told, by kind."""
    chosen = {row.kind: Ways(row.in_app, row.by_email) for row in user.notification_preferences.all()}
    return {**DEFAULTS, **chosen}


def listed_ways(user: User) -> list[dict[str, Any]]:
    """The same with the names of the kinds, for a form."""
    return [
        {"kind": kind, "label": NotificationKind(kind).label, **way._asdict()} for kind, way in ways_of(user).items()
    ]


@transaction.atomic
def choose_ways(*, user: User, ways: Mapping[str, Ways]) -> None:
    """Keep how `user` wants to be told of each kind in `ways`."""
    NotificationPreference.objects.bulk_create(
        [NotificationPreference(user=user, kind=kind, **way._asdict()) for kind, way in ways.items()],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["in_app", "by_email"],
    )


@transaction.atomic
def mark_read(*, user: User, notification: Notification | None = None) -> int:
    """Mark one notification of `user`, or all, as read. Returns how many were not."""
    unread = Notification.objects.shown_to(user).unread()
    if notification is not None:
        unread = unread.filter(pk=notification.pk)
    count = unread.update(read_at=timezone.now())
    if count:
        publish_notification(user_id=user.pk)
    return count


@transaction.atomic
def settle(*, users: Collection[int], key_prefix: str) -> None:
    """What `users` (IDs) were told under keys that begin so is dealt with: nobody has to look at it any more."""
    told = Notification.objects.filter(user__in=users, key__startswith=key_prefix).unread()
    for user_id in set(told.values_list("user", flat=True)):
        if told.filter(user=user_id).update(read_at=timezone.now()):
            publish_notification(user_id=user_id)


def delete_old_notifications() -> int:
    """Forget what is older than KEPT_FOR. Returns how many."""
    count, _by_model = Notification.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return count


def _may_see(user: User, about: models.Model | None) -> bool:
    if about is None:
        return True
    rows: Any = type(about)._default_manager
    return bool(rows.visible_to(user).filter(pk=about.pk).exists())


def _cut(field: str, text: str) -> str:
    """`text` on one line, as long as the column takes."""
    most: int = Notification._meta.get_field(field).max_length  # type: ignore[union-attr, assignment]
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _gathered(user: User, kind: str, by: User | None, count: int, url: str) -> Notification | None:
    """The notification of a moment ago, with `count` more, when it is neither read nor sent; one that somebody else
    holds at the moment is not waited for."""
    recent = Notification.objects.select_for_update(skip_locked=True).filter(
        user=user, kind=kind, by=by, read_at=None, mail__in=[Notification.Mail.NONE, Notification.Mail.WAITING]
    )
    row = recent.filter(mail_tries=0, mail_at__gt=timezone.now()).order_by("-pk").first()
    if row is None:
        return None
    changes = {"count": F("count") + count, "url": url, "mail_at": timezone.now() + GATHERED_FOR}
    Notification.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()
    return row


def _made(row: Notification) -> Notification | None:
    """Store `row`; None when the user was told of its key before."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        if row.key is None:
            raise
        return None
    return row


def _announce(row: Notification) -> None:
    from crm.tasks import send_notification_mail_task

    publish_notification(user_id=row.user_id)
    if row.mail == Notification.Mail.WAITING:
        assert row.mail_at is not None
        wait = max((row.mail_at - timezone.now()).total_seconds(), 0)
        queue = partial(send_notification_mail_task.apply_async, (row.pk,), countdown=wait and wait + 1)
        transaction.on_commit(queue, robust=True)  # what can't be queued is found by beat
