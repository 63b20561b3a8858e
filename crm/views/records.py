"""What the pages of partners and products share: the list, saving a form, the archive and deleting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.errors import InUse, RuleError, StaleObject
from crm.forms.records import RecordForm
from crm.htmx import redirect_to
from crm.models.versioned import Versioned
from crm.once import make_once
from crm.paging import COUNTED, Order, Page, Sort, count_up_to, load_page
from crm.requests import signed_in_user
from crm.search import SearchedQuerySet, clean_query
from crm.services.records import refuse_used

Row = TypeVar("Row", bound=Versioned)


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of the page is asked for."""
    return bool(getattr(request, "htmx", False))


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A page of a list with what was asked for; unknown parts of the address are as if absent."""

    page: Page[Row]
    count: int
    text: str
    order: Order
    kind: str
    is_archive: bool
    archived_count: int

    limit: int = COUNTED

    @property
    def is_counted(self) -> bool:
        """Whether `count` is the number of rows, not just the limit of counting."""
        return self.count <= self.limit

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.kind)


def read_listing(
    rows: SearchedQuerySet[Row], query: QueryDict, *, sorts: Mapping[str, Sort], kinds: tuple[str, ...] = ()
) -> Listing[Row]:
    """The page of `rows` that the address asks for: `?q= &kind= &archived=1 &sort= &after= &before=`."""
    text = clean_query(query.get("q", ""))
    kind = query.get("kind", "") if query.get("kind") in kinds else ""
    is_archive = query.get("archived") == "1"
    order = Order(sorts, query.get("sort", ""))
    archived = rows.filter(is_archived=True)
    wanted = (archived if is_archive else rows.active()).containing(text)
    if kind:
        wanted = wanted.filter(kind=kind)
    return Listing(
        page=load_page(wanted, order=order, after=query.get("after", ""), before=query.get("before", "")),
        count=count_up_to(wanted),
        text=text,
        order=order,
        kind=kind,
        is_archive=is_archive,
        archived_count=count_up_to(archived),
    )


def save_form(
    request: HttpRequest,
    form: RecordForm,
    *,
    template: str,
    save: Callable[[], Row],
    saved_at: Callable[[Row], str],
    context: dict[str, Any],
) -> HttpResponseBase:
    """The page of a form, or what became of it: saved (to `saved_at`), refused at its fields (422), changed by somebody
    else meanwhile (409, with both values), deleted meanwhile (410).
    """
    status = 422 if form.is_bound else 200
    context = {**context, "form": form}
    if form.is_bound and form.is_valid():
        try:
            row = save_once(form, save)
            return redirect_to(request, saved_at(row), _("“%(name)s” is saved.") % {"name": row})
        except StaleObject:
            form.compare_with_stored()
            status = 409
        except ObjectDoesNotExist:
            form.add_error(None, _("Somebody has deleted this record in the meantime. What you typed is still here."))
            status = 410
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
    return render(request, template, context, status=status)


def save_once(form: RecordForm, save: Callable[[], Row]) -> Row:
    """What `save` stores for a valid form; the same form of a new row, sent again, gives the row that it made."""
    token = form.cleaned_data["once"]
    if form.instance.pk is not None or not token:
        return save()
    rows: Any = type(form.instance)._default_manager.all()
    row: Row
    row, _is_new = make_once(f"{form.instance._meta.label}:{token}", rows=rows, make=save)
    return row


def confirm_deletion(
    request: HttpRequest, row: Versioned, *, delete: Callable[[], None], done_at: str, context: dict[str, Any]
) -> HttpResponseBase:
    """The question before deleting, in a dialog or as a page; of what is in use, where, and the archive instead."""
    refusal: InUse | None = None
    try:
        if request.method == "POST":
            delete()
            return redirect_to(request, done_at, _("“%(name)s” is deleted.") % {"name": row})
        refuse_used(row, by=signed_in_user(request))
    except InUse as error:
        refusal = error
    layout = "components/modal.html" if is_htmx(request) else "crm/record_dialog.html"
    context = {**context, "row": row, "refusal": refusal, "layout": layout}
    return render(request, "crm/record_delete.html", context, status=422 if request.method == "POST" else 200)
