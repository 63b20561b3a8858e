"""Teams, for administrators."""

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import InUse, RuleError
from crm.forms.users import TeamForm
from crm.htmx import redirect_to, render_form_error
from crm.models import Team
from crm.services.teams import delete_team, save_team

may_change_teams = permission_required("crm.change_team", raise_exception=True)


@require_safe
@may_change_teams
def team_list(request: HttpRequest) -> HttpResponse:
    """All teams with their active members."""
    teams = Team.objects.annotate(active=Count("members", filter=Q(members__is_active=True)))
    return render(request, "crm/team_list.html", {"teams": teams})


@require_http_methods(["GET", "HEAD", "POST"])
@may_change_teams
def team_edit(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """The dialog of a new team or of a stored one (`pk`)."""
    team = None if pk is None else get_object_or_404(Team, pk=pk)
    form = TeamForm(request.POST or None, initial={"name": team.name} if team else None)
    context = {"form": form, "team": team}
    if request.method != "POST":
        return render(request, "crm/_team_edit.html", context)
    if form.is_valid():
        try:
            save_team(team=team, name=form.cleaned_data["name"])
        except RuleError as error:
            form.add_error(error.field, str(error))
        else:
            return redirect_to(request, reverse("crm:team_list"), _("Team saved."))
    return render_form_error(request, "crm/_team_edit.html", context)


@require_POST
@may_change_teams
def team_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete a team without members."""
    try:
        delete_team(team=get_object_or_404(Team, pk=pk))
    except InUse as error:
        return redirect_to(request, reverse("crm:team_list"), error.message, "danger")
    return redirect_to(request, reverse("crm:team_list"), _("Team deleted."))
