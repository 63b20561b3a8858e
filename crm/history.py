"""Who makes a change: what the history triggers write down as the author."""

import pghistory

from crm.models import User


def acting_as(user: User | None) -> pghistory.context:
    """A context in which every write, of any kind, is recorded in the history as made by `user` (None: the system).

    The request middleware does the same for requests; services and tasks open it for their `by`.
    """
    return pghistory.context(user=user.pk if user else None)
