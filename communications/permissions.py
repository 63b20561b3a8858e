"""What a user may do with calls that they see."""

from crm.models import User


def may_process(user: User) -> bool:
    """Whether `user` links calls to leads, ignores them, and takes both back."""
    return user.has_perm("communications.process_call") and user.has_perm("leads.change_lead")


def may_make_lead(user: User) -> bool:
    """Whether `user` makes leads of calls."""
    return may_process(user) and user.has_perm("leads.add_lead")
