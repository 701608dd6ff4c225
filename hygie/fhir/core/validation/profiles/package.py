"""A file of profiles as Hygie keeps them, and the published packages that it is made of.

Packages are those of FHIR's registries (npm layout: `package/*.json`), folders of JSON files, or one file.
"""

import gzip
from collections.abc import Iterable
from pathlib import Path

import msgspec

from hygie.fhir.core import json, packages
from hygie.fhir.core.validation.profiles.facts import ProfileFacts, read
from hygie.lib.errors import HygieError, Invalid

_LARGEST = 64 * 1024 * 1024


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where profiles come from, and what their publisher allows."""

    name: str
    version: str
    licence: str
    url: str = ""


class Archive(msgspec.Struct, frozen=True):
    """What a file holds: profiles by URL."""

    sources: tuple[Source, ...]
    profiles: dict[str, ProfileFacts]


# Decimals keep their digits: 0.50 in a pattern is not 0.5.
_decoder = msgspec.json.Decoder(Archive, float_hook=json.decimal)


def write(sources: Iterable[Source], profiles: Iterable[ProfileFacts]) -> bytes:
    """The same profiles give the same bytes."""
    told = {each.url: each for each in sorted(profiles, key=lambda each: each.url)}
    return gzip.compress(json.write({"sources": tuple(sources), "profiles": told}), 9, mtime=0)


def open_archive(data: bytes) -> Archive:
    """Raises ValueError, OSError for what is no such file."""
    return _decoder.decode(gzip.decompress(data))


def read_package(path: Path) -> tuple[Source, list[ProfileFacts]]:
    """The profiles of a published package, of a folder or of one file; those that are no profiles are left out.

    Raises Invalid(code) with the name of the file: `profile-file` for what cannot be read as FHIR JSON, `profile-empty` for
    a package without a profile.
    """
    found: list[ProfileFacts] = []
    source = Source(path.name, "", "")
    for name, data in packages.json_files(path, largest=_LARGEST, code="profile-file"):
        if not _is_wanted(path, name):
            continue
        try:
            told = json.read_object(data)
            if Path(name).name == "package.json":
                source = Source(str(told.get("name", "")), str(told.get("version", "")), str(told.get("license", "")))
            elif (profile := read(told)) is not None:
                found.append(profile)
        except (HygieError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid("It cannot be read as FHIR JSON.", code="profile-file", path=name) from error
    if not found:
        raise Invalid("There is no profile in it.", code="profile-empty", path=str(path))
    return source, found


def _is_wanted(path: Path, name: str) -> bool:
    """Of a package, the files of its own folder: examples and other/ are no profiles, `.index.json` is a list."""
    if not path.is_file() or name == str(path):
        return True
    return name.startswith("package/") and name.count("/") == 1 and not name.endswith(".index.json")
