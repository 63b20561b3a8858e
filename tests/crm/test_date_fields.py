"""Dates as they are shown in forms and typed into them, in both languages."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from crm.forms.fields import DateField, DateTimeField


class When(forms.Form):
    day = DateField(required=False)
    moment = DateTimeField(required=False)


@pytest.mark.parametrize(
    ("language", "day", "moment", "example"),
    [("pl", "05.12.2026", "05.12.2026 15:30", "dd.mm.rrrr"), ("en", "05/12/2026", "05/12/2026 15:30", "dd/mm/yyyy")],
)
def test_shown_in_the_language_of_the_user(language: str, day: str, moment: str, example: str) -> None:
    with translation.override(language):
        form = When(initial={"day": date(2026, 12, 5), "moment": datetime(2026, 12, 5, 14, 30, tzinfo=UTC)})
        shown = f"{form['day']}{form['moment']}"

    assert f'value="{day}"' in shown
    assert f'value="{moment}"' in shown
    assert f'placeholder="{example}"' in shown
    assert 'type="text"' in shown


@pytest.mark.parametrize("typed", ["5.12.2026", "05.12.2026", "05/12/2026", "5-12-2026", "2026-12-05"])
def test_days_that_are_understood(typed: str) -> None:
    assert DateField().clean(typed) == date(2026, 12, 5)


@pytest.mark.parametrize(
    "typed", ["5.12.2026 15:30", "05.12.2026, 15:30", "05/12/2026 15.30", "2026-12-05T15:30", "2026-12-05 15:30:00"]
)
def test_moments_that_are_understood(typed: str) -> None:
    assert DateTimeField().clean(typed) == datetime(2026, 12, 5, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["31.02.2026", "12/31/2026", "jutro", "5.12", "1.1.0001", "1.1.9999"])
def test_others_are_refused_and_stay_as_typed(typed: str) -> None:
    with pytest.raises(ValidationError):
        DateField().clean(typed)
    form = When({"day": typed})
    assert not form.is_valid()
    assert f'value="{typed}"' in str(form["day"])


def test_the_sentence_shows_how_to_write_it() -> None:
    with translation.override("pl"):
        form = When({"day": "jutro", "moment": "jutro"})
        assert form.errors["day"] == ["Wpisz poprawną datę, na przykład 31.12.2026."]
        assert form.errors["moment"] == ["Wpisz poprawną datę i godzinę, na przykład 31.12.2026 14:30."]
