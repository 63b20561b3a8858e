"""Recordings of calls: heard and saved by who sees the call, from our own storage alone."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from communications import permissions
from communications.models import Call, CallRecording
from communications.services.calls import fetch_later
from communications.services.recordings import fetch_again
from communications.views.call_actions import CALLS
from crm.downloads import send_range
from crm.models import User
from crm.requests import signed_in_user
from leads.views.responses import require

SUFFIXES = {"audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/mp4": "m4a", "audio/webm": "webm", "audio/flac": "flac"}
SUFFIXES |= {"audio/wav": "wav", "audio/wave": "wav", "audio/x-wav": "wav", "audio/aac": "aac"}


@require_safe
def call_recording(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound, or the part of it that the player asks for (RFC 9110, 14)."""
    recording = _find(signed_in_user(request), pk)
    if recording.state != CallRecording.State.STORED:
        raise Http404
    name = f"{_('Call')} {recording.call.number or pk}.{SUFFIXES.get(recording.content_type, 'bin')}"
    return send_range(request, recording.file, size=recording.size, name=name, content_type=recording.content_type)


@require_POST
def call_recording_fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Try once more to fetch a recording."""
    user = signed_in_user(request)
    recording = _find(user, pk)
    require(permissions.may_process(user))
    if fetch_again(recording=recording):
        fetch_later(call_id=recording.call_id)
    return CALLS.changed(request, _("The recording is being fetched."))


def _find(user: User, pk: int) -> CallRecording:
    """The recording of a call that the user sees, else 404."""
    call = get_object_or_404(Call.objects.visible_to(user).select_related("recording", "account"), pk=pk)
    recording = getattr(call, "recording", None)
    if not isinstance(recording, CallRecording):
        raise Http404
    return recording
