"""Each kind of search parameter, as tables: what is in the space, what is asked, what is found."""

import pytest

from hygie.fhir.core.parameters import BadQuery
from tests.hygie.fhir.store.shelf import Shelf

pytestmark = pytest.mark.django_db

LOINC, UCUM, SCT = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
VITAL = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}


def observation(**elements):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "?"},
        "subject": {"reference": "@Patient/"},
    } | elements


def coded(code, system=LOINC, **more):
    return {"coding": [{"system": system, "code": code} | more]}


def quantity(value, code, system=UCUM, **more):
    return b'{"value":%s,"system":"%s","code":"%s","unit":"%s"}' % (
        value.encode(), system.encode(), code.encode(), more.get("unit", code).encode(),
    )  # fmt: skip


def measured(value, code, system=UCUM, **more):
    return b'{"resourceType":"Observation","status":"final","code":{"text":"?"},"valueQuantity":%s}' % quantity(
        value, code, system, **more
    )


OBSERVATIONS = {
    "weight": observation(
        code={"coding": [{"system": LOINC, "code": "29463-7", "display": "Poids corporel"}], "text": "Poids"}
    ),
    "height": observation(code=coded("8302-2"), status="amended", category=[VITAL]),
    "both": observation(code={"coding": [{"system": LOINC, "code": "29463-7"}, {"system": SCT, "code": "27113001"}]}),
    "local": observation(code={"coding": [{"code": "29463-7"}]}, identifier=[{"system": "urn:s", "value": "A1"}]),
    "free": observation(
        code={"text": "Tour de tête à la naissance"},
        identifier=[{"value": "A1", "type": coded("PLAC", "urn:types") | {"text": "Numéro d’ordre"}}],
    ),
}
TOKENS = [
    ("code=29463-7", {"weight", "both", "local"}),
    (f"code={LOINC}|29463-7", {"weight", "both"}),
    ("code=|29463-7", {"local"}),
    (f"code={LOINC}|", {"weight", "height", "both"}),
    (f"code={SCT}|27113001", {"both"}),
    (f"code={SCT}|29463-7", set()),
    ("code=8302-2,27113001", {"height", "both"}),
    ("code=29463-7&code=27113001", {"both"}),
    ("code:not=29463-7", {"height", "free"}),
    (f"code:not={LOINC}|29463-7,8302-2", {"local", "free"}),
    ("code:text=poids", {"weight"}),
    ("code:text=POIDS corp", {"weight"}),
    ("code:text=corporel", set()),
    ("code:text=tour de tete", {"free"}),
    ("code:missing=true", set()),
    ("category:missing=false", {"height"}),
    ("category:missing=true", {"weight", "both", "local", "free"}),
    ("identifier=A1", {"local", "free"}),
    ("identifier=urn:s|A1", {"local"}),
    ("identifier=|A1", {"free"}),
    ("identifier:of-type=urn:types|PLAC|A1", {"free"}),
    ("identifier:of-type=urn:types|PLAC|A2", set()),
    ("identifier:text=numero", {"free"}),
    ("status=final", {"weight", "both", "local", "free"}),
    ("status=http://hl7.org/fhir/observation-status|amended", {"height"}),
    ("status=urn:other|amended", set()),
    ("status:not=final", {"height"}),
    ("status:missing=false", set(OBSERVATIONS)),
    ("combo-code=8302-2", {"height"}),
    ("category=vital-signs&code=8302-2", {"height"}),
    ("code:in=urn:set", {"height", "both"}),
    ("code:not-in=urn:set", {"weight", "local", "free"}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "names"), TOKENS)
def test_tokens(query, names):
    shelf = Shelf()
    for name, resource in OBSERVATIONS.items():
        shelf.put(name, resource)
    sets = {"urn:set": [(LOINC, "8302-2"), (SCT, "27113001"), (LOINC, "1-8")]}
    assert shelf.found(f"Observation?{query}", codes_of=sets.get) == names
    assert shelf.page(f"Observation?{query}&_count=0", codes_of=sets.get).total == len(names)


