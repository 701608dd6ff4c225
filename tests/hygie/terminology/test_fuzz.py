"""No input of the operations is more than a fault of the caller: anything in Parameters, anything in a ValueSet."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.fhir.http.call import Call
from hygie.fhir.http.terminology import expand, lookup, validate_code
from hygie.fhir.http.terminology.service import Service
from hygie.lib.errors import HygieError, NotFound
from hygie.terminology.loaded import members

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
NAMES = [
    *(
        "url",
        "valueSet",
        "code",
        "system",
        "coding",
        "codeableConcept",
        "filter",
        "count",
        "offset",
        "activeOnly",
        "codeA",
    ),
    *(
        "codeB",
        "codingA",
        "codeSystem",
        "conceptMap",
        "display",
        "version",
        "property",
        "reverse",
        "system-version",
        "context",
    ),
]
WORDS = st.sampled_from(
    [
        *(
            "http://loinc.org",
            "http://hl7.org/fhir/ValueSet/administrative-gender",
            "male",
            "true",
            "1",
            "",
            "|",
            "is-a",
        ),
        *("concept", "code", "http://hl7.org/fhir/administrative-gender", "regex", "(", "=", "exists", "é"),
    ]
)
PLAIN = st.one_of(WORDS, st.integers(-9, 10**12), st.booleans(), st.none(), st.text(max_size=5))
KEYS = st.sampled_from(
    [
        *(
            "include",
            "exclude",
            "system",
            "concept",
            "filter",
            "valueSet",
            "code",
            "display",
            "property",
            "op",
            "value",
        ),
        *(
            "compose",
            "expansion",
            "contains",
            "url",
            "resourceType",
            "coding",
            "designation",
            "group",
            "element",
            "target",
        ),
        *("content", "hierarchyMeaning", "source", "unmapped", "mode", "version", "name", "language", "identifier"),
    ]
)
THINGS = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)), max_leaves=20
)
VALUES = st.sampled_from(["valueString", "valueUri", "valueCoding", "valueCodeableConcept", "resource", "valueBoolean"])
PARAMETERS = st.lists(
    st.one_of(
        THINGS, st.builds(lambda name, key, value: {"name": name, key: value}, st.sampled_from(NAMES), VALUES, THINGS)
    ),
    max_size=6,
)
OPERATIONS = {
    "expand": ("ValueSet", lambda call, service: expand.expand(call, service, NOW)),
    "code of a set": ("ValueSet", validate_code.of_value_set),
    "code of a system": ("CodeSystem", validate_code.of_code_system),
    "lookup": ("CodeSystem", lookup.lookup),
    "subsumes": ("CodeSystem", lookup.subsumes),
    "translate": ("ConceptMap", lookup.translate),
}


def _nothing(kind: str, own_id: str) -> bytes:
    raise NotFound


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@given(parameters=PARAMETERS, own=THINGS)
@settings(max_examples=50, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_answered_or_refused(name: str, parameters: list[Any], own: Any) -> None:
    kind, operation = OPERATIONS[name]
    bodies: list[dict[str, Any]] = [{"resourceType": "Parameters", "parameter": parameters}]
    if isinstance(own, dict):
        bodies.append({**own, "resourceType": kind})
        named = {"ValueSet": "valueSet", "CodeSystem": "codeSystem", "ConceptMap": "conceptMap"}[kind]
        code = [
            {"name": "code", "valueCode": "male"},
            {"name": "system", "valueUri": "http://hl7.org/fhir/administrative-gender"},
        ]
        bodies.append({"resourceType": "Parameters", "parameter": [*code, {"name": named, "resource": bodies[1]}]})
    for body in bodies:
        try:
            answer = operation(Call("http://x/fhir", kind, resource=body), Service(members(), _nothing))
        except HygieError:
            continue
        assert answer.status == 200


@pytest.mark.parametrize("value", [3, True, None, [], {}, [3], {"a": 1}, ["x"]])
def test_a_wrong_type_anywhere_in_a_system_is_no_fault_of_ours(value: Any) -> None:
    concept: dict[str, Any] = {
        "code": "x",
        "display": "x",
        "definition": "x",
        "designation": [{"value": "x", "language": "fr"}],
    }
    concept["property"] = [{"code": "status", "valueCode": "retired"}]
    system: dict[str, Any] = {"url": "urn:x", "content": "complete", "language": "fr", "concept": [concept]}
    told = [{**system, name: value} for name in (*system, "hierarchyMeaning", "caseSensitive", "name", "identifier")]
    told += [{**system, "concept": [{**concept, name: value}]} for name in (*concept, "concept")]
    for part in ("designation", "property"):
        inside = concept[part][0]
        told += [{**system, "concept": [{**concept, part: [{**inside, name: value}]}]} for name in (*inside, "use")]
    service = Service(members(), _nothing)
    for each in told:
        parameters = [{"name": "codeSystem", "resource": {**each, "resourceType": "CodeSystem"}}]
        for more in ({"name": "display", "valueString": "y"}, {"name": "displayLanguage", "valueCode": "fr"}):
            asked = [*parameters, {"name": "code", "valueCode": "x"}, more]
            body = {"resourceType": "Parameters", "parameter": asked}
            try:
                assert (
                    validate_code.of_code_system(Call("http://x", "CodeSystem", resource=body), service).status == 200
                )
            except HygieError:
                continue
