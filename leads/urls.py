"""Addresses of leads."""

from django.urls import URLPattern, path, re_path

from leads.views import actions, activities, card, cells, imports, leaver, lookup, matrix, partner_block
from leads.views import actions, card, cells, imports, leaver, matrix, merge, partner_block
from leads.views.list import home_show, lead_columns, lead_export, lead_list

app_name = "leads"
urlpatterns: list[URLPattern] = [
    path("", home_show, name="home_show"),
    path("leads/", lead_list, name="lead_list"),
    path("leads/columns/", lead_columns, name="lead_columns"),
    re_path(r"^leads/export\.(?P<format>csv|xlsx)$", lead_export, name="lead_export"),
    path("leads/new/", card.lead_create, name="lead_create"),
    path("leads/similar/", card.lead_similar, name="lead_similar"),
    path("leads/status-field/", card.lead_status_field, name="lead_status_field"),
    path("leads/<int:pk>/", card.lead_detail, name="lead_detail"),
    path("leads/<int:pk>/row/", cells.lead_row, name="lead_row"),
    path("leads/<int:pk>/cells/<slug:field>/", cells.lead_cell, name="lead_cell"),
    path("leads/<int:pk>/update/", card.lead_update, name="lead_update"),
    path("leads/<int:pk>/history/", card.lead_history, name="lead_history"),
    path("leads/<int:pk>/status-changes/", card.lead_status_changes, name="lead_status_changes"),
    path("leads/<int:pk>/status/", actions.lead_change_status, name="lead_change_status"),
    path("leads/<int:pk>/lose/", actions.lead_lose, name="lead_lose"),
    path("leads/<int:pk>/reopen/", actions.lead_reopen, name="lead_reopen"),
    path("leads/<int:pk>/assign-to-me/", actions.lead_assign_to_me, name="lead_assign_to_me"),
    path("leads/<int:pk>/create-partner/", actions.lead_create_partner, name="lead_create_partner"),
    path("leads/<int:pk>/copy/", actions.lead_copy, name="lead_copy"),
    path("leads/<int:pk>/merge/", merge.lead_merge, name="lead_merge"),
    path("leads/merges/", merge.merge_list, name="merge_list"),
    path("leads/merges/<int:pk>/", merge.merge_detail, name="merge_detail"),
    path("leads/merges/<int:pk>/history/", merge.merge_history, name="merge_history"),
    path("leads/merges/<int:pk>/undo/", merge.merge_undo, name="merge_undo"),
    path("leads/<int:pk>/delete/", actions.lead_delete, name="lead_delete"),
    path("leads/<int:pk>/people/", lookup.lead_people, name="lead_people"),
    path("leads/<int:pk>/activities/", activities.lead_activities, name="lead_activities"),
    path("leads/<int:pk>/activities/new/", activities.activity_create, name="activity_create"),
    path("activities/<int:pk>/", activities.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/done/", activities.activity_done, name="activity_done"),
    path("activities/<int:pk>/reopen/", activities.activity_reopen, name="activity_reopen"),
    path("activities/<int:pk>/postpone/", activities.activity_postpone, name="activity_postpone"),
    path("activities/<int:pk>/delete/", activities.activity_delete, name="activity_delete"),
    path("settings/users/<int:pk>/leave/", leaver.user_leave, name="user_leave"),
    path("settings/matrix/", matrix.funnel_matrix, name="funnel_matrix"),
    path("settings/statuses/<int:pk>/archiving/", matrix.status_archive, name="status_archive"),
    path("import/", imports.import_list, name="import_list"),
    path("import/new/", imports.import_create, name="import_create"),
    path("import/<int:pk>/", imports.import_detail, name="import_detail"),
    path("import/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("import/<int:pk>/mappings/<int:mapping_pk>/", imports.import_mapping_choose, name="import_mapping_choose"),
    path(
        "import/<int:pk>/mappings/<int:mapping_pk>/delete/", imports.import_mapping_delete, name="import_mapping_delete"
    ),
    path("import/<int:pk>/values/", imports.import_values, name="import_values"),
    path("import/<int:pk>/values/reset/", imports.import_values_reset, name="import_values_reset"),
    path("import/<int:pk>/start/", imports.import_start, name="import_start"),
    path("import/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("import/<int:pk>/resume/", imports.import_resume, name="import_resume"),
    path("import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("import/<int:pk>/delete/", imports.import_delete, name="import_delete"),
    path("import/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("import/<int:pk>/rows/", imports.import_rows, name="import_rows"),
    path("import/<int:pk>/refused.csv", imports.import_refused, name="import_refused"),
    path("import/<int:pk>/file/", imports.import_file, name="import_file"),
    path("partners/<int:pk>/leads/", partner_block.partner_leads, name="partner_leads"),
    path("partners/<int:pk>/activities/", activities.partner_activities, name="partner_activities"),
    path("partners/<int:pk>/activities/new/", activities.partner_activity_create, name="partner_activity_create"),
]
