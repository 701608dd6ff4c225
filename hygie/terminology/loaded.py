"""The library of this instance: HL7's sets of R4, the French ones, and what the deployer loaded, which wins.

What is loaded is kept as files, DATA/terminology/<type>-<digest of the URL>.json, read when the first code is asked for: it
holds when the servers are started again.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from hygie.fhir.core import json, packages
from hygie.fhir.core.terminology import reading
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.members import Members
from hygie.fhir.core.terminology.model import KINDS
from hygie.fhir.core.terminology.r4 import R4
from hygie.fhir.core.validation import validate
from hygie.lib.errors import Invalid
from hygie.terminology.nomenclatures import Nomenclatures, Resources
from hygie.terminology.queries import canonical_system

FOLDER = "terminology"
MAX_FILE_BYTES = 256 * 1024 * 1024


@cache
def members() -> Members:
    """The library, and the codes of its sets. Read once in a process."""
    french = Nomenclatures()
    told = list(_kept(Path(settings.HYGIE_DATA) / FOLDER))
    return Members(Library([R4(), french, french.guides, Resources(told)], canonical_system))


def _kept(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        yield json.read_object(path.read_bytes())


def read_path(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, resource) of each ValueSet, CodeSystem and ConceptMap of a JSON file, a folder, or a FHIR package (.tgz).

    Resources of other types are passed over, so that a whole package can be given. Raises Invalid, TooLarge, OSError.
    """
    for name, data in packages.json_files(path, largest=MAX_FILE_BYTES, code="terminology-package"):
        yield from _resources(name if name.startswith(str(path)) else f"{path}:{name}", data)


def _resources(where: str, data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    told = json.read(data)
    if not isinstance(told, dict):
        return
    if told.get("resourceType") == "Bundle":
        for entry in reading.dicts(told.get("entry")):
            if isinstance(resource := entry.get("resource"), dict) and resource.get("resourceType") in KINDS:
                yield where, resource
    elif told.get("resourceType") in KINDS:
        yield where, told


def keep(told: dict[str, Any], folder: Path) -> Path:
    """Checks a resource against R4 and keeps it, in the place of the one of the same URL (its OID, when it has no URL).

    Raises Invalid with the first fault.
    """
    kind = told["resourceType"]
    if "url" not in told and (oid := reading.oid_of(told)):
        told = {**told, "url": f"urn:oid:{oid}"}
    if not isinstance(told.get("url"), str):
        raise Invalid("A resource of terminology has a canonical url.", code="terminology-url", path=f"{kind}.url")
    for issue in validate(told):
        if issue.severity in ("error", "fatal"):
            raise Invalid(issue.message, code=issue.rule, path=issue.path)
    if kind == "CodeSystem":
        reading.code_system(told)
    target = folder / FOLDER / f"{kind}-{hashlib.sha256(told['url'].encode()).hexdigest()[:24]}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    draft.write_bytes(json.write(told))
    draft.replace(target)
    return target
