"""What the views of the card share: the lookup of the lead, and answers as page or as the pieces that changed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.errors import Gone, RuleError
from crm.formats import format_moment
from crm.htmx import redirect_to, toast, trigger
from crm.models import User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from crm.visibility import visible_leads
from leads.cards import LeadCard
from leads.conflicts import author_of, last_author
from leads.forms import LINES, LeadForm
from leads.models import Lead, LeadEvent
from leads.querysets import LeadQuerySet, load_funnel
from leads.querysets_merge import survivor_of


def card_leads(user: User) -> LeadQuerySet:
    """The leads that `user` may see, with what the card shows of them."""
    return Lead.objects.visible_to(user).select_related(
        "status", "type", "partner", "product", "sales_person", "lost_reason"
    )


def find_lead(user: User, pk: int) -> Lead:
    """The lead; 404 when it does not exist for `user`, 410 when they could see it before it was deleted or merged."""
    lead = card_leads(user).filter(pk=pk).first()
    if lead is None:
        raise what_became(user, pk)
    return lead


def what_became(user: User, pk: int) -> Gone:
    """Into which lead the one with this ID was merged, or who deleted it, for those who could see it; 404 to others."""
    number = f"{pk:06d}"
    survivor = Lead.objects.visible_to(user).filter(pk=survivor_of(pk) or 0).first()
    if survivor is not None:
        text = _("Lead %(number)s was merged into %(survivor)s meanwhile.") % {"number": number, "survivor": survivor}
        return Gone(text, link=(_("Open that lead"), reverse("leads:lead_detail", args=[survivor.pk])))
    event = find_deletion(user, pk)
    who = author_of(event) or pgettext("author of a change", "system")
    text = _("Lead %(number)s was deleted meanwhile (%(who)s, %(when)s).")
    return Gone(text % {"number": number, "who": who, "when": format_moment(event.pgh_created_at)})


def follow_merge(request: HttpRequest, pk: int) -> HttpResponseBase | None:
    """To the lead into which the one with this ID was merged, when the user may see that; else None."""
    user, survivor = signed_in_user(request), survivor_of(pk)
    if survivor is None or not Lead.objects.visible_to(user).filter(pk=survivor).exists():
        return None
    text = _("Lead %(number)s was merged into this one.") % {"number": f"{pk:06d}"}
    return redirect_to(request, reverse("leads:lead_detail", args=[survivor]), text, "info")


def card_url(user: User, pk: int) -> str:
    """Where to go after a change: the card, or the list when the lead now belongs to somebody whose leads `user` does
    not see."""
    visible = Lead.objects.visible_to(user).filter(pk=pk).exists()
    return reverse("leads:lead_detail", args=[pk]) if visible else reverse("leads:lead_list")


def require(allowed: bool) -> None:
    """403 when a user who sees the lead has not the right."""
    if not allowed:
        raise PermissionDenied


def is_htmx(request: HttpRequest) -> bool:
    """Whether a script of the page asks, and only a part of it is wanted."""
    return bool(getattr(request, "htmx", False))


def version_of(request: HttpRequest) -> int | None:
    """The version that the page shows; None when it sent none."""
    return parse_id(request.POST.get("version", ""))


def seen_version(request: HttpRequest) -> int:
    """The version that a change is meant for; 0, which no lead has, when the request names none."""
    return version_of(request) or 0


def card_context(user: User, lead: Lead, *, form: LeadForm | None = None, **more: Any) -> dict[str, Any]:
    """What the templates of the card need; `form` is the one that was refused."""
    funnel = form.funnel if form else load_funnel()
    return {
        "lead": lead,
        "card": LeadCard(lead, user=user, funnel=funnel),
        "form": form or LeadForm(instance=lead, user=user, funnel=funnel),
        "seen_at": timezone.now().isoformat(),
        "copy_token": get_random_string(22),
        **more,
    }


def card_page(request: HttpRequest, lead: Lead, *, status: int = 200, **more: Any) -> HttpResponse:
    """The whole page of the card."""
    context = card_context(signed_in_user(request), lead, **more)
    return render(request, "leads/lead_detail.html", context, status=status)


def changed(
    request: HttpRequest,
    pk: int,
    text: str | Promise,
    *,
    fields: Sequence[str] = (),
    moved: bool = False,
    saved: bool = False,
) -> HttpResponseBase:
    """The answer to a change: the pieces of the card outside of its form, and the named fields of the form.

    What else is typed in the form stays. `moved`: the status and its reason changed. `saved`: the form itself was
    stored, and shows what was stored of its texts.
    """
    user = signed_in_user(request)
    lead = card_leads(user).filter(pk=pk).first()
    if lead is None or not is_htmx(request):
        return redirect_to(request, card_url(user, pk), text)
    context = card_context(user, lead, oob=True, with_status=moved or saved)
    context["fields"] = [context["form"][name] for name in fields]
    response: HttpResponseBase = render(request, "leads/_lead_pieces.html", context)
    response.headers["HX-Reswap"] = "none"
    response.headers["HX-Retarget"] = "#lead-notice"  # not the dialog that asked: it would open again
    trigger(response, "lead:changed", values=_stored_texts(request, context["form"]) if saved else {})
    return toast(response, text)


def _stored_texts(request: HttpRequest, form: LeadForm) -> dict[str, str]:
    """The texts of the form that are stored otherwise than they were typed."""
    stored = {name: form[name].field.widget.format_value(form[name].value()) or "" for name in TEXTS}
    return {name: text for name, text in stored.items() if text != request.POST.get(name, text)}


TEXTS = [*LINES, "email", "expected_revenue", "probability"]


def refused(request: HttpRequest, lead: Lead, refusal: RuleError | ValidationError) -> HttpResponseBase:
    """The answer to an action that a rule refused: 422 with its sentence, nothing else changes."""
    text = str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)
    if is_htmx(request):
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), text, "danger")
    messages.error(request, text)
    return card_page(request, lead, status=422)


def outdated(request: HttpRequest, lead: Lead) -> HttpResponseBase:
    """The answer to an action on a lead that somebody else saved since the page was opened: 409, and who it was. So
    answered is an action, too, that does not say which version of the lead it is meant for.
    """
    if version_of(request) is None:
        text = _("Nothing was changed: the request did not say which version of the lead it is for. Reload the page.")
        if is_htmx(request):
            return toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), text, "warning")
        messages.warning(request, text)
        return card_page(request, lead, status=409)
    context = {"saved_by": last_author(lead), "saved_at": lead.updated_at, "lead": lead}
    if not is_htmx(request):
        return card_page(request, lead, status=409, outdated=context)
    response = render(request, "leads/_lead_notice.html", {"outdated": context}, status=409)
    response.headers["HX-Retarget"] = "#lead-notice"
    response.headers["HX-Reswap"] = "outerHTML show:window:top"
    return toast(response, _("Nothing was changed: somebody else has saved this lead in the meantime."), "warning")


def gone(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The answer to saving a lead that somebody deleted meanwhile: 410 with who did, and what was typed stays.

    404 for those who could not see the lead.
    """
    user = signed_in_user(request)
    event = find_deletion(user, pk)
    typed = LeadForm(request.POST, instance=Lead(), user=user, funnel=load_funnel())
    context = {
        "number": f"{pk:06d}",
        "deleted_by": author_of(event),
        "deleted_at": event.pgh_created_at,
        "typed": _typed(request, typed),
        "can_create": user.has_perm("leads.add_lead"),
        "merged_into": Lead.objects.visible_to(user).filter(pk=survivor_of(pk) or 0).first(),
    }
    if is_htmx(request):
        response = HttpResponse(render_to_string("leads/_lead_conflict.html", {"gone": context}, request), status=410)
        response.headers["HX-Retarget"] = "#lead-conflict"
        response.headers["HX-Reswap"] = "outerHTML"
        return response
    return render(request, "leads/lead_gone.html", {"gone": context}, status=410)


def find_deletion(user: User, pk: int) -> LeadEvent:
    """How a lead ended, for those who could see it; 404 for all others."""
    event: LeadEvent | None = LeadEvent.objects.filter(visible_leads(user), pgh_obj_id=pk, pgh_label="delete").last()
    if event is None or not user.has_perm("leads.view_lead"):
        raise Http404
    return event


def _typed(request: HttpRequest, form: LeadForm) -> list[tuple[str, str]]:
    """What a form brought, by label, to be copied."""
    form.is_valid()
    shown = {name: form.cleaned_data.get(name, request.POST.get(name)) for name in form.fields if name in request.POST}
    return [(str(form.fields[name].label), str(value)) for name, value in shown.items() if value not in (None, "")]
