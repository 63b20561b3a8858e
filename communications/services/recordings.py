"""Recordings of calls: fetched from the provider in the background, kept, and served from here alone."""

from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from communications.models import CallRecording
from communications.telephony import outside
from communications.telephony.problems import CallFailed, CallProblem
from communications.telephony.provider import Download
from crm.live.publish import publish_call
from leads.files import detect_kind
from leads.models import LeadFile

LARGEST = 100 * 1024 * 1024
IN_MEMORY = 2 * 1024 * 1024
TRIES = 5
# A claim that is older belongs to a worker that ended in the middle.
CLAIMED_FOR = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)
# What a browser plays; anything else is only saved.
PLAYED = {
    "audio/mpeg",
    "audio/wav",
    "audio/wave",
    "audio/x-wav",
    "audio/ogg",
    "audio/mp4",
    "audio/webm",
    "audio/flac",
    "audio/aac",
}
UNKNOWN = "application/octet-stream"


class NoRecording(CallFailed):
    """What came is no recording; asking again would bring the same."""


def fetch_recording(*, call_id: int) -> None:
    """Fetch the recording of a call if it waits for that and no other worker is at it. A failure stands on its row, and
    it is tried again a few times.
    """
    now = timezone.now()
    due = CallRecording.objects.filter(call=call_id, state=CallRecording.State.WAITING, next_at__lte=now)
    if not due.update(next_at=now + CLAIMED_FOR, tries=F("tries") + 1):
        return
    recording = CallRecording.objects.select_related("call__account").get(call=call_id)
    account = recording.call.account
    try:
        download = account.provider.recording(account.credentials, recording.source)
        with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            size = _read(download, file)
            _keep(recording, file, size)
    except CallFailed as failure:
        _put_off(recording, failure)


def waiting_recordings() -> list[int]:
    """The calls whose recording is due, by ID."""
    due = CallRecording.objects.filter(state=CallRecording.State.WAITING, next_at__lte=timezone.now())
    return list(due.order_by("next_at").values_list("call", flat=True)[:100])


def fetch_again(*, recording: CallRecording) -> bool:
    """Let a recording that could not be fetched be tried anew; False when it is not one."""
    failed = CallRecording.objects.filter(pk=recording.pk, state=CallRecording.State.FAILED)
    anew = {"state": CallRecording.State.WAITING, "tries": 0, "problem": "", "details": "", "next_at": timezone.now()}
    return bool(failed.update(**anew))


def _read(download: Download, file: IO[bytes]) -> int:
    size = 0
    with outside.connect("GET", download.url, headers=download.headers) as response:
        if response.status_code in (404, 410):
            raise CallFailed(CallProblem.NOT_THERE)
        if not response.is_success:
            raise CallFailed(CallProblem.REFUSED, f"HTTP {response.status_code}")
        for piece in response.iter_raw():
            size += len(piece)
            if size > LARGEST:
                raise NoRecording(CallProblem.TOO_LARGE, LARGEST // 2**20)
            file.write(piece)
    return size


def _keep(recording: CallRecording, file: IO[bytes], size: int) -> None:
    file.seek(0)
    found = detect_kind(file, name="")
    if size == 0 or found.kind != LeadFile.Kind.AUDIO:
        raise NoRecording(CallProblem.NO_SOUND)
    file.seek(0)
    recording.file.save("", File(file), save=False)
    recording.size = size
    recording.content_type = found.content_type if found.content_type in PLAYED else UNKNOWN
    recording.state, recording.next_at = CallRecording.State.STORED, None
    recording.problem = recording.details = ""
    with transaction.atomic():
        recording.save(update_fields=["file", "size", "content_type", "state", "problem", "details", "next_at"])
        publish_call(call_id=recording.call_id, people=recording.call.people, rings=False)


def _put_off(recording: CallRecording, failure: CallFailed) -> None:
    is_over = recording.tries >= TRIES or isinstance(failure, NoRecording | outside.NotAllowed)
    recording.state = CallRecording.State.FAILED if is_over else CallRecording.State.WAITING
    recording.problem, recording.details = failure.problem, failure.what[:300]
    recording.next_at = None if is_over else timezone.now() + FIRST_PAUSE * 2 ** (recording.tries - 1)
    with transaction.atomic():
        recording.save(update_fields=["state", "problem", "details", "next_at"])
        publish_call(call_id=recording.call_id, people=recording.call.people, rings=False)
