"""Terminology at the machines' door: real addresses, loaded sets; GET and POST, JSON and XML."""

from urllib.parse import urlencode

import pytest

from hygie.fhir.core import xml
from tests.hygie.api.conftest import code_of, issue_of

J07 = "https://mos.esante.gouv.fr/NOS/JDV_J07-XdsTypeCode-CISIS/FHIR/JDV-J07-XdsTypeCode-CISIS"
J02 = "https://mos.esante.gouv.fr/NOS/JDV_J02-XdsHealthcareFacilityTypeCode-CISIS/FHIR/JDV-J02-XdsHealthcareFacilityTypeCode-CISIS"
TRE_A03 = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDERS = "http://hl7.org/fhir/administrative-gender"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LOINC = "http://loinc.org"


def ask(software, operation, status=200, **parameters):
    pairs = [(name.replace("_", "-"), v) for name, value in parameters.items() for v in _list(value)]
    answer = software.get(f"/fhir/{operation}?{urlencode(pairs)}")
    assert answer.status_code == status, answer.content
    return answer if status != 200 else answer.json()


def _list(value):
    return value if isinstance(value, list) else [value]


def send(software, operation, *parameters, status=200):
    answer = software.post(f"/fhir/{operation}", {"resourceType": "Parameters", "parameter": list(parameters)})
    assert answer.status_code == status, answer.content
    return answer if status != 200 else answer.json()


def out(parameters, name):
    """The values of an output parameter."""
    found = [each for each in parameters["parameter"] if each["name"] == name]
    return [next((v for k, v in each.items() if k.startswith("value")), each.get("part")) for each in found]


def codes(value_set):
    return [each["code"] for each in value_set["expansion"].get("contains", [])]


# $expand


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"url": GENDER}, ["female", "male", "other", "unknown"]),
        ({"url": GENDER, "count": 2}, ["female", "male"]),
        ({"url": GENDER, "offset": 1, "count": 2}, ["male", "other"]),
        ({"url": GENDER, "offset": 9}, []),
        ({"url": GENDER, "count": 0}, []),
        ({"url": GENDER, "filter": "MALE"}, ["female", "male"]),
        ({"url": GENDER + "|4.0.1", "filter": "unk"}, ["unknown"]),
        ({"url": J07, "filter": "sortie hopital rien"}, []),
        ({"url": J07, "filter": "CR  imagérie"}, ["18748-4"]),
        ({"url": J02, "filter": "établissement PSPH"}, ["SA03", "SA04"]),
        ({"url": J02, "filter": "ETABLISSEMENT psph nôn"}, ["SA04"]),
        ({"url": J07, "filter": "11502"}, ["11502-2"]),
        ({"url": J07, "exclude_system": LOINC, "filter": "E1762"}, ["E1762"]),
    ],
)
def test_a_set_is_expanded(doctor, asked, expected):
    found = ask(doctor, "ValueSet/$expand", **asked)
    assert found["resourceType"] == "ValueSet"
    assert codes(found) == expected
    assert found["expansion"]["offset"] == asked.get("offset", 0)


def test_an_expansion_says_how_many_there_are_and_what_was_asked(doctor):
    found = ask(doctor, "ValueSet/$expand", url=J07, filter="biologi", count=3, displayLanguage="fr")
    expansion = found["expansion"]
    assert expansion["total"] >= 3 == len(expansion["contains"])
    told = {each["name"]: each for each in expansion["parameter"]}
    assert told["filter"]["valueString"] == "biologi" and told["count"]["valueInteger"] == 3
    assert expansion["identifier"].startswith("urn:uuid:") and expansion["timestamp"].endswith("Z")
    assert found["url"] == J07 and found["name"] == "JDV_J07_XdsTypeCode_CISIS" and "compose" not in found
    whole = ask(doctor, "ValueSet/$expand", url=J07, includeDefinition="true")
    assert whole["expansion"]["total"] == len(codes(whole)) == 114 and whole["compose"]["include"]


