"""How FHIR data are walked: choices, primitives with extensions, types, contained and referenced resources."""

from decimal import Decimal

import pytest

from hygie.fhir.core.fhirpath import Environment, ExecutionFault, Node, SemanticFault, compile, name_only, node
from tests.hygie.fhir.core.fhirpath.evaluation import OBSERVATION, PATIENT, ask


def test_a_path_may_start_with_the_type():
    assert ask("Patient.name.given", PATIENT) == ask("name.given", PATIENT) == ["Anne", "Marie", None, "Nanou"]
    assert ask("DomainResource.id | Resource.id", PATIENT) == ["p1"]
    assert ask("Observation.name", PATIENT) == []


def test_a_choice_is_read_by_its_name_without_a_type():
    (value,) = compile("Observation.value").evaluate(OBSERVATION)
    assert isinstance(value, Node) and value.type == "Quantity"
    assert ask("value.ofType(Quantity).value", OBSERVATION) == [Decimal("72.50")]
    assert ask("value.ofType(string) | (effective as Period)", OBSERVATION) == []
    assert ask("valueQuantity", OBSERVATION) == []


def test_a_choice_that_is_only_an_extension_is_there():
    focus = {"resourceType": "Observation", "_valueString": {"extension": [{"url": "http://u", "valueCode": "x"}]}}
    assert ask("value.exists() and value.hasValue().not()", focus) == [True]
    assert ask("value.extension('http://u').value", focus) == ["x"]


def test_primitives_have_extensions_and_may_have_no_value():
    assert ask("birthDate.extension('http://time').value", PATIENT) == ["1974-12-25T14:35:00+01:00"]
    assert ask("name.given.select(hasValue())", PATIENT) == [True, True, False, True]
    assert ask("name.given.extension.value", PATIENT) == ["a"]
    assert ask("name.given.getValue()", PATIENT) == []
    assert ask("gender.getValue()", PATIENT) == ["female"]


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("gender is code", True),
        ("gender is string", True),
        ("gender is System.String", False),
        ("gender is FHIR.code", True),
        ("birthDate is date", True),
        ("birthDate is Date", False),
        ("deceased is boolean", True),
        ("name.first() is HumanName", True),
        ("Patient is DomainResource", True),
        ("contact.empty()", True),
        ("'a' is String", True),
        ("1 'mg' is Quantity", True),
    ],
)
def test_types_of_fhir_and_of_the_system_are_told_apart(expression, answer):
    assert ask(expression, PATIENT) == [answer]


def test_a_primitive_is_kept_only_as_its_own_type():
    assert ask("gender.as(code)", PATIENT) == ["female"]
    assert ask("gender.as(string) | gender.ofType(string)", PATIENT) == []
    assert ask("ofType(DomainResource).id", PATIENT) == ["p1"]


def test_an_unknown_type_is_refused():
    with pytest.raises(SemanticFault):
        ask("gender.ofType(string1)", PATIENT)


def test_types_are_told():
    assert ask("gender.type().name | name.first().type().namespace | 1.type().name", PATIENT) == [
        "code",
        "FHIR",
        "Integer",
    ]
    backbone = {"resourceType": "Patient", "contact": [{"gender": "male"}]}
    assert ask("contact.type().name", backbone) == ["BackboneElement"]
    assert compile("contact").evaluate(backbone)[0].type == "Patient.contact"


def test_children_come_in_the_order_of_the_type():
    kinds = [item.type for item in compile("children()").evaluate(PATIENT)]
    assert kinds[:3] == ["id", "Organization", "HumanName"]
    assert ask("descendants().where($this is HumanName).count()", PATIENT) == [2]
    assert sorted(ask("descendants().ofType(Extension).url", PATIENT)) == ["http://time", "http://x"]


def test_contained_resources_are_resolved_without_help():
    assert ask("managingOrganization.resolve().name", PATIENT) == ["Clinique"]


def test_other_references_are_resolved_by_the_caller():
    assert ask("generalPractitioner.resolve()", PATIENT) == []
    found = Environment(resolve={"Practitioner/1": {"resourceType": "Practitioner", "id": "1"}}.get)
    assert ask("generalPractitioner.resolve().id", PATIENT, environment=found) == ["1"]