PATIENTS = {
    "a": {"name": [{"family": "Éloïse-Lefèvre", "given": ["Anne", "Zoé"]}], "telecom": [{"system": "phone", "value": "0601"}]},
    "b": {"name": [{"family": "Lefevre", "text": "Mme Lefevre"}], "deceasedDateTime": "2020", "gender": "female", "active": True},
    "c": {"name": [{"family": "Œuvrard"}], "deceasedBoolean": False, "telecom": [{"system": "email", "value": "0601"}]},
    "d": {
        "name": [{"given": ["x" * 300 + " Fin"]}],
        "address": [{"line": ["3 rue de l’Église"], "city": "Saint-Étienne", "postalCode": "42000"}],
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "Saint-Étienne"}}
        ],
    },
}  # fmt: skip
STRINGS = [
    ("family=lefevre", {"b"}),
    ("family=ELOISE", {"a"}),
    ("family=Éloïse-Lef", {"a"}),
    ("family=oeuv", {"c"}),
    ("family:contains=lefevre", {"a", "b"}),
    ("family:exact=Lefevre", {"b"}),
    ("family:exact=lefevre", set()),
    ("family:exact=Éloïse-Lefèvre", {"a"}),
    ("given=zoe", {"a"}),
    ("name=zoe", {"a"}),
    ("name=mme", {"b"}),
    ("name=anne,oeuvrard", {"a", "c"}),
    ("name:contains=xx fin", {"d"}),
    ("phonetic=lefevre", {"b"}),
    ("name:missing=true", set()),
    ("address-city=saint-etienne", {"d"}),
    ("address=3 rue", {"d"}),
    ("address:contains=eglise", {"d"}),
    ("address-postalcode=42", {"d"}),
    ("birthplace=saint", {"d"}),
    ("telecom=0601", {"a", "c"}),
    ("phone=0601", {"a"}),
    ("email=0601", {"c"}),
    ("phone:missing=true", {"b", "c", "d"}),
    ("deceased=true", {"b"}),
    ("deceased=false", {"a", "c", "d"}),
    ("gender=female", {"b"}),
    ("gender=http://hl7.org/fhir/administrative-gender|female", {"b"}),
    ("gender=http://hl7.org/fhir/observation-status|female", set()),
    ("active=true", {"b"}),
    ("death-date=lt2021", {"b"}),
]


@pytest.mark.parametrize(("query", "names"), STRINGS)
def test_strings(query, names):
    shelf = Shelf()
    for name, elements in PATIENTS.items():
        shelf.put(name, {"resourceType": "Patient"} | elements)
    assert shelf.found(f"Patient?{query}") == names


DATED = {
    "day": {"effectiveDateTime": "2026-03-16"},
    "month": {"effectiveDateTime": "2026-03"},
    "hour": {"effectiveDateTime": "2026-03-16T10:00:00+01:00"},
    "open": {"effectivePeriod": {"start": "2026-03-10"}},
    "closed": {"effectivePeriod": {"start": "2026-03-16T08:00:00Z", "end": "2026-03-18"}},
    "timing": {"effectiveTiming": {"event": ["2026-01-01", "2026-02-01"]}},
    "none": {},
}
DATES = [
    ("date=2026-03-16", {"day", "hour"}),
    ("date=2026-03", {"day", "month", "hour", "closed"}),
    ("date=2026", {"day", "month", "hour", "closed", "timing"}),
    ("date=ne2026-03", {"open", "timing"}),
    ("date=gt2026-03-16", {"month", "open", "closed"}),
    ("date=ge2026-03-16", {"day", "hour", "month", "open", "closed"}),
    ("date=lt2026-03-16", {"month", "open", "timing"}),
    ("date=le2026-03-16", {"day", "hour", "month", "open", "timing"}),
    ("date=sa2026-03-15", {"day", "hour", "closed"}),
    ("date=eb2026-03-16", {"timing"}),
    ("date=ge2026-03-16&date=le2026-03-16", {"day", "hour", "month", "open"}),
    ("date=2026-03-16T09:00:00Z", {"hour"}),
    ("date=2026-03-16T09:00Z", {"hour"}),
    ("date=2026-02,2026-03-16", {"day", "hour"}),
    ("date:missing=true", {"none"}),
    ("_lastUpdated=2026-11-25", set(DATED)),
    ("_lastUpdated=lt2026-11-25", set()),
]


@pytest.mark.parametrize(("query", "names"), DATES)
def test_dates(query, names):
    shelf = Shelf()
    for name, elements in DATED.items():
        shelf.put(name, observation(**elements))
    assert shelf.found(f"Observation?{query}") == names


