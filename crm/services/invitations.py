"""Invitations: making a user who cannot sign in yet, sending the link, accepting it."""

import smtplib

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from crm.errors import RuleError
from crm.models import Invitation, User
from crm.people import manageable_users
from crm.services.users import UserValues, put_values, save_user, set_role

SALT = "crm.invitation"


@transaction.atomic
def invite_user(*, user: User | None, values: UserValues, by: User, origin: str) -> User:
    """Make a user (`user` None), or a real one of somebody whom an import brought, and send the invitation.

    `origin` is the address that the link starts with (`https://crm.example.pl`). Raises RuleError as update_user does,
    and for somebody who was invited before.
    """
    if user is None:
        user = User(team=None if by.has_perm("crm.change_user") else by.team)
        user.set_unusable_password()
    elif not manageable_users(by).filter(pk=user.pk).exists():
        raise RuleError(_("You can't manage this user."))
    else:
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active or user.has_usable_password():
            raise RuleError(_("This user has been invited already."))
    put_values(user, values, by=by)
    user.is_active = True
    save_user(user)
    set_role(user, values["role"])
    _invite(user, by, origin)
    return user


@transaction.atomic
def resend_invitation(*, user: User, by: User, origin: str) -> Invitation:
    """Send a new link; the old ones stop working. Raises RuleError when there is nobody to invite."""
    if not manageable_users(by).filter(pk=user.pk).exists():
        raise RuleError(_("You can't manage this user."))
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active or not user.email:
        raise RuleError(_("Only an active user with an e-mail address can be invited."))
    if user.has_usable_password():
        raise RuleError(_("This user has accepted the invitation already."))
    return _invite(user, by, origin)


def _invite(user: User, by: User, origin: str) -> Invitation:
    from crm.tasks import send_invitation_task

    user.invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
    invitation = Invitation.objects.create(user=user, invited_by=by)
    transaction.on_commit(lambda: send_invitation_task.delay(invitation.pk, origin.rstrip("/")))
    return invitation


def send_invitation(*, invitation: Invitation, origin: str) -> None:
    """Send the mail, in the language of the invited. What goes wrong is kept on the invitation and raised."""
    user = invitation.user
    context = {
        "user": user,
        "by": invitation.invited_by,
        "url": f"{origin}{reverse('crm:invitation_accept', args=[token_of(invitation)])}",
        "days": Invitation.VALID_FOR.days,
    }
    with translation.override(user.language):
        subject = render_to_string("account/email/invitation_subject.txt", context).strip()
        body = render_to_string("account/email/invitation_message.txt", context).strip()
    try:
        send_mail(subject, body, None, [user.email or ""])
    except (OSError, smtplib.SMTPException) as error:
        Invitation.objects.filter(pk=invitation.pk).update(error=str(error) or type(error).__name__)
        raise
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now(), error="")


def token_of(invitation: Invitation) -> str:
    """The secret part of the link."""
    return signing.dumps(invitation.pk, salt=SALT)


def open_invitation(token: str) -> Invitation | None:
    """The invitation of a link, if it may still be accepted."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=Invitation.VALID_FOR)
    except signing.BadSignature:
        return None
    return Invitation.objects.open().select_related("user").filter(pk=pk).first()


@transaction.atomic
def accept_invitation(*, invitation: Invitation, password: str) -> User:
    """Set the password of the invited and use the link up.

    Raises ValidationError for a weak password, RuleError when the link was used in the meantime.
    """
    validate_password(password, invitation.user)
    accepted = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now())
    if not accepted:
        raise RuleError(_("This invitation does not work any more."))
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user
