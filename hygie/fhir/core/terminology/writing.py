"""A loaded set, system or map as a FHIR resource: the one that was loaded, or one made of what is known."""

from hygie.fhir.core.terminology import naming
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.model import CodeSystem, Concept, Head, Json

_PROPERTIES = {
    "parent": ("http://hl7.org/fhir/concept-properties#parent", "code"),
    "inactive": ("http://hl7.org/fhir/concept-properties#inactive", "boolean"),
    "notSelectable": ("http://hl7.org/fhir/concept-properties#notSelectable", "boolean"),
}


def resource(library: Library, head: Head) -> Json:
    """Raises KeyError for what is not loaded."""
    if (told := library.original(head)) is not None:
        return {"resourceType": head.kind, "id": head.id} | {
            n: v for n, v in told.items() if n not in ("resourceType", "id")
        }
    if head.kind == "ValueSet":
        value_set = library.value_set(head.url)
        if value_set is None:
            raise KeyError(head.url)
        return value_set.resource()
    system = library.code_system(head.url)
    if system is None:
        raise KeyError(head.url)
    return _system(system)


def _system(system: CodeSystem) -> Json:
    """Flat: what is above a code is told by its property `parent`."""
    told = system.head.resource()
    if system.language:
        told["language"] = system.language
    told["caseSensitive"] = system.case_sensitive
    used = [name for name in _PROPERTIES if any(_has(each, name) for each in system.concepts.values())]
    if "parent" in used:
        told["hierarchyMeaning"] = "is-a"
    told["content"] = system.content
    told["count"] = len(system.concepts)
    if used:
        told["property"] = [
            dict(zip(("code", "uri", "type"), (each, *_PROPERTIES[each]), strict=True)) for each in used
        ]
    if system.concepts:
        told["concept"] = [_concept(each) for each in system.concepts.values()]
    return told


def _has(concept: Concept, name: str) -> bool:
    return bool(concept.parents) if name == "parent" else any(each[0] == name for each in concept.properties)


def _concept(concept: Concept) -> Json:
    told: Json = {"code": concept.code}
    if concept.display:
        told["display"] = concept.display
    if concept.definition:
        told["definition"] = concept.definition
    if concept.designations:
        told["designation"] = [naming.designation(each) for each in concept.designations]
    properties: list[Json] = [{"code": "parent", "valueCode": each} for each in concept.parents]
    properties += [{"code": code, kind: value} for code, kind, value in concept.properties if code != "parent"]
    if properties:
        told["property"] = properties
    return told
