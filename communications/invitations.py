"""What an invitation in a message says (RFC 5545): what, when, where, from whom."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from communications.models import Attachment

LARGEST = 200_000
CANCELLED, ANSWER = "CANCEL", "REPLY"
LINE = re.compile(r"(?P<name>[\w-]+)(?P<parameters>(?:;[^:\";]*(?:\"[^\"]*\")?)*):(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting; `starts` and `ends` are days for one of whole days, else moments."""

    method: str
    summary: str
    starts: datetime | date | None = None
    ends: datetime | date | None = None
    location: str = ""
    organizer: str = ""

    @property
    def is_cancelled(self) -> bool:
        return self.method == CANCELLED

    @property
    def is_all_day(self) -> bool:
        return self.starts is not None and not isinstance(self.starts, datetime)


def read_invitation(attachment: Attachment) -> Invitation | None:
    """The first meeting of a calendar file; None when there is none that can be read."""
    try:
        with attachment.file.open("rb") as file:
            content = file.read(LARGEST)
    except FileNotFoundError:
        return None
    return parse_invitation(content.decode("utf-8", "replace"))


def parse_invitation(text: str) -> Invitation | None:
    """The same for the text of such a file."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    method, depth = "", 0
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        match = LINE.fullmatch(line.strip())
        if match is None:
            continue
        name, parameters, value = match["name"].upper(), match["parameters"], match["value"]
        if name == "METHOD" and not depth:
            method = value.strip().upper()
        elif name == "BEGIN" and (depth or value.strip().upper() == "VEVENT"):
            depth += 1
        elif name == "END" and depth:
            depth -= 1
            if not depth:
                break
        elif depth == 1:
            found.setdefault(name, (parameters, value))
    if "SUMMARY" not in found and "DTSTART" not in found:
        return None
    return Invitation(
        method=method,
        summary=_text(found.get("SUMMARY")),
        starts=_moment(found.get("DTSTART")),
        ends=_moment(found.get("DTEND")),
        location=_text(found.get("LOCATION")),
        organizer=_organizer(found.get("ORGANIZER")),
    )


def _text(line: tuple[str, str] | None) -> str:
    value = line[1] if line else ""
    return re.sub(r"\\(.)", lambda sign: " " if sign[1] in "nN" else sign[1], value).strip()[:300]


def _organizer(line: tuple[str, str] | None) -> str:
    if line is None:
        return ""
    name = re.search(r";CN=(?:\"([^\"]*)\"|([^;:]*))", line[0], re.I)
    return (name[1] or name[2] if name else "") or re.sub(r"^mailto:", "", line[1].strip(), flags=re.I)


def _moment(line: tuple[str, str] | None) -> datetime | date | None:
    """A moment or a day. A zone that is not known by its name is taken for that of the system."""
    if line is None:
        return None
    parameters, value = line[0], line[1].strip()
    try:
        if re.fullmatch(r"\d{8}", value):
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
        moment = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    if value.endswith("Z"):
        return moment.replace(tzinfo=UTC)
    zone = re.search(r";TZID=\"?([^\";:]+)", parameters, re.I)
    try:
        return (
            moment.replace(tzinfo=ZoneInfo(zone[1])) if zone else moment.replace(tzinfo=timezone.get_default_timezone())
        )
    except (ValueError, KeyError, OSError):
        return moment.replace(tzinfo=timezone.get_default_timezone())