MEASURES = {
    "5.4": measured("5.4", "mmol/L"),
    "5.40": measured("5.40", "mmol/L"),
    "g/L": measured("0.97", "g/L"),
    "mg/dL": measured("97", "mg/dL"),
    "kg": measured("72.50", "kg"),
    "g": measured("72500", "g"),
    "own": measured("5.4", "tab", "urn:units", unit="comprimé"),
    "hot": measured("98.6", "[degF]"),
    "below": b'{"resourceType":"Observation","status":"final","code":{"text":"?"},"valueQuantity":'
    b'{"value":4,"comparator":"<","system":"http://unitsofmeasure.org","code":"mmol/L"}}',
}
QUANTITIES = [
    ("value-quantity=5.4", {"5.4", "5.40", "own"}),
    (f"value-quantity=5.4|{UCUM}|mmol/L", {"5.4", "5.40"}),
    (f"value-quantity=5400|{UCUM}|umol/L", {"5.4", "5.40"}),
    (f"value-quantity=97|{UCUM}|mg/dL", {"g/L", "mg/dL"}),
    (f"value-quantity=0.97|{UCUM}|g/L", {"g/L", "mg/dL"}),
    (f"value-quantity=72.5|{UCUM}|kg", {"kg", "g"}),
    (f"value-quantity=gt72|{UCUM}|kg", {"kg", "g"}),
    (f"value-quantity=gt72.5|{UCUM}|kg", set()),
    (f"value-quantity=ge72.5|{UCUM}|kg", {"kg", "g"}),
    (f"value-quantity=lt73000|{UCUM}|g", {"kg", "g"}),
    (f"value-quantity=ap70|{UCUM}|kg", {"kg", "g"}),
    (f"value-quantity=ne72.5|{UCUM}|kg", set()),
    (f"value-quantity=37.0|{UCUM}|Cel", {"hot"}),
    ("value-quantity=5.4|urn:units|tab", {"own"}),
    ("value-quantity=5.4||comprimé", {"own"}),
    ("value-quantity=5.4||mmol/L", {"5.4", "5.40"}),
    (f"value-quantity=lt3|{UCUM}|mmol/L", {"below"}),
    (f"value-quantity=gt5.3|{UCUM}|mmol/L", {"5.4", "5.40"}),
    ("value-quantity=1e2", {"mg/dL", "hot"}),
    ("value-quantity:missing=true", set()),
]


@pytest.mark.parametrize(("query", "names"), QUANTITIES)
def test_quantities(query, names):
    shelf = Shelf()
    for name, resource in MEASURES.items():
        shelf.put(name, resource.replace(b'"code":{', b'"subject":{"reference":"@Patient/"},"code":{', 1))
    assert shelf.found(f"Observation?{query}") == names


RISKS = {"a": "0.30", "b": "0.3", "c": "0.34", "d": "0.35"}
NUMBERS = [
    ("probability=0.3", {"a", "b", "c"}),
    ("probability=0.30", {"a", "b"}),
    ("probability=gt0.3", {"c", "d"}),
    ("probability=ge0.3", {"a", "b", "c", "d"}),
    ("probability=lt0.34", {"a", "b"}),
    ("probability=ne0.30", {"c", "d"}),
    ("probability=ap0.33", set(RISKS)),
    ("probability=-1", set()),
]


@pytest.mark.parametrize(("query", "names"), NUMBERS)
def test_numbers(query, names):
    shelf = Shelf()
    for name, value in RISKS.items():
        text = b'{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"@Patient/"},"prediction":[{"%s":%s}]}'
        shelf.put(name, text % (b"probabilityDecimal", value.encode()))
    assert shelf.found(f"RiskAssessment?{query}") == names


