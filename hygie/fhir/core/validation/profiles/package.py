"""A file of profiles as Hygie keeps them, and the published packages that it is made of.

Packages are those of FHIR's registries (npm layout: `package/*.json`), folders of JSON files, or one file.
"""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from hygie.fhir.core import json
from hygie.fhir.core.validation.profiles.facts import ProfileFacts, read
from hygie.lib.errors import HygieError, Invalid

_LARGEST = 64 * 1024 * 1024
_MOST = 20_000
_ARCHIVES = (".tgz", ".tar.gz")


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
    for name, data in _files(path):
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


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for each in sorted(path.rglob("*.json")):
            yield str(each), each.read_bytes()
    elif path.name.endswith(_ARCHIVES):
        yield from _packed(path.read_bytes(), path.name)
    else:
        yield str(path), path.read_bytes()


def _packed(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The JSON files of the package folder itself: examples and other/ are no profiles. Nothing is written to disk."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for index, member in enumerate(archive):
                if index > _MOST or member.size > _LARGEST:
                    raise Invalid("The package is too large.", code="profile-file", path=name)
                is_wanted = member.name.startswith("package/") and member.name.count("/") == 1
                if member.isfile() and is_wanted and member.name.endswith(".json"):
                    held = archive.extractfile(member)
                    if held is not None and not member.name.endswith((".index.json", ".index.db")):
                        yield member.name, held.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Invalid("It is not a package (.tgz).", code="profile-file", path=name) from error