def test_the_type_of_a_target_is_known_by_its_reference():
    by_name = Environment(resolve=name_only)
    kept = ask("Patient.generalPractitioner.where(resolve() is Organization).reference", PATIENT, environment=by_name)
    assert kept == ["Organization/2"]
    assert name_only("https://ex.fr/fhir/Patient/1/_history/2") == {"resourceType": "Patient", "id": "1"}
    assert name_only("urn:uuid:6f4f6a5c") is None


def test_an_element_may_be_the_focus():
    name = node(PATIENT["name"][0], "HumanName")
    assert ask("family & ' ' & %resource.gender", name, resource=PATIENT) == ["Durand female"]
    assert ask("$this.is(BackboneElement)", node({}, "Patient.contact")) == [True]


def test_variables_are_those_of_fhir_and_of_the_caller():
    assert ask("%resource.id | %context.id | %rootResource.id", PATIENT) == ["p1"]
    assert ask("%ucum", None) == ["http://unitsofmeasure.org"]
    assert ask("%`vs-names`", None) == ["http://hl7.org/fhir/ValueSet/names"]
    assert ask("%mine + 1", None, variables={"mine": 2}) == [3]
    assert ask("%mine.id", None, variables={"mine": PATIENT}) == ["p1"]
    with pytest.raises(ExecutionFault):
        ask("%nobody", PATIENT)


def test_callbacks_answer_for_what_is_outside():
    traced = []
    environment = Environment(
        member_of=lambda coded, valueset: coded == "female" and valueset == "http://v",
        conforms_to=lambda _value, profile: True if profile == "http://p" else None,
        html_checks=lambda text: "script" not in text,
        trace=lambda name, items: traced.append((name, len(items))),
    )
    assert ask("gender.memberOf('http://v')", PATIENT, environment=environment) == [True]
    assert ask("gender.memberOf('http://v')", PATIENT) == []
    assert ask("conformsTo('http://p')", PATIENT, environment=environment) == [True]
    narrative = node("<div><script/></div>", "xhtml")
    assert ask("htmlChecks()", narrative, environment=environment) == [False]
    assert ask("name.trace('names', given).count()", PATIENT, environment=environment) == [2]
    assert traced == [("names", 4)]


def test_a_type_is_a_profile_of_its_own():
    base = "http://hl7.org/fhir/StructureDefinition/"
    assert ask(f"conformsTo('{base}Patient')", PATIENT) == [True]
    assert ask(f"conformsTo('{base}Person')", PATIENT) == [False]
    with pytest.raises(ExecutionFault):
        ask("conformsTo('http://unknown')", PATIENT)


def test_what_the_definitions_do_not_have_is_read_by_its_form():
    assert ask("a.b.c", {"resourceType": "Draft", "a": [{"b": {"c": 1}}, {"b": {"c": 2}}]}) == [1, 2]


@pytest.mark.parametrize("value", [{}, 1, "x", [1], [[{}]], None, True])
def test_data_of_the_wrong_form_do_not_break_the_walk(value):
    focus = {"resourceType": "Patient", "name": value, "birthDate": value, "contained": value}
    for expression in ("name.given", "birthDate = @2014", "birthDate | name", "descendants().count()", "contained.id"):
        ask(expression, focus)


@pytest.mark.parametrize(
    "expression",
    [
        "name.given1", "Encounter.name", "name.given.family", "contact.name.use1", "children().first()", "descendants()[0]",
        "iif('a', 1)", "name.where(use1 = 'a')", "(deceased as dateTime).unit", "type().given", "extension('a').valueString",
    ],
)  # fmt: skip
def test_strictly_what_the_types_rule_out_is_refused(expression):
    ask(expression, {"resourceType": "Patient"})
    with pytest.raises(SemanticFault):
        ask(expression, {"resourceType": "Patient"}, strict=True)


def test_strictly_as_takes_one_item():
    assert len(ask("name.as(HumanName)", PATIENT)) == 2
    with pytest.raises(ExecutionFault):
        ask("name.as(HumanName)", PATIENT, strict=True)
