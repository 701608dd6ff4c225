"""The search parameters of all types become fields; each value becomes the rows that the store keeps."""

import timeit

import pytest

from hygie.fhir.core import json
from hygie.fhir.core.definitions import load
from hygie.fhir.core.search import NOT_OWN, extraction, fields, folding, index_values, moments, promote, units

SPACE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
# Their expressions give a resource or nothing that can be compared; `near` needs a distance.
NOT_SEARCHED = {
    ("Bundle", "composition"),
    ("Bundle", "message"),
    ("DeviceDefinition", "classification"),
    ("Location", "near"),
}


def test_every_parameter_of_every_type_is_compiled():
    missing = set()
    for kind in load().resource_types:
        known = fields.params_of(kind)
        for code in load().search_parameters(kind):
            if code not in known and code not in ("_id", "_lastUpdated", "_text", "_content", "_query"):
                missing.add((kind, code))
    assert missing == NOT_SEARCHED


def test_no_two_fields_have_the_same_number():
    names = {}
    for kind in load().resource_types:
        for field in fields.fields_of(kind):
            names.setdefault(field.number, set()).add((field.kind, field.name))
            names.setdefault(field.beside, set()).add((field.kind, field.name, "#"))
    assert {number: found for number, found in names.items() if len(found) > 1} == {}
    assert NOT_OWN not in names and len(names) > 4_000


def test_parameters_over_the_same_elements_share_their_field():
    params = fields.params_of("Observation")
    [code], [component] = params["code"].branches, params["component-code"].branches
    assert params["combo-code"].branches == (code, component)
    assert params["patient"].branches[0].field == params["subject"].branches[0].field == fields.own_field("Observation")
    names = {branch.field.name for branch in fields.params_of("Patient")["name"].branches}
    assert {branch.field.name for branch in fields.params_of("Patient")["family"].branches} <= names


def observation(**elements):
    told = {
        "resourceType": "Observation",
        "id": f"{SPACE}.a",
        "status": "final",
        "subject": {"reference": f"Patient/{SPACE}"},
    }
    return json.read_object(json.write(told | elements))


VITAL = observation(
    category=[
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
    ],
    code={"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Poids"}], "text": "Poids"},
    encounter={"reference": f"Encounter/{SPACE}.e"},
    effectiveDateTime="2026-03-16T10:00:00+01:00",
    performer=[{"reference": "Practitioner/p"}],
    valueQuantity={"value": 72.5, "unit": "kg", "system": units.UCUM, "code": "kg"},
)


def test_an_ordinary_observation_has_few_rows_and_is_read_quickly():
    rows = index_values(VITAL)
    assert len(rows) <= 12
    best = min(timeit.repeat(lambda: index_values(VITAL), number=50, repeat=5)) / 50
    print(f"extraction: {best * 1e6:.1f} µs, {len(rows)} rows")
    assert best < 150e-6


def test_the_own_patient_has_no_row_and_another_is_marked():
    own = fields.own_field("Observation").number
    assert own not in {row.field for row in index_values(VITAL)}
    other = index_values(observation(subject={"reference": "Group/g"}))
    assert other[0].field == NOT_OWN and own in {row.field for row in other}
    assert index_values(observation(subject={"reference": f"Patient/{SPACE}/_history/1"}))[:1] != [other[0]]


def test_one_code_with_two_displays_is_one_row_that_knows_both():
    codings = [{"system": "s", "code": "c", "display": text} for text in ("Un", "Deux")]
    [row] = [row for row in index_values(observation(code={"coding": codings})) if row.value == "c"]
    assert row.text == "\nun\ndeux"


