"""Addresses of orders and invoices: the same pages for both kinds."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, path, re_path

from documents.kinds import KINDS, Kind
from documents.views import blocks, detail, lines, lists, output, settlement

app_name = "documents"


def _of(kind: Kind) -> Iterator[URLPattern]:
    given, name, slug = {"kind": kind}, kind.name, kind.slug
    yield path(f"{slug}/", lists.document_list, given, name=f"{name}_list")
    yield path(f"{slug}/new/", lists.document_create, given, name=f"{name}_create")
    yield re_path(rf"^{slug}/export\.(?P<format>csv|xlsx)$", lists.document_export, given, name=f"{name}_export")
    yield path(f"{slug}/<int:pk>/", detail.document_detail, given, name=f"{name}_detail")
    yield path(f"{slug}/<int:pk>/save/", detail.document_save, given, name=f"{name}_save")
    yield path(f"{slug}/<int:pk>/step/", detail.document_step, given, name=f"{name}_step")
    yield path(f"{slug}/<int:pk>/delete/", detail.document_delete, given, name=f"{name}_delete")
    yield path(f"{slug}/<int:pk>/history/", detail.document_history, given, name=f"{name}_history")
    yield path(f"{slug}/<int:pk>/lines/", lines.line_list, given, name=f"{name}_lines")
    yield path(f"{slug}/<int:pk>/lines/new/", lines.line_create, given, name=f"{name}_line_create")
    yield path(f"{slug}/<int:pk>/lines/sort/", lines.line_sort, given, name=f"{name}_line_sort")
    yield path(f"{slug}/<int:pk>/lines/paste/", lines.line_paste, given, name=f"{name}_line_paste")
    yield path(f"{slug}/<int:pk>/lines/<int:line>/", lines.line_update, given, name=f"{name}_line_update")
    yield path(f"{slug}/<int:pk>/lines/<int:line>/delete/", lines.line_delete, given, name=f"{name}_line_delete")
    yield path(f"{slug}/<int:pk>/panel/", output.document_panel, given, name=f"{name}_panel")
    yield path(f"{slug}/<int:pk>/pdf/", output.document_pdf, given, name=f"{name}_pdf")
    yield path(f"leads/<int:pk>/{slug}/", blocks.lead_documents, given, name=f"lead_{slug}")
    yield path(f"leads/<int:pk>/{slug}/new/", blocks.lead_create, given, name=f"lead_{name}_create")
    yield path(f"partners/<int:pk>/{slug}/", blocks.partner_documents, given, name=f"partner_{slug}")


urlpatterns: list[URLPattern | URLResolver] = [
    *(pattern for kind in KINDS for pattern in _of(kind)),
    path("orders/<int:pk>/invoice/", detail.order_invoice, name="order_invoice"),
    path("invoices/<int:pk>/fa3/", output.invoice_fa3, name="invoice_fa3"),
    path("invoices/<int:pk>/ksef/", settlement.ksef_enter, name="ksef_enter"),
    path("invoices/<int:pk>/ksef/remove/", settlement.ksef_remove, name="ksef_remove"),
    path("invoices/<int:pk>/payments/new/", settlement.payment_create, name="payment_create"),
    path("invoices/payments/<int:pk>/delete/", settlement.payment_delete, name="payment_delete"),
    path("invoices/<int:pk>/correct/", settlement.invoice_correct, name="invoice_correct"),
]
