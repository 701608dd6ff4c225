"""The FHIRPath invariants: on the right elements, with key, words and place; and those by hand say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import fhirpath
from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation import validate
from hygie.fhir.core.validation.invariants import BY_HAND

TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "a"}]}, "text": TEXT}
DOSAGE = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "subject": {"reference": "Patient/1"},
    "medicationCodeableConcept": {"text": "x"},
    "text": TEXT,
}
ITEM = {"linkId": "1", "type": "display"}
QUESTIONNAIRE = {"resourceType": "Questionnaire", "status": "draft", "text": TEXT, "name": "Q"}


def found(resource):
    return [(issue.rule, issue.path) for issue in validate(resource, invariants=True)]


@pytest.mark.parametrize(
    ("resource", "rule", "path"),
    [
        (OBSERVATION | {"valueString": "x", "dataAbsentReason": {"text": "y"}}, "obs-6", "Observation"),
        (
            OBSERVATION | {"valueString": "x", "component": [{"code": {"coding": [{"code": "a"}]}, "valueString": "x"}]},
            "obs-7",
            "Observation",
        ),
        (OBSERVATION | {"referenceRange": [{"appliesTo": [{"text": "x"}]}]}, "obs-3", "Observation.referenceRange[0]"),
        (
            {"resourceType": "Patient", "text": TEXT, "contact": [{"gender": "male"}]},
            "pat-1",
            "Patient.contact[0]",
        ),
        ({"resourceType": "Organization", "text": TEXT}, "org-1", "Organization"),
        (
            {"resourceType": "Organization", "text": TEXT, "name": "x", "telecom": [{"use": "work"}, {"use": "home"}]},
            "org-3",
            "Organization.telecom[1]",
        ),
        (
            DOSAGE | {"dosageInstruction": [{"timing": {"repeat": {"period": 1}}}]},
            "tim-2",
            "MedicationRequest.dosageInstruction[0].timing.repeat",
        ),
        (
            QUESTIONNAIRE | {"item": [{"linkId": "0", "type": "group", "item": [ITEM | {"required": True}]}]},
            "que-6",
            "Questionnaire.item[0].item[0]",
        ),
        (QUESTIONNAIRE | {"item": [ITEM, ITEM]}, "que-2", "Questionnaire"),
        (
            {
                "resourceType": "RiskAssessment", "status": "final", "subject": {"reference": "Patient/1"}, "text": TEXT,
                "prediction": [{"probabilityRange": {"low": {"value": 1}}}],
            },
            "ras-1",
            "RiskAssessment.prediction[0].probability.ofType(Range)",
        ),
        (
            OBSERVATION | {"extension": [{"url": "http://example.org/a", "valueAge": {"value": 3}}]},
            "age-1",
            "Observation.extension[0].value.ofType(Age)",
        ),
    ],
)  # fmt: skip
def test_an_invariant_fails_where_it_is_broken(resource, rule, path):
    assert found(resource) == [(rule, path)]


def test_an_issue_says_the_words_of_the_specification():
    [issue] = validate({"resourceType": "Organization", "text": TEXT}, invariants=True)
    assert (issue.severity, issue.code) == ("error", "invariant")
    assert issue.message.startswith("The organization SHALL at least have a name or an identifier")


def test_a_recommendation_is_a_warning_and_hides_nothing():
    issues = validate({"resourceType": "Organization"}, invariants=True)
    assert [(each.rule, each.severity) for each in issues] == [("dom-6", "warning"), ("org-1", "error")]


def test_invariants_are_only_evaluated_when_asked_for():
    assert validate({"resourceType": "Organization"}) == []


def test_invariants_of_what_a_bundle_and_a_resource_hold_are_evaluated_too():
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Organization"}}]}
    assert ("org-1", "Bundle.entry[0].resource") in found(bundle)
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "x", "resource": {"resourceType": "Organization"}}],
    }
    assert ("org-1", "Parameters.parameter[0].resource") in found(parameters)
    holder = OBSERVATION | {
        "contained": [{"resourceType": "Organization", "id": "o"}],
        "performer": [{"reference": "#o"}],
    }
    assert ("org-1", "Observation.contained[0]") in found(holder)


def test_every_published_invariant_can_be_compiled_and_all_by_hand_exist():
    keys = set()
    for each in load().types.values():
        for invariant in each.invariants:
            fhirpath.compile(invariant.expression)
            keys.add(invariant.key)
    assert keys >= BY_HAND


# By hand and as published


def _published(key):
    return next(each for kind in load().types.values() for each in kind.invariants if each.key == key)


def _agrees(key, type_name, value, resource, told):
    expression = fhirpath.compile(_published(key).expression)
    holds = expression.evaluate_boolean(fhirpath.node(value, type_name), resource=resource, root=resource)
    assert (holds is True) == (key not in told), (key, value)


_DAYS = st.sampled_from(
    [
        "2025",
        "2026",
        "2026-01",
        "2026-02",
        "2026-02-01",
        "2026-02-02",
        "2026-02-01T10:00:00Z",
        "2026-02-01T11:30:00+02:00",
    ]
)


@given(st.fixed_dictionaries({}, optional={"start": _DAYS, "end": _DAYS}).filter(bool))
def test_periods_by_hand_are_as_published(period):
    patient = {"resourceType": "Patient", "identifier": [{"value": "x", "period": period}]}
    _agrees("per-1", "Period", period, patient, {issue.rule for issue in validate(patient)})


_QUANTITY = st.fixed_dictionaries(
    {}, optional={"value": st.integers(0, 3), "code": st.just("mg"), "system": st.just("http://unitsofmeasure.org")}
).filter(bool)


@given(_QUANTITY)
def test_quantities_by_hand_are_as_published(quantity):
    resource = OBSERVATION | {"valueQuantity": quantity}
    _agrees("qty-3", "Quantity", quantity, resource, {issue.rule for issue in validate(resource)})


@given(st.fixed_dictionaries({}, optional={"numerator": _QUANTITY, "denominator": _QUANTITY}).filter(bool))
def test_ratios_by_hand_are_as_published(ratio):
    resource = OBSERVATION | {"valueRatio": ratio}
    told = {issue.rule for issue in validate(resource)}
    if "qty-3" not in told:
        _agrees("rat-1", "Ratio", ratio, resource, told)


_CONTACT = st.fixed_dictionaries({}, optional={"value": st.just("1"), "system": st.just("phone"), "rank": st.just(1)})


@given(_CONTACT.filter(bool))
def test_contact_points_by_hand_are_as_published(contact):
    patient = {"resourceType": "Patient", "telecom": [contact]}
    _agrees("cpt-2", "ContactPoint", contact, patient, {issue.rule for issue in validate(patient)})


_ATTACHMENT = st.fixed_dictionaries(
    {}, optional={"data": st.just("QUJD"), "contentType": st.just("a/b"), "title": st.just("x")}
)


@given(_ATTACHMENT.filter(bool))
def test_attachments_by_hand_are_as_published(attachment):
    patient = {"resourceType": "Patient", "photo": [attachment]}
    _agrees("att-1", "Attachment", attachment, patient, {issue.rule for issue in validate(patient)})


_EXTENSION = st.fixed_dictionaries(
    {"url": st.just("http://example.org/a")},
    optional={"valueString": st.just("x"), "extension": st.just([{"url": "b", "valueCode": "c"}])},
)


@given(_EXTENSION)
def test_extensions_by_hand_are_as_published(extension):
    patient = {"resourceType": "Patient", "extension": [extension]}
    _agrees("ext-1", "Extension", extension, patient, {issue.rule for issue in validate(patient)})


_ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "resource": st.just({"resourceType": "Patient", "id": "1"}),
        "request": st.just({"method": "GET", "url": "x"}),
        "response": st.just({"status": "200"}),
        "search": st.just({"mode": "match"}),
        "fullUrl": st.sampled_from(["http://x.org/Patient/1", "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a3"]),
    },
).filter(bool)
_KINDS = [
    "document",
    "message",
    "transaction",
    "transaction-response",
    "batch",
    "batch-response",
    "history",
    "searchset",
    "collection",
]


@given(
    st.fixed_dictionaries(
        {"resourceType": st.just("Bundle"), "type": st.sampled_from(_KINDS)},
        optional={
            "entry": st.lists(_ENTRY, min_size=1, max_size=3),
            "total": st.just(1),
            "timestamp": st.just("2026-01-01T00:00:00Z"),
        },
    )
)
def test_bundles_by_hand_are_as_published(bundle):
    told = {issue.rule for issue in validate(bundle)}
    for key in ("bdl-1", "bdl-2", "bdl-3", "bdl-4", "bdl-7"):
        _agrees(key, "Bundle", bundle, bundle, told)


@given(st.sampled_from(["#p", "#q", "Patient/p", "#"]), st.booleans())
def test_local_references_by_hand_are_as_published(reference, contains):
    resource = OBSERVATION | {"subject": {"reference": reference}}
    if contains:
        resource["contained"] = [{"resourceType": "Patient", "id": "p"}]
    told = {issue.rule for issue in validate(resource)}
    _agrees("ref-1", "Reference", resource["subject"], resource, told)
    if contains and "ref-1" not in told:
        _agrees("dom-3", "Observation", resource, resource, told)


def test_what_is_too_large_is_said_once_and_costs_little():
    items = [{"linkId": str(at), "type": "string", "text": "x"} for at in range(12_000)]
    issues = validate(QUESTIONNAIRE | {"item": items}, invariants=True)
    assert [(each.rule, each.severity, each.code) for each in issues] == [("invariants", "warning", "too-costly")]


def test_an_invariant_that_needs_too_many_steps_is_told_as_not_evaluated():
    concepts = [{"code": str(at)} for at in range(30_000)]
    system = {
        "resourceType": "CodeSystem",
        "status": "draft",
        "content": "fragment",
        "name": "X",
        "text": TEXT,
        "concept": concepts,
    }
    issues = validate(system, invariants=True)
    assert [(each.rule, each.severity, each.code) for each in issues] == [("csd-1", "warning", "processing")]
