"""The demo's accounts and their mail server: what it needs to run is written, and the accounts learn where it is."""

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from communications.demo.mail_server.letters import WEEKS
from communications.demo.mail_server.store import INBOX, SENT, SETTINGS
from communications.models import AccountHealth, AccountSecrets, MailAccount, MailFolder, Problem
from crm.demo import DEMO_SELLER

HOST = "localhost"
DEMO_ADDRESS = "biuro@lejek.test"
# How many letters lie in the mailboxes of the demo when they are set up.
LETTERS = {DEMO_ADDRESS: 5000, DEMO_SELLER: 300}
# Seconds that each letter takes, so that the first look at the mailbox can be watched, and until a customer answers.
PACE, ANSWERED_AFTER = 0.03, 20
CERTIFIED_FOR = timedelta(days=3650)


def connect_mailbox() -> None:
    """Let the accounts of the demo use the mail server on DEMO_MAIL_PORTS, with a new password, and write what the
    server reads in DEMO_MAIL_FOLDER. With no such account the settings are taken away: then no server is started.
    """
    folder = Path(settings.DEMO_MAIL_FOLDER)
    accounts = list(MailAccount.objects.filter(imap_host=HOST, login__in=LETTERS, from_address__in=LETTERS))
    if not accounts:
        (folder / SETTINGS).unlink(missing_ok=True)
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    stored = _stored(folder)
    is_new = not stored
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    values = {
        "uidvalidity": stored.get("uidvalidity") or int(time.time()),
        "until": stored.get("until") or monday.isoformat(),
        "time_zone": settings.TIME_ZONE,
        "pace": PACE,
        "answered_after": ANSWERED_AFTER,
        "password": secrets.token_urlsafe(24),
        "accounts": [
            {"address": one.from_address, "name": one.from_name, "count": LETTERS[one.from_address]} for one in accounts
        ],
    }
    if not (folder / "certificate.pem").is_file():
        _certify(folder)
    with transaction.atomic():
        for account in accounts:
            _connect(account, str(values["password"]))
            if is_new:
                _begin(account, monday_of=str(values["until"]))
        _write(folder / SETTINGS, json.dumps(values).encode())


def _stored(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / SETTINGS).read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _connect(account: MailAccount, password: str) -> None:
    imap_port, smtp_port = settings.DEMO_MAIL_PORTS
    MailAccount.objects.filter(pk=account.pk).update(imap_port=imap_port, smtp_host=HOST, smtp_port=smtp_port)
    AccountSecrets.objects.update_or_create(account=account, defaults={"password": password, "smtp_password": ""})
    for name in (INBOX, SENT):
        MailFolder.objects.get_or_create(account=account, name=name, defaults={"is_sent": name == SENT})
    # What went wrong when the server was ended is no news.
    well = {"problem": Problem.NONE, "details": "", "failures": 0, "failing_since": None, "told_at": None}
    AccountHealth.objects.update_or_create(account=account, defaults={**well, "next_at": timezone.now()})


def _begin(account: MailAccount, *, monday_of: str) -> None:
    """The first look is still to come: a year of letters, none of which asks to be processed."""
    start = datetime.fromisoformat(monday_of).date()
    MailAccount.objects.filter(pk=account.pk).update(start_date=start, history_from=start - timedelta(weeks=WEEKS))
    AccountHealth.objects.filter(account=account).update(first_look_at=None, fetched_at=None)


def _certify(folder: Path) -> None:
    """A certificate that holds for HOST alone and signs no other one: whoever trusts it trusts nothing else by it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + CERTIFIED_FOR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / "key.pem", private)
    _write(folder / "certificate.pem", certificate.public_bytes(serialization.Encoding.PEM))


def _write(file: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.replace(file)
