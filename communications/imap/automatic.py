"""Whether a person wrote a message, or a program did."""

import re

from communications.imap.headers import Headers

BOUNCE, AUTO_REPLY, LIST, AUTO_GENERATED = "bounce", "auto_reply", "list", "auto_generated"

# How Outlook, Exchange and Gmail begin the subject of an absence in Polish and English.
ABSENCE = re.compile(
    r"^(automatic reply|auto(matic)?[- ]?reply|autoreply|out of (the )?office|automatyczna odpowiedź|"
    r"odpowiedź automatyczna|autoodpowiedź|poza biurem|nieobecność w biurze)\b",
    re.I,
)
ABSENCE_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoreply-from")
DAEMON = re.compile(r"^(mailer-daemon|mail-daemon)@", re.I)


def automatic_kind(headers: Headers, *, content_type: str, sender: str, subject: str) -> str:
    """The kind of an automatic message, "" for one of a person.

    By RFC 3834 (`Auto-Submitted`), 3464 and 8098 (reports), 2919 and 3834 (`List-Id`, `Precedence`), and by what the
    common programs write instead. `List-Unsubscribe` alone marks nothing: shops' forms send it too.
    """
    report = headers.parameter("content-type", "report-type").lower() if content_type == "multipart/report" else ""
    submitted = re.split(r"[\s;(]", headers.first("auto-submitted").lower())[0]
    precedence = headers.first("precedence").lower()
    returned = headers.first("return-path").replace(" ", "") == "<>"
    if content_type == "multipart/report" and report in ("", "delivery-status"):
        return BOUNCE
    if DAEMON.match(sender) or headers.all("x-failed-recipients") or (returned and sender.startswith("postmaster@")):
        return BOUNCE
    if submitted == "auto-replied" or precedence == "auto_reply" or ABSENCE.match(subject):
        return AUTO_REPLY
    if any(headers.all(name) for name in ABSENCE_HEADERS):
        return AUTO_REPLY
    if headers.all("list-id") or headers.all("list-post") or precedence in ("list", "bulk", "junk"):
        return LIST
    if (submitted and submitted != "no") or report:
        return AUTO_GENERATED
    return ""
