"""Comments: the block on the card of a lead. Each answer is one comment, or the form that was refused."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to, toast
from crm.models import User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from crm.views.records import save_once
from leads import permissions
from leads.forms_comment import CommentForm
from leads.models import Comment, Lead
from leads.services.comments import add_comment, delete_comment, edit_comment
from leads.views.responses import find_lead, is_htmx, require

PAGE = 20


@require_safe
def lead_comments(request: HttpRequest, pk: int) -> HttpResponse:
    """The block „Komentarze”, the newest first; with `?before=` the next page of it."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    before = parse_id(request.GET.get("before", ""))
    rows = Comment.objects.visible_to(user).filter(lead=lead, **({} if before is None else {"pk__lt": before}))
    comments = list(rows.select_related("author").prefetch_related("mentions").order_by("-pk")[: PAGE + 1])
    context = {
        **_context(user, lead),
        "comments": comments[:PAGE],
        "older": comments[PAGE - 1].pk if len(comments) > PAGE else None,
    }
    return render(request, "leads/_comment_page.html" if before else "leads/_comments.html", context)


@require_POST
def comment_create(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write a comment. The answer is the comment, and an empty form."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_comment(user))
    form = CommentForm(request.POST, of=lead)
    if form.is_valid():
        try:
            comment = save_once(form, lambda: add_comment(lead=lead, text=form.cleaned_data["text"], by=user))
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
        else:
            if not is_htmx(request):
                return redirect_to(request, _place(comment))
            return render(request, "leads/_comment_added.html", _context(user, lead, comment=comment))
    response = render(request, "leads/_comment_form.html", {**_context(user, lead), "form": form}, status=422)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#comment-form", "outerHTML"
    return response


@require_safe
def comment_show(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment as it is: what stands in the place of its form after all."""
    user = signed_in_user(request)
    return _shown(request, _find(user, pk), user)


@require_http_methods(["GET", "HEAD", "POST"])
def comment_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change one's own comment."""
    user = signed_in_user(request)
    comment = _find(user, pk)
    require(permissions.may_edit_comment(user, comment))
    form = CommentForm(request.POST if request.method == "POST" else None, instance=comment, of=comment.lead)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        text, version = form.cleaned_data["text"], form.cleaned_data["version"]
        try:
            edit_comment(comment=comment, text=text, by=user, version=version)
            if not is_htmx(request):
                return redirect_to(request, _place(comment))
            return _shown(request, _find(user, pk), user)
        except StaleObject:
            form.compare_with_stored()
            status = 409
        except Comment.DoesNotExist:
            form.add_error(None, _("Somebody has deleted this comment in the meantime. What you typed is still here."))
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
    context = _context(user, comment.lead, comment=comment) | {"form": form}
    return render(request, "leads/_comment_edit.html", context, status=status)


@require_POST
def comment_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a comment away: one's own, or as a manager any."""
    user = signed_in_user(request)
    comment = _find(user, pk)
    require(permissions.may_delete_comment(user, comment))
    delete_comment(comment=comment, by=user)
    text = _("The comment was deleted.")
    if not is_htmx(request):
        return redirect_to(request, reverse("leads:lead_detail", args=[comment.lead_id]), text)
    return toast(render(request, "leads/_comment_count.html", {**_context(user, comment.lead), "oob": True}), text)


def _find(user: User, pk: int) -> Comment:
    """A comment on a lead that the user sees, else 404."""
    rows = Comment.objects.visible_to(user).select_related("author", "lead__sales_person").prefetch_related("mentions")
    return get_object_or_404(rows, pk=pk)


def _shown(request: HttpRequest, comment: Comment, user: User) -> HttpResponse:
    return render(request, "leads/_comment.html", _context(user, comment.lead, comment=comment))


def _context(user: User, lead: Lead, **more: Any) -> dict[str, Any]:
    """What the templates of comments need beside the rows."""
    return {
        "lead": lead,
        "count": Comment.objects.visible_to(user).filter(lead=lead).count(),
        "can_comment": permissions.may_comment(user),
        "can_delete_any": permissions.may_delete_any_comment(user),
        "form": CommentForm(of=lead),
        **more,
    }


def _place(comment: Comment) -> str:
    return f"{reverse('leads:lead_detail', args=[comment.lead_id])}#comment-{comment.pk}"
