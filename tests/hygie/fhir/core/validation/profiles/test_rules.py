"""Each kind of rule of a profile, on resources that are right R4."""

import pytest

from hygie.fhir.core.validation import Judge, Profiles, validate
from tests.hygie.fhir.core.validation.profiles.build import R4, element, profile, sliced

URL = "http://example.org/ours"
OTHER = "http://example.org/other"


def judged(resource, *definitions, **how):
    judge = Judge(Profiles(definitions), **how)
    told = validate(resource | {"meta": {"profile": [URL]}}, profiles=judge)
    return [(each.severity, each.rule, each.path) for each in told if each.rule != "dom-6"]


def errors(resource, *definitions, **how):
    return [(rule, path) for severity, rule, path in judged(resource, *definitions, **how) if severity == "error"]


def patient(**elements):
    return {"resourceType": "Patient", **elements}


def observation(**elements):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **elements}


class TestSlices:
    def test_of_a_slice_are_told_apart_by_its_own_discriminators(self):
        ours = profile(
            URL,
            "Patient",
            element("Patient.identifier", slicing=sliced(("value", "system"))),
            element("Patient.identifier:ins", max="2", slicing=sliced(("value", "use"))),
            element("Patient.identifier:ins.system", fixedUri="urn:ins"),
            element("Patient.identifier:ins/usual", min=1, max="1"),
            element("Patient.identifier:ins/usual.use", fixedCode="usual"),
            element("Patient.identifier:ins/usual.value", min=1),
        )
        assert errors(patient(identifier=[{"system": "urn:ins", "use": "usual", "value": "1"}]), ours) == []
        assert errors(patient(identifier=[{"system": "urn:ins", "use": "old"}]), ours) == [("profile-min", "Patient")]
        assert errors(patient(identifier=[{"system": "urn:x", "use": "usual"}]), ours) == [("profile-min", "Patient")]
        assert errors(patient(identifier=[{"system": "urn:ins", "use": "usual"}]), ours) == [
            ("profile-min", "Patient.identifier[0]")
        ]

    @pytest.mark.parametrize(
        ("uses", "found"),
        [
            (["official", "usual"], []),
            (["usual", "official"], [("profile-order", "Patient.name")]),
            (["official", "old", "usual"], [("profile-order", "Patient.name[1]")]),
            (["official", "usual", "old"], []),
        ],
    )
    def test_come_in_their_order_and_before_the_rest_when_the_profile_says_so(self, uses, found):
        ours = profile(
            URL,
            "Patient",
            element("Patient.name", slicing=sliced(("value", "use"), rules="openAtEnd", ordered=True)),
            element("Patient.name:first", max="1"),
            element("Patient.name:first.use", patternCode="official"),
            element("Patient.name:second", max="1"),
            element("Patient.name:second.use", patternCode="usual"),
        )
        assert errors(patient(name=[{"use": use, "text": "x"} for use in uses]), ours) == found

    def test_of_a_choice_are_told_apart_by_type_without_being_told(self):
        ours = profile(
            URL,
            "Observation",
            element("Observation.value[x]:valueQuantity", min=1, type=[{"code": "Quantity"}]),
            element("Observation.value[x]:valueQuantity.unit", min=1),
        )
        assert errors(observation(valueQuantity={"value": 1, "unit": "kg"}), ours) == []
        assert errors(observation(valueQuantity={"value": 1}), ours) == [
            ("profile-min", "Observation.value.ofType(Quantity)")
        ]
        assert errors(observation(valueString="x"), ours) == [("profile-min", "Observation")]

    def test_are_told_apart_by_what_a_reference_leads_to(self):
        ours = profile(
            URL,
            "Observation",
            element("Observation.performer", slicing=sliced(("type", "resolve()"), rules="closed")),
            element("Observation.performer:who", max="1", type=[{"code": "Reference", "targetProfile": [R4 + "Practitioner"]}]),
        )  # fmt: skip
        who, where = {"reference": "Practitioner/1"}, {"reference": "Organization/1"}
        assert errors(observation(performer=[who]), ours) == []
        assert errors(observation(performer=[who, who]), ours) == [("profile-max", "Observation.performer")]
        assert errors(observation(performer=[where]), ours) == [("profile-closed", "Observation.performer[0]")]
        assert errors(observation(performer=[{"display": "x"}]), ours) == []

    def test_are_told_apart_by_a_value_set(self):
        ours = profile(
            URL,
            "Observation",
            element("Observation.category", slicing=sliced(("value", "$this"), rules="closed")),
            element("Observation.category:known", binding={"strength": "required", "valueSet": "http://x.org/vs"}),
        )

        def codes(valueset, system, code):
            return code == "a" if valueset == "http://x.org/vs" else None

        assert errors(observation(category=[{"coding": [{"code": "a"}]}]), ours, codes=codes) == []
        assert errors(observation(category=[{"coding": [{"code": "b"}]}]), ours, codes=codes) == [
            ("profile-closed", "Observation.category[0]")
        ]


