"""What waits among calls, for Mój dzień (leads.my_day.Provider)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communications import permissions
from communications.calls import is_set_up, rows_of
from communications.models import Call
from leads.my_day import ALL, COUNTED, SHOWN, Block, Scope


def calls_to_process(scope: Scope) -> Block | None:
    """Calls that are neither linked to a lead nor ignored, the newest first."""
    if not scope.user.has_perm("communications.view_call") or not is_set_up():
        return None
    calls = Call.objects.of(scope.user).to_process()
    if scope.whose != ALL:
        calls = calls.filter(people__overlap=scope.people)
    count = calls.order_by()[: COUNTED + 1].count()
    return Block(
        key="calls",
        title=_("Calls to process"),
        icon="phone",
        row="communications/_day_call.html",
        rows=rows_of(list(calls.with_rows().newest_first()[:SHOWN]), scope.user) if count else [],
        count=count,
        empty=_("Every call has been processed."),
        url=reverse("communications:call_list"),
        context={
            "may_process": permissions.may_process(scope.user),
            "may_create": permissions.may_make_lead(scope.user),
        },
    )
