"""A person with a doctor, a nurse and real documents of `examples/`, signed in on the pages."""

import pytest


@pytest.fixture
def house(db):
    # Models cannot be imported when pytest reads this file.
    from tests.hygie.portals.citizen import household

    return household.build()