def test_columns_of_a_resource():
    told = promote(VITAL)
    assert (told.status, told.code, told.category) == ("final", "29463-7", "vital-signs")
    assert told.dated.isoformat() == "2026-03-16T09:00:00+00:00"
    assert promote({"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "active"}]}}).status == "active"
    assert promote({"resourceType": "Observation"}).dated is None


def test_every_type_with_a_date_names_a_parameter_that_it_has():
    for kind in load().resource_types:
        code = extraction.dated_param(kind)
        assert code == "" or fields.params_of(kind)[code].kind is fields.Kind.DATE


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Éloïse  LEFÈVRE", "eloise lefevre"), ("Œuvre", "oeuvre"), ("ß", "ss"), ("a\tb\n", "a b"), ("ﬁn", "fin")],
)
def test_fold(text, folded):
    assert folding.fold(text) == folded


def test_a_long_value_keeps_equality_and_its_beginning():
    one, other = "x" * 500 + "a", "x" * 500 + "b"
    assert folding.clip(one) == folding.clip(one) != folding.clip(other)
    assert folding.clip(one).startswith("x" * 200) and len(folding.clip(one)) <= folding.MAX_VALUE


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [("g/L", "mg/dL", 100), ("kg", "g", 1000), ("mmol/L", "umol/L", 1000), ("m", "cm", 100), ("h", "min", 60),
     ("kPa", "Pa", 1000),
     ("10*9/L", "10*3/uL", 1), ("g/L", "kg/m3", 1), ("/min", "/h", 60), ("kg/m2", "g/cm2", 0.1), ("%", "1", 0.01),
     ("{cells}/uL", "10*6/L", 1), ("L/min", "mL/s", 1000 / 60), ("mg/kg", "ug/g", 1)],
)  # fmt: skip
def test_units_of_one_dimension_are_told_in_one(one, other, factor):
    left, right = units.canonical(one), units.canonical(other)
    assert left.unit == right.unit
    assert float(left.factor / right.factor) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mmol/L", "g/L"), ("mmol/L", "10*9/L"), ("U/L", "g/L"), ("meq/L", "10*9/L"), ("/min", "min"), ("U", "/s")],
)
def test_what_cannot_be_compared_has_two_dimensions(one, other):
    assert units.canonical(one).unit != units.canonical(other).unit


def test_enzyme_units_are_amounts_of_substance():
    assert units.canonical("U/L").unit == units.canonical("nkat/L").unit == units.canonical("umol/min/L").unit


@pytest.mark.parametrize("code", ["", "foo", "mg/foo", "kk", "a b"])
def test_an_unknown_unit_is_none(code):
    assert units.canonical(code) is None


@pytest.mark.parametrize("value", ["1e999999", "-1e999999", "1e-999999", "1" + "0" * 400, "0." + "1" * 400, "0e999999"])
def test_a_monstrous_number_is_indexed_at_once(value):
    text = (
        b'{"resourceType":"Observation","valueQuantity":{"value":%b,"system":"http://unitsofmeasure.org","code":"g"}}'
    )
    rows = index_values(json.read_object(text % value.encode()))
    assert all(abs(row.low) <= 1e300 and abs(row.high) <= 1e300 for row in rows if row.low is not None)


def test_periods_and_timings_are_their_outer_limits():
    assert moments.period({"start": "2026"})[1] == moments.UNBOUNDED
    assert moments.period({}) is None and moments.timing({}) is None
    low, high = moments.timing({"event": ["2026-01-02", "2026-01-01"], "repeat": {"boundsPeriod": {"end": "2027"}}})
    assert low == -moments.UNBOUNDED and high == moments.interval("2027")[1]


def test_every_sample_is_indexed(shared_path):
    folder = shared_path / "samples"
    count = 0
    for path in [*folder.glob("r4-examples/*.json"), *folder.glob("fhir-examples/*/*.json")]:
        try:
            told = json.read_object(path.read_bytes())
        except ValueError:
            continue
        entries = told.get("entry", []) if told.get("resourceType") == "Bundle" else [{"resource": told}]
        for resource in [each["resource"] for each in entries if "resource" in each]:
            if resource.get("resourceType") in load().resource_types:
                rows = index_values(resource)
                promote(resource)
                assert len(rows) == len(set(rows))
                count += 1
    print(f"{count} resources")
    assert count > 150
