"""Forms about people: the own profile, users and teams."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText
from crm.models import User
from crm.photos import SquarePhoto, square_photo


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
    upload = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif", "data-preview": "#photo"}),
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB. It is cut to a square."),
    )
    remove_photo = forms.BooleanField(label=_("Remove the photo"), required=False)

    photo: SquarePhoto | None = None

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone_extension", "language", "theme"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.photo:
            del self.fields["remove_photo"]

    def clean_upload(self) -> None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload:
            self.photo = square_photo(upload, size=upload.size or 0)