def test_names_come_in_the_language_that_is_asked_for(doctor):
    set_of_v3 = "http://terminology.hl7.org/ValueSet/v3-AdministrativeGender"
    english = ask(doctor, "ValueSet/$expand", url=set_of_v3)["expansion"]["contains"]
    french = ask(doctor, "ValueSet/$expand", url=set_of_v3, displayLanguage="fr-FR,en;q=0.5")["expansion"]["contains"]
    assert {each["code"]: each["display"] for each in english}["F"] == "Female"
    assert {each["code"]: each["display"] for each in french}["F"] == "Féminin"
    named = ask(doctor, "ValueSet/$expand", url=set_of_v3, includeDesignations="true")["expansion"]["contains"]
    assert {"language": "fr", "value": "Féminin"} in {each["code"]: each["designation"] for each in named}["F"]


def test_a_set_is_expanded_by_its_id(doctor):
    assert codes(ask(doctor, "ValueSet/administrative-gender/$expand")) == ["female", "male", "other", "unknown"]
    assert len(codes(ask(doctor, "ValueSet/JDV-J07-XdsTypeCode-CISIS/$expand"))) == 114
    assert code_of(ask(doctor, "ValueSet/nothing-of-this-name/$expand", 404)) == "not-found"


def test_a_set_that_software_wrote_is_expanded_too(bench):
    told = {
        "resourceType": "ValueSet",
        "status": "active",
        "compose": {
            "include": [{"valueSet": [GENDER]}],
            "exclude": [{"system": GENDERS, "concept": [{"code": "male"}]}],
        },
    }
    written = bench.post("/fhir/ValueSet", told)
    assert written.status_code == 201, written.content
    own_id = written.json()["id"]
    assert codes(ask(bench, f"ValueSet/{own_id}/$expand")) == ["female", "other", "unknown"]
    verdict = ask(bench, f"ValueSet/{own_id}/$validate-code", system=GENDERS, code="male")
    assert out(verdict, "result") == [False]


def test_a_set_that_comes_with_the_request_is_expanded(doctor):
    compose = {
        "include": [{"system": ACT_CODE, "filter": [{"property": "concept", "op": "is-a", "value": "_ActAccountCode"}]}]
    }
    told = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    found = send(
        doctor, "ValueSet/$expand", {"name": "valueSet", "resource": told}, {"name": "count", "valueInteger": 100}
    )
    assert {"_ActAccountCode", "ACCTRECEIVABLE", "AE"} <= set(codes(found)) and not {"id", "url"} & found.keys()
    bare = doctor.post("/fhir/ValueSet/$expand", told)
    assert codes(bare.json()) == codes(found)
    only_used = send(
        doctor,
        "ValueSet/$expand",
        {"name": "valueSet", "resource": told},
        {"name": "excludeNotForUI", "valueBoolean": True},
    )
    assert "_ActAccountCode" not in codes(only_used) and "AE" in codes(only_used)


@pytest.mark.parametrize(
    ("asked", "status", "code", "kind"),
    [
        ({}, 400, "parameter-required", "required"),
        ({"url": "http://example.org/nothing"}, 404, "not-loaded", "not-found"),
        ({"url": GENDER + "|9.9"}, 404, "not-loaded", "not-found"),
        ({"url": GENDER, "count": "-1"}, 400, "parameter-value", "invalid"),
        ({"url": GENDER, "activeOnly": "yes"}, 400, "parameter-value", "invalid"),
        ({"url": [GENDER, J07]}, 400, "parameter-repeated", "invalid"),
        ({"url": GENDER, "context": "Patient.gender"}, 422, "not-supported", "not-supported"),
        ({"url": GENDER, "force_system_version": GENDERS + "|3.0"}, 404, "not-loaded", "not-found"),
        ({"url": GENDER, "valueSet": "x"}, 400, "parameter-value", "invalid"),
    ],
)
def test_what_cannot_be_expanded_is_said(doctor, asked, status, code, kind):
    issue = issue_of(ask(doctor, "ValueSet/$expand", status, **asked))
    assert (issue["details"]["coding"][0]["code"], issue["code"]) == (code, kind)


# $validate-code


