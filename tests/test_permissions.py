"""Who may do what, over every address there is.

A new URL is one line in URLS (or in EXEMPT, with the reason); a URL without a line fails. A line says who may, by role:

    everyone("app:noun_verb")                     anyone who is signed in
    managers("app:noun_verb")                     managers and administrators; sales people get 403
    nobody("app:noun_verb")                       none of them: the row belongs to somebody else (Marek)
    admins("app:noun_verb")                       administrators; sales people and managers get 403
    guests("app:noun_verb")                       also who is not signed in

More of it: `"post"` for the method (GET is the default); arguments of the address by name, where "@lead" is the ID of
the sample row "lead" (SAMPLES) and anything else stands for itself; `data={…}` for what is posted; `known=True` when
the refused are not told 403 but 404. A line with "@lead" is also tried by a sales person on a lead that is not theirs,
which must not exist for them (404).

"May" is any answer but a refusal (401, 403, 404, 405, the login page) or an error of the server.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.models import Notification, SystemSettings, User, Visibility
from leads.models import BulkRun, ImportMapping, SavedView
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import ActivityFactory, CommentFactory, LeadFactory
from tests.leads.filing import add_text
from tests.leads.importing import upload
from tests.leads.merging import merge

GUEST, SALES, MANAGER, ADMIN = "guest", "sales", "manager", "admin"


@dataclass(frozen=True)
class Line:
    """One address with one method, and the roles that may."""

    name: str
    who: frozenset[str]
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    refusal: int = 403
    args: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def _lines(*who: str) -> Callable[..., Line]:
    def line(name: str, method: str = "get", *, data: dict[str, Any] | None = None, known: bool = False, **args: Any):
        return Line(name, frozenset(who), method, data or {}, 404 if known else 403, args)

    return line


guests = _lines(GUEST, SALES, MANAGER, ADMIN)
everyone = _lines(SALES, MANAGER, ADMIN)
managers = _lines(MANAGER, ADMIN)
nobody = _lines()
admins = _lines(ADMIN)
managers_own = partial(_lines(MANAGER), known=True)


@dataclass
class Cast:
    """What the makers of sample rows may build on."""

    ola: User
    marek: User
    ewa: User
    adam: User
    funnel: FunnelCast


# The rows that addresses are tried with, each made when a line names it.
SAMPLES: dict[str, Callable[[Cast], int]] = {
    "user": lambda cast: cast.ola.pk,
    "notification": lambda cast: Notification.objects.create(user=cast.marek, kind="mention", what="a", url="/").pk,
    "person": lambda cast: rows.UserFactory(email=None, is_active=False, password=None, team=cast.ola.team).pk,
    "team": lambda cast: cast.ola.team_id or 0,
    "lead": lambda cast: LeadFactory(status=cast.funnel.new, sales_person=cast.ola).pk,
    "hidden_lead": lambda cast: LeadFactory(status=cast.funnel.new, sales_person=cast.marek).pk,
    "status": lambda cast: cast.funnel.qualified.pk,
    "type": lambda cast: rows.LeadTypeFactory().pk,
    "tag": lambda cast: rows.LeadTagFactory().pk,
    "priority": lambda cast: rows.LeadPriorityFactory().pk,
    "lost_reason": lambda cast: cast.funnel.too_expensive.pk,
    "partner": lambda cast: rows.PartnerFactory().pk,
    "product": lambda cast: rows.ProductFactory().pk,
    "import": lambda cast: upload("nazwa\nLead z pliku\n", by=cast.ewa).pk,
    "bulk": lambda cast: BulkRun.objects.create(owner=cast.ewa, action="priority", values={"priority": None}).pk,
    "view": lambda cast: SavedView.objects.create(owner=cast.ewa, name="Moje").pk,
    "mapping": lambda cast: ImportMapping.objects.create(name="Leady", kind="leads").pk,
    "activity": lambda cast: ActivityFactory(lead__status=cast.funnel.new, assignee=cast.ola).pk,
    "older": lambda cast: LeadFactory(status=cast.funnel.new).pk,
    "newer": lambda cast: LeadFactory(status=cast.funnel.new).pk,
    "merge": lambda cast: merge(*LeadFactory.create_batch(2, status=cast.funnel.new), cast.adam).pk,
    "comment": lambda cast: CommentFactory(lead__sales_person=cast.ola).pk,
    "file": lambda cast: add_text(LeadFactory(status=cast.funnel.new, sales_person=cast.ola)).pk,
    "contact": lambda cast: rows.PartnerFactory().contacts.create(first_name="Jan").pk,
}

URLS: list[Line] = [
    # --- accounts and profile
    guests("crm:session_show"),
    everyone("crm:theme_update", "post", data={"theme": "dark"}),
    guests("crm:language_update", "post", data={"language": "en"}),
    everyone("crm:profile_edit"),
    everyone("crm:email_redirect"),
    guests("crm:invitation_accept", token="made-up"),
    guests("crm:live_stream"),
    everyone("crm:live_changes"),
    everyone("crm:search_show"),
    everyone("crm:shortcut_list"),
    everyone("crm:notification_list"),
    everyone("crm:notification_menu"),
    everyone("crm:notification_bell"),
    everyone("crm:notification_read_all", "post"),
    everyone("crm:notification_choose_ways", "post"),
    nobody("crm:notification_open", pk="@notification", known=True),
    nobody("crm:notification_read", "post", pk="@notification", known=True),
    nobody("crm:notification_send_again", "post", pk="@notification", known=True),
    # --- users
    managers("crm:user_list"),
    managers("crm:user_invite"),
    managers("crm:user_invite", "post"),
    managers("crm:user_edit", pk="@user"),
    managers("crm:user_edit", "post", pk="@user"),
    managers("crm:person_invite", pk="@person"),
    managers("crm:person_invite", "post", pk="@person"),
    managers("crm:user_resend", "post", pk="@user"),
    managers("crm:user_activate", "post", pk="@user"),
    managers("leads:user_leave", pk="@user"),
    managers("leads:user_leave", "post", pk="@user"),
    admins("crm:team_list"),
    admins("crm:team_create"),
    admins("crm:team_create", "post"),
    admins("crm:team_edit", pk="@team"),
    admins("crm:team_edit", "post", pk="@team"),
    admins("crm:team_delete", "post", pk="@team"),
    # --- partners and products
    everyone("crm:partner_list"),
    everyone("crm:partner_search"),
    everyone("crm:partner_similar"),
    everyone("crm:partner_create"),
    everyone("crm:partner_create", "post"),
    everyone("crm:partner_detail", pk="@partner"),
    everyone("crm:partner_edit", pk="@partner"),
    everyone("crm:partner_edit", "post", pk="@partner"),
    everyone("crm:partner_archive", "post", pk="@partner"),
    everyone("crm:partner_restore", "post", pk="@partner"),
    managers("crm:partner_delete", pk="@partner"),
    managers("crm:partner_delete", "post", pk="@partner"),
    everyone("crm:contact_list", pk="@partner"),
    everyone("crm:contact_create", pk="@partner"),
    everyone("crm:contact_create", "post", pk="@partner"),
    everyone("crm:contact_edit", pk="@contact"),
    everyone("crm:contact_edit", "post", pk="@contact"),
    everyone("crm:contact_delete", "post", pk="@contact"),
    everyone("leads:partner_leads", pk="@partner"),
    everyone("crm:product_list"),
    everyone("crm:product_search"),
    managers("crm:product_create"),
    managers("crm:product_create", "post"),
    everyone("crm:product_detail", pk="@product"),
    managers("crm:product_edit", pk="@product"),
    managers("crm:product_edit", "post", pk="@product"),
    managers("crm:product_archive", "post", pk="@product"),
    managers("crm:product_restore", "post", pk="@product"),
    managers("crm:product_delete", pk="@product"),
    managers("crm:product_delete", "post", pk="@product"),
    everyone("crm:user_search"),
    # --- settings and reference data
    managers("crm:settings_index"),
    managers("crm:settings_index", "post"),
    managers("crm:status_list"),
    managers("crm:type_list"),
    managers("crm:priority_list"),
    managers("crm:tag_list"),
    managers("crm:lost_reason_list"),
    managers("crm:campaign_list"),
    managers("crm:medium_list"),
    managers("crm:source_list"),
    managers("crm:position_list"),
    managers("crm:activity_type_list"),
    managers("crm:reference_create", kind="tags"),
    managers("crm:reference_create", "post", kind="tags", data={"name": "targi", "colour": "red"}),
    managers("crm:reference_edit", kind="tags", pk="@tag"),
    managers("crm:reference_edit", "post", kind="tags", pk="@tag"),
    managers("crm:reference_sort", "post", kind="tags"),
    managers("crm:reference_archive", "post", kind="tags", pk="@tag"),
    managers("crm:reference_restore", "post", kind="tags", pk="@tag"),
    managers("crm:reference_delete", kind="tags", pk="@tag"),
    managers("crm:reference_delete", "post", kind="tags", pk="@tag"),
    managers("crm:reference_replace", "post", kind="tags", pk="@tag"),
    managers("leads:funnel_matrix"),
    managers("leads:funnel_matrix", "post"),
    managers("leads:status_archive", pk="@status"),
    managers("leads:status_archive", "post", pk="@status"),
    # --- leads
    everyone("leads:my_day"),
    everyone("leads:day_change", pk="@lead", field="status"),
    everyone("leads:day_change", "post", pk="@lead", field="expected_close", data={"value": "2030-01-01"}),
    everyone("leads:lead_list"),
    everyone("leads:board_show"),
    everyone("leads:board_heads"),
    everyone("leads:board_changes"),
    everyone("leads:board_cards", status="@status"),
    everyone("leads:board_move", pk="@lead"),
    everyone("leads:board_move", "post", pk="@lead"),
    everyone("leads:lead_columns"),
    everyone("leads:lead_columns", "post", data={"columns": ["name", "id"]}),
    everyone("leads:lead_export", format="csv"),
    everyone("leads:lead_export", format="xlsx"),
    # A view that ewa keeps to herself; who sees and changes shared ones: tests/leads/test_saved_views.py
    everyone("leads:view_list"),
    everyone("leads:view_create"),
    everyone("leads:view_create", "post"),
    managers_own("leads:view_open", pk="@view"),
    managers_own("leads:view_edit", pk="@view"),
    managers_own("leads:view_edit", "post", pk="@view"),
    managers_own("leads:view_update", "post", pk="@view"),
    managers_own("leads:view_delete", "post", pk="@view"),
    managers_own("leads:view_pin", "post", pk="@view"),
    managers_own("leads:view_default", "post", pk="@view"),
    everyone("leads:bulk_ask", "post", action="status", data={"ids": "1"}),
    everyone("leads:bulk_start", "post", action="status", data={"ids": "1"}),
    everyone("leads:bulk_last"),
    # A bulk change is its owner's alone.
    managers_own("leads:bulk_detail", pk="@bulk"),
    managers_own("leads:bulk_progress", pk="@bulk"),
    managers_own("leads:bulk_cancel", "post", pk="@bulk"),
    managers_own("leads:bulk_resume", "post", pk="@bulk"),
    managers_own("leads:bulk_undo", "post", pk="@bulk"),
    everyone("leads:lead_create"),
    everyone("leads:lead_create", "post"),
    everyone("leads:lead_similar"),
    everyone("leads:lead_status_field"),
    everyone("leads:lead_detail", pk="@lead"),
    everyone("leads:lead_rows"),
    everyone("leads:lead_news"),
    everyone("leads:lead_notice", pk="@lead"),
    everyone("leads:lead_row", pk="@lead"),
    everyone("leads:lead_cell", pk="@lead", field="status"),
    everyone("leads:lead_cell", "post", pk="@lead", field="status"),
    everyone("leads:lead_history", pk="@lead"),
    everyone("leads:lead_status_changes", pk="@lead"),
    everyone("leads:lead_update", "post", pk="@lead"),
    everyone("leads:lead_change_status", "post", pk="@lead"),
    everyone("leads:lead_lose", pk="@lead"),
    everyone("leads:lead_lose", "post", pk="@lead"),
    everyone("leads:lead_reopen", "post", pk="@lead"),
    everyone("leads:lead_assign_to_me", "post", pk="@lead"),
    everyone("leads:lead_create_partner", "post", pk="@lead"),
    everyone("leads:lead_copy", "post", pk="@lead"),
    everyone("leads:lead_merge", pk="@lead"),
    everyone("leads:lead_merge", "post", pk="@lead"),
    managers("leads:merge_list"),
    managers("leads:duplicate_list"),
    managers("leads:duplicate_dismiss", "post", first="@older", second="@newer"),
    managers("leads:duplicate_restore", "post", first="@older", second="@newer"),
    everyone("leads:duplicate_ask", "post"),
    everyone("leads:merge_detail", pk="@merge"),
    everyone("leads:merge_history", pk="@merge"),
    managers("leads:merge_undo", "post", pk="@merge"),
    everyone("leads:lead_delete", pk="@lead"),
    everyone("leads:lead_delete", "post", pk="@lead"),
    everyone("leads:lead_people", pk="@lead"),
    everyone("leads:lead_activities", pk="@lead"),
    everyone("leads:activity_create", pk="@lead"),
    everyone("leads:activity_create", "post", pk="@lead"),
    everyone("leads:partner_activities", pk="@partner"),
    everyone("leads:partner_activity_create", pk="@partner"),
    everyone("leads:partner_activity_create", "post", pk="@partner"),
    everyone("leads:activity_edit", pk="@activity"),
    everyone("leads:activity_edit", "post", pk="@activity"),
    everyone("leads:activity_done", pk="@activity"),
    everyone("leads:activity_done", "post", pk="@activity"),
    everyone("leads:activity_reopen", "post", pk="@activity"),
    everyone("leads:activity_postpone", "post", pk="@activity", data={"to": "week"}),
    everyone("leads:activity_delete", "post", pk="@activity"),
    everyone("leads:lead_comments", pk="@lead"),
    everyone("leads:comment_create", "post", pk="@lead", data={"text": "Uwaga"}),
    everyone("leads:comment_show", pk="@comment"),
    managers("leads:comment_delete", "post", pk="@comment"),
    everyone("leads:lead_files", pk="@lead"),
    everyone("leads:file_create", "post", pk="@lead"),
    everyone("leads:file_download", pk="@file"),
    managers("leads:file_delete", "post", pk="@file"),
    # --- import
    managers("leads:import_list"),
    managers("leads:import_create"),
    managers("leads:import_create", "post"),
    managers("leads:import_detail", pk="@import"),
    managers("leads:import_columns", pk="@import"),
    managers("leads:import_columns", "post", pk="@import"),
    managers("leads:import_mapping_choose", "post", pk="@import", mapping_pk="@mapping"),
    managers("leads:import_mapping_delete", "post", pk="@import", mapping_pk="@mapping"),
    managers("leads:import_values", "post", pk="@import"),
    managers("leads:import_values_reset", "post", pk="@import"),
    managers("leads:import_start", "post", pk="@import"),
    managers("leads:import_cancel", "post", pk="@import"),
    managers("leads:import_resume", "post", pk="@import"),
    managers("leads:import_undo", "post", pk="@import"),
    managers("leads:import_delete", "post", pk="@import"),
    managers("leads:import_progress", pk="@import"),
    managers("leads:import_rows", pk="@import"),
    managers("leads:import_refused", pk="@import"),
    managers("leads:import_file", pk="@import"),
]

EXEMPT: dict[str, str] = {
    "crm:health_show": "public: tells a balancer that the process answers, and nothing else",
    "leads:file_preview": "404 for what is neither image nor PDF; tests/leads/test_files.py covers it",
    "leads:file_picture": "404 for what is no image; tests/leads/test_files.py covers it",
    "leads:file_pdf": "404 for what is no PDF; tests/leads/test_files.py covers it",
    "leads:comment_edit": "only the author may; tests/leads/test_comments.py covers it",
    "crm:user_photo": "404 for a user without a photo; tests/crm covers it",
}
# allauth's own pages: it decides who sees them and tests that itself. What we switch off is held by tests/crm.
EXEMPT_PREFIXES = ("account_", "mfa_", "socialaccount_", "usersessions_")


def _all_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _all_names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"


@pytest.fixture
def cast(ola: User, marek: User, ewa: User, adam: User, funnel: FunnelCast) -> Cast:
    settings_row = SystemSettings.objects.current()
    settings_row.sales_visibility = Visibility.OWN
    settings_row.save()
    return Cast(ola, marek, ewa, adam, funnel)


def _answer(client: Client, line: Line, cast: Cast, **instead: str) -> Any:
    args = {
        name: SAMPLES[value[1:]](cast) if isinstance(value, str) and value.startswith("@") else value
        for name, value in {**line.args, **instead}.items()
    }
    return getattr(client, line.method)(reverse(line.name, kwargs=args), line.data)


def _goes_to_login(response: Any) -> bool:
    return response.status_code == 302 and response.url.startswith(resolve_url(settings.LOGIN_URL))


@pytest.mark.parametrize("line", URLS, ids=str)
def test_each_role_may_what_its_line_says(cast: Cast, line: Line) -> None:
    people = {GUEST: None, SALES: cast.ola, MANAGER: cast.ewa, ADMIN: cast.adam}
    for role, user in people.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        with transaction.atomic():  # nobody finds what the one before has done
            response = _answer(client, line, cast)
            transaction.set_rollback(True)

        if role in line.who:
            assert response.status_code < 500, role
            assert response.status_code not in (401, 403, 404, 405), role
            assert role == GUEST or not _goes_to_login(response), role
        elif role == GUEST:
            assert _goes_to_login(response), role
        else:
            assert response.status_code == line.refusal, role


@pytest.mark.parametrize("line", [line for line in URLS if "@lead" in line.args.values()], ids=str)
def test_a_lead_of_others_does_not_exist_for_a_sales_person(client: Client, cast: Cast, line: Line) -> None:
    client.force_login(cast.ola)
    argument = next(name for name, value in line.args.items() if value == "@lead")

    response = _answer(client, line, cast, **{argument: "@hidden_lead"})

    assert response.status_code == 404


def test_every_url_has_its_line() -> None:
    known = {line.name for line in URLS} | EXEMPT.keys()
    names = set(_all_names(get_resolver()))

    missing = {name for name in names - known if not name.startswith(EXEMPT_PREFIXES)}

    assert not missing, "add a line to URLS in tests/test_permissions.py"
    assert not known - names, "these URLs are gone: take their lines away"
    assert not {line.name for line in URLS} & EXEMPT.keys()