REFERRING = {
    "own": {"encounter": {"reference": "@Encounter/e1"}},
    "versioned": {
        "encounter": {"reference": "@Encounter/e1"},
        "performer": [{"reference": "Practitioner/p1/_history/2"}],
    },
    "register": {"performer": [{"reference": "Practitioner/p1"}, {"reference": "Organization/p1"}]},
    "absolute": {"performer": [{"reference": "http://other.example/fhir/Practitioner/p1"}]},
    "logical": {"performer": [{"identifier": {"system": "urn:idnps", "value": "899"}, "type": "Practitioner"}]},
    "device": {"subject": {"reference": "@Device/d1"}},
    "nobody": {"subject": None},
    "self": {"performer": [{"reference": "@Patient/"}]},
}
REFERENCES = [
    ("encounter=Encounter/{space}.e1", {"own", "versioned"}),
    ("encounter={space}.e1", {"own", "versioned"}),
    ("encounter:Encounter={space}.e1", {"own", "versioned"}),
    ("encounter:EpisodeOfCare={space}.e1", set()),
    ("encounter=Encounter/e1", set()),
    ("encounter=https://here/fhir/Encounter/{space}.e1", {"own", "versioned"}),
    ("performer=Practitioner/p1", {"versioned", "register"}),
    ("performer=p1", {"versioned", "register"}),
    ("performer:Organization=p1", {"register"}),
    ("performer=Practitioner/p1/_history/2", {"versioned"}),
    ("performer=http://other.example/fhir/Practitioner/p1", {"absolute"}),
    ("performer:identifier=urn:idnps|899", {"logical"}),
    ("performer:identifier=899", {"logical"}),
    ("performer=Patient/{space}", {"self"}),
    ("performer={space}", {"self"}),
    ("performer:missing=false", {"versioned", "register", "absolute", "logical", "self"}),
    ("encounter:missing=true", set(REFERRING) - {"own", "versioned", "device", "nobody"}),
]


@pytest.mark.parametrize(("query", "names"), REFERENCES)
def test_references(query, names):
    shelf = Shelf()
    for name, elements in REFERRING.items():
        told = observation(**elements)
        shelf.put(name, {key: value for key, value in told.items() if value})
    assert shelf.found(f"Observation?{query}", base="https://here/fhir") == names


def test_a_patient_is_the_one_of_the_space_and_other_subjects_are_found_as_such():
    shelf = Shelf()
    for name, elements in REFERRING.items():
        shelf.put(name, {key: value for key, value in observation(**elements).items() if value})
    mine = set(REFERRING) - {"device", "nobody"}
    assert shelf.found("Observation?") == mine
    assert shelf.found("Observation?patient:missing=false") == mine
    assert shelf.found("Observation?_id={space}.device,{space}.own") == {"own"}


URIS = {
    "a": "http://acme.org/fhir",
    "b": "http://acme.org/fhir/ValueSet/1",
    "c": "http://acme.org/fhirX",
    "d": "urn:oid:1.2.3",
}
URI_CASES = [
    ("url=http://acme.org/fhir", {"a"}),
    ("url:below=http://acme.org/fhir", {"a", "b"}),
    ("url:below=http://acme.org/fhir/", {"a", "b"}),
    ("url:above=http://acme.org/fhir/ValueSet/1/x", {"a", "b"}),
    ("url:above=urn:oid:1.2.3.4", {"d"}),
    ("url:below=urn:oid:1.2", {"d"}),
    ("url=http://acme.org/fhir,urn:oid:1.2.3", {"a", "d"}),
]


@pytest.mark.parametrize(("query", "names"), URI_CASES)
def test_uris(query, names):
    shelf = Shelf()
    for name, url in URIS.items():
        shelf.put(name, {"resourceType": "ValueSet", "status": "active", "url": url})
    assert shelf.found(f"ValueSet?{query}") == names


def pressure(systolic, diastolic):
    parts = [
        b'{"code":{"coding":[{"system":"http://loinc.org","code":"%s"}]},"valueQuantity":%s}'
        % (code, quantity(value, "mm[Hg]"))
        for code, value in ((b"8480-6", systolic), (b"8462-4", diastolic))
    ]
    return (
        b'{"resourceType":"Observation","status":"final","subject":{"reference":"@Patient/"},'
        b'"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"component":[%s]}' % b",".join(parts)
    )


COMPOSITES = [
    ("component-code-value-quantity=8480-6$gt130", {"high"}),
    (f"component-code-value-quantity={LOINC}|8480-6$gt100|{UCUM}|mm[Hg]", {"high", "low"}),
    ("component-code-value-quantity=8462-4$gt100", set()),
    ("combo-code-value-quantity=8462-4$lt85", {"high", "low"}),
    ("combo-code-value-quantity=29463-7$gt70", {"kg"}),
    ("code-value-quantity=29463-7$gt70", {"kg"}),
    ("code-value-quantity=29463-7$gt80", set()),
    ("code-value-quantity=29463-7$gt80,29463-7$lt80", {"kg"}),
]


