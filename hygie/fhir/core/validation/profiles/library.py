"""The profiles that this instance knows: those that come with Hygie, and those that `hygie load-profiles` added.

`configure` says at the start where the second ones are, and which terminology knows the codes. Nothing is read before a
resource claims a profile for the first time.
"""

import threading
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from hygie.fhir.core.validation.profiles.check import Judge, codes_of_r4
from hygie.fhir.core.validation.profiles.package import Archive, Source, open_archive
from hygie.fhir.core.validation.profiles.scope import Codes
from hygie.fhir.core.validation.profiles.tree import Profiles

_SHIPPED = "profiles.json.gz"
SUFFIX = ".profiles.json.gz"
_lock = threading.Lock()


class _Settings:
    folder: Path | None = None
    codes: Codes = staticmethod(codes_of_r4)


def configure(*, folder: Path | None = None, codes: Codes = codes_of_r4) -> None:
    """Before the first request. `folder` may not exist yet; what is added to it holds at the next start."""
    with _lock:
        _Settings.folder, _Settings.codes = folder, staticmethod(codes)
        _loaded.cache_clear()
        judge.cache_clear()


def settings() -> tuple[Path | None, Codes]:
    """What `configure` was told."""
    return _Settings.folder, _Settings.codes


@cache
def judge(*, advice: bool = False) -> Judge:
    """Of what is written; with `advice`, of what `$validate` is asked about."""
    return Judge(_loaded()[1], _Settings.codes, advice=advice)


def sources() -> tuple[Source, ...]:
    return _loaded()[0]


def profiles() -> Profiles:
    return _loaded()[1]


@cache
def _loaded() -> tuple[tuple[Source, ...], Profiles]:
    archives = list(_archives())
    # Those of a later file before those of an earlier one.
    facts = {url: profile for archive in archives for url, profile in archive.profiles.items()}
    return tuple(each for archive in archives for each in archive.sources), Profiles(facts=facts)


def _archives() -> Iterator[Archive]:
    """Raises ValueError, OSError when a file of the folder was spoilt: profiles that silently hold no more are worse."""
    yield open_archive(files("hygie.fhir.core.definitions").joinpath(_SHIPPED).read_bytes())
    folder = _Settings.folder
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            yield open_archive(path.read_bytes())
