"""Reading what was stored: the raw message becomes fields and attachments; what can't be read is kept and can be
tried again.
"""

import logging
from collections.abc import Sequence
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from communications.imap.fetching import MOST_HEADERS
from communications.imap.parse import ParsedMessage, parse
from communications.locks import Job, only_one
from communications.models import Attachment, Message
from communications.models.messages import LONGEST
from communications.services.storing import forget_files

logger = logging.getLogger(__name__)

BATCH = 50
# A message that was being read when a worker died is read alone from then on, and given up after so many deaths.
MOST_TRIES = 4
State = Message.ParseState
FIELDS = (
    "parse_state", "parse_tries", "parse_error", "subject", "from_name", "from_address", "reply_to", "to", "cc", "date",
    "sent_at", "text", "html", "message_id", "in_reply_to", "references", "kind", "has_attachments",
)  # fmt: skip
