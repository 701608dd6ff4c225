"""What a document replaces, and the references of a stored DocumentReference, which must lead somewhere by themselves."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from hygie.identity import queries as identity
from hygie.identity.ins import INS
from hygie.lib import ids
from hygie.lib.errors import Invalid
from hygie.record.document_reference import identifier as identifier_of
from hygie.record.models import Document
from hygie.record.pdsm import metadata
from hygie.record.pdsm.references import Found, Resolver, conditional


def replaced(
    resource: Mapping[str, Any], path: str, entries: Mapping[str, Found], numbers: Sequence[INS]
) -> tuple[str, ...]:
    """Unique ids of the documents that `relatesTo replaces` names. Raises Invalid(relation, reference-unresolved)."""
    found = []
    for n, relation in enumerate(resource.get("relatesTo", [])):
        here = f"{path}.relatesTo[{n}]"
        if relation.get("code") != "replaces":
            raise Invalid("Only replacement is understood.", code="relation", path=f"{here}.code")
        found.append(target(relation.get("target", {}), f"{here}.target", entries, numbers))
    return tuple(dict.fromkeys(found))


def target(reference: Mapping[str, Any], path: str, entries: Mapping[str, Found], numbers: Sequence[INS]) -> str:
    """The unique id of the document that a reference names, in any of the ways that software uses."""
    if told := reference.get("identifier"):
        return metadata.unique_id(told, f"{path}.identifier")
    written = reference.get("reference", "")
    if written.startswith("urn:oid:"):
        return metadata.unique_id({"system": metadata.URI, "value": written}, f"{path}.reference")
    if asked := conditional(written, "DocumentReference"):
        system, value = asked
        return metadata.unique_id({"system": system, "value": value}, f"{path}.reference")
    if entry := entries.get(written):
        return of_entry(entry, path, entries, numbers)
    if (unique_id := _own(written, numbers)) is not None:
        return unique_id
    raise Invalid("The replaced document is not named.", code="reference-unresolved", path=path)


def of_entry(entry: Found, path: str, entries: Mapping[str, Found], numbers: Sequence[INS]) -> str:
    """The unique id of a document of the same Bundle, or of the one that a PATCH entry is about."""
    if entry.resource.get("resourceType") == "DocumentReference":
        master = entry.resource.get("masterIdentifier")
        if isinstance(master, dict):
            return metadata.unique_id(master, f"{entry.path}.masterIdentifier")
    url = entry.resource.get("_request_url", "")
    if url and url not in entries:
        return target({"reference": url}, path, entries, numbers)
    raise Invalid("The replaced document is not named.", code="reference-unresolved", path=path)


def _own(reference: str, numbers: Sequence[INS]) -> str | None:
    """`DocumentReference/<id>` of ours, in the space of this very patient; nothing is told of other spaces."""
    head, _, logical_id = reference.rpartition("/")
    split = ids.split_logical_id(logical_id)
    if split is None or head.rpartition("/")[2] != "DocumentReference":
        return None
    space_id, local_id = split
    if space_id not in {person.space_id for person in identity.find_spaces(numbers)}:
        return None
    return Document.objects.filter(space_id=space_id, id=local_id).values_list("unique_id", flat=True).first()


def self_contained(resource: dict[str, Any], resolver: Resolver, replaces: Sequence[str], path: str) -> dict[str, Any]:
    """The resource without its file, whose references lead to its own `contained`: what they found in the Bundle is
    brought in. The subject and the content are written by the record itself."""
    kept = {key: value for key, value in resource.items() if key not in ("id", "relatesTo", "subject")}
    mover = _Mover(resolver, list(resource.get("contained", [])))
    for name in ("authenticator", "custodian"):
        if name in kept:
            kept[name] = mover.move(kept[name], f"{path}.{name}")
    kept["author"] = [mover.move(each, f"{path}.author[{n}]") for n, each in enumerate(resource["author"])]
    if context := resource.get("context"):
        kept["context"] = _context(context, mover, path)
    if mover.contained:
        kept["contained"] = mover.contained
    if replaces:
        kept["relatesTo"] = [
            {"code": "replaces", "target": {"identifier": identifier_of(unique_id)}} for unique_id in replaces
        ]
    return kept


def _context(context: dict[str, Any], mover: "_Mover", path: str) -> dict[str, Any]:
    """Only the source patient is followed; other references keep their identifier and their words."""
    kept = dict(context)
    if source := context.get("sourcePatientInfo"):
        if resolvable := mover.find(source):
            kept["sourcePatientInfo"] = mover.move(source, f"{path}.context.sourcePatientInfo", resolvable)
        else:
            kept["sourcePatientInfo"] = _without_target(source)
    for name in ("related", "encounter"):
        if told := [each for each in map(_without_target, context.get(name, [])) if each]:
            kept[name] = told
        else:
            kept.pop(name, None)
    return {key: value for key, value in kept.items() if value}


def _without_target(reference: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in reference.items() if key != "reference"}


class _Mover:
    """Brings resources of the Bundle into `contained`, each once, under an id of ours."""

    def __init__(self, resolver: Resolver, contained: list[dict[str, Any]]) -> None:
        self._resolver = resolver
        self._moved: dict[str, str] = {}
        self.contained = contained

    def find(self, reference: Mapping[str, Any]) -> Found | None:
        return self._resolver.find(reference.get("reference", ""))

    def move(self, reference: dict[str, Any], path: str, found: Found | None = None) -> dict[str, Any]:
        written = reference.get("reference", "")
        if not written or written.startswith("#"):
            return reference
        found = found or self._resolver.get(written, f"{path}.reference")
        return {**reference, "reference": f"#{self._bring(found)}"}

    def _bring(self, found: Found) -> str:
        if found.path in self._moved:
            return self._moved[found.path]
        local = f"moved-{uuid.uuid5(uuid.NAMESPACE_URL, found.path).hex[:12]}"
        self._moved[found.path] = local
        resource = {key: value for key, value in found.resource.items() if key not in ("meta", "text")}
        resource["id"] = local
        for name in ("practitioner", "organization"):
            inner = resource.get(name)
            if resource.get("resourceType") == "PractitionerRole" and isinstance(inner, dict):
                resource[name] = self.move(inner, f"{found.path}.{name}")
        self.contained.append(resource)
        return local