@pytest.mark.parametrize(
    ("asked", "result", "message"),
    [
        ({"url": GENDER, "system": GENDERS, "code": "male"}, True, ""),
        ({"url": GENDER, "system": GENDERS, "code": "male", "display": "Male"}, True, ""),
        ({"url": GENDER, "system": GENDERS, "code": "male", "display": "Female"}, False, "“Male”"),
        ({"url": GENDER, "system": GENDERS, "code": "MALE"}, False, "no such code"),
        ({"url": GENDER, "system": LOINC, "code": "male"}, False, "not in the value set"),
        ({"url": J07, "system": LOINC, "code": "11502-2"}, True, ""),
        ({"url": J07, "system": "urn:oid:2.16.840.1.113883.6.1", "code": "11502-2"}, True, ""),
        ({"url": J07, "system": LOINC, "code": "8480-6"}, False, "not in the value set"),
        ({"url": GENDER, "system": GENDERS, "code": "male", "systemVersion": "1"}, False, "version"),
    ],
)
def test_a_code_is_judged_by_a_set(doctor, asked, result, message):
    verdict = ask(doctor, "ValueSet/$validate-code", **asked)
    assert out(verdict, "result") == [result]
    assert message in "".join(out(verdict, "message"))
    if result:
        assert out(verdict, "display")


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        ({"url": GENDERS, "code": "female"}, True),
        ({"url": GENDERS, "code": "femme"}, False),
        ({"url": GENDERS, "code": "female", "display": "  FEMALE "}, True),
        ({"url": TRE_A03, "code": "10", "display": "Compte rendu"}, True),
        ({"url": TRE_A03, "code": "10", "display": "Synthèse"}, False),
        ({"url": "https://mos.esante.gouv.fr/NOS/TRE_A04-Loinc/FHIR/TRE-A04-Loinc", "code": "11502-2"}, True),
        ({"url": LOINC, "code": "0-0"}, False),
    ],
)
def test_a_code_is_judged_by_its_system(doctor, asked, result):
    assert out(ask(doctor, "CodeSystem/$validate-code", **asked), "result") == [result]
    assert out(ask(doctor, "CodeSystem/administrative-gender/$validate-code", code="male"), "result") == [True]


def test_a_coding_and_a_concept_are_judged(doctor):
    wrong, right = {"system": GENDERS, "code": "x"}, {"system": GENDERS, "code": "other"}
    url = {"name": "url", "valueUri": GENDER}
    for told, result in [
        ({"name": "coding", "valueCoding": right}, True),
        ({"name": "coding", "valueCoding": wrong}, False),
        ({"name": "codeableConcept", "valueCodeableConcept": {"coding": [wrong, right]}}, True),
        ({"name": "codeableConcept", "valueCodeableConcept": {"coding": [wrong]}}, False),
    ]:
        assert out(send(doctor, "ValueSet/$validate-code", url, told), "result") == [result]
    system = {"name": "url", "valueUri": GENDERS}
    assert out(send(doctor, "CodeSystem/$validate-code", {"name": "coding", "valueCoding": right}), "result") == [True]
    other = {"name": "coding", "valueCoding": {"system": LOINC, "code": "other"}}
    assert out(send(doctor, "CodeSystem/$validate-code", system, other), "result") == [False]


def test_a_code_that_only_groups_others_is_right_when_it_is_asked_so(doctor):
    asked = {"url": "http://terminology.hl7.org/ValueSet/v3-ActCode", "system": ACT_CODE, "code": "_ActAccountCode"}
    assert out(ask(doctor, "ValueSet/$validate-code", **asked), "result") == [False]
    assert out(ask(doctor, "ValueSet/$validate-code", **asked, abstract="true"), "result") == [True]


def test_what_cannot_be_judged_is_said(doctor):
    assert code_of(ask(doctor, "ValueSet/$validate-code", 400, url=GENDER)) == "parameter-required"
    assert code_of(ask(doctor, "ValueSet/$validate-code", 400, url=GENDER, code="male")) == "parameter-required"
    assert code_of(ask(doctor, "CodeSystem/$validate-code", 404, url="urn:x", code="male")) == "not-loaded"
    assert code_of(ask(doctor, "CodeSystem/$validate-code", 400, code="male")) == "parameter-required"


# $lookup, $subsumes, $translate


