"""ITI-65 of PDSm: a transaction Bundle of a submission set, documents and their files.

https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition-pdsm-comprehensive-provide-document-bundle.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hygie.fhir.core import structure
from hygie.identity.ins import INS
from hygie.lib.errors import Invalid
from hygie.record.pdsm import content, document, people, relations
from hygie.record.pdsm.references import Found, Resolver, conditional, contained_of
from hygie.record.types import Submission

MAX_ENTRIES = 100
_SET, _FOLDER = "submissionset", "folder"
_PARTIES = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Device", "RelatedPerson"})


class Part(StrEnum):
    """What an entry is in the deposit, for its line of the answer."""

    SET = "set"
    DOCUMENT = "document"
    FILE = "file"
    REPLACED = "replaced"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class EntryRole:
    """`document`: the place, among the submissions, of the document that the entry is, carries or supersedes."""

    part: Part
    document: int = -1


@dataclass(frozen=True, slots=True)
class Transaction:
    submissions: tuple[Submission, ...]
    roles: tuple[EntryRole, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    resource: dict[str, Any]
    method: str
    url: str
    full_url: str
    path: str

    @property
    def kind(self) -> str:
        return str(self.resource.get("resourceType", ""))

    @property
    def found(self) -> Found:
        return Found(self.resource, f"{self.path}.resource")


def read(bundle: dict[str, Any]) -> Transaction:
    """Raises Invalid with the FHIRPath of the fault: bundle-type, structure, required, reference-unresolved, set-*, patch…"""
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "transaction":
        raise Invalid("A deposit is a Bundle of type transaction.", code="bundle-type", path="Bundle.type")
    entries = _entries(bundle)
    index = _index(entries)
    submission_set = _submission_set(entries, index)
    documents = [entry for entry in entries if entry.kind == "DocumentReference"]
    if not documents:
        raise Invalid("There is no document.", code="required", path="Bundle.entry")
    files = {entry.path: _file(entry, index) for entry in documents}
    submissions = tuple(document.read(entry.found, index, data=_data(files[entry.path], entry)) for entry in documents)
    _check_one_patient(submission_set, index, submissions)
    place = {entry.path: n for n, entry in enumerate(documents)}
    carried = {files[entry.path].path: n for n, entry in enumerate(documents)}
    roles = tuple(_role(entry, place, carried, submissions, index) for entry in entries)
    return Transaction(submissions, roles)


def _entries(bundle: dict[str, Any]) -> list[_Entry]:
    told = bundle.get("entry")
    if not isinstance(told, list) or not 0 < len(told) <= MAX_ENTRIES:
        raise Invalid(f"A deposit has 1 to {MAX_ENTRIES} entries.", code="bundle-entries", path="Bundle.entry")
    found = []
    for n, each in enumerate(told):
        path = f"Bundle.entry[{n}]"
        resource, request = (each.get("resource"), each.get("request")) if isinstance(each, dict) else (None, None)
        if not isinstance(resource, dict) or not isinstance(request, dict):
            raise Invalid("An entry has a resource and a request.", code="structure", path=path)
        method, url, full_url = request.get("method"), request.get("url"), each.get("fullUrl", "")
        if not (isinstance(method, str) and isinstance(url, str) and isinstance(full_url, str)):
            raise Invalid("An entry says its method and its url.", code="structure", path=f"{path}.request")
        if set(request) - {"method", "url"}:
            raise Invalid(
                "Conditional requests are not supported here.", code="request-unsupported", path=f"{path}.request"
            )
        entry = _Entry(resource, method, url, full_url, path)
        _check_request(entry)
        found.append(entry)
    return found


def _check_request(entry: _Entry) -> None:
    if entry.method in ("PATCH", "PUT") and entry.kind in ("Parameters", "Binary"):
        return
    known = _PARTIES | {"List", "DocumentReference", "Binary"}
    if entry.method != "POST" or entry.url != entry.kind or entry.kind not in known:
        raise Invalid(
            "An entry is the POST of a List, a DocumentReference, a Binary or somebody whom they name, or a PATCH of status.",
            code="request-unsupported",
            path=f"{entry.path}.request",
        )
    if not entry.full_url:
        raise Invalid("An entry that is created has a fullUrl.", code="required", path=f"{entry.path}.fullUrl")


def _index(entries: list[_Entry]) -> dict[str, Found]:
    """Entries by fullUrl and by Type/id."""
    index: dict[str, Found] = {}
    for entry in entries:
        names = [entry.full_url] if entry.full_url else []
        if entry.method == "POST" and isinstance(entry.resource.get("id"), str):
            names.append(f"{entry.kind}/{entry.resource['id']}")
        resource = entry.resource if entry.method == "POST" else {"_request_url": entry.url}
        for name in dict.fromkeys(names):
            if name in index:
                raise Invalid(
                    "Two entries have the same address.", code="duplicate-entry", path=f"{entry.path}.fullUrl"
                )
            index[name] = Found(resource, f"{entry.path}.resource")
    return index


def _submission_set(entries: list[_Entry], index: Mapping[str, Found]) -> Found:
    """The one List that is the submission set; all its items and those of folders lead to entries."""
    sets = []
    for entry in entries:
        if entry.kind != "List":
            continue
        structure.check(entry.resource, "List", entry.found.path)
        codes = {coding.get("code") for coding in entry.resource.get("code", {}).get("coding", [])}
        if _SET in codes:
            sets.append(entry.found)
        elif _FOLDER in codes:
            raise Invalid("Folders are not supported.", code="folder-unsupported", path=entry.found.path)
        for n, item in enumerate(entry.resource.get("entry", [])):
            target = item.get("item", {}).get("reference", "")
            if target not in index:
                raise Invalid(
                    "This reference leads to nothing in what was sent.",
                    code="reference-unresolved",
                    path=f"{entry.found.path}.entry[{n}].item.reference",
                )
    if len(sets) != 1:
        raise Invalid("A deposit has one submission set.", code="set-required", path="Bundle.entry")
    return sets[0]


def _file(entry: _Entry, index: Mapping[str, Found]) -> Found:
    """The Binary entry of a document."""
    structure.check(entry.resource, "DocumentReference", entry.found.path)
    contents = entry.resource.get("content") or [{}]
    url = contents[0].get("attachment", {}).get("url", "")
    path = f"{entry.found.path}.content[0].attachment.url"
    if not url:
        raise Invalid("This element is required.", code="required", path=path)
    found = index.get(url)
    if found is None or found.resource.get("resourceType") != "Binary":
        raise Invalid("The url leads to no Binary in what was sent.", code="reference-unresolved", path=path)
    structure.check(found.resource, "Binary", found.path)
    return found


def _data(file: Found, entry: _Entry) -> bytes:
    binary = file.resource
    for name in ("contentType", "data"):
        if name not in binary:
            raise Invalid("This element is required.", code="required", path=f"{file.path}.{name}")
    attachment = entry.resource["content"][0]["attachment"]
    if "data" in attachment:
        raise Invalid(
            "The file is in the Binary, not in both.",
            code="structure",
            path=f"{entry.found.path}.content[0].attachment.data",
        )
    declared = content.declared_type(attachment, f"{entry.found.path}.content[0].attachment")
    if content.declared_type(binary, file.path) != declared:
        raise Invalid(
            "The Binary and its DocumentReference have other media types.",
            code="content-type-mismatch",
            path=f"{file.path}.contentType",
        )
    return content.decode(binary["data"], f"{file.path}.data")


def _check_one_patient(submission_set: Found, index: Mapping[str, Found], submissions: tuple[Submission, ...]) -> None:
    """All documents, and the submission set when it names somebody, are about the same person."""
    numbers = set(_subject(submission_set, index)) or set(submissions[0].ins)
    for submission in submissions:
        if not numbers & set(submission.ins):
            raise Invalid(
                "The document is about another patient.", code="patient-mismatch", path=f"{submission.path}.subject"
            )


def _subject(submission_set: Found, index: Mapping[str, Found]) -> tuple[INS, ...]:
    reference = submission_set.resource.get("subject", {})
    if identifier := reference.get("identifier"):
        return people.numbers({"identifier": [identifier]})
    target = reference.get("reference", "")
    if asked := conditional(target, "Patient"):
        return people.numbers({"identifier": [{"system": asked[0], "value": asked[1]}]})
    found = Resolver(contained_of(submission_set.resource, submission_set.path), index).find(target)
    if found is None:
        return ()
    structure.check_party(found.resource, found.path)
    return people.numbers(found.resource)


def _role(
    entry: _Entry,
    place: Mapping[str, int],
    carried: Mapping[str, int],
    submissions: tuple[Submission, ...],
    index: Mapping[str, Found],
) -> EntryRole:
    if entry.method != "POST":
        return EntryRole(Part.REPLACED, _superseded(entry, submissions, index))
    if entry.kind == "DocumentReference":
        return EntryRole(Part.DOCUMENT, place[entry.path])
    if entry.kind == "Binary":
        if entry.found.path not in carried:
            raise Invalid("No document has this file.", code="file-unused", path=f"{entry.path}.resource")
        return EntryRole(Part.FILE, carried[entry.found.path])
    return EntryRole(Part.SET if entry.kind == "List" else Part.PARTY)


def _superseded(entry: _Entry, submissions: tuple[Submission, ...], index: Mapping[str, Found]) -> int:
    """The PATCH that marks a former document as superseded goes with a document that replaces it, and does only that."""
    if not _is_supersede(entry.resource):
        raise Invalid(
            "A PATCH sets DocumentReference.status to superseded, as FHIRPath Patch.",
            code="patch",
            path=f"{entry.path}.resource",
        )
    for n, submission in enumerate(submissions):
        former = relations.target({"reference": entry.url}, f"{entry.path}.request.url", index, submission.ins)
        if former in submission.replaces:
            return n
    raise Invalid(
        "No document of this deposit replaces the one that is patched.", code="patch", path=f"{entry.path}.request.url"
    )


def _is_supersede(resource: dict[str, Any]) -> bool:
    """Parameters of one FHIRPath Patch operation: replace, DocumentReference.status, superseded."""
    if resource.get("resourceType") != "Parameters":
        return False
    operations = resource.get("parameter")
    if not isinstance(operations, list) or len(operations) != 1 or not isinstance(operations[0], dict):
        return False
    parts = operations[0].get("part")
    if operations[0].get("name") != "operation" or not isinstance(parts, list):
        return False
    told: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, dict):
            told[str(part.get("name"))] = next((part[key] for key in part if key.startswith("value")), None)
    return told == {"type": "replace", "path": "DocumentReference.status", "value": "superseded"}