@pytest.mark.parametrize(("query", "names"), COMPOSITES)
def test_composites(query, names):
    shelf = Shelf()
    shelf.put("high", pressure("140", "80"))
    shelf.put("low", pressure("110", "70"))
    kilograms = measured("72.5", "kg").replace(b'{"text":"?"}', b'{"coding":[{"code":"29463-7"}]}')
    shelf.put("kg", kilograms.replace(b'"code":{', b'"subject":{"reference":"@Patient/"},"code":{', 1))
    assert shelf.found(f"Observation?{query}") == names


def test_what_every_resource_has():
    shelf = Shelf()
    meta = {"profile": ["http://p/1|2.0"], "tag": [{"system": "urn:t", "code": "x"}], "source": "urn:src#1"}
    shelf.put("a", observation(meta=meta | {"security": [{"system": "urn:l", "code": "N"}]}))
    shelf.put("b", observation())
    shelf.put(
        "list",
        {
            "resourceType": "List",
            "status": "current",
            "mode": "working",
            "entry": [{"item": {"reference": "@Observation/a"}}],
        },
    )
    for query in ("_profile=http://p/1", "_profile=http://p/1|2.0", "_tag=urn:t|x", "_tag=x", "_security=N", "_source=urn:src#1",
                  "_list={space}.list", "_id={space}.a", "_profile:below=http://p"):  # fmt: skip
        assert shelf.find(f"Observation?{query.replace('#', '%23')}") == ["a"], query
    for query in ("_tag:missing=true", "_id:not={space}.a", "_tag:not=x"):
        assert shelf.find(f"Observation?{query}") == ["b"], query
    for query in ("_profile=http://p/1|1.0", "_list={space}.other", "_list=list", "_id=a,b"):
        assert shelf.find(f"Observation?{query}") == [], query


def test_french_parameters_are_searched():
    shelf = Shelf()
    archived = {
        "url": "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived",
        "valueBoolean": True,
    }
    base = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {}}],
        "subject": {"reference": "@Patient/"},
    }
    shelf.put(
        "old", base | {"extension": [archived], "context": {"period": {"start": "2020-01-01", "end": "2020-02-01"}}}
    )
    shelf.put("new", base)
    for query in ("isArchived=true", "period-start=ge2020", "period-end=2020-02-01"):
        assert shelf.find(f"DocumentReference?{query}") == ["old"]
    assert shelf.find("DocumentReference?isArchived:missing=true") == ["new"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Observation?code:below=x", "search-value"),
        ("Observation?date:exact=2026", "search-modifier"),
        ("Observation?value-string:text=x", "search-modifier"),
        ("Observation?subject:Nobody=x", "search-modifier"),
        ("Observation?code-value-quantity=a", "search-value"),
        ("Observation?code-value-quantity=a$", "search-value"),
        ("Observation?code-value-quantity=a$b", "search-value"),
        ("Observation?value-quantity=5|mg", "search-value"),
        ("Observation?value-quantity=x", "search-value"),
        ("Observation?value-quantity=1e999", "search-value"),
        ("Observation?date=ap2026", "search-value"),
        ("Observation?code:missing=maybe", "search-value"),
        ("Observation?code:in=urn:unknown", "search-value"),
        ("Observation?identifier:of-type=a|b", "search-value"),
        ("Observation?code.x=1", "search-chain"),
        ("Observation?focus.status=final", "search-chain"),
        ("Observation?_has:x=1", "search-chain"),
        ("Observation?encounter.based-on.based-on.based-on.based-on.based-on.status=1", "search-chain"),
        ("Observation?_sort=subject", "search-sort"),
        ("Observation?_sort=date,-date", "search-sort"),
        ("Observation?_list=$current-problems", "search-value"),
        ("Observation?nothing=1", "search-parameter"),
        ("Observation?encounter.nothing=1", "search-parameter"),
        ("Observation?_include=Observation:code", "search-parameter"),
        ("Observation?_include:often=Observation:encounter", "search-modifier"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_told(query, code):
    with pytest.raises(BadQuery) as caught:
        Shelf().page(query)
    assert caught.value.code == code
