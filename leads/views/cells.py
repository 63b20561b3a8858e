"""Changing one value of a lead in its place in the list."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import toast
from crm.models import User
from crm.requests import signed_in_user
from leads import permissions
from leads.cell_forms import CHANGED_IN_PLACE, CellForm
from leads.columns import columns_of
from leads.conflicts import last_author
from leads.models import Lead
from leads.rows import read_row
from leads.services import update_lead
from leads.views.responses import find_lead, require, version_of


@require_safe
def lead_row(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The row of a lead as the list shows it."""
    user = signed_in_user(request)
    find_lead(user, pk)
    return row_answer(request, user, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_cell(request: HttpRequest, pk: int, field: str) -> HttpResponseBase:
    """A cell as a control; what comes back from it is stored, and the row shows it."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_edit(user))
    if field not in CHANGED_IN_PLACE:
        raise Http404
    if request.method != "POST":
        return _cell(request, CellForm(lead=lead, name=field, user=user))
    form = CellForm(request.POST, lead=lead, name=field, user=user)
    if not form.is_valid():
        return _cell(request, form, status=422)
    try:
        update_lead(lead=lead, values=form.values(), by=user, version=version_of(request) or 0)
    except StaleObject:
        return _outdated(request, form, find_lead(user, pk))
    except (RuleError, ValidationError) as refusal:
        form.refuse(refusal)
        return _cell(request, form, status=422)
    except Lead.DoesNotExist as gone:
        raise Http404 from gone
    return row_answer(request, user, pk)


def row_answer(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    """The row with what is stored now; it goes when the lead is now somebody's whose leads `user` does not see."""
    row = read_row(user, pk, columns=columns_of(user, request.GET.get("cols", "")))
    if row is None:
        text = _("Lead %(number)s belongs to somebody else now, and you do not see it any more.")
        response = HttpResponse(headers={"HX-Reswap": "delete"})
        return toast(response, text % {"number": f"{pk:06d}"}, "info")
    return render(request, "leads/_lead_row.html", {"rows": [row], "may_select": permissions.may_change_many(user)})


def _outdated(request: HttpRequest, form: CellForm, stored: Lead) -> HttpResponseBase:
    """Somebody saved the lead since the cell was opened: both values, and the choice between them."""
    mine, theirs = form.texts(stored)
    conflict = {"mine": mine, "theirs": theirs, "saved_by": last_author(stored), "saved_at": stored.updated_at}
    return _cell(request, form, status=409, lead=stored, conflict=conflict)


def _cell(request: HttpRequest, form: CellForm, *, status: int = 200, **more: Any) -> HttpResponseBase:
    context: dict[str, Any] = {"form": form, "lead": form.lead, "name": form.name, **more}
    response = render(request, "leads/_lead_cell.html", context, status=status)
    if status != 200:  # the cell shows it, where a good answer takes the place of the row
        response.headers["HX-Retarget"] = f"#lead-cell-{form.lead.pk}-{form.name}"
        response.headers["HX-Reswap"] = "outerHTML"
    return response
