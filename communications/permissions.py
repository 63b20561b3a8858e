"""What a user may do with calls that they see."""

from crm.models import User


def may_process(user: User) -> bool:
    """Whether `user` links calls to leads, ignores them, and takes both back."""
    return user.has_perm("communications.process_call") and user.has_perm("leads.change_lead")


def may_process_mail(user: User) -> bool:
    """Whether `user` links e-mails to leads, ignores them, and takes both back."""
    return user.has_perm("communications.view_message") and user.has_perm("leads.change_lead")


def may_make_lead_of_mail(user: User) -> bool:
    """Whether `user` makes leads of e-mails."""
    return may_process_mail(user) and user.has_perm("leads.add_lead")


def may_make_lead(user: User) -> bool:
    """Whether `user` makes leads of calls."""
    return may_process(user) and user.has_perm("leads.add_lead")
