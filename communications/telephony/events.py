"""What telephony providers tell of a call, in one form for all of them, and the call that a set of events makes.

Nothing here knows the database. `fold` is a function of the set of events: neither their order nor a repetition counts.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from django.utils.translation import gettext, gettext_noop

# What is kept of a number or an extension, as a provider sends it.
LONGEST = 50
LONGEST_DURATION = 7 * 24 * 3600


class Unreadable(ValueError):
    """A notification is not what its provider documents. Its text is a sentence in English, for the provider and the
    log; marked by `gettext_noop`, and with `%(what)s` for a detail, it is put into the reader's own words, too.
    """

    def __init__(self, text: str, what: object = "") -> None:
        super().__init__(text % {"what": what})
        self.text = text
        self.what = what

    @property
    def in_words(self) -> str:
        """The sentence in the language of now."""
        return gettext(self.text) % {"what": self.what}


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Step(StrEnum):
    """What happened to a call."""

    STARTED = "started"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    RECORDED = "recorded"


class Result(StrEnum):
    """How a call stands, or ended."""

    RINGING = "ringing"
    TALKING = "talking"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One notification. What it does not tell is empty or None. `at` is aware, `duration` in seconds.

    `extension` is the internal number of an employee; `recording` the address of a recording, or what the provider
    calls it.
    """

    call_id: str
    step: Step
    direction: Direction | None = None
    at: datetime | None = None
    caller: str = ""
    recipient: str = ""
    extension: str = ""
    duration: int | None = None
    result: Result | None = None
    recording: str = ""

    @property
    def key(self) -> str:
        """What makes it the same event of its call when it comes again: its step, and whom or what that concerns."""
        parts = (self.step, self.extension, self.recording if self.step is Step.RECORDED else "")
        return sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call as its events tell it. `extensions` are those that it concerns: who answered, else all that rang."""

    direction: Direction | None
    started_at: datetime | None
    caller: str
    recipient: str
    extensions: tuple[str, ...]
    duration: int | None
    result: Result
    recording: str


# Whose word counts first for what several events tell: „answered” may name the extension as the recipient.
WORD = {Step.STARTED: 0, Step.RINGING: 1, Step.ENDED: 2, Step.ANSWERED: 3, Step.RECORDED: 4}

Told = TypeVar("Told")


def fold(events: Iterable[CallEvent]) -> CallFacts:
    """The call that these events make."""
    ordered = sorted({event.key: event for event in events}.values(), key=lambda event: (WORD[event.step], event.key))

    def first(told: Callable[[CallEvent], Told | None]) -> Told | None:
        return next((value for event in ordered if (value := told(event))), None)

    moments = [event.at for event in ordered if event.at is not None]
    ends = [event for event in ordered if event.step is Step.ENDED]
    answers = [event for event in ordered if event.step is Step.ANSWERED]
    result = _result(ends, answers)
    return CallFacts(
        direction=first(lambda event: event.direction),
        started_at=min(moments, default=None),
        caller=first(lambda event: event.caller) or "",
        recipient=first(lambda event: event.recipient) or "",
        extensions=_extensions(ordered, ends if result is Result.ANSWERED else [], answers),
        duration=max((event.duration for event in ends if event.duration is not None), default=None),
        result=result,
        recording=first(lambda event: event.recording) or "",
    )


def _result(ends: list[CallEvent], answers: list[CallEvent]) -> Result:
    if not ends:
        return Result.TALKING if answers else Result.RINGING
    told = next((event.result for event in ends if event.result), None)
    return told or (Result.ANSWERED if answers else Result.NO_ANSWER)


def _extensions(ordered: list[CallEvent], ends: list[CallEvent], answers: list[CallEvent]) -> tuple[str, ...]:
    """Who answered, by the answer itself or by the end of an answered call; else everybody who rang."""
    for told in (answers, ends, ordered):
        if found := sorted({event.extension for event in told if event.extension}):
            return tuple(found)
    return ()


def storable(payload: dict[str, Any]) -> dict[str, Any]:
    """A notification as JSON that PostgreSQL takes: without NUL, halves of characters, and numbers that are none."""
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable(gettext_noop("The body has a number that is none.")) from error
    whole = text.encode("utf-8", "replace").decode().replace("\\u0000", "\N{REPLACEMENT CHARACTER}")
    stored: dict[str, Any] = json.loads(whole)
    return stored


def clean_number(text: str) -> str:
    """A number as it is kept: no spaces around it, not endless, nothing that is not seen."""
    return "".join(letter for letter in text.strip() if letter.isprintable())[:LONGEST]


def clean_duration(seconds: int) -> int:
    """A length of a call that can be true."""
    if not 0 <= seconds <= LONGEST_DURATION:
        raise Unreadable(gettext_noop("A duration of %(what)s seconds is not possible."), seconds)
    return seconds
