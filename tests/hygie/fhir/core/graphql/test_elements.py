"""GraphQL on one resource: the examples of https://hl7.org/fhir/R4/graphql.html, and what is refused."""

import copy
from decimal import Decimal

import pytest

from hygie.fhir.core import graphql
from hygie.fhir.core.graphql import Fault

PATIENT = {
    "resourceType": "Patient",
    "id": "example",
    "identifier": [{"use": "usual", "system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}],
    "active": True,
    "name": [
        {"use": "official", "family": "Chalmers", "given": ["Peter", "James"]},
        {"use": "usual", "given": ["Jim"]},
        {"use": "maiden", "family": "Windsor", "given": ["Peter", "James"], "period": {"end": "2002"}},
    ],
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://example.org/hour", "valueTime": "14:35:45"}]},
    "multipleBirthInteger": 2,
    "contact": [{"gender": "female", "name": {"family": "du Marché"}}],
    "contained": [{"resourceType": "Organization", "id": "o", "name": "ACME"}],
    "managingOrganization": {"reference": "#o"},
}


class Nothing:
    """A server that has nothing: what is asked of one resource needs none."""

    def resource(self, type, id, version):
        raise AssertionError("nothing is read")

    def search(self, type, pairs, focus):
        raise AssertionError("nothing is searched")

    def address_of(self, reference):
        return None

    def fault(self, error):
        return {"resourceType": "OperationOutcome"}


def ask(text, variables=None, operation="", focus=PATIENT):
    told = graphql.run(graphql.read(text, variables, operation), Nothing(), focus=copy.deepcopy(focus))
    assert "errors" not in told, told["errors"]
    return told["data"]


def refuse(text, code, variables=None):
    with pytest.raises(Fault) as caught:
        graphql.run(graphql.read(text, variables), Nothing(), focus=copy.deepcopy(PATIENT))
    assert caught.value.code == code, caught.value
    return caught.value


def test_fields_and_what_is_absent():
    assert ask("{ identifier { system value } active name { text given family } }") == {
        "identifier": [{"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}],
        "active": True,
        "name": [
            {"given": ["Peter", "James"], "family": "Chalmers"},
            {"given": ["Jim"]},
            {"given": ["Peter", "James"], "family": "Windsor"},
        ],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{ identifier @flatten { system value } active name @flatten { text given family } }",
            {
                "system": ["urn:oid:1.2.36.146.595.217.0.1"],
                "value": ["12345"],
                "active": True,
                "given": ["Peter", "James", "Jim", "Peter", "James"],
                "family": ["Chalmers", "Windsor"],
            },
        ),
        (
            "{ name @flatten { text given @first family } }",
            {"given": ["Peter", "Jim", "Peter"], "family": ["Chalmers", "Windsor"]},
        ),
        (
            "{ identifier @flatten { system @singleton value @singleton } name @flatten @first { given family @singleton } }",
            {
                "system": "urn:oid:1.2.36.146.595.217.0.1",
                "value": "12345",
                "given": ["Peter", "James"],
                "family": "Chalmers",
            },
        ),
        (
            '{ name @flatten @slice(path: "use") { given family @singleton } }',
            {
                "given.official": ["Peter", "James"],
                "family.official": "Chalmers",
                "given.usual": ["Jim"],
                "given.maiden": ["Peter", "James"],
                "family.maiden": "Windsor",
            },
        ),
        (
            '{ name @flatten @slice(path: "$index") { given @first @singleton family } }',
            {
                "given.0": "Peter",
                "family.0": ["Chalmers"],
                "given.1": "Jim",
                "given.2": "Peter",
                "family.2": ["Windsor"],
            },
        ),
        (
            '{ name @slice(path: "use") @singleton { family } }',
            {"name.official": {"family": "Chalmers"}, "name.usual": {}, "name.maiden": {"family": "Windsor"}},
        ),
        ("{ name @first { family } }", {"name": {"family": "Chalmers"}}),
    ],
)
def test_the_directives_of_fhir(text, expected):
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("arguments", "families"),
    [
        ("use: official", ["Chalmers"]),
        ("use: [official, maiden]", ["Chalmers", "Windsor"]),
        ('given: "Jim"', [None]),
        ('fhirpath: "period.end = @2002"', ["Windsor"]),
        ("_count: 1", ["Chalmers"]),
        ("_offset: 1", [None, "Windsor"]),
        ("_offset: 1, _count: 1", [None]),
        ('use: maiden, fhirpath: "given.count() = 2", _count: 1', ["Windsor"]),
        ("use: old", None),
    ],
)
def test_arguments_choose_among_the_values(arguments, families):
    found = ask(f"{{ name({arguments}) {{ family }} }}").get("name")
    assert (found and [each.get("family") for each in found]) == families


def test_names_of_fhir():
    assert ask(
        "{ resourceType __typename id multipleBirthInteger birthDate _birthDate { extension { url valueTime } } "
        "contact { __typename gender name { family } } contained { __typename ... on Organization { name } } }"
    ) == {
        "resourceType": "Patient",
        "__typename": "Patient",
        "id": "example",
        "multipleBirthInteger": 2,
        "birthDate": "1974-12-25",
        "_birthDate": {"extension": [{"url": "http://example.org/hour", "valueTime": "14:35:45"}]},
        "contact": [{"__typename": "PatientContact", "gender": "female", "name": {"family": "du Marché"}}],
        "contained": [{"__typename": "Organization", "name": "ACME"}],
    }


def test_a_contained_resource_is_reached():
    assert ask("{ managingOrganization { reference resource { ... on Organization { name } } } }") == {
        "managingOrganization": {"reference": "#o", "resource": {"name": "ACME"}}
    }


def test_aliases_fragments_and_variables():
    text = """
      query one($use: code = "official", $with: Boolean!) {
        formal: name(use: $use) { ...Words }
        ... on Patient { active @include(if: $with) birthDate @skip(if: $with) }
        ... on Observation { status }
        ... { id }
        name { given }
        name { family }
      }
      query two { id }
      fragment Words on HumanName { family }
    """
    told = ask(text, {"with": True}, "one")
    assert told["formal"] == [{"family": "Chalmers"}]
    assert told["active"] is True and "birthDate" not in told and told["id"] == "example"
    assert told["name"][0] == {"given": ["Peter", "James"], "family": "Chalmers"}
    assert ask(text, {}, "two") == {"id": "example"}
    assert ask("query ($use: code) { name(use: $use) { family } }", {"use": "maiden"})["name"] == [
        {"family": "Windsor"}
    ]


def test_decimals_keep_their_digits():
    focus = {"resourceType": "Observation", "valueQuantity": {"value": Decimal("1.50")}}
    assert str(ask("{ valueQuantity { value } }", focus=focus)["valueQuantity"]["value"]) == "1.50"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ id", "graphql-syntax"),
        ("", "graphql-syntax"),
        ("{ nom { family } }", "graphql-field"),
        ("{ name }", "graphql-field"),
        ("{ birthDate { day } }", "graphql-field"),
        ("{ name { family { x } } }", "graphql-field"),
        ("{ photo { nothing } }", "graphql-field"),
        ("{ managingOrganization { resource { ... on Organization { nothing } } } }", "graphql-field"),
        ("{ __schema { types { name } } }", "graphql-introspection"),
        ('{ __type(name: "Patient") { name } }', "graphql-introspection"),
        ("mutation { PatientDelete(id: 1) { id } }", "graphql-operation"),
        ("subscription { id }", "graphql-operation"),
        ("query a { id } query b { id }", "graphql-operation"),
        ("type Patient { id: ID }", "graphql-operation"),
        ("fragment f on Patient { id }", "graphql-operation"),
        ("{ ...f } fragment f on Patient { ...g } fragment g on Patient { ...f }", "graphql-fragment"),
        ("{ ...f }", "graphql-fragment"),
        ("{ id @upper }", "graphql-directive"),
        ("{ id @include }", "graphql-directive"),
        ('{ id @include(if: "yes") }', "graphql-directive"),
        ("{ ... @first { id } }", "graphql-directive"),
        ('{ name @first @slice(path: "use") { given } }', "graphql-directive"),
        ('{ name @slice(path: "given") { given } }', "graphql-directive"),
        ("{ name @flatten { family @singleton } }", "graphql-singleton"),
        ("{ name { family } name(use: usual) { family } }", "graphql-conflict"),
        ("{ name @flatten { value: family } identifier @flatten { value: period { end } value2: value } }", None),
        ("{ name(colour: blue) { family } }", "graphql-argument"),
        ("{ name(period: blue) { family } }", "graphql-argument"),
        ("{ name(_count: -1) { family } }", "graphql-argument"),
        ('{ name(_count: "2") { family } }', "graphql-argument"),
        ("{ name(use: {a: 1}) { family } }", "graphql-argument"),
        ("{ name(_count: 99999999999999999999) { family } }", "graphql-argument"),
        ('{ name(fhirpath: "(") { family } }', "graphql-fhirpath"),
        ('{ name(fhirpath: "given") { family } }', "graphql-fhirpath"),
        ("{ name(use: $use) { family } }", "graphql-variable"),
        ("query ($use: code!) { name(use: $use) { family } }", "graphql-variable"),
        ("query ($n: Int = true) { name(_count: $n) { family } }", "graphql-variable"),
        ("{ ObservationList(patient: 1) { id } }", "graphql-argument"),
        ("{ managingOrganization { resource(optional: 1) { id } } }", "graphql-argument"),
        ("{" + " id" * 2_001 + "}", "graphql-too-large"),
        ("{" + "contact{" * 30 + "id" + "}" * 31, "graphql-too-large"),
        ("{" * 900, "graphql-syntax"),
        ("{ name " * 800, "graphql-syntax"),
        ("{ id #" + "x" * 70_000 + "\n}", "graphql-too-large"),
    ],
)
def test_what_is_refused(text, code):
    if code is not None:
        assert refuse(text, code).message


def test_two_types_are_not_put_under_one_name():
    refuse("{ name @flatten { x: family } contact @flatten { x: gender } }", "graphql-conflict")


def test_a_fault_says_where():
    fault = refuse("{\n  id\n  nom\n}", "graphql-field")
    assert (fault.line, fault.column) == (3, 3)
    assert "nom" in fault.message


def test_fragments_that_multiply_are_stopped():
    levels = "".join(f"fragment f{n} on Patient {{ ...f{n + 1} ...f{n + 1} }} " for n in range(20))
    refuse(f"{{ ...f0 }} {levels} fragment f20 on Patient {{ id }}", "graphql-too-large")


def test_filters_are_paid():
    focus = {"resourceType": "Patient", "name": [{"family": "x"}] * 600}
    text = '{ a: name(fhirpath: "true") { family } b: name(fhirpath: "true") { family } }'
    with pytest.raises(Fault) as caught:
        graphql.run(graphql.read(text), Nothing(), focus=focus)
    assert caught.value.code == "graphql-budget"
