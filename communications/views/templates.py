"""Szablony e-mail: the list, the editor with its preview, sorting, archive and deleting. For managers."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communications.forms.templates import TemplateForm
from communications.mail_fields import FIELDS, fill_html, fill_line, find_faults
from communications.models import EmailTemplate
from communications.services.templates import save_template
from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.models import User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from crm.services.reference import archive_item, delete_item, restore_item, sort_items
from crm.text import sanitise
from crm.views.records import is_htmx
from crm.views.stale import show_refusal
from leads.models import Lead
from leads.querysets import LeadQuerySet

LATEST_LEADS = 20

may_manage = permission_required("crm.manage_settings", raise_exception=True)


@require_safe
@may_manage
def template_list(request: HttpRequest) -> HttpResponse:
    """All templates in their order; `?archived=1` those that are offered no more."""
    archived = request.GET.get("archived") == "1"
    rows = EmailTemplate.objects.prefetch_related("types", "statuses")
    templates = list(rows.filter(is_archived=archived))
    context = {
        "templates": templates,
        "archived": archived,
        "archived_count": len(templates) if archived else EmailTemplate.objects.filter(is_archived=True).count(),
        "is_sortable": not archived and len(templates) > 1,
    }
    return render(request, "communications/template_list.html", context)


@require_http_methods(["GET", "POST"])
@may_manage
def template_create(request: HttpRequest) -> HttpResponseBase:
    """A new template."""
    return _save(request, EmailTemplate())


@require_http_methods(["GET", "POST"])
@may_manage
def template_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a template."""
    return _save(request, _find(pk))


@require_POST
@may_manage
def template_preview(request: HttpRequest) -> HttpResponse:
    """What the typed subject and text become for a lead."""
    user = signed_in_user(request)
    lead = _preview_leads(user).filter(pk=parse_id(request.POST.get("lead", "")) or 0).first()
    subject, body = request.POST.get("subject", "")[:200], sanitise(request.POST.get("body", "")[:50_000])
    context: dict[str, Any] = {"lead": lead}
    if lead is not None:
        filled_subject, filled_body = fill_line(subject, lead=lead, user=user), fill_html(body, lead=lead, user=user)
        empty = {field.name: field.title for field in (*filled_subject.empty, *filled_body.empty)}
        unknown = dict.fromkeys((*find_faults(subject).unknown, *find_faults(body).unknown))
        context |= {
            "subject": filled_subject.text,
            "body": filled_body.text,
            "empty": ", ".join(empty.values()),
            "unknown": ", ".join(f"{{{{ {name} }}}}" for name in unknown),
        }
    return render(request, "communications/_template_preview.html", context)


@require_safe
@may_manage
def template_leads(request: HttpRequest) -> JsonResponse:
    """Leads for the preview's search box: `?q=…`, the newest first."""
    found = _preview_leads(signed_in_user(request))
    if text := request.GET.get("q", "").strip():
        found = found.search(text)
    rows = [{"id": lead.pk, "text": str(lead), "hint": lead.email} for lead in found.order_by("-pk")[:LATEST_LEADS]]
    return JsonResponse(rows, safe=False)


@require_POST
@may_manage
def template_sort(request: HttpRequest) -> JsonResponse:
    """Put the templates `id=…&id=…` into that order."""
    ids = [pk for pk in map(parse_id, request.POST.getlist("id")) if pk is not None]
    return JsonResponse(sort_items(model=EmailTemplate, ids=ids, by=signed_in_user(request)))


@require_POST
@may_manage
def template_archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer a template no more."""
    template = _find(pk)
    archive_item(item=template, by=signed_in_user(request))
    return _to_list(request, _("“%(item)s” is archived.") % {"item": template})


@require_POST
@may_manage
def template_restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer an archived template again."""
    template = _find(pk)
    restore_item(item=template, by=signed_in_user(request))
    return _to_list(request, _("“%(item)s” can be chosen again.") % {"item": template})


@require_POST
@may_manage
def template_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a template away for good; what was sent with it stays as it was sent."""
    template = _find(pk)
    delete_item(item=template, by=signed_in_user(request))
    return _to_list(request, _("“%(item)s” is deleted.") % {"item": template})


def _find(pk: int) -> EmailTemplate:
    found: EmailTemplate = get_object_or_404(EmailTemplate, pk=pk)
    return found


def _to_list(request: HttpRequest, text: str) -> HttpResponseBase:
    return redirect_to(request, reverse("communications:template_list"), text)


def _preview_leads(user: User) -> LeadQuerySet:
    return Lead.objects.visible_to(user).select_related("product", "type", "status", "partner", "sales_person")


def _save(request: HttpRequest, template: EmailTemplate) -> HttpResponseBase:
    user = signed_in_user(request)
    form = TemplateForm(request.POST if request.method == "POST" else None, instance=template)
    context: dict[str, Any] = {"form": form, "template": template, "mail_fields": FIELDS}
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            saved = save_template(
                template=template,
                values=form.template_values,
                types=form.cleaned_data["types"],
                statuses=form.cleaned_data["statuses"],
                by=user,
                seen=form.cleaned_data["seen"] if template.pk else None,
            )
        except StaleObject:
            context["stored"], status = form.show_stored(), 409
        except EmailTemplate.DoesNotExist:
            form.add_error(None, _("Somebody has deleted this record in the meantime. What you typed is still here."))
            status = 410
        except (RuleError, ValidationError) as refusal:
            show_refusal(form, refusal)
        else:
            return _to_list(request, _("“%(item)s” is saved.") % {"item": saved})
    if not is_htmx(request):
        latest = _preview_leads(user).exclude(email="").order_by("-pk")[:1]
        context["preview_lead"] = next(iter(latest), None)
    return render(request, "communications/template_form.html", context, status=status)
