"""„Ustawienia”: the parameters of the system and the way to all reference data."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.errors import RuleError, StaleObject
from crm.forms.settings import ParametersForm
from crm.htmx import redirect_to
from crm.models import Seller, SystemSettings
from crm.parameters import with_added
from crm.reference import KINDS
from crm.requests import signed_in_user
from crm.services.parameters import update_parameters
from crm.views.stale import show_refusal, show_stale


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("crm.manage_settings", raise_exception=True)
def settings_index(request: HttpRequest) -> HttpResponseBase:
    """The parameters as a form, and the reference data with how many items each kind has."""
    form = ParametersForm(request.POST or None, instance=with_added(SystemSettings.objects.current()))
    stored = None
    if request.method == "POST" and form.is_valid():
        try:
            update_parameters(values=form.values, seen=form.cleaned_data["seen"], by=signed_in_user(request))
        except StaleObject:
            with_added(form.instance)
            stored = show_stale(form)
        except (RuleError, ValidationError) as refusal:
            show_refusal(form, refusal)
        else:
            return redirect_to(request, request.path, _("Settings saved."))
    kinds = [(kind, kind.model._default_manager.filter(is_archived=False).count()) for kind in KINDS]
    return render(
        request,
        "crm/settings_index.html",
        {"form": form, "stored": stored, "kinds": kinds, "seller": Seller.objects.current()},
        status=422 if form.is_bound else 200,
    )
