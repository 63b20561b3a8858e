"""The parameter „Konto e-mail dla leadów” of „Ustawienia” (crm.parameters.AddedParameter)."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communications.models import MailAccount
from communications.services.leads_account import choose_leads_account
from crm.forms.fields import searchable
from crm.models import User


class _Choice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An account by its name and address, with a word where it sends no more."""

    def label_from_instance(self, obj: Any) -> str:
        name = obj.name if obj.name == obj.from_address else f"{obj.name} <{obj.from_address}>"
        return name if obj.can_send else _("%(account)s – sends nothing at present") % {"account": name}


class LeadsAccount:
    """Which shared account people without an own one write from, when they do not choose another."""

    name = "leads_account"

    def field(self) -> forms.Field:
        """The shared accounts that send, and the one that is chosen."""
        accounts = MailAccount.objects.fit_for_leads() | MailAccount.objects.shared().filter(is_for_leads=True)
        return _Choice(
            queryset=accounts,
            label=gettext_lazy("E-mail account for leads"),
            required=False,
            widget=forms.Select(searchable(placeholder=gettext_lazy("none"))),
            help_text=self._help(),
        )

    def stored(self) -> MailAccount | None:
        """The account of now."""
        return MailAccount.objects.shared().filter(is_for_leads=True).first()

    def store(self, *, value: MailAccount | None, by: User) -> None:
        """Take another account, or none."""
        choose_leads_account(account=value, by=by)

    def _help(self) -> str:
        text = _(
            "“Write an e-mail” begins with it for those who have no account of their own; an answer begins with the"
            " account that the message came to. Empty: the first shared account that sends."
        )
        link = format_html('<a href="{}">{}</a>', reverse_lazy("communications:account_list"), _("E-mail accounts"))
        return format_html("{} {}", text, link)


LEADS_ACCOUNT = LeadsAccount()
