"""Rows of the list by themselves, as the table shows them: after a change in place, or when somebody else made one."""

from collections.abc import Collection

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
    return next(iter(read_rows(user, [pk], columns=columns)), None)


def read_rows(user: User, pks: Collection[int], *, columns: list[Column]) -> list[Row]:
    """The rows of these leads with these columns, without those that do not exist for `user`."""
    names = {column.value for column in columns} - {"tag_ids"}
    found = Lead.objects.visible_to(user).filter(pk__in=pks).values("pk", *ALWAYS, *names, tag_ids=TAG_IDS)
    looks = Looks.now(
        choices=load_choices(),
        currency=system_settings().currency,
        lead_url=reverse("leads:lead_detail", args=[0]).replace("0", "{}"),
    )
    return build_rows(found, columns, looks)
