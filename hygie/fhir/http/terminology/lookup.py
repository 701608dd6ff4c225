"""$lookup and $subsumes of CodeSystem, $translate of ConceptMap.

https://hl7.org/fhir/R4/codesystem-operation-lookup.html · codesystem-operation-subsumes.html ·
conceptmap-operation-translate.html
"""

from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.core.terminology import codes, naming, translating
from hygie.fhir.core.terminology.codes import Coding
from hygie.fhir.core.terminology.model import ConceptMap, Json
from hygie.fhir.http.call import Answer, Call
from hygie.fhir.http.terminology.given import Given, missing
from hygie.fhir.http.terminology.service import Service, parameters


def lookup(call: Call, service: Service) -> Answer:
    """GET, POST [base]/CodeSystem/$lookup"""
    given = Given(call)
    coding = given.coding("coding")
    if coding is None:
        coding = Coding(given.text("system"), given.required("code"), version=given.text("version"))
    if not coding.system or not coding.code:
        raise missing("system" if not coding.system else "code", "A code is looked up by system and code.")
    wanted = naming.languages(given.text("displayLanguage"))
    return parameters(codes.lookup(service.members, coding, wanted, given.texts("property")))


def subsumes(call: Call, service: Service) -> Answer:
    """GET, POST [base]/CodeSystem/$subsumes, and the same of one system."""
    given = Given(call)
    one, other = given.coding("codingA"), given.coding("codingB")
    if one is None or other is None:
        system = given.text("system")
        one, other = Coding(system, given.required("codeA")), Coding(system, given.required("codeB"))
    own = service.code_system(call, given).url if call.id else ""
    systems = {service.library.canonical(each.system) for each in (one, other) if each.system} or {own}
    if len(systems) > 1 or (own and systems != {own}):
        raise BadQuery("Both codes are of one code system.", code="parameter-value", path="http.system")
    url = systems.pop()
    if not url:
        raise missing("system")
    version = given.text("version") or one.version
    outcome = codes.subsumption(service.members, url, version, one.code, other.code)
    return parameters([{"name": "outcome", "valueCode": outcome}])


def translate(call: Call, service: Service) -> Answer:
    """GET, POST [base]/ConceptMap/$translate, and the same of one map."""
    given = Given(call, "ConceptMap", "conceptMap")
    asked = _asked(given)
    named = service.concept_map(call, given)
    maps = [named] if named is not None else _maps(service, given)
    found = [
        match
        for coding in asked
        for match in translating.translate(
            service.library, maps, coding, target_system=given.text("targetsystem"), reverse=given.flag("reverse")
        )
    ]
    right = any(translating.is_match(each) for each in found)
    told: list[Json] = [{"name": "result", "valueBoolean": right}]
    if not found:
        told.append({"name": "message", "valueString": "No map that is loaded here translates this code."})
    return parameters([*told, *map(_match, found)])


def _asked(given: Given) -> list[Coding]:
    if (coding := given.coding("coding")) is not None:
        found = [coding]
    else:
        found = given.concept("codeableConcept") or [Coding(given.required("system"), given.required("code"))]
    if not all(each.system and each.code for each in found):
        raise missing("system", "A code is translated with its system.")
    return found


def _maps(service: Service, given: Given) -> list[ConceptMap]:
    """All loaded maps between the value sets that are named."""
    source, target = given.text("source"), given.text("target")
    found = [service.library.concept_map(head.url) for head in service.library.heads("ConceptMap")]
    return [each for each in found if each is not None and source in ("", each.source) and target in ("", each.target)]


def _match(match: translating.Match) -> Json:
    coding = {name: value for name in ("system", "code", "display") if (value := getattr(match.coding, name))}
    parts: list[Json] = [{"name": "equivalence", "valueCode": match.equivalence}]
    if match.coding.code:
        parts.append({"name": "concept", "valueCoding": coding})
    if match.map_url:
        parts.append({"name": "source", "valueUri": match.map_url})
    return {"name": "match", "part": parts}
