"""The type ↔ status matrix, and archiving a status: both tell first which leads they would strand."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.models import LeadStatus, User
from crm.reference import BY_SLUG
from crm.requests import signed_in_user
from crm.services.replacing import Answer
from crm.views.reference import back_to_list, dialog
from leads.matrix import Matrix, load_matrix, plan_archiving, plan_matrix
from leads.matrix_forms import AnswersForm, Pairs, cells, merge, parse_ticks
from leads.models import Lead
from leads.services.matrix import AnswersNeeded, archive_status, save_matrix

MOST_COUNTED = 10_000

may_manage = permission_required("crm.manage_settings", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def funnel_matrix(request: HttpRequest) -> HttpResponseBase:
    """The matrix; a change that strands leads is stored only with an answer for each group of them."""
    user = signed_in_user(request)
    matrix = load_matrix()
    if request.method != "POST":
        if "stranded" in request.GET:
            return _review(request, matrix, matrix.ticks, user)
        return _page(request, matrix, matrix.ticks)
    ticks = parse_ticks(request.POST.getlist("tick"), matrix)
    if request.POST.get("seen") != matrix.version:
        return _stale(request, matrix, ticks)
    if "edit" in request.POST:
        return _page(request, matrix, ticks)
    return _save(request, matrix, ticks, user)


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def status_archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Archive a status; the leads that stand in it are moved, or knowingly left, in the same step."""
    user = signed_in_user(request)
    status = get_object_or_404(LeadStatus, pk=pk)
    kind = BY_SLUG["statuses"]
    plan = plan_archiving(status, user=user)
    answered = request.method == "POST"
    form = AnswersForm(request.POST if answered else None, plan=plan)
    refusal: RuleError | None = None
    if answered and form.is_valid():
        try:
            answer = archive_status(status=status, by=user, moves=form.moves)
        except RuleError as error:
            refusal = error
        else:
            done = _("“%(item)s” is archived.") % {"item": status}
            return back_to_list(request, kind, f"{done} {moved_text(answer)}".strip())
    context = {"kind": kind, "status": status, "form": form, "refusal": refusal}
    return dialog(request, "leads/status_archive.html", context, status=422 if answered else 200)


def moved_text(answer: Answer) -> str:
    """How many leads moved and how many did not, with the first reasons."""
    texts = []
    if answer.moved:
        texts.append(
            ngettext("%(count)s lead moved.", "%(count)s leads moved.", answer.moved) % {"count": answer.moved}
        )
    if answer.refused:
        count = ngettext("%(count)s refused:", "%(count)s refused:", answer.refused) % {"count": answer.refused}
        texts.append(f"{count} {'; '.join(answer.reasons[:5])}")
    return " ".join(texts)


def _save(request: HttpRequest, matrix: Matrix, ticks: Pairs, user: User) -> HttpResponseBase:
    plan = plan_matrix(ticks, matrix=matrix, user=user)
    answered = "answered" in request.POST
    if plan.needs_answer and not answered:
        return _review(request, matrix, ticks, user)
    form = AnswersForm(request.POST if answered else None, plan=plan)
    if answered and not form.is_valid():
        return _render_review(request, matrix, ticks, form)
    try:
        answer = save_matrix(
            ticks=ticks,
            seen=matrix.version,
            by=user,
            moves=form.moves if answered else {},
            may_empty=form.may_empty if answered else (),
        )
    except StaleObject:
        return _stale(request, load_matrix(), ticks)
    except AnswersNeeded:
        return _review(request, matrix, ticks, user)
    except RuleError as refusal:
        return _page(request, matrix, ticks, refusal=refusal)
    text = " ".join([_("Types and statuses saved."), moved_text(answer)]).strip()
    return redirect_to(request, reverse("leads:funnel_matrix"), text, "warning" if answer.refused else "success")


def _stale(request: HttpRequest, matrix: Matrix, ticks: Pairs) -> HttpResponse:
    merged, theirs = merge(ticks, seen=request.POST.get("seen", ""), stored=matrix.ticks)
    return _page(request, matrix, merged, theirs=theirs, is_stale=True)


def _page(
    request: HttpRequest,
    matrix: Matrix,
    ticks: Pairs,
    *,
    theirs: Pairs = frozenset(),
    is_stale: bool = False,
    refusal: RuleError | None = None,
) -> HttpResponse:
    stranded = Lead.objects.visible_to(signed_in_user(request)).stranded()
    context = {
        "matrix": matrix,
        "rows": cells(matrix, ticks, theirs),
        "stranded_count": stranded.count_up_to(MOST_COUNTED),
        "most_counted": MOST_COUNTED,
        "is_dirty": ticks != matrix.ticks,
        "is_stale": is_stale,
        "refusal": refusal,
    }
    return render(request, "leads/funnel_matrix.html", context, status=409 if is_stale else 422 if refusal else 200)


def _review(request: HttpRequest, matrix: Matrix, ticks: Pairs, user: User) -> HttpResponse:
    return _render_review(request, matrix, ticks, AnswersForm(plan=plan_matrix(ticks, matrix=matrix, user=user)))


def _render_review(request: HttpRequest, matrix: Matrix, ticks: Pairs, form: AnswersForm) -> HttpResponse:
    context: dict[str, Any] = {
        "matrix": matrix,
        "ticks": [f"{type_id}-{status_id}" for type_id, status_id in sorted(ticks)],
        "form": form,
        "is_change": ticks != matrix.ticks,
    }
    return render(request, "leads/matrix_review.html", context, status=422 if form.is_bound else 200)
