"""Patterns of document numbers: what they give, and what is refused."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from crm.number_patterns import check_pattern, may_clash, period_of, render_number


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("ZS/{rok}/{miesiąc}/{nr:04}", "ZS/2026/03/0007"),
        ("{nr}/{miesiąc}/{rok}", "7/03/2026"),
        ("FV-{rok}.{nr:06} A", "FV-2026.000007 A"),
    ],
)
def test_a_number(pattern: str, number: str) -> None:
    check_pattern(pattern, reset="monthly" if "miesiąc" in pattern else "yearly")

    assert render_number(pattern, on=date(2026, 3, 31), number=7) == number


def test_a_running_number_may_outgrow_its_zeros() -> None:
    assert render_number("{nr:02}", on=date(2026, 3, 31), number=12345) == "12345"


@pytest.mark.parametrize(
    ("pattern", "reset", "why"),
    [
        ("FV/{rok}/{miesiąc}", "monthly", "{nr}"),
        ("FV/{rok}/{nr}/{nr}", "yearly", "{nr}"),
        ("", "never", "{nr}"),
        ("FV/{nr}", "yearly", "{rok}"),
        ("FV/{miesiąc}/{nr}", "yearly", "{rok}"),
        ("FV/{rok}/{nr}", "monthly", "{miesiąc}"),
        ("FV/{miesiąc}/{nr}", "monthly", "{rok}"),
        ("FV/{rok}/{numer}", "yearly", "{numer}"),
        ("FV/{rok:04}/{nr}", "yearly", "{rok:04}"),
        ("FV/{rok}/{nr:4}", "yearly", "{nr:4}"),
        ("FV/{rok}/{nr:0999}", "yearly", "{nr:0999}"),
        ("FV/{rok}/{nr!r}", "yearly", "{nr!r}"),
        ("FV/{rok}/{nr", "yearly", "{nr}"),
        ("<b>{rok}</b>{nr}", "yearly", "letters"),
        ("FV\n{rok}{nr}", "yearly", "letters"),
    ],
)
def test_what_is_refused(pattern: str, reset: str, why: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check_pattern(pattern, reset=reset)  # type: ignore[arg-type]

    assert why in refusal.value.messages[0] or why == "letters"


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("FV/{rok}/{nr}", "FV/{rok}/{nr:04}", True),
        ("FV/{rok}/{nr}", "fv/{rok}/{nr}", True),
        ("FV/2026/{nr}", "FV/{rok}/{nr}", True),
        ("FV{rok}{nr}", "FV{nr}", True),
        ("FV/{rok}/{miesiąc}/{nr}", "FV/{rok}/12/{nr}", True),
        ("FV/{rok}/{nr}", "KOR/{rok}/{nr}", False),
        ("FV/{rok}/{miesiąc}/{nr}", "FV/{rok}/{nr}", False),
    ],
)
def test_patterns_that_give_the_same_number(one: str, other: str, clash: bool) -> None:
    assert may_clash(one, other) is clash
    assert may_clash(other, one) is clash


def test_periods() -> None:
    day = date(2026, 11, 30)

    assert [period_of(day, reset=reset) for reset in ("yearly", "monthly", "never")] == ["2026", "2026-11", ""]