class TestValues:
    @pytest.mark.parametrize(
        ("rule", "resource", "found"),
        [
            (element("Patient.name.family", maxLength=3), patient(name=[{"family": "DURAND"}]), "profile-length"),
            (element("Patient.name.family", fixedString="DU"), patient(name=[{"family": "DURAND"}]), "profile-fixed"),
            (element("Patient.multipleBirth[x]", maxValueInteger=2), patient(multipleBirthInteger=3), "profile-range"),
            (element("Patient.multipleBirth[x]", minValueInteger=2), patient(multipleBirthInteger=1), "profile-range"),
        ],
    )
    def test_out_of_what_is_allowed(self, rule, resource, found):
        assert [each for each, _ in errors(resource, profile(URL, "Patient", rule))] == [found]

    def test_the_sentence_says_what_the_profile_asks_for_and_nothing_of_the_resource(self):
        ours = profile(URL, "Patient", element("Patient.gender", patternCode="female"))
        [issue] = [
            each
            for each in validate(
                patient(gender="male", meta={"profile": [URL]}), profiles=Judge(Profiles([ours]))
            )
            if each.severity == "error"
        ]  # fmt: skip
        assert issue.message.startswith('The profile asks that this holds "female": add it.')

    def test_what_has_no_order_is_let_be(self):
        ours = profile(URL, "Observation", element("Observation.value[x]", maxValueQuantity={"value": 3}))
        assert errors(observation(valueQuantity={"value": 5}), ours) == []


class TestBindings:
    BOUND = profile(
        URL,
        "Observation",
        element("Observation.method", binding={"strength": "extensible", "valueSet": "http://x.org/vs"}),
        element("Observation.bodySite", binding={"strength": "required", "valueSet": "http://x.org/none"}),
    )

    @staticmethod
    def codes(valueset, system, code):
        return (system, code) == ("urn:s", "a") if valueset == "http://x.org/vs" else None

    def test_extensible_ones_and_unknown_sets_are_told_as_advice_only(self):
        told = observation(method={"coding": [{"code": "b"}]}, bodySite={"coding": [{"code": "b"}]})
        assert judged(told, self.BOUND, codes=self.codes) == []
        assert judged(told, self.BOUND, codes=self.codes, advice=True) == [
            ("warning", "profile-binding", "Observation.method"),
            ("information", "binding-unknown", "Observation.bodySite"),
        ]

    def test_one_coding_in_the_set_is_enough(self):
        told = observation(method={"coding": [{"code": "b"}, {"system": "urn:s", "code": "a"}]})
        assert judged(told, self.BOUND, codes=self.codes, advice=True) == []

    def test_text_alone_is_no_code_where_one_is_required(self):
        bound = {"strength": "required", "valueSet": "http://x.org/vs"}
        ours = profile(URL, "Observation", element("Observation.method", binding=bound))
        assert errors(observation(method={"text": "x"}), ours, codes=self.codes) == [
            ("profile-binding", "Observation.method")
        ]


