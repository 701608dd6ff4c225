"""What R4 says in words of particular resources: of those that define other things, whose faults would spread."""

import re
from typing import Any

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Faults, Found, fault
from hygie.fhir.core.validation.run import Run
from hygie.fhir.core.validation.shapes import Rule

_CONCEPT_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
# https://hl7.org/fhir/R4/codesystem-concept-properties.html
_PROPERTY_TYPES = {
    "inactive": "boolean", "deprecated": "dateTime", "deprecationDate": "dateTime", "retirementDate": "dateTime",
    "notSelectable": "boolean", "parent": "code", "child": "code",
}  # fmt: skip
_BRANCH = re.compile(r"\(*\s*([A-Z][A-Za-z]+)\b")
Object = dict[str, Any]


def _check_code_system(value: Object, _run: Run) -> Found:
    faults: Faults = []
    content = value.get("content")
    if "supplements" in value and content != "supplement":
        faults += fault("supplement", "A supplement has the content `supplement`.", "content", code="business-rule")
    concepts = value.get("concept", [])
    if content == "complete" and "count" in value and value["count"] != _count(concepts):
        faults += fault(
            "concept-count",
            "`count` is not the number of concepts of this complete code system.",
            "count",
            code="invalid",
        )
    return (faults + _check_properties(value.get("property", []))) or None


def _count(concepts: list[Object]) -> int:
    return len(concepts) + sum(_count(each["concept"]) for each in concepts if "concept" in each)


def _check_properties(properties: list[Object]) -> Faults:
    faults: Faults = []
    codes: set[str] = set()
    uris: set[str] = set()
    for index, each in enumerate(properties):
        here = ("property", f"[{index}]")
        uri = each.get("uri", "")
        standard = uri.removeprefix(_CONCEPT_PROPERTIES)
        if uri.startswith(_CONCEPT_PROPERTIES) and (expected := _PROPERTY_TYPES.get(standard)):
            if each.get("type") != expected:
                faults += fault(
                    "property-type", f"This standard property has the type {expected}.", *here, code="business-rule"
                )
        if each.get("code") in codes or (uri and uri in uris):
            faults += fault("property-twice", "Another property has this code or URI.", *here, code="business-rule")
        codes.add(each.get("code", ""))
        uris.add(uri)
    return faults


def _check_value_set(value: Object, _run: Run) -> Found:
    faults: Faults = []
    compose = value.get("compose", {})
    for name in ("include", "exclude"):
        for index, part in enumerate(compose.get(name, ())):
            here = ("compose", name, f"[{index}]")
            if ":" not in part.get("system", ":"):
                faults += fault(
                    "system",
                    "`system` is an absolute URI; the valueset-system extension names a contained one.",
                    *here,
                    code="invalid",
                )
            for at, each in enumerate(part.get("filter", ())):
                if each.get("property") == "notSelectable" and each.get("value", "true") not in ("true", "false"):
                    faults += fault(
                        "filter-value",
                        "A filter on notSelectable has the value true or false.",
                        *here,
                        "filter",
                        f"[{at}]",
                        code="invalid",
                    )
    return faults or None


def _check_search_parameter(value: Object, _run: Run) -> Found:
    if value.get("type") == "composite" and len(value.get("component", ())) < 2:
        return fault(
            "components", "A composite search parameter has two components or more: add them.", code="business-rule"
        )
    allowed = {*value.get("base", ()), "Resource", "DomainResource"}
    if allowed & {"Resource", "DomainResource"} & set(value.get("base", ())):
        return None
    for branch in value.get("expression", "").split("|"):
        found = _BRANCH.match(branch.strip())
        if found and found[1] in load().resource_types and found[1] not in allowed:
            return fault(
                "expression-base",
                "`expression` begins with a type that `base` does not list.",
                "expression",
                code="invalid",
            )
    return None


def _check_structure_definition(value: Object, _run: Run) -> Found:
    """Each path of a profile on an R4 type leads to an element that the type has."""
    kind = value.get("type", "")
    if value.get("derivation") != "constraint" or kind not in load().types:
        return None
    faults: Faults = []
    for index, each in enumerate(value.get("differential", {}).get("element", ())):
        if not _leads_somewhere(kind, each.get("path", "")):
            faults += fault(
                "element-path",
                f"{kind} has no element of this path.",
                "differential",
                "element",
                f"[{index}]",
                code="value",
            )
    return faults or None


def _leads_somewhere(kind: str, path: str) -> bool:
    definitions = load()
    root, *steps = path.split(".")
    if root != kind:
        return False
    at = [kind]
    for step in steps:
        name = step.removesuffix("[x]")
        below: list[str] = []
        for each in at:
            if each in ("Resource", "DomainResource"):
                # Of a resource of any type, which only the data knows.
                return True
            element = definitions.types[each].elements.get(name)
            if element is not None:
                below += [ref.code for ref in element.types]
            elif found := definitions.element_of(each, name):
                below.append(found[1].code)
        if not below:
            # Primitives have a value that the definitions do not list.
            return name == "value" and all(definitions.kinds[each] == "primitive" for each in at)
        at = below
    return True


RULES: dict[str, tuple[Rule, ...]] = {
    "CodeSystem": (_check_code_system,),
    "SearchParameter": (_check_search_parameter,),
    "StructureDefinition": (_check_structure_definition,),
    "ValueSet": (_check_value_set,),
}