def test_a_code_is_looked_up(doctor):
    found = ask(doctor, "CodeSystem/$lookup", system=ACT_CODE, code="AE")
    assert out(found, "display") == ["American Express"] and out(found, "version") == ["2018-08-12"]
    properties = {part[0]["valueCode"]: part[1] for part in out(found, "property")}
    assert properties["parent"]["valueCode"] == "CC"
    assert out(ask(doctor, "CodeSystem/$lookup", system=ACT_CODE, code="AE", property="inactive"), "property") == [
        [{"name": "code", "valueCode": "inactive"}, {"name": "value", "valueBoolean": False}]
    ]
    asked = {"name": "coding", "valueCoding": {"system": LOINC, "code": "11502-2"}}
    french = send(doctor, "CodeSystem/$lookup", asked)
    assert out(french, "display") == ["CR d'examens biologiques"]
    assert [part[0]["valueCode"] for part in out(french, "designation")] == ["fr"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"system": GENDERS, "code": "x"}, 404, "code-not-found"),
        ({"system": LOINC, "code": "0-0"}, 404, "code-not-found"),
        ({"system": "urn:x", "code": "x"}, 404, "not-loaded"),
        ({"system": GENDERS, "version": "1", "code": "male"}, 404, "not-loaded"),
        ({"system": GENDERS}, 400, "parameter-required"),
        ({"code": "male"}, 400, "parameter-required"),
    ],
)
def test_what_cannot_be_looked_up_is_said(doctor, asked, status, code):
    assert code_of(ask(doctor, "CodeSystem/$lookup", status, **asked)) == code


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("_ActAccountCode", "AE", "subsumes"),
        ("AE", "_ActAccountCode", "subsumed-by"),
        ("AE", "AE", "equivalent"),
        ("AE", "EMER", "not-subsumed"),
    ],
)
def test_one_code_stands_above_another(doctor, one, other, outcome):
    assert out(ask(doctor, "CodeSystem/$subsumes", system=ACT_CODE, codeA=one, codeB=other), "outcome") == [outcome]
    assert out(ask(doctor, "CodeSystem/v3-ActCode/$subsumes", codeA=one, codeB=other), "outcome") == [outcome]
    codings = [
        {"name": f"coding{n}", "valueCoding": {"system": ACT_CODE, "code": c}} for n, c in (("A", one), ("B", other))
    ]
    assert out(send(doctor, "CodeSystem/$subsumes", *codings), "outcome") == [outcome]


def test_what_is_above_a_code_of_a_part_of_a_system_is_not_known(doctor):
    answer = ask(doctor, "CodeSystem/$subsumes", 422, system=LOINC, codeA="11502-2", codeB="18748-4")
    assert issue_of(answer)["code"] == "not-supported"


def test_a_type_of_document_has_its_class_by_the_official_map(doctor):
    ASS_X04 = "https://mos.esante.gouv.fr/NOS/ASS_X04-CorrespondanceType-Classe-CISIS/FHIR/ASS-X04-CorrespondanceType-Classe-CISIS"
    for found in (
        ask(doctor, "ConceptMap/$translate", url=ASS_X04, system=LOINC, code="11502-2"),
        ask(doctor, "ConceptMap/$translate", system=LOINC, code="11502-2", targetsystem=TRE_A03),
        ask(doctor, "ConceptMap/ASS-X04-CorrespondanceType-Classe-CISIS/$translate", system=LOINC, code="11502-2"),
    ):
        assert out(found, "result") == [True]
        parts = {part["name"]: part for part in out(found, "match")[0]}
        assert parts["equivalence"]["valueCode"] == "wider" and parts["source"]["valueUri"] == ASS_X04
        assert parts["concept"]["valueCoding"] == {"system": TRE_A03, "code": "10"}
    back = ask(doctor, "ConceptMap/$translate", url=ASS_X04, system=TRE_A03, code="10", reverse="true")
    parts = [{part["name"]: part for part in match} for match in out(back, "match")]
    assert {each["equivalence"]["valueCode"] for each in parts} == {"narrower"} and len(parts) > 10
    nothing = ask(doctor, "ConceptMap/$translate", url=ASS_X04, system=LOINC, code="0-0")
    assert out(nothing, "result") == [False] and out(nothing, "message")
    assert code_of(ask(doctor, "ConceptMap/$translate", 404, url="urn:x", system=LOINC, code="1")) == "not-loaded"