class TestReferences:
    OURS = profile(
        URL,
        "Observation",
        element("Observation.subject", type=[{"code": "Reference", "targetProfile": [OTHER]}]),
    )
    THEIRS = profile(OTHER, "Patient", element("Patient.birthDate", min=1))

    def test_what_they_lead_to_conforms_when_it_is_here(self):
        told = observation(subject={"reference": "#p"}, contained=[patient(id="p", birthDate="1980")])
        assert errors(told, self.OURS, self.THEIRS) == []
        told["contained"] = [patient(id="p")]
        assert errors(told, self.OURS, self.THEIRS) == [("profile-target", "Observation.subject.reference")]

    def test_elsewhere_only_the_type_is_known(self):
        assert errors(observation(subject={"reference": "Patient/1"}), self.OURS, self.THEIRS) == []
        assert errors(observation(subject={"reference": "Group/1"}), self.OURS, self.THEIRS) == [
            ("profile-target", "Observation.subject.reference")
        ]

    def test_inside_a_bundle_they_lead_to_the_entries(self):
        held = observation(
            subject={"reference": "urn:uuid:0c3b7e44-2c5a-4f2e-9d5a-3c1a6e6a1b10"}, meta={"profile": [URL]}
        )
        entries = [
            {"fullUrl": "urn:uuid:0c3b7e44-2c5a-4f2e-9d5a-3c1a6e6a1b11", "resource": held},
            {"fullUrl": "urn:uuid:0c3b7e44-2c5a-4f2e-9d5a-3c1a6e6a1b10", "resource": patient()},
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        told = Judge(Profiles([self.OURS, self.THEIRS])).claimed(bundle, "Bundle")
        assert [(each.rule, each.path) for each in told] == [
            ("profile-target", "Bundle.entry[0].resource.subject.reference")
        ]
        assert "`birthDate` is required" in told[0].message

    def test_long_chains_and_rings_end(self):
        """Each observation leads to the next one, and the last one to the first."""
        ours = profile(
            URL, "Observation", element("Observation.hasMember", type=[{"code": "Reference", "targetProfile": [URL]}]),
            element("Observation.issued", min=1),
        )  # fmt: skip
        entries = [
            {
                "fullUrl": f"urn:uuid:0c3b7e44-2c5a-4f2e-9d5a-{each:012}",
                "resource": observation(
                    meta={"profile": [URL]},
                    hasMember=[{"reference": f"urn:uuid:0c3b7e44-2c5a-4f2e-9d5a-{(each + 1) % 300:012}"}],
                ),
            }
            for each in range(300)
        ]
        told = Judge(Profiles([ours])).claimed({"resourceType": "Bundle", "entry": entries}, "Bundle")
        assert sum(each.rule == "profile-min" for each in told) == 300
        assert max(len(each.message) for each in told) < 1000


class TestAdvice:
    def test_must_support_that_is_absent_is_told_at_its_holder(self):
        ours = profile(
            URL,
            "Patient",
            element("Patient.birthDate", mustSupport=True),
            element("Patient.name", mustSupport=True),
            element("Patient.name.family", mustSupport=True),
        )
        assert judged(patient(name=[{"text": "x"}]), ours) == []
        assert judged(patient(name=[{"text": "x"}]), ours, advice=True) == [
            ("information", "profile-must-support", "Patient.name[0]"),
            ("information", "profile-must-support", "Patient"),
        ]

    def test_an_extension_is_judged_by_its_definition_wherever_it_stands(self):
        note = profile("http://x.org/note", "Extension", element("Extension.value[x]", type=[{"code": "string"}]))
        told = patient(
            extension=[{"url": "http://x.org/note", "valueInteger": 1}, {"url": "http://x.org/no", "valueCode": "a"}]
        )
        judge = Judge(Profiles([note]), advice=True)
        assert [(each.severity, each.rule, each.path) for each in judge.claimed(told, "Patient")] == [
            ("error", "profile-type", "Patient.extension[0].value.ofType(integer)"),
            ("information", "extension-unknown", "Patient.extension[1]"),
        ]
        assert Judge(Profiles([note])).claimed(told, "Patient") == []

    def test_a_vital_sign_is_judged_by_its_code(self):
        weight = profile(R4 + "bodyweight", "Observation", element("Observation.subject", min=1))
        told = observation(code={"coding": [{"system": "http://loinc.org", "code": "29463-7"}]})
        for is_closed, severity in ((False, "warning"), (True, "error")):
            judge = Judge(Profiles([weight]), advice=True, is_closed=is_closed)
            assert [(each.rule, each.severity) for each in judge.claimed(told, "")] == [("profile-min", severity)]
        assert Judge(Profiles([weight])).claimed(told, "") == []

    def test_an_invariant_that_cannot_be_evaluated_is_told(self):
        rule = {"key": "x-1", "severity": "error", "human": "Something", "expression": "unknownFunction()"}
        ours = profile(URL, "Patient", element("Patient.name", constraint=[rule]))
        assert judged(patient(name=[{"text": "x"}]), ours) == []
        assert judged(patient(name=[{"text": "x"}]), ours, advice=True) == [("information", "x-1", "Patient.name[0]")]

    def test_invariants_can_ask_for_codes_and_for_profiles(self):
        rule = {"key": "x-1", "severity": "error", "human": "One of ours", "expression": "memberOf('http://x.org/vs')"}
        ours = profile(URL, "Patient", element("Patient.maritalStatus", constraint=[rule]))
        told = patient(maritalStatus={"coding": [{"code": "b"}]})
        assert errors(told, ours, codes=lambda _valueset, _system, code: code == "a") == [
            ("x-1", "Patient.maritalStatus")
        ]
        assert errors(told, ours, codes=lambda _valueset, _system, code: code == "b") == []
