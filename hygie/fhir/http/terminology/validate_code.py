"""$validate-code of ValueSet and CodeSystem: whether a code is right; an answer of "no" is a 200 too.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html · codesystem-operation-validate-code.html
"""

import dataclasses
from collections.abc import Callable, Sequence

from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.core.terminology import codes, naming
from hygie.fhir.core.terminology.codes import Coding, Verdict
from hygie.fhir.core.terminology.errors import Effort, NotSupported
from hygie.fhir.core.terminology.model import CodeSystem, Json
from hygie.fhir.http.call import Answer, Call
from hygie.fhir.http.terminology.given import Given, missing
from hygie.fhir.http.terminology.service import Service, parameters


def of_value_set(call: Call, service: Service) -> Answer:
    given = Given(call, "ValueSet", "valueSet")
    if given.text("context"):
        raise NotSupported("A set is named by url, or given as valueSet; not by context.", path="http.context")
    wanted = naming.languages(given.text("displayLanguage"))
    asked = _codings(given, given.text("system"), given.text("systemVersion"))
    value_set = service.value_set(call, given)
    abstract = given.flag("abstract")
    effort = Effort()

    def judge(coding: Coding) -> Verdict:
        if not coding.system:
            raise missing("system", "A code is one of a code system: give system.")
        system = service.library.code_system(coding.system)
        if coding.version and system is not None and coding.version != system.head.version:
            return Verdict(False, "This version of the code system is not loaded here.")
        return codes.in_set(service.members, value_set, coding, wanted, effort, abstract=abstract)

    return _told(asked, judge)


def of_code_system(call: Call, service: Service) -> Answer:
    given = Given(call, "CodeSystem", "codeSystem")
    wanted = naming.languages(given.text("displayLanguage"))
    asked = _codings(given, given.text("url"), given.text("version"))
    system = service.code_system(call, given, asked[0].system)

    def judge(coding: Coding) -> Verdict:
        if coding.system and not _is(service, system, coding.system):
            return Verdict(False, "The coding is of another code system.")
        if coding.version and coding.version != system.head.version:
            return Verdict(False, "This version of the code system is not loaded here.")
        return codes.in_system(system, coding, wanted)

    return _told(asked, judge)


def _is(service: Service, system: CodeSystem, url: str) -> bool:
    return url == system.url or service.library.canonical(url) == system.url


def _codings(given: Given, system: str, version: str) -> list[Coding]:
    """What is asked about: a coding, those of a concept, or a code. Raises BadQuery(parameter-required)."""
    if (coding := given.coding("coding")) is not None:
        found = [coding]
    elif concept := given.concept("codeableConcept"):
        found = concept
    else:
        code = given.text("code")
        if not code:
            raise missing("code", "Give a code, a coding or a codeableConcept with a coding.")
        return [Coding(system.partition("|")[0], code, given.text("display"), version or system.partition("|")[2])]
    if not all(each.code for each in found):
        raise BadQuery("A coding has a code.", code="parameter-value", path="http.coding")
    return [dataclasses.replace(each, version=each.version or version) for each in found]


def _told(asked: Sequence[Coding], judge: Callable[[Coding], Verdict]) -> Answer:
    """A concept is right when one of its codings is; what is wrong with the others is not asked."""
    verdicts = [judge(each) for each in asked]
    verdict = next((each for each in verdicts if each.is_valid), verdicts[0])
    told: list[Json] = [{"name": "result", "valueBoolean": verdict.is_valid}]
    if verdict.message:
        told.append({"name": "message", "valueString": verdict.message})
    if verdict.display:
        told.append({"name": "display", "valueString": verdict.display})
    return parameters(told)
