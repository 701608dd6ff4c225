"""GET, POST [base]/ValueSet/$expand, [base]/ValueSet/[id]/$expand. https://hl7.org/fhir/R4/valueset-operation-expand.html"""

import datetime as dt

from hygie.fhir.core import json
from hygie.fhir.core.terminology import expansion
from hygie.fhir.core.terminology.errors import NotLoaded, NotSupported
from hygie.fhir.http.call import Answer, Call
from hygie.fhir.http.terminology.given import Given
from hygie.fhir.http.terminology.service import Service

_VERSIONS = ("system-version", "check-system-version", "force-system-version")


def expand(call: Call, service: Service, now: dt.datetime) -> Answer:
    """200 with the ValueSet and its expansion, always a flat list."""
    given = Given(call, "ValueSet", "valueSet")
    if given.text("context"):
        raise NotSupported("A set is named by url, or given as valueSet; not by context.", path="http.context")
    for name in _VERSIONS:
        for each in given.texts(name):
            _check_version(service, each)
    asked = expansion.Asked(
        filter=given.text("filter"),
        offset=given.number("offset") or 0,
        count=given.number("count"),
        language=given.text("displayLanguage"),
        with_designations=given.flag("includeDesignations"),
        designation_languages=tuple(each.removeprefix("urn:ietf:bcp:47|") for each in given.texts("designation")),
        with_definition=given.flag("includeDefinition"),
        active_only=given.flag("activeOnly"),
        only_for_use=given.flag("excludeNotForUI"),
        without_systems=tuple(service.library.canonical(each) for each in given.texts("exclude-system")),
    )
    return Answer(200, json.write(expansion.expand(service.members, service.value_set(call, given), asked, now)))


def _check_version(service: Service, told: str) -> None:
    """One version of a system is loaded: another one cannot be asked for."""
    url, _, version = told.partition("|")
    system = service.library.code_system(url)
    if system is not None and version and version != system.head.version:
        raise NotLoaded("This version of the code system is not loaded here.")
