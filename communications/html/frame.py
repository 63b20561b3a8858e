"""The HTML of a message as a document of its own, for a sandboxed frame: its policy forbids again what the cleaning has
taken out.
"""

import base64
from collections.abc import Iterable

import puremagic
from django.http import HttpResponse

from communications.html.safe import content_ids, shown_message
from communications.models import Attachment

# Without `allow-scripts` nothing runs, whatever the message is. `allow-same-origin` is for the page around the frame,
# which measures how high the text is (static/js/mail-frame.js): without a script nothing inside can make use of it.
# Links open pages that are not sandboxed any more: they are other people's.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:{remote}; form-action 'none'; base-uri 'none'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)
REMOTE = " https: http:"
# All that the frame is beside the message: a page as mail programs show it, also where the reader's is dark.
DOCUMENT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>E-mail</title><style>
html {{ color-scheme: light; background: #fff; }}
body {{ margin: 12px; color: #1b2430; font: 14px/1.5 Inter, system-ui, sans-serif; overflow-wrap: break-word; }}
img {{ box-sizing: border-box; max-width: 100%; height: auto; }}
img:not([src]) {{ display: inline-block; padding: 4px 8px; color: #5b6675; border: 1px dashed #b4bcc8; }}
pre {{ white-space: pre-wrap; font: inherit; }}
blockquote {{ margin: 0 0 0 4px; padding-left: 12px; border-left: 3px solid #d5dae1; }}
a {{ color: #1d5fd1; }}
</style></head><body>{html}</body></html>"""
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
LARGEST_PICTURE = 5 * 2**20
LARGEST_SUM = 15 * 2**20


def frame_response(html: str, *, attachments: Iterable[Attachment], remote: bool) -> HttpResponse:
    """The document for the frame. Remote images only when they were asked for."""
    pictures = _pictures(content_ids(html), attachments)
    shown = shown_message(html, pictures=pictures, remote=remote)
    response = HttpResponse(DOCUMENT.format(html=shown))
    response.headers["Content-Security-Policy"] = POLICY.format(remote=REMOTE if remote else "")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _pictures(wanted: set[str], attachments: Iterable[Attachment]) -> dict[str, str]:
    """The pictures that the HTML shows, as `data:` addresses. What they are, their content says."""
    found: dict[str, str] = {}
    left = LARGEST_SUM
    for attachment in attachments:
        if attachment.content_id not in wanted or attachment.size > min(LARGEST_PICTURE, left):
            continue
        try:
            with attachment.file.open("rb") as file:
                content = file.read()
            kind = puremagic.from_string(content, mime=True)
        except (FileNotFoundError, puremagic.PureError, ValueError):
            continue
        if kind in PICTURES:
            found[attachment.content_id] = f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
            left -= attachment.size
    return found
