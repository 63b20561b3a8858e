"""All writes of e-mail accounts that people make."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from communications.locks import Job, only_one
from communications.models import (
    AccountHealth,
    AccountSecrets,
    Attachment,
    MailAccount,
    MailFolder,
    Message,
    MessagePlace,
    SignIn,
)
from communications.services.storing import forget_files
from crm.errors import InUse, RuleError
from crm.models import User
from crm.services.records import Keeper

ACCOUNTS = Keeper(model=MailAccount)
# Who may read a mailbox there is not who may read it elsewhere: with one of these changed, the password is asked for.
PASSWORD_IS_FOR = ("sign_in", "login", "imap_host")
SMTP_PASSWORD_IS_FOR = ("smtp_host", "smtp_login", "login")


class AccountValues(TypedDict, total=False):
    """What may be given to an account; what is absent stays (or takes its default on a new one)."""

    name: str
    from_address: str
    from_name: str
    signature: str
    sign_in: str
    login: str
    imap_host: str
    imap_port: int
    imap_security: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_login: str
    start_date: date
    history_from: date | None


@transaction.atomic
def save_account(
    *,
    account: MailAccount | None,
    owner: User | None,
    values: AccountValues,
    by: User,
    password: str = "",
    smtp_password: str = "",
    folders: Iterable[str] = ("INBOX",),
    sent_folders: Collection[str] = (),
    version: int | None = None,
) -> MailAccount:
    """Store a new account of `owner` (None: a shared one), or change one, and let it be fetched at once.

    Empty passwords stay as they are stored, unless they would go to another server or login: that is refused. Folders
    are named as people read them; those that are not named are fetched no more, and keep what they brought. Raises
    RuleError, ValidationError or StaleObject, each with the field it belongs to.
    """
    before = MailAccount.objects.filter(pk=account.pk).first() if account else None
    new_values = {**values} if account else {**values, "owner": owner}
    _require_passwords(before, values, password, smtp_password)
    saved = ACCOUNTS.save(row=account, values=new_values, by=by, version=version)
    _keep_secrets(saved, password, smtp_password)
    _choose_folders(saved, list(folders), sent_folders)
    if before is not None:
        _start_over(before, saved)
    AccountHealth.objects.update_or_create(account=saved, defaults={"next_at": timezone.now(), "failures": 0})
    fetch_now(account=saved)
    return saved


def _require_passwords(before: MailAccount | None, values: AccountValues, password: str, smtp_password: str) -> None:
    if values.get("sign_in", SignIn.PASSWORD) != SignIn.PASSWORD:
        return
    if before is None:
        if not password:
            raise RuleError(_("Enter the password."), field="password")
        return
    stored = before.secrets
    if not password and (not stored.password or _differs(before, values, PASSWORD_IS_FOR)):
        raise RuleError(_("The server or the login is another one: enter the password again."), field="password")
    if stored.smtp_password and not smtp_password and _differs(before, values, SMTP_PASSWORD_IS_FOR):
        raise RuleError(_("The server or the login is another one: enter the password again."), field="smtp_password")


def _differs(before: MailAccount, values: AccountValues, names: Iterable[str]) -> bool:
    return any(name in values and values[name] != getattr(before, name) for name in names)  # type: ignore[literal-required]


def _keep_secrets(account: MailAccount, password: str, smtp_password: str) -> None:
    secrets, _made = AccountSecrets.objects.select_for_update().get_or_create(account=account)
    secrets.password = password or secrets.password
    secrets.smtp_password = smtp_password or secrets.smtp_password
    if account.sign_in == SignIn.PASSWORD:
        secrets.refresh_token = secrets.access_token = ""
    else:
        secrets.password = secrets.smtp_password = ""
    secrets.save()


def _choose_folders(account: MailAccount, names: list[str], sent: Collection[str]) -> None:
    if not names:
        raise RuleError(_("Choose at least one folder."), field="folders")
    known = {folder.name: folder for folder in account.folders.all()}
    account.folders.exclude(name__in=names).update(is_chosen=False)
    for name in dict.fromkeys(names):
        folder = known.get(name) or MailFolder(account=account, name=name, is_sent=name in sent)
        if not folder.is_chosen:
            folder.last_uid = 0  # what came meanwhile is looked for from the start date on
        folder.is_chosen = True
        folder.save()


def _start_over(before: MailAccount, account: MailAccount) -> None:
    """Take the folders up from the beginning where other messages are wanted now; what is here already is known."""
    if _is_another_mailbox(before, account):
        MessagePlace.objects.filter(folder__account=account).delete()
        account.folders.update(uidvalidity=None, last_uid=0)
    elif (account.history_from or account.start_date) < (before.history_from or before.start_date):
        account.folders.update(last_uid=0)
    if account.start_date != before.start_date:
        start = timezone.make_aware(datetime.combine(account.start_date, time.min))
        account.messages.filter(received_at__lt=start, is_old=False).update(is_old=True)
        account.messages.filter(received_at__gte=start, is_old=True).update(is_old=False)


def _is_another_mailbox(before: MailAccount, account: MailAccount) -> bool:
    return (before.imap_host, before.login) != (account.imap_host, account.login)


def fetch_now(*, account: MailAccount) -> None:
    """Let a worker fetch the account now; when the queue can't be reached, beat starts it soon."""
    from communications.tasks import import_mail

    def queue() -> None:
        try:
            import_mail.delay(account.pk)
        except (OperationalError, OSError):
            AccountHealth.objects.filter(account=account.pk).update(next_at=timezone.now())

    if account.is_active:
        transaction.on_commit(queue)


def set_active(*, account: MailAccount, is_active: bool, by: User | None) -> MailAccount:
    """Stop fetching and sending by the account, or take them up again. What it brought stays."""
    saved = ACCOUNTS.save(row=account, values={"is_active": is_active}, by=by, version=None)
    fetch_now(account=saved)
    return saved


def delete_account(*, account: MailAccount, by: User | None) -> int:
    """Delete the account with its messages, and return how many they were.

    Raises InUse when a lead holds one of them, RuleError while it is being fetched (it is stopped then).
    """
    refuse_linked(account=account)
    set_active(account=account, is_active=False, by=by)
    with only_one(Job.IMPORT, account.pk) as has_it:
        if not has_it:
            raise RuleError(_("The account is being fetched right now. It is stopped; delete it in a moment."))
        with transaction.atomic():
            refuse_linked(account=account)
            messages = Message.objects.filter(account=account)
            attachments = Attachment.objects.filter(message__account=account)
            count = messages.count()
            forget_files(names=[*messages.exclude(raw="").values_list("raw", flat=True)])
            forget_files(names=[*attachments.values_list("file", flat=True)])
            account.delete()
    return count


def refuse_linked(*, account: MailAccount) -> None:
    """Raise InUse when messages of the account belong to leads."""
    linked = Message.objects.filter(account=account, lead__isnull=False).count()
    if linked:
        name = str(Message._meta.verbose_name_plural)
        raise InUse(
            _("Leads hold messages of this account, so it can't be deleted. You can stop it instead."),
            uses={name: linked},
        )
