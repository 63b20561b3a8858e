"""Recognising a person in any text, and cutting them out of it."""

import pytest

from crm.errors import RuleError
from leads.personal.identity import Identity, Match, read_identity

HALINA = Identity(("+48600100207",), ("halina@x.test",), ("Halina Żółtkowska",))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("tel. 600 100 207", Match.PHONE),
        ("+48600100207", Match.PHONE),
        ("0048 600-100-207", Match.PHONE),
        ("(48) 600.100.207", Match.PHONE),
        ("1600100207", None),
        ("6001002071", None),
        ("600100208", None),
        ("<Halina@X.test>", Match.EMAIL),
        ("q=halina%40x.test", Match.EMAIL),
        ("aahalina@x.test", None),
        ("halina@x.tests", None),
        ("pani halina zoltkowska", Match.NAME),
        ("ŻÓŁTKOWSKA, Halina", Match.NAME),
        ("Halina Żółtkowskaja", None),
        ("Halina", None),
    ],
)
def test_recognised(text: str, match: Match | None) -> None:
    assert HALINA.match(text) is match


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("Halina Żółtkowska", ""),
        ("Pani Halina Żółtkowska, tel. 600100207!", "Pani ***, tel. ***!"),
        ({"Halina Żółtkowska": ["600100207", 48600100207, 5, None]}, {"": ["", "", 5, None]}),
        ("nic", "nic"),
    ],
)
def test_cut_out(value: object, left: object) -> None:
    assert HALINA.without(value) == left


def test_cut_out_of_an_address() -> None:
    assert HALINA.without("q=600+100+207&mine=1", encoded=True) == "q=&mine=1"


@pytest.mark.django_db
def test_read() -> None:
    assert read_identity(["600 100 207", "Halina@X.test", "Halina  Żółtkowska", ""]) == HALINA
    for wrong in (["a@"], ["12"], [""], ["12345"]):
        with pytest.raises(RuleError):
            read_identity(wrong)
