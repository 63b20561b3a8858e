"""Large contents left where they are: the standard library parses the message without them.

It keeps a message several times over in memory. So long runs of lines without an empty one among them (that is what
an encoded file is) are left out of what it gets, each with a mark in its place; an attachment is then made of the marks
in it, piece by piece, from the file.
"""

import binascii
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

# Runs from this size on are left out, of messages from that size on.
LONG_RUN = 256 * 1024
LARGE_MESSAGE = 1024 * 1024
PIECE = 512 * 1024
HEADER_LINE = re.compile(rb"[!-9;-~]+:|From ")
NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


@dataclass(frozen=True, slots=True)
class Run:
    """A part of the file: whole lines, the end of the last one `ending` bytes long."""

    start: int
    length: int
    ending: int = 0


@dataclass(frozen=True, slots=True)
class Blob:
    """A content that was left out, wholly or in part; `is_base64`: it is decoded as it is read."""

    file: IO[bytes]
    parts: tuple[bytes | Run, ...]
    is_base64: bool = False

    def pieces(self) -> Iterator[bytes]:
        """The content, in pieces that fit into memory."""
        return _decoded(self._stored()) if self.is_base64 else self._stored()

    def read(self, most: int) -> bytes:
        """The content, or its first `most` bytes."""
        found = bytearray()
        for piece in self.pieces():
            found += piece
            if len(found) >= most:
                break
        return bytes(found[:most])

    def _stored(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
                continue
            for offset in range(0, part.length, PIECE):
                self.file.seek(part.start + offset)
                yield self.file.read(min(PIECE, part.length - offset))


class Blobs:
    """What was left out of a message."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.name = secrets.token_hex(16)
        self.runs: list[Run] = []
        self.marks = re.compile(rb"\[%s-(\d+)\](\r?\n)?" % self.name.encode())

    def leave_out(self, start: int, end: int, last_line: bytes) -> bytes:
        """The mark for a part of the file."""
        self.runs.append(Run(start, end - start, len(last_line) - len(last_line.rstrip(b"\r\n"))))
        return f"[{self.name}-{len(self.runs) - 1}]\r\n".encode()

    def find(self, data: bytes, *, is_base64: bool = False) -> Blob | None:
        """The content whose marks stand in `data`; None when all of it is here."""
        if self.name.encode() not in data:
            return None
        parts: list[bytes | Run] = []
        end = 0
        for mark in self.marks.finditer(data):
            run = self.runs[int(mark[1])]
            # Where the mark's line has no end, that of the run belonged to the boundary behind it.
            whole = bool(mark[2])
            parts += [data[end : mark.start()], run if whole else Run(run.start, run.length - run.ending)]
            end = mark.end()
        return Blob(self.file, tuple(part for part in (*parts, data[end:]) if part), is_base64)


def lightened(file: IO[bytes]) -> tuple[bytes, Blobs]:
    """The message in `file` without its long runs of lines, and these."""
    blobs = Blobs(file)
    kept = bytearray()
    start = end = 0  # of the run at hand
    last = b""
    may_go = False  # a header stays, also that of a message in the message
    file.seek(0)
    for line in iter(lambda: file.readline(PIECE), b""):
        is_boundary = line.startswith(b"--")
        if is_boundary or not line.strip():
            kept += _run(blobs, start, end, last if may_go else b"")
            kept += line
            end += len(line)
            start = end
            may_go = not is_boundary
            file.seek(end)
        else:
            may_go = may_go and not (start == end and HEADER_LINE.match(line))
            end += len(line)
            last = line
    kept += _run(blobs, start, end, last if may_go else b"")
    return bytes(kept), blobs


def _run(blobs: Blobs, start: int, end: int, last: bytes) -> bytes:
    """The lines from `start` to `end`, or the mark in their place. `last` is the last of them, b"" where they stay."""
    if last and end - start >= LONG_RUN:
        return blobs.leave_out(start, end, last)
    blobs.file.seek(start)
    return blobs.file.read(end - start)


def _decoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Base64 as it comes; whatever is none is left out, and padding ends four signs, not the whole."""
    rest = b""
    for piece in pieces:
        clean = (rest + piece).translate(None, NO_BASE64)
        *padded, open_end = clean.split(b"=")
        for part in padded:
            if decoded := _quads(part, is_last=True):
                yield decoded
        whole = len(open_end) - len(open_end) % 4
        yield _quads(open_end[:whole])
        rest = open_end[whole:]
    yield _quads(rest, is_last=True)


def _quads(signs: bytes, *, is_last: bool = False) -> bytes:
    if is_last and len(signs) % 4 == 1:
        signs = signs[:-1]
    return binascii.a2b_base64(signs + b"=" * (-len(signs) % 4))
