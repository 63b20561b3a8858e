"""The forms of allauth, with labels alone: a placeholder that repeats its label says nothing."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _


class _Labelled:
    """Takes the placeholders away and puts the cursor into the first field."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        visible = [field for field in self.fields.values() if not field.widget.is_hidden]
        if visible:
            visible[0].widget.attrs["autofocus"] = True


def _forgotten_link() -> str:
    return format_html('<a href="{}">{}</a>', reverse_lazy("account_reset_password"), _("Forgotten password"))


class LoginForm(_Labelled, account.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].help_text = _forgotten_link()
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in on this device")


class ResetPasswordForm(_Labelled, account.ResetPasswordForm):
    """Asks for the link to a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")


class ResetPasswordKeyForm(_Labelled, account.ResetPasswordKeyForm):
    """A new password, by the link."""


class ChangePasswordForm(_Labelled, account.ChangePasswordForm):
    """A new password, by the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = _forgotten_link()


class SetPasswordForm(_Labelled, account.SetPasswordForm):
    """The first password."""


class ConfirmPasswordForm(_Labelled, account.ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _forgotten_link()


class CodeForm(_Labelled, mfa.AuthenticateForm):
    """The second step of signing in."""


class ConfirmCodeForm(_Labelled, mfa.ReauthenticateForm):
    """A code once more."""


class ActivateTOTPForm(_Labelled, totp.ActivateTOTPForm):
    """The first code of a new application."""


class AddKeyForm(_Labelled, webauthn.AddWebAuthnForm):
    """The name of a new security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")


class EditKeyForm(_Labelled, webauthn.EditWebAuthnForm):
    """Another name for a security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
