"""Every invoice has a seller: the company data that the tests of documents stand on."""

import pytest

from crm.models import Seller
from tests.factories.crm import SellerFactory


@pytest.fixture
def seller(db: None) -> Seller:
    """The company that sells."""
    return SellerFactory()
