"""`hygie load-terminology`: official code systems, value sets and maps, kept in the data folder."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from hygie.lib.errors import HygieError
from hygie.terminology import loaded


def keep_all(sources: Iterable[Path]) -> tuple[int, list[str]]:
    """(how many were kept, a line for each that was not). One that is wrong keeps none of the others away."""
    kept, refused = 0, []
    for source in sources:
        try:
            for where, told in loaded.read_path(source):
                try:
                    loaded.keep(told, Path(settings.HYGIE_DATA))
                    kept += 1
                except HygieError as error:
                    refused.append(f"{where}: {error.path}: {error.message}")
        except HygieError as error:
            refused.append(f"{source}: {error.message}")
    return kept, refused