# Read and search


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ValueSet/JDV-J07-XdsTypeCode-CISIS", "JDV_J07_XdsTypeCode_CISIS"),
        ("ValueSet/administrative-gender", "AdministrativeGender"),
        ("CodeSystem/administrative-gender", "AdministrativeGender"),
        ("CodeSystem/v3-ActCode", "v3.ActCode"),
        ("CodeSystem/loinc.org", "loinc_org"),
        ("CodeSystem/TRE-A03-ClasseDocument", "TRE_A03_ClasseDocument"),
        ("ConceptMap/ASS-X04-CorrespondanceType-Classe-CISIS", "ASS_X04_typeCode_to_classCode"),
    ],
)
def test_what_is_loaded_is_read(doctor, address, name):
    answer = doctor.get(f"/fhir/{address}")
    assert answer.status_code == 200, answer.content
    assert answer.json()["name"] in (name, name.replace(".", ""))
    checked = doctor.post(f"/fhir/{address.partition('/')[0]}/$validate", answer.json())
    assert [each["severity"] for each in checked.json()["issue"] if each["severity"] in ("error", "fatal")] == []
    assert doctor.get(f"/fhir/{address}?_elements=url").json().keys() >= {"url"}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (f"ValueSet?url={J07}", ["JDV-J07-XdsTypeCode-CISIS"]),
        ("ValueSet?name=JDV_J07", ["JDV-J07-XdsTypeCode-CISIS"]),
        ("ValueSet?name:exact=JDV_J07", []),
        ("ValueSet?title:contains=CIVILITES%20ci", ["JDV-J245-Civilite-CISIS", "JDV-J246-Titre-CISIS"]),
        ("ValueSet?identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.213.1.1.5.718", ["JDV-J245-Civilite-CISIS"]),
        ("ValueSet?_id=administrative-gender&status=active", ["administrative-gender"]),
        ("ValueSet?_id=administrative-gender&status:not=active", []),
        ("ValueSet?_id=administrative-gender&version=4.0.1", ["administrative-gender"]),
        ("ValueSet?_id=administrative-gender&_lastUpdated=gt2020", []),
        (f"CodeSystem?system={GENDERS}", ["administrative-gender"]),
        (
            "ConceptMap?name=ASS",
            ["ASS-A11-CorresModeleCDA-XdsFormatCode-CISIS", "ASS-X04-CorrespondanceType-Classe-CISIS"],
        ),
    ],
)
def test_what_is_loaded_is_found(doctor, query, ids):
    answer = doctor.get(f"/fhir/{query}")
    assert answer.status_code == 200, answer.content
    bundle = answer.json()
    assert [each["resource"]["id"] for each in bundle.get("entry", [])] == ids
    assert bundle["total"] == len(ids)


def test_pages_go_through_what_is_loaded_then_through_what_is_stored(bench):
    for name in ("JDV_J07_a", "JDV_J07_b"):
        told = {"resourceType": "ValueSet", "status": "draft", "name": name, "url": f"http://example.org/{name}"}
        assert bench.post("/fhir/ValueSet", told).status_code == 201
    for count in (1, 2, 3, 10):
        seen, path = [], f"/fhir/ValueSet?name=JDV_J07&_count={count}"
        while path:
            bundle = bench.get(path).json()
            assert bundle["total"] == 3
            seen += [each["resource"]["name"] for each in bundle.get("entry", [])]
            path = next((each["url"] for each in bundle["link"] if each["relation"] == "next"), "")
            path = path[path.find("/fhir") :] if path else ""
        assert seen[0] == "JDV_J07_XdsTypeCode_CISIS" and sorted(seen[1:]) == ["JDV_J07_a", "JDV_J07_b"], count


def test_a_token_that_may_not_read_sets_may_still_ask_what_a_code_means(software, world):
    narrow = software.acting_for(world.doctor, "user/Observation.s")
    assert narrow.get("/fhir/ValueSet/administrative-gender").status_code == 403
    assert narrow.get("/fhir/ValueSet?name=x").status_code == 403
    assert out(ask(narrow, "CodeSystem/$lookup", system=GENDERS, code="male"), "display") == ["Male"]
    assert software.get("/fhir/CodeSystem/$lookup?code=male").status_code == 401


