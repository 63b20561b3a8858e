"""Fixtures for all tests."""

from tests.cast import adam, ewa, funnel, marek, ola, team

__all__ = ["adam", "ewa", "funnel", "marek", "ola", "team"]
