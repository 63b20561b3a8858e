"""What the actions on calls and on e-mails answer."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.errors import RuleError, StaleObject
from crm.htmx import Level, Undo, close_dialog, redirect_to, toast, trigger
from crm.numbers import parse_id
from leads.views.responses import is_htmx

MOST_IDS = 500


@dataclass(frozen=True, slots=True)
class Inbox:
    """A list of what waits: where it is, and the events by which pages that show something of it read it again."""

    url_name: str
    events: tuple[str, ...]

    def changed(self, request: HttpRequest, text: str, *, back: str = "", undo: Undo | None = None) -> HttpResponseBase:
        """Something was done: it is read again, and a message says what happened."""
        if not is_htmx(request):
            return redirect_to(request, back or reverse(self.url_name), text)
        return toast(close_dialog(self._announced(HttpResponse(status=204))), text, undo=undo)

    def told(self, request: HttpRequest, text: str, *, status: int, back: str = "") -> HttpResponseBase:
        """Nothing was done: a message says why, and what somebody else did meanwhile is read again."""
        level: Level = "warning" if status == 409 else "danger"
        if not is_htmx(request):
            return redirect_to(request, back or reverse(self.url_name), text, level)
        return toast(self._announced(HttpResponse(status=status, headers={"HX-Reswap": "none"})), text, level)

    def refused(self, request: HttpRequest, refusal: RuleError | ValidationError) -> HttpResponseBase:
        """A rule refused it (422), or somebody was faster (409)."""
        text = str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)
        return self.told(request, text, status=409 if isinstance(refusal, StaleObject) else 422)

    def processed(
        self, request: HttpRequest, *, asked: Collection[int], done: Collection[int], text: str, undo_url: str = ""
    ) -> HttpResponseBase:
        """Several were dealt with, perhaps fewer than were asked for; `undo_url` takes it back for those that were."""
        if not done:
            return self.told(request, _("Somebody else has dealt with this in the meantime."), status=409)
        if left := len(set(asked)) - len(done):
            text += " " + ngettext(
                "%(count)s was dealt with by somebody else.", "%(count)s were dealt with by somebody else.", left
            ) % {"count": left}
        undo = Undo(undo_url, {"ids": ",".join(map(str, done))}) if undo_url else None
        return self.changed(request, text, undo=undo)

    def _announced(self, answer: HttpResponseBase) -> HttpResponseBase:
        for event in self.events:
            answer = trigger(answer, event)
        return answer


def asked_ids(request: HttpRequest) -> list[int]:
    """The rows that were chosen (`ids`, separated by commas), at most MOST_IDS."""
    given = ",".join(request.POST.getlist("ids")).split(",")
    return [pk for pk in map(parse_id, given[:MOST_IDS]) if pk is not None]
