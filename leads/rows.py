"""One row of the list by itself, as the table shows it: after a change in place, or when somebody else changed it."""

from django.urls import reverse

from crm.current import system_settings
from crm.models import User
from leads.cells import Looks, Row, build_rows
from leads.choices import load_choices
from leads.columns import Column
from leads.listing import ALWAYS, TAG_IDS
from leads.models import Lead


def read_row(user: User, pk: int, *, columns: list[Column]) -> Row | None:
    """The row of this lead with these columns; None when it does not exist for `user`."""
    names = {column.value for column in columns} - {"tag_ids"}
    found = Lead.objects.visible_to(user).filter(pk=pk).values("pk", *ALWAYS, *names, tag_ids=TAG_IDS)
    looks = Looks.now(
        choices=load_choices(),
        currency=system_settings().currency,
        lead_url=reverse("leads:lead_detail", args=[0]).replace("0", "{}"),
    )
    return next(iter(build_rows(found, columns, looks)), None)
