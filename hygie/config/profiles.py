"""Profiles that an instance adds to those that Hygie comes with: `hygie load-profiles`."""

import re
from pathlib import Path

from hygie.fhir.core.validation.profiles import library, package
from hygie.fhir.core.validation.profiles.facts import ProfileFacts


def keep(source: Path, folder: Path) -> str:
    """Writes what the package constrains into the folder, whole or not at all; a later load of the same package replaces it.

    Gives a sentence for the person at the keyboard. Raises OSError, Invalid(profile-file, profile-empty), TooLarge.
    """
    told, found = package.read_package(source)
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", told.name).strip(".-") or "profiles"
    target = folder / f"{name}{library.SUFFIX}"
    draft = target.with_suffix(".draft")
    draft.write_bytes(package.write([told], found))
    draft.replace(target)
    version = f" {told.version}" if told.version else ""
    return f"{len(found)} profiles of {told.name}{version}, kept in {target}.{_missing(found)}"


def _missing(found: list[ProfileFacts]) -> str:
    """Only a differential was published, and its base is neither here nor in Hygie: such a profile stays unknown."""
    known = {each.url for each in found} | set(library.profiles())
    bases = {each.base.partition("|")[0] for each in found if each.is_partial}
    missing = sorted(
        each for each in bases if each not in known and not each.startswith("http://hl7.org/fhir/Structure")
    )
    return f" Load these too, on which some of them build: {', '.join(missing)}." if missing else ""
