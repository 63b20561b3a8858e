"""What a user may do with documents. Whether they see one is asked of `visible_to`."""

from crm.models import User
from documents.kinds import AnyDocument, Kind, kind_of
from documents.transitions import DRAFT, Transition, transitions_of


def may_create(user: User, kind: Kind) -> bool:
    """Whether `user` makes new drafts of the kind."""
    return user.has_perm(kind.may("add"))


def may_edit(user: User, document: AnyDocument) -> bool:
    """Drafts are changed by those who see them and may change documents; what has a number by nobody."""
    return document.state == DRAFT and user.has_perm(kind_of(document).may("change"))


def may_delete(user: User, document: AnyDocument) -> bool:
    """Drafts alone are deleted."""
    return document.state == DRAFT and user.has_perm(kind_of(document).may("delete"))


def may_settle(user: User) -> bool:
    """Whether `user` registers payments and takes them back."""
    return user.has_perm("documents.close_invoice")


def may_enter_ksef(user: User) -> bool:
    """Whether `user` enters the numbers that KSeF gave invoices."""
    return user.has_perm("documents.issue_invoice")


def open_transitions(user: User, document: AnyDocument) -> list[Transition]:
    """The steps that `user` may let the document take now."""
    return [
        transition
        for transition in transitions_of(document)
        if transition.by_hand and document.state in transition.sources and user.has_perm(transition.permission)
    ]
