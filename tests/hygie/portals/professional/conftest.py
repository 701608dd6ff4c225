"""A doctor signed in, and the record of one patient.

The project is imported inside the fixtures: this file is read before Django is ready.
"""

from typing import Any

import pytest


@pytest.fixture
def world(db: None, settings: Any) -> Any:
    from tests import factories

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

    return factories.world()


@pytest.fixture
def doctor(world: Any) -> Any:
    from tests.hygie.portals.professional.browser import Browser

    return Browser(world.doctor, "dr.martin")


@pytest.fixture
def stranger(world: Any) -> Any:
    from tests.hygie.portals.professional.browser import Browser

    return Browser(world.stranger, "dr.petit")


@pytest.fixture
def lab(world: Any) -> str:
    """The id of a laboratory report in the record."""
    from hygie.record import actions as record
    from tests.hygie.portals.professional import papers

    source, _ = papers.lab(world.ins, world.traits)
    return record.deposit_cda(world.doctor, source, now=world.now).document_id
