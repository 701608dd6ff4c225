"""A town of two people, built anew for each test. The project is imported late: this file is read before Django is ready."""

from typing import Any

import pytest


@pytest.fixture
def town(db: None) -> Any:
    from tests.security import town as building

    return building.build()
