"""„Dane osób”: find a person everywhere, give all of it out, anonymise it."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.downloads import PIECE, stream_download
from crm.errors import RuleError
from crm.htmx import close_dialog, redirect_to, toast
from crm.paging import Order, Sort, load_page
from crm.requests import signed_in_user
from leads import background
from leads.forms_people import PersonSearchForm
from leads.models import PersonCase
from leads.personal.overview import found_kinds, known_besides, title_of
from leads.personal.registry import tables
from leads.services import personal

may_manage = permission_required("leads.manage_personal_data", raise_exception=True)
SORTS = {"when": Sort("id")}


def people_tabs(current: str) -> list[dict[str, Any]]:
    """The two parts of „Dane osób”."""
    people = pgettext("data protection", "People")
    parts = (("person", people, "leads:person_list"), ("retention", _("Retention"), "leads:retention_edit"))
    return [{"label": label, "url": reverse(url), "is_active": name == current} for name, label, url in parts]


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def person_list(request: HttpRequest) -> HttpResponseBase:
    """The search, and the log of all cases: who looked for whom, gave it out or anonymised it, and when."""
    user = signed_in_user(request)
    form = PersonSearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("leads:person_detail", personal.search_person(typed=form.words(), by=user).pk)
        except RuleError as refusal:
            form.add_error("typed", str(refusal))
    page = load_page(
        PersonCase.objects.visible_to(user).select_related("owner", "exported_by", "erased_by"),
        order=Order(SORTS, "-when"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"form": form, "page": page, "tabs": people_tabs("person")}
    return render(request, "leads/person_list.html", context, status=422 if form.is_bound else 200)


@require_GET
@may_manage
def person_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One person: at work, or what was found."""
    return render(request, "leads/person_detail.html", _context(request, _case(request, pk)))


@require_GET
@may_manage
def person_progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The state of the case for a page that watches it."""
    case = _case(request, pk)
    response = render(request, "leads/_person_state.html", _context(request, case))
    if case.erased_at and not case.is_busy:
        response.headers["HX-Refresh"] = "true"  # the heading of the open page still names the person
    return response


@require_POST
@may_manage
def person_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Eksport danych osoby: the ticks are kept, and the file is written in the background."""
    case, user = _case(request, pk), signed_in_user(request)
    _keep_ticks(request, case)
    return _act(request, case, lambda: personal.export_person(case=case, by=user))


@require_GET
@may_manage
def person_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, as long as it is kept."""
    case = _case(request, pk)
    if not case.has_file:
        raise Http404
    try:
        file = case.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = _("personal data") + f" {case.pk}.zip"
    return stream_download(request, file.chunks(PIECE), name=name, content_type="application/zip")


@require_POST
@may_manage
def person_ask(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Anonimizuj asks: what goes, what stays, and why. The ticks are kept."""
    case = _case(request, pk)
    _keep_ticks(request, case)
    chosen = case.rows.filter(is_chosen=True)
    if not chosen.exists():
        return _refused(RuleError(_("Nothing is ticked.")))
    context = {"case": case, "count": chosen.count(), "own_count": chosen.filter(is_own=True).count()}
    return render(request, "leads/_person_erase.html", context)


@require_POST
@may_manage
def person_erase(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Anonimizuj, once it is confirmed."""
    case, user = _case(request, pk), signed_in_user(request)
    if request.POST.get("understood") != "on":
        return _refused(RuleError(_("Confirm that you know that this can’t be undone.")))
    return _act(request, case, lambda: personal.erase_person(case=case, by=user))


@require_POST
@may_manage
def person_cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop after the rows that are at work."""
    case, user = _case(request, pk), signed_in_user(request)
    return _act(request, case, lambda: personal.cancel_case(case=case, by=user))


@require_POST
@may_manage
def person_resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go on with what failed or was stopped."""
    case, user = _case(request, pk), signed_in_user(request)
    return _act(request, case, lambda: personal.resume_case(case=case, by=user))


def _case(request: HttpRequest, pk: int) -> PersonCase:
    cases = PersonCase.objects.visible_to(signed_in_user(request))
    return get_object_or_404(cases.select_related("owner", "exported_by", "erased_by"), pk=pk)


def _context(request: HttpRequest, case: PersonCase) -> dict[str, Any]:
    background.watch(case)
    counts = [(title_of(table.model), count) for table in tables() if (count := case.counts.get(table.model))]
    context: dict[str, Any] = {"case": case, "counts": counts}
    if not case.is_busy and case.is_searched and case.erased_at is None:
        besides = known_besides(case)
        typed = "\n".join([*case.names, *case.emails, *case.phones])
        more = "\n".join([*besides.names, *besides.emails, *besides.phones])
        context |= {"kinds": found_kinds(case, signed_in_user(request)), "besides": besides, "more": f"{typed}\n{more}"}
    return context


def _keep_ticks(request: HttpRequest, case: PersonCase) -> None:
    shown, chosen = (
        [int(pk) for pk in request.POST.getlist(name) if pk.isdecimal() and len(pk) < 19] for name in ("shown", "row")
    )
    personal.choose_rows(case=case, shown=shown, chosen=chosen, by=signed_in_user(request))


def _act(request: HttpRequest, case: PersonCase, action: Any) -> HttpResponseBase:
    try:
        action()
    except RuleError as refusal:
        return _refused(refusal)
    return redirect_to(request, reverse("leads:person_detail", args=[case.pk]))


def _refused(refusal: RuleError) -> HttpResponseBase:
    response = HttpResponse(status=422, headers={"HX-Reswap": "none"})
    return close_dialog(toast(response, str(refusal), "danger"))
