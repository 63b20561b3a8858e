"""Intervals of dates by name, counted from today: what „Interwał dat” offers as quick choices."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Period(TextChoices):
    """A named interval. A filter that names one goes with the calendar."""

    TODAY = "today", _("today")
    YESTERDAY = "yesterday", _("yesterday")
    THIS_WEEK = "this_week", _("this week")
    LAST_WEEK = "last_week", _("last week")
    NEXT_WEEK = "next_week", _("next week")
    THIS_MONTH = "this_month", _("this month")
    LAST_MONTH = "last_month", _("last month")
    NEXT_MONTH = "next_month", _("next month")
    THIS_QUARTER = "this_quarter", _("this quarter")
    LAST_QUARTER = "last_quarter", _("last quarter")
    NEXT_QUARTER = "next_quarter", _("next quarter")
    THIS_YEAR = "this_year", _("this year")
    LAST_YEAR = "last_year", _("last year")
    NEXT_YEAR = "next_year", _("next year")
    LAST_30_DAYS = "last_30_days", _("last 30 days")
    LAST_12_MONTHS = "last_12_months", _("last 12 months")


FUTURE = (Period.NEXT_WEEK, Period.NEXT_MONTH, Period.NEXT_QUARTER, Period.NEXT_YEAR)
PAST = (Period.YESTERDAY, Period.LAST_30_DAYS, Period.LAST_12_MONTHS)
# What is offered for the time of the lead, which lies in the past, and for the expected closing, which mostly does not.
OF_RECEIVED: Sequence[Period] = [each for each in Period if each not in FUTURE]
OF_CLOSE: Sequence[Period] = [each for each in Period if each not in PAST]


def days_of(period: Period, today: date) -> tuple[date, date]:
    """The first and the last day of a period. Weeks begin on Monday (ISO 8601)."""
    match period:
        case Period.TODAY:
            return today, today
        case Period.YESTERDAY:
            return today - timedelta(days=1), today - timedelta(days=1)
        case Period.LAST_30_DAYS:
            return today - timedelta(days=29), today
        case Period.LAST_12_MONTHS:
            return shift(start_of("month", today), "month", -11), today
    which, _mark, unit = period.value.partition("_")
    first = shift(start_of(unit, today), unit, {"last": -1, "this": 0, "next": 1}[which])
    return first, shift(first, unit, 1) - timedelta(days=1)


def start_of(unit: str, day: date) -> date:
    """The first day of the day, week, month, quarter or year in which `day` lies."""
    match unit:
        case "date":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    raise ValueError(unit)


def shift(first: date, unit: str, count: int) -> date:
    """The first day of the unit that is `count` units after the one beginning at `first`. OverflowError, ValueError
    where the calendar of Python ends.
    """
    if unit in ("date", "week"):
        return first + timedelta(days=count * (7 if unit == "week" else 1))
    months = first.year * 12 + first.month - 1 + count * MONTHS[unit]
    return date(months // 12, months % 12 + 1, 1)