def test_search_by_a_french_set_uses_the_same_codes(doctor, world):
    for modifier in ("in", "not-in"):
        answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&type:{modifier}={J07}")
        assert answer.status_code == 200, answer.content
    assert doctor.get(f"/fhir/DocumentReference?patient={world.space_id}&type:in=urn:x").status_code == 400


def test_search_goes_up_and_down_a_hierarchy(bench, patient_id):
    interpretation = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    told = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "interpretation": [{"coding": [{"system": interpretation, "code": "HH"}]}],
        "category": [{"coding": [{"system": ACT_CODE, "code": "AE"}]}],
    }
    assert bench.post("/fhir/Observation", told).status_code == 201
    for query, total in [
        (f"category:below={ACT_CODE}|_ActAccountCode", 1),
        (f"category:below={ACT_CODE}|AE", 1),
        (f"category:below={ACT_CODE}|EMER", 0),
        (f"category:above={ACT_CODE}|AE", 1),
        (f"category:above={ACT_CODE}|_ActAccountCode", 0),
        (f"category:below={ACT_CODE}|nothing", 0),
        ("category:in=http://terminology.hl7.org/ValueSet/v3-ActCode", 1),
        ("category:not-in=http://terminology.hl7.org/ValueSet/v3-ActCode", 0),
    ]:
        answer = bench.get(f"/fhir/Observation?patient={patient_id}&{query}")
        assert answer.status_code == 200, answer.content
        assert answer.json()["total"] == total, query
    for wrong in (f"category:below={LOINC}|1-8", "category:below=AE"):
        assert bench.get(f"/fhir/Observation?patient={patient_id}&{wrong}").status_code == 400


# Forms


def test_xml_in_and_out(doctor):
    body = xml.write(
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "system", "valueUri": GENDERS}, {"name": "code", "valueCode": "male"}],
        }
    )
    answer = doctor.call(
        "POST", "/fhir/CodeSystem/$lookup", body, "application/fhir+xml", Accept="application/fhir+xml"
    )
    assert answer.status_code == 200 and answer["Content-Type"] == "application/fhir+xml"
    assert out(xml.read(answer.content), "display") == ["Male"]
    expanded = doctor.get(f"/fhir/ValueSet/$expand?url={GENDER}&_format=xml")
    assert codes(xml.read(expanded.content)) == ["female", "male", "other", "unknown"]
    refused = doctor.get("/fhir/ValueSet/$expand?_format=xml")
    assert refused.status_code == 400 and xml.read(refused.content)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Parameters", "parameter": [{"valueUri": GENDER}]},
        {"resourceType": "Parameters", "parameter": [{"name": "url", "valueUri": {"a": 1}}]},
        {"resourceType": "Parameters", "parameter": [{"name": "coding", "valueCoding": {"code": 3}}]},
        {"resourceType": "Parameters", "parameter": [{"name": "coding", "valueCoding": []}]},
        {"resourceType": "Parameters", "parameter": "x"},
        {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": {"resourceType": "ValueSet"}}]},
        {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": {"compose": 3, "url": 4}}]},
    ],
)
def test_a_body_that_is_nothing_gets_a_4xx(doctor, body):
    for address in ("ValueSet/$expand", "ValueSet/$validate-code", "CodeSystem/$lookup", "ConceptMap/$translate"):
        assert doctor.post(f"/fhir/{address}", body).status_code in (200, 400, 422)


def test_a_body_that_is_too_large_is_refused(doctor):
    body = b'{"resourceType":"Parameters","parameter":[' + b" " * (2 * 1024 * 1024) + b"]}"
    assert doctor.post("/fhir/ValueSet/$expand", body).status_code == 413


def test_the_codings_of_a_concept_cost_together_what_one_request_may(doctor):
    heavy = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [{"system": ACT_CODE}] * 400}}
    of_set = {"name": "valueSet", "resource": heavy}
    coding = {"system": ACT_CODE, "code": "nothing"}
    one = {"name": "codeableConcept", "valueCodeableConcept": {"coding": [coding]}}
    assert out(send(doctor, "ValueSet/$validate-code", of_set, one), "result") == [False]
    many = {"name": "codeableConcept", "valueCodeableConcept": {"coding": [coding] * 50}}
    answer = send(doctor, "ValueSet/$validate-code", of_set, many, status=422)
    assert code_of(answer) == "too-costly"
