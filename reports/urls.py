from django.urls import URLPattern, URLResolver, path, re_path

from reports.views import dashboard, funnel, report, saved

app_name = "reports"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/leads/", report.lead_report, name="lead_report"),
    re_path(r"^reports/leads/export\.(?P<format>csv|xlsx)$", report.report_export, name="report_export"),
    path("reports/leads/dashboard/", dashboard.dashboard_show, name="dashboard_show"),
    path("reports/leads/funnel/", funnel.funnel_show, name="funnel_show"),
    re_path(r"^reports/leads/funnel/export\.(?P<format>csv|xlsx)$", funnel.funnel_export, name="funnel_export"),
    path("reports/saved/", saved.report_list, name="report_list"),
    path("reports/saved/new/", saved.report_create, name="report_create"),
    path("reports/saved/<int:pk>/", saved.report_open, name="report_open"),
    path("reports/saved/<int:pk>/edit/", saved.report_edit, name="report_edit"),
    path("reports/saved/<int:pk>/update/", saved.report_update, name="report_update"),
    path("reports/saved/<int:pk>/delete/", saved.report_delete, name="report_delete"),
]
