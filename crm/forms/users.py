"""Forms about people: the own profile, users and teams."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import FileDrop, PlainText
from crm.models import Language, Team, User
from crm.people import assignable_roles, role_of
from crm.photos import MAX_BYTES, Picture, square_photo
from crm.roles import ROLES
from crm.services.users import UserValues


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What everyone may change about themselves."""

    first_name = PlainText(label=_("First name"), max_length=100)
    last_name = PlainText(label=_("Last name"), max_length=100)
    phone_extension = PlainText(
        label=_("Phone extension"),
        max_length=20,
        required=False,
        help_text=_("Your internal number in the telephone exchange. Calls are assigned to you by it."),
    )
    signature = PlainText(
        label=_("Signature"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_(
            "Stands below the e-mails that you write here."
            " An account of your own may have another one; a shared account adds its own below."
        ),
    )
    upload = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=FileDrop(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/gif", "data-preview": "#photo"}, max_bytes=MAX_BYTES
        ),
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB. It is cut to a square."),
    )
    remove_photo = forms.BooleanField(label=_("Remove the photo"), required=False)

    photo: Picture | None = None

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone_extension", "signature", "language", "theme"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.photo:
            del self.fields["remove_photo"]

    def clean_upload(self) -> None:
        upload: UploadedFile[Any] | None = self.cleaned_data["upload"]
        if upload:
            self.photo = square_photo(upload, size=upload.size or 0)


class UserForm(forms.Form):
    """A user as those who manage users see one. Managers give no other role and no other team than they may."""

    first_name = PlainText(label=_("First name"), max_length=100)
    last_name = PlainText(label=_("Last name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The user signs in with it."))
    role = forms.ChoiceField(label=_("Role"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.all(), required=False, empty_label="–")
    phone_extension = PlainText(label=_("Phone extension"), max_length=20, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)

    def __init__(self, *args: Any, by: User, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _values_of(user) if user else {"language": by.language}, **kwargs})
        roles: Any = self.fields["role"]
        roles.choices = [(role, ROLES[role]) for role in assignable_roles(by)]
        if len(roles.choices) == 1:
            del self.fields["role"]
        if not by.has_perm("crm.change_user"):
            del self.fields["team"]
        self.by = by

    def values(self) -> UserValues:
        """What is to be stored; a role that could not be chosen is the only one that may be given."""
        values: UserValues = {"role": assignable_roles(self.by)[0], **self.cleaned_data}  # type: ignore[typeddict-item]
        return values


def _values_of(user: User) -> dict[str, Any]:
    names = ("first_name", "last_name", "email", "team", "phone_extension", "language")
    return {**{name: getattr(user, name) for name in names}, "role": role_of(user)}


class TeamForm(forms.Form):
    """The name of a team."""

    name = PlainText(label=_("Name"), max_length=100)


class FirstPasswordForm(forms.Form):
    """The password of an invited user, twice."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
        help_text=password_validators_help_text_html,
    )
    password2 = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean_password2(self) -> str:
        password: str = self.cleaned_data["password2"]
        if self.cleaned_data.get("password1", password) != password:
            raise ValidationError(_("The two passwords differ."))
        return password
