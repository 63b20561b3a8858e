"""Form fields and widgets that all apps share: what people type, as Polish and English write it."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.formats import format_typed_day, format_typed_moment, format_typed_number
from crm.numbers import parse_decimal, parse_id
from crm.text import check_text


def _refuse_control_characters(value: str) -> None:
    check_text(value)


class PlainText(forms.CharField):
    """A line of text; control characters are refused."""

    default_validators = [_refuse_control_characters]


class NumberText(forms.TextInput):
    """A number shown with the separators of the language, typed freely."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
            return format_typed_number(Decimal(value))
        shown: str | None = super().format_value(value)
        return shown


class NumberField(forms.DecimalField):
    """A decimal number as people write it: `1 234,50`, `1234.5`. Bad ones are refused with a sentence, 1e400 too."""

    widget = NumberText

    def __init__(self, *, min_value: Decimal | int | None = 0, max_digits: int = 14, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_digits=max_digits, **{"decimal_places": 2, **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = parse_decimal(value) if value.strip() else None
        return super().to_python(value)


class MoneyField(NumberField):
    """An amount in the currency of the system, two decimals, not negative."""


class PercentField(forms.IntegerField):
    """A probability in whole percent, 0 to 100."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, **kwargs)
        self.widget.attrs.update({"min": "0", "max": "100", "step": "1"})


class DateInput(forms.DateInput):
    """A date typed as the user's language writes it, with a button for the browser's calendar (static/js/dates.js).

    The browser's own field would follow the language of the browser instead.
    """

    template_name = "django/forms/widgets/date.html"
    picks = "date"
    example: str | Promise = _("dd/mm/yyyy")

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        shared = {"data-date": self.picks, "placeholder": self.example, "autocomplete": "off"}
        super().__init__({**shared, **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return format_typed_day(value) if isinstance(value, date) else value


class DateTimeInput(DateInput):
    """A date with time, in the time zone of the system."""

    picks = "datetime-local"
    example = _("dd/mm/yyyy hh:mm")

    def format_value(self, value: Any) -> str | None:
        return format_typed_moment(value) if isinstance(value, datetime) else value


DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d")
TIMES = ("%H:%M", "%H.%M", "%H:%M:%S")


class DateField(forms.DateField):
    """A date by picker or typed; years outside 1900–2200 are typing errors."""

    widget = DateInput
    default_error_messages = {"invalid": _("Enter a date like 31/12/2026.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=DAYS, **kwargs)
        self.validators += [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1))]


class DateTimeField(forms.DateTimeField):
    """A moment by picker or typed, in the time zone of the system."""

    widget = DateTimeInput
    default_error_messages = {"invalid": _("Enter a date and time like 31/12/2026 14:30.")}

    def __init__(self, **kwargs: Any) -> None:
        formats = [f"{day}{between}{time}" for day in DAYS for between in (" ", ", ", "T") for time in TIMES]
        super().__init__(input_formats=formats, **kwargs)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is not None and not 1900 <= value.year <= 2200:
            raise ValidationError(_("Enter a year between 1900 and 2200."))


class FileDrop(forms.FileInput):
    """A file to choose or to drop, in our own words: the browser's are in its language. See `.lj-drop`.

    One of more than `max_bytes` is refused before it is sent.
    """

    template_name = "django/forms/widgets/file_drop.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, max_bytes: int | None = None) -> None:
        super().__init__(attrs)
        self.max_bytes = max_bytes

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if self.max_bytes is not None:
            told = gettext("This file is larger than %(limit)s MB. Choose a smaller one.")
            context["widget"]["attrs"] |= {
                "data-max-bytes": self.max_bytes,
                "data-too-large": told % {"limit": self.max_bytes // 2**20},
            }
        return context


class RichText(forms.Textarea):
    """HTML edited with Trix. What comes back is to be sanitised by the service that stores it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 8, "data-rich-text": "", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-texts"] = json.dumps(_editor_texts(), ensure_ascii=False)
        return context


def _editor_texts() -> dict[str, str]:
    return {
        "bold": gettext("Bold"),
        "italic": gettext("Italic"),
        "link": gettext("Link"),
        "unlink": gettext("Remove link"),
        "url": gettext("Address"),
        "urlPlaceholder": gettext("Enter an address…"),
        "bullets": gettext("Bullet list"),
        "numbers": gettext("Numbered list"),
        "outdent": gettext("Decrease level"),
        "indent": gettext("Increase level"),
        "undo": gettext("Undo"),
        "redo": gettext("Redo"),
    }


def searchable(
    attrs: dict[str, Any] | None = None, *, url: str = "", placeholder: str | Promise = ""
) -> dict[str, Any]:
    """Attributes of a `<select>` that is searched: in its options, or at `url` (see static/js/selects.js)."""
    texts = {"data-none": _("Nothing found"), "data-clear": _("Clear"), "data-placeholder": placeholder}
    is_remote = not isinstance(url, str) or url != ""  # a lazy address must not be resolved yet
    return {"data-select-url" if is_remote else "data-select": url, **texts, **(attrs or {})}


class RemoteSelect(forms.Select):
    """A choice among many rows: only the chosen one is rendered, the others are searched at `url`."""

    def __init__(self, url: Any = "", attrs: dict[str, Any] | None = None, *, placeholder: str | Promise = "") -> None:
        super().__init__(searchable(attrs, url=url, placeholder=placeholder))

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        offered: Any = self.choices
        chosen = [pk for pk in map(parse_id, value) if pk is not None]
        rows = offered.queryset.filter(pk__in=chosen) if chosen else ()
        kept = [(row.pk, offered.field.label_from_instance(row)) for row in rows]
        self.choices = kept if self.allow_multiple_selected else [("", ""), *kept]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = offered


class RemoteSelectMultiple(RemoteSelect, forms.SelectMultiple):
    """Several choices among many rows."""


class ColourSelect(forms.RadioSelect):
    """The palette as dots to pick from."""

    template_name = "django/forms/widgets/colour.html"
    option_template_name = "django/forms/widgets/colour_option.html"


class IconSelect(forms.RadioSelect):
    """Icons to pick from."""

    template_name = "django/forms/widgets/colour.html"
    option_template_name = "django/forms/widgets/icon_option.html"


class ColouredSelect(forms.Select):
    """A choice among reference items, each shown on its colour."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, placeholder: str | Promise = "") -> None:
        super().__init__(searchable(attrs, placeholder=placeholder))

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        colour = getattr(getattr(value, "instance", None), "colour", None)
        if colour:
            option["attrs"]["data-colour"] = colour
        return option


class ColouredSelectMultiple(ColouredSelect, forms.SelectMultiple):
    """Several choices among reference items, each shown on its colour."""
