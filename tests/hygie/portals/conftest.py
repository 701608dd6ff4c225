"""What the pages need before they are asked for."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _folder_of_static_files(settings: Any) -> None:
    """Whitenoise warns, and a warning is an error, when nothing was ever gathered."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
