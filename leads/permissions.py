"""What a user may do with a lead they see. Whether they see it is asked of `Lead.objects.visible_to`."""

from crm.models import User
from leads.models import Activity, Comment, Lead, LeadFile, LeadMerge, SavedView


def may_edit(user: User) -> bool:
    """Whether `user` changes leads that they see."""
    return user.has_perm("leads.change_lead")


def may_create(user: User) -> bool:
    """Whether `user` makes new leads, copies too."""
    return user.has_perm("leads.add_lead")


def may_delete(user: User, lead: Lead) -> bool:
    """Sales people delete their own leads, managers any."""
    if user.has_perm("leads.delete_any_lead"):
        return True
    return lead.sales_person_id == user.pk and user.has_perm("leads.delete_lead")


def may_reassign(user: User, *, owner_id: int | None, to_id: int | None) -> bool:
    """Sales people give away their own leads and take those of nobody, managers do both with any."""
    if owner_id == to_id or owner_id == user.pk or (owner_id is None and to_id == user.pk):
        return True
    return user.has_perm("leads.reassign_any_lead")


def may_take(user: User, lead: Lead) -> bool:
    """Whether „Przypisz do mnie” makes sense for `user` and is allowed."""
    if lead.sales_person_id == user.pk or not may_edit(user):
        return False
    return may_reassign(user, owner_id=lead.sales_person_id, to_id=user.pk)


def may_change_many(user: User) -> bool:
    """Whether selecting rows makes sense for `user`: they change leads, or delete some."""
    return may_edit(user) or user.has_perm("leads.delete_lead") or user.has_perm("leads.delete_any_lead")


def may_plan(user: User, *, of_partner: bool = False) -> bool:
    """Whether `user` plans and does activities of the leads (or the partners) that they see."""
    return user.has_perm("crm.change_partner") if of_partner else may_edit(user)


def may_do(user: User, activity: Activity) -> bool:
    """Whether `user` changes an activity that they see, marks it as done or puts it off."""
    return may_plan(user, of_partner=activity.partner_id is not None)


def may_delete_activity(user: User, activity: Activity) -> bool:
    """Those who planned it or are to do it, and managers."""
    is_own = user.pk in (activity.created_by_id, activity.assignee_id)
    return may_do(user, activity) and (is_own or user.has_perm("leads.delete_any_lead"))


def may_review_duplicates(user: User) -> bool:
    """Whether `user` goes through the list of suspected duplicates, and undoes merges of others."""
    return user.has_perm("leads.review_duplicates") and may_edit(user)


def may_undo(user: User, merge: LeadMerge) -> bool:
    """Whether `user` takes back a merge that they see: their own, or any for who reviews duplicates."""
    return may_review_duplicates(user) or (merge.by_id == user.pk and may_edit(user))


def may_comment(user: User) -> bool:
    """Whether `user` writes comments on leads that they see."""
    return may_edit(user)


def may_edit_comment(user: User, comment: Comment) -> bool:
    """Nobody changes the words of somebody else."""
    return comment.author_id == user.pk and may_comment(user)


def may_delete_any_comment(user: User) -> bool:
    """Whether `user` takes away comments of others too."""
    return user.has_perm("leads.delete_any_comment")


def may_delete_comment(user: User, comment: Comment) -> bool:
    """One's own, and managers any."""
    return may_edit_comment(user, comment) or may_delete_any_comment(user)


def may_add_files(user: User) -> bool:
    """Whether `user` adds files to leads that they see."""
    return may_edit(user)


def may_delete_file(user: User, file: LeadFile) -> bool:
    """Who added it, and managers."""
    return (file.uploaded_by_id == user.pk and may_add_files(user)) or user.has_perm("leads.delete_any_file")


def may_change_view(user: User, view: SavedView) -> bool:
    """A saved view is changed by its owner; a shared one by managers too."""
    return view.owner_id == user.pk or (view.is_shared and user.has_perm("leads.manage_shared_views"))
