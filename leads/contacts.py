"""Whether somebody has been in touch with a lead: asked of the app that keeps calls and e-mails, by the function that
LEAD_CONTACTED names."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import Choices
from leads.grouping import Grouping, UnknownGroup

MADE = "made"


@dataclass(frozen=True, slots=True)
class Contacted(Grouping):
    """Groups by whether there was a first contact: `contact:made`, and `contact:` for none."""

    def read(self, text: str) -> bool:
        if text != MADE:
            raise UnknownGroup
        return True

    def write(self, value: bool) -> str:
        return MADE

    def condition(self, value: bool) -> Q:
        contacted: Callable[[], Q] = import_string(settings.LEAD_CONTACTED)
        return contacted()

    def empty(self) -> Q:
        return ~self.condition(True)

    def show(self, value: bool, choices: Choices) -> str:
        return _("made")


CONTACTED = Contacted("contact", "id", gettext_lazy("First contact"))
