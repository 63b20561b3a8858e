"""The form of „Napisz e-mail”."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.composing import Composition
from communications.html.text import html_to_text
from communications.mail_writing import LONGEST_SUBJECT, enclose, parse_recipients, quote_as_text
from communications.models import EmailTemplate, MailAccount
from communications.services.send_mail import Letter
from communications.signatures import sign_html, sign_text, signature_of
from crm.errors import RuleError
from crm.forms.fields import PlainText, RichText, searchable
from crm.text import sanitise
from leads.mailing import MailFile
from leads.models import LeadFile

LONGEST_BODY = 100_000


class AccountChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An account by its name and address."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.from_name or obj.name} <{obj.from_address}>"


class FilesInput(forms.FileInput):
    """Several files."""

    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """Files as they were uploaded; what they are and how much they weigh is checked when they are enclosed."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        return data


class ComposeForm(forms.Form):
    """An e-mail that is being written. Whom it may go to and what is too much is checked by the service."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    account = AccountChoice(
        queryset=MailAccount.objects.none(), label=pgettext_lazy("e-mail", "From"), empty_label=None
    )
    to = PlainText(label=pgettext_lazy("e-mail", "To"), max_length=2000, required=False)
    cc = PlainText(label=pgettext_lazy("e-mail", "Copy to"), max_length=2000, required=False)
    template = forms.ModelChoiceField(queryset=EmailTemplate.objects.none(), label=_("Template"), required=False)
    subject = PlainText(label=_("Subject"), max_length=LONGEST_SUBJECT, required=False)
    body = forms.CharField(
        label=pgettext_lazy("e-mail", "Text"), max_length=LONGEST_BODY, required=False, widget=RichText({"rows": 10})
    )
    as_plain = forms.BooleanField(label=_("Send as plain text, without formatting"), required=False)
    with_signature = forms.BooleanField(label=_("Signature"), required=False)
    with_quote = forms.BooleanField(label=_("Quote the original"), required=False)
    draft_files = forms.MultipleChoiceField(
        label=_("Attached documents"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lead_files = forms.ModelMultipleChoiceField(
        queryset=LeadFile.objects.none(),
        label=_("Files of the lead"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    uploads = UploadsField(label=_("Attachments"), required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        composition: Composition,
    ) -> None:
        super().__init__(data, files)
        self.composition = composition
        given: Any = self.fields
        given["account"].queryset = composition.accounts
        given["template"].queryset = composition.templates
        given["template"].widget.attrs.update(searchable(placeholder=_("Choose a template")))
        given["lead_files"].queryset = composition.lead_files
        given["draft_files"].choices = [(str(place), file.name) for place, file in enumerate(self._drafted)]
        for name in ("to", "cc"):
            given[name].widget.attrs.update({"list": "mail-addresses", "autocomplete": "off"})
        given["subject"].widget.attrs |= {"autocomplete": "off", "autofocus": bool(composition.to)}
        self.initial = {
            "once": uuid4().hex,
            "account": self._first_account(),
            "to": ", ".join(map(str, composition.to)),
            "cc": ", ".join(map(str, composition.cc)),
            "subject": composition.subject,
            "body": composition.body,
            "with_signature": True,
            "with_quote": True,
            "draft_files": [place for place, _name in given["draft_files"].choices],
        }

    def letter(self) -> Letter:
        """What was written. Raises RuleError at the field."""
        typed, composition = self.cleaned_data, self.composition
        html = sanitise(typed["body"])
        text = html_to_text(html, with_links=True).strip()
        if not text:
            return self._letter("", "")  # the service says what is missing
        signature = signature_of(composition.user, typed["account"]) if typed["with_signature"] else ""
        html, text = sign_html(html, signature), sign_text(text, signature)
        if typed["with_quote"] and composition.answers:
            html += composition.quoted
            text += f"\n\n{quote_as_text(composition.answers)}"
        return self._letter(text, "" if typed["as_plain"] else html)

    def refuse(self, refusal: RuleError) -> None:
        """Show what the service refused, at the field it concerns."""
        field = "uploads" if refusal.field == "files" else refusal.field
        self.add_error(field if field in self.fields else None, str(refusal))

    @property
    def is_complete(self) -> bool:
        """Whether everything that the draft encloses is still enclosed."""
        return len(self.cleaned_data["draft_files"]) == len(self._drafted)

    @property
    def signatures(self) -> list[tuple[int, str]]:
        """How the user signs from each account, by its ID."""
        composition = self.composition
        return [(account.pk, signature_of(composition.user, account)) for account in composition.accounts]

    def _letter(self, text: str, html: str) -> Letter:
        typed, composition = self.cleaned_data, self.composition
        return Letter(
            to=parse_recipients(typed["to"], field="to"),
            cc=parse_recipients(typed["cc"], field="cc"),
            subject=typed["subject"],
            text=text,
            html=html,
            files=enclose(self._contents()),
            lead=composition.lead,
            answers=composition.answers,
        )

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        """Attachments one by one, each read when the ones before were small enough."""
        for place in self.cleaned_data["draft_files"]:
            file = self._drafted[int(place)]
            yield file.name, file.content
        for kept in self.cleaned_data["lead_files"]:
            try:
                with kept.file.open("rb") as stored:
                    yield kept.name, stored.read()
            except FileNotFoundError as error:
                message = _("“%(name)s” is no longer in the storage.") % {"name": kept.name}
                raise RuleError(message, field="files") from error
        for upload in self.files.getlist("uploads"):
            yield upload.name or "", upload.read()

    @property
    def _drafted(self) -> Sequence[MailFile]:
        draft = self.composition.draft
        return draft.files if draft else ()

    def _first_account(self) -> Any:
        """The account that the original came to, when one may send from it; else the first one."""
        accounts = self.composition.accounts
        answers = self.composition.answers
        own = accounts.filter(pk=answers.account_id).first() if answers else None
        return own or accounts.first()
