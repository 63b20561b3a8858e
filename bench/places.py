"""Prints the places some rows down in every order of the list: `python -m bench.places 5000`."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")


def main(rows: int) -> None:
    """By column, direction and state; "" where there are not so many rows."""
    django.setup()
    from leads.columns import ALL_COLUMNS, read_order
    from leads.models import Lead
    from leads.paging import load_page

    states = {"open": (Lead.objects.filter(is_closed=False), False), "all": (Lead.objects.all(), None)}
    found = [
        (sort, state, load_page(leads, order=read_order(sort), values=(), named={}, closed=closed, size=rows).after)
        for column in ALL_COLUMNS
        if column.sort is not None
        for sort in (column.name, f"-{column.name}")
        for state, (leads, closed) in states.items()
    ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
