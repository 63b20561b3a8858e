"""What a file is: its name made safe to show, its kind found in its content, a picture of it made anew."""

import re
import unicodedata
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import PurePath
from typing import IO

import puremagic
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from crm.photos import read_picture
from leads.models import LeadFile

MAX_BYTES = 25 * 1024 * 1024
PREVIEW_SIDE = 1280
LONGEST_NAME = LeadFile._meta.get_field("name").max_length or 0
SAMPLE = 64 * 1024
UNKNOWN = "application/octet-stream"
Kind = LeadFile.Kind

OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
# What stands in a ZIP archive tells what it really is.
IN_ZIP = (
    (b"word/", Kind.DOCUMENT, f"{OFFICE}.wordprocessingml.document"),
    (b"xl/", Kind.SHEET, f"{OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", Kind.SLIDES, f"{OFFICE}.presentationml.presentation"),
)
KINDS = (
    (r"application/pdf", Kind.PDF),
    (r"image/svg.*", Kind.OTHER),  # it is a program as much as a picture
    (r"image/.*", Kind.IMAGE),
    (r"audio/.*", Kind.AUDIO),
    (r"video/.*", Kind.VIDEO),
    (r"message/rfc822|application/vnd\.ms-outlook", Kind.EMAIL),
    (r".*(excel|spreadsheet).*", Kind.SHEET),
    (r".*(powerpoint|presentation).*", Kind.SLIDES),
    (r"application/(msword|rtf|vnd\.oasis\.opendocument\.text)|text/rtf", Kind.DOCUMENT),
    (r".*(zip|compressed|x-tar|x-rar|vnd\.rar).*", Kind.ARCHIVE),
    (r".*(executable|dosexec|x-msdownload|x-mach-binary|x-elf|java-archive|appimage|x-msi).*", Kind.PROGRAM),
)
PROGRAMS = (b"MZ", b"\x7fELF", b"#!")


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is by its content."""

    kind: LeadFile.Kind
    content_type: str


def clean_name(name: str) -> str:
    """The name of an uploaded file as it is kept and shown: without folders, at most LONGEST_NAME characters (the
    extension stays), and with `_` for every sign that is not seen or turns the others round.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join("_" if _is_unseen(sign) else sign for sign in name)
    name = " ".join(name.split()).strip(". ") if set(name) - set(". ") else ""
    if not name:
        return _("file without a name")
    if len(name) <= LONGEST_NAME:
        return name
    suffix = PurePath(name).suffix
    suffix = suffix if len(suffix) <= 12 else ""
    return f"{name[: LONGEST_NAME - len(suffix) - 1]}…{suffix}"


def _is_unseen(sign: str) -> bool:
    """Control and format characters, among them those that write from right to left, and halves of characters."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def detect_kind(file: IO[bytes], *, name: str) -> FileKind:
    """What `file` is by its content. Its name only decides between formats that begin in the same way."""
    file.seek(0)
    head = file.read(SAMPLE)
    if head.startswith(PROGRAMS):
        return FileKind(Kind.PROGRAM, UNKNOWN)
    if head.startswith(b"PK\x03\x04"):
        file.seek(-min(SAMPLE, file.seek(0, SEEK_END)), SEEK_END)
        return _in_zip(head + file.read(SAMPLE))
    if head.startswith(b"%PDF-"):
        return FileKind(Kind.PDF, "application/pdf")
    content_type = _by_magic(head, PurePath(name).suffix.lower())
    if kind := _kind_of(content_type):
        return FileKind(kind, content_type)
    return FileKind(Kind.TEXT, "text/plain") if _is_text(head) else FileKind(Kind.OTHER, UNKNOWN)


def _by_magic(head: bytes, suffix: str) -> str:
    """The content type by the signature; among equals the one of the name's extension; "" for an unknown one."""
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    best = [match for match in matches if match.mime_type and match.confidence == matches[0].confidence]
    named = next((match for match in best if match.extension == suffix), None)
    chosen = named or next(iter(best), None)
    return str(chosen.mime_type) if chosen else ""


def _in_zip(ends: bytes) -> FileKind:
    """What a ZIP archive is by the names in its first and last part: nothing is unpacked, however it was packed."""
    if match := re.match(rb"PK\x03\x04.{26}mimetype(application/vnd\.oasis\.opendocument\.[a-z-]+)", ends, re.S):
        content_type = match[1].decode()
        return FileKind(_kind_of(content_type) or Kind.OTHER, content_type)
    if b"[Content_Types].xml" in ends:
        for folder, kind, content_type in IN_ZIP:
            if folder in ends:
                return FileKind(kind, content_type)
    return FileKind(Kind.ARCHIVE, "application/zip")


def _kind_of(content_type: str) -> LeadFile.Kind | None:
    return next((kind for pattern, kind in KINDS if re.fullmatch(pattern, content_type)), None)


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) == SAMPLE  # only the sample ends within a character
    return True


def make_preview(file: IO[bytes]) -> bytes | None:
    """A WebP made of the pixels of an image, with nothing else that the file carried; None when it can't be read."""
    file.seek(0)
    try:
        picture = read_picture(file)
    except ValidationError:
        return None
    picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    result = BytesIO()
    picture.save(result, "WEBP", quality=80)
    return result.getvalue()
