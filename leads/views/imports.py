"""„Import”: upload, columns, check, import with progress, result, undo."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.downloads import PIECE, stream_download
from crm.errors import RuleError
from crm.htmx import redirect_to
from crm.models import User
from crm.requests import signed_in_user
from leads import background
from leads.importing import control
from leads.importing.files import MAX_FILE, FileRefused
from leads.importing.forms import ColumnsForm, UploadForm, ValuesForm
from leads.importing.reading import MAX_ROWS
from leads.importing.report import refused_pieces
from leads.importing.steps import badge_of, heading_of, steps_of
from leads.importing.targets import may_import
from leads.models import ImportKind, ImportMapping, ImportRow, ImportRun
from leads.models.imports import FileFormat

may_run_imports = permission_required("leads.run_import", raise_exception=True)
LISTS: dict[str, str] = {
    ImportKind.LEADS: "leads:lead_list",
    ImportKind.PARTNERS: "crm:partner_list",
    ImportKind.PRODUCTS: "crm:product_list",
    ImportKind.PEOPLE: "crm:user_list",
}
LISTED = 50
ROWS_SHOWN = 25


@require_GET
@may_run_imports
def import_list(request: HttpRequest) -> HttpResponseBase:
    """The imports of the user (administrators: of everybody), the last ones first."""
    user = signed_in_user(request)
    runs = ImportRun.objects.visible_to(user).select_related("owner")
    before = request.GET.get("before", "")
    if before.isdecimal():
        runs = runs.filter(pk__lt=int(before[:18]))
    page = list(runs[: LISTED + 1])
    shown = page[:LISTED]
    return render(
        request,
        "leads/import_list.html",
        {
            "rows": [(run, badge_of(run)) for run in shown],
            "next_query": f"?before={shown[-1].pk}" if len(page) > LISTED else "",
            "shows_owner": user.has_perm("leads.view_all_imports"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may_run_imports
def import_create(request: HttpRequest) -> HttpResponseBase:
    """Step 1: the file. A file that can't be read is refused with its reason, and nothing of it is kept."""
    user = signed_in_user(request)
    form = UploadForm(request.POST or None, request.FILES or None, user=user, initial={"kind": request.GET.get("kind")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run = control.create_run(upload=form.cleaned_data["file"], kind=form.cleaned_data["kind"], by=user)
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
                status = refusal.status
            else:
                return redirect("leads:import_columns", run.pk)
    limits = {"size": MAX_FILE // 2**20, "csv": MAX_ROWS[FileFormat.CSV], "xlsx": MAX_ROWS[FileFormat.XLSX]}
    context = {"form": form, "steps": steps_of(None), "limits": limits}
    return render(request, "leads/import_create.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may_run_imports
def import_columns(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Step 2: which field each column fills and how texts are read; then the check begins."""
    run = _run(request, pk)
    if run.is_busy or run.stage not in (ImportRun.Stage.COLUMNS, ImportRun.Stage.CHECK):
        return redirect("leads:import_detail", pk)
    form = ColumnsForm(request.POST or None, instance=run)
    if request.method == "POST" and form.is_valid():
        try:
            run = control.set_columns(run=run, fields=form.chosen, settings=form.settings)
            if form.cleaned_data["save_as"]:
                control.save_mapping(run=run, name=form.cleaned_data["save_as"])
            if "look" not in request.POST:
                control.start_check(run=run)
        except (RuleError, FileRefused) as refusal:
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            return redirect("leads:import_columns" if "look" in request.POST else "leads:import_detail", pk)
    context = {
        "run": run,
        "form": form,
        "steps": steps_of(run, current=2),
        "mappings": ImportMapping.objects.filter(kind=run.kind),
    }
    return render(request, "leads/import_columns.html", context, status=422 if form.errors else 200)


@require_POST
@may_run_imports
def import_mapping_choose(request: HttpRequest, pk: int, mapping_pk: int) -> HttpResponseBase:
    """Take over a mapping that was kept."""
    run = _run(request, pk)
    mapping = get_object_or_404(ImportMapping, pk=mapping_pk, kind=run.kind)
    return _act(request, run, lambda: control.choose_mapping(run=run, mapping=mapping), to="leads:import_columns")


@require_POST
@may_run_imports
def import_mapping_delete(request: HttpRequest, pk: int, mapping_pk: int) -> HttpResponseBase:
    """Forget a mapping that was kept."""
    run = _run(request, pk)
    get_object_or_404(ImportMapping, pk=mapping_pk, kind=run.kind).delete()
    return redirect_to(request, reverse("leads:import_columns", args=[run.pk]), _("Mapping deleted."))


@require_GET
@may_run_imports
def import_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Steps 3 and 4: the check or the import, at work or with its result."""
    run = _run(request, pk)
    if run.stage == ImportRun.Stage.COLUMNS:
        return redirect("leads:import_columns", pk)
    return render(request, "leads/import_detail.html", _context(run, signed_in_user(request)))


@require_GET
@may_run_imports
def import_progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The state of the run for a page that watches it; it takes the place of what stood there."""
    run = _run(request, pk)
    return render(request, "leads/_import_state.html", _context(run, signed_in_user(request)))


@require_GET
@may_run_imports
def import_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """More of the refused or kept rows."""
    run = _run(request, pk)
    after = request.GET.get("after", "")
    listed = _listed(run, kept=request.GET.get("kept") == "1", after=int(after[:9]) if after.isdecimal() else 0)
    return render(request, "leads/_import_rows.html", {"run": run, **listed})


@require_POST
@may_run_imports
def import_values(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Decide what unknown values become; the check runs again."""
    run, user = _run(request, pk), signed_in_user(request)
    form = ValuesForm(request.POST, run=run, user=user)
    if not form.is_valid():
        return render(request, "leads/import_detail.html", _context(run, user, form), status=422)
    return _act(request, run, lambda: control.decide_values(run=run, decisions=form.decisions))


@require_POST
@may_run_imports
def import_values_reset(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back what was decided about unknown values; the check runs again."""
    run = _run(request, pk)
    return _act(request, run, lambda: control.forget_values(run=run))


@require_POST
@may_run_imports
def import_start(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Step 4 begins."""
    run = _run(request, pk)
    if not may_import(signed_in_user(request), run.kind):
        raise PermissionDenied
    return _act(request, run, lambda: control.start_import(run=run))


@require_POST
@may_run_imports
def import_cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop after the chunk that is at work."""
    run = _run(request, pk)
    return _act(request, run, lambda: control.cancel(run=run))


@require_POST
@may_run_imports
def import_resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go on with what failed or was stopped."""
    run = _run(request, pk)
    return _act(request, run, lambda: control.resume(run=run))


@require_POST
@may_run_imports
def import_undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the import back."""
    run = _run(request, pk)
    if not may_import(signed_in_user(request), run.kind):
        raise PermissionDenied
    return _act(request, run, lambda: control.start_undo(run=run))


@require_POST
@may_run_imports
def import_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete the run and its file; what it imported stays."""
    run = _run(request, pk)
    try:
        control.delete_run(run=run)
    except RuleError as refusal:
        return redirect_to(request, reverse("leads:import_detail", args=[pk]), str(refusal), "danger")
    return redirect_to(request, reverse("leads:import_list"), _("Import deleted."))


@require_GET
@may_run_imports
def import_refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows with their reasons, as a file."""
    run = _run(request, pk)
    what = _("refused rows")
    name = f"{run.file_name.rpartition('.')[0] or run.file_name} – {what}.csv"
    return stream_download(request, refused_pieces(run), name=name, content_type="text/csv; charset=utf-8")


@require_GET
@may_run_imports
def import_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    run = _run(request, pk)
    pieces = _pieces(run.file.open("rb"))
    return stream_download(request, pieces, name=run.file_name, content_type="application/octet-stream")


def _pieces(file: "File[bytes]") -> Iterator[bytes]:
    with file:
        yield from file.chunks(PIECE)


def _run(request: HttpRequest, pk: int) -> ImportRun:
    runs = ImportRun.objects.visible_to(signed_in_user(request)).select_related("owner", "lost_reason")
    return get_object_or_404(runs, pk=pk)


def _act(
    request: HttpRequest, run: ImportRun, action: Callable[[], object], to: str = "leads:import_detail"
) -> HttpResponseBase:
    url = reverse(to, args=[run.pk])
    try:
        action()
    except RuleError as refusal:
        return redirect_to(request, url, str(refusal), "danger")
    return redirect_to(request, url)


def _context(run: ImportRun, user: User, form: ValuesForm | None = None) -> dict[str, Any]:
    """What the pages of a run that is checked, imported or undone show."""
    background.watch(run)
    kept = run.stage == ImportRun.Stage.UNDO
    return {
        "run": run,
        "steps": steps_of(run),
        "badge": badge_of(run),
        "heading": heading_of(run),
        "may_write": may_import(user, run.kind),
        "stored_url": reverse(LISTS[run.kind]),
        "values_form": form or (ValuesForm(run=run, user=user) if run.unknowns and run.stage == "check" else None),
        **_listed(run, kept=kept, after=0),
    }


def _listed(run: ImportRun, *, kept: bool, after: int) -> dict[str, Any]:
    """Some of the refused rows, or of those that an undo has kept, in the order of the file."""
    rows = run.rows.filter(undone=ImportRow.Undone.KEPT) if kept else run.rows.filter(result=ImportRow.Result.REFUSED)
    page = list(rows.filter(line__gt=after).order_by("line", "pk")[: ROWS_SHOWN + 1])
    return {
        "listed": page[:ROWS_SHOWN],
        "kept": kept,
        "next_after": page[ROWS_SHOWN - 1].line if len(page) > ROWS_SHOWN else 0,
    }
