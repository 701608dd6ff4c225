"""FHIR entries as plain French rows."""

import json
from decimal import Decimal

import pytest

from hygie.portals.essentials import read_essentials
from hygie.portals.essentials.quantities import day_text, number, period_text, unit

SPACE = "3f1c7a52-0a4e-4f2e-9a51-0d6f6a6f2f11"


def observation(value, *, low=None, high=None, unit="µg/L", **more):
    interval = {
        end: {"value": bound, "unit": unit} for end, bound in (("low", low), ("high", high)) if bound is not None
    }
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Ferritine"},
        "valueQuantity": {"value": value, "unit": unit},
        **({"referenceRange": [interval]} if interval else {}),
        **more,
    }


def only_result(resource):
    (row,) = read_essentials([resource]).all_results
    return row


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("72.50"), "72,50"), (11, "11"), ("0.4", "0,4"), (12345, "12\u202f345"), (-3.5, "−3,5"), (4500, "4500")],
)
def test_numbers_are_french_and_keep_their_precision(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("written", "read"),
    [("mm[Hg]", "mmHg"), ("10*9/L", "G/L"), ("ug/L", "µg/L"), ("m[iU]/L", "mUI/L"), ("{score}", ""), ("kg", "kg")],
)
def test_units_are_those_of_french_reports(written, read):
    assert unit({"code": written}) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2018", "2018"),
        ("2025-06", "juin 2025"),
        ("2026-03-16", "16 mars 2026"),
        ("2026-03-16T23:30:00+00:00", "17 mars 2026"),
        ("hier", ""),
        ("2026-13-40", ""),
        (None, ""),
    ],
)
def test_a_date_is_no_more_precise_than_it_is_written(written, read):
    assert day_text(written) == read


def test_a_period_says_its_two_ends():
    assert period_text({"start": "2026-01-02", "end": "2026-02-03"}) == "du 2 janvier 2026 au 3 février 2026"
    assert period_text({"end": "2026-02-03"}) == "jusqu’au 3 février 2026"


@pytest.mark.parametrize(
    ("value", "words"), [(11, "En dessous"), (15, "Dans l’intervalle"), (150, "Dans l’intervalle"), (151, "Au-dessus")]
)
def test_the_position_comes_from_the_interval_of_the_document(value, words):
    row = only_result(observation(value, low=15, high=150))
    assert row.position_label == words
    assert row.range_text == "de 15 à 150"
    assert row.bar is not None


def test_without_an_interval_nothing_is_said_of_the_value():
    row = only_result(observation(Decimal("7.20")))
    assert (row.value, row.position, row.range_text, row.bar) == ("7,20", "", "", None)


def test_two_units_are_not_compared():
    resource = observation(11, low=15, high=150)
    resource["referenceRange"][0]["low"]["unit"] = "ng/mL"
    row = only_result(resource)
    assert row.position == ""
    assert row.bar is None


def test_several_intervals_by_age_are_not_chosen_from():
    resource = observation(11)
    resource["referenceRange"] = [{"low": {"value": 15}}, {"low": {"value": 5}}]
    assert only_result(resource).position == ""


def test_an_interval_in_words_is_shown_as_it_is():
    assert (
        only_result(observation(11, referenceRange=[{"text": "< 5 chez l’adulte"}])).range_text == "< 5 chez l’adulte"
    )


@pytest.mark.parametrize(
    ("comparator", "value", "low", "high", "position"),
    [("<", 5, 15, None, "below"), ("<", 5, None, 5, "in"), ("<", 20, 15, 150, ""), (">", 200, 15, 150, "above")],
)
def test_a_value_with_a_comparator_is_placed_only_when_sure(comparator, value, low, high, position):
    resource = observation(value, low=low, high=high)
    resource["valueQuantity"]["comparator"] = comparator
    row = only_result(resource)
    assert row.position == position
    assert row.value.startswith(comparator)
    assert row.bar is None


def test_the_flag_of_the_laboratory_is_kept():
    row = only_result(observation(11, interpretation=[{"coding": [{"code": "LL"}]}]))
    assert row.position == "below"
    assert row.critical


def test_a_value_of_words_and_an_absent_value_are_said():
    coded = {"resourceType": "Observation", "code": {"text": "Groupe"}, "valueCodeableConcept": {"text": "A positif"}}
    absent = {"resourceType": "Observation", "code": {"text": "TSH"}}
    rows = read_essentials([coded, absent]).all_results
    assert [row.value for row in rows] == ["A positif", "non renseigné"]


def test_results_are_grouped_by_the_report_that_holds_them():
    found = read_essentials(
        [
            {
                "resourceType": "DiagnosticReport",
                "code": {"text": "Hématologie"},
                "result": [{"reference": "Observation/a"}],
            },
            observation(13, id="a"),
            observation(2, id="b"),
        ]
    )
    assert [(group.title, len(group.rows)) for group in found.results] == [("Hématologie", 1), ("", 1)]


def test_blood_pressure_reads_as_one_measure():
    resource = {
        "resourceType": "Observation",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "effectiveDateTime": "2026-03-10",
        "code": {"text": "TA"},
        "component": [
            {"code": {"coding": [{"code": "8480-6"}]}, "valueQuantity": {"value": 129, "unit": "mm[Hg]"}},
            {"code": {"coding": [{"code": "8462-4"}]}, "valueQuantity": {"value": 80, "unit": "mm[Hg]"}},
        ],
    }
    found = read_essentials([resource])
    assert found.results == []
    (measure,) = found.measures
    assert (measure.label, measure.value, measure.unit) == ("Tension artérielle", "129/80", "mmHg")
    assert measure.date == "10 mars 2026"


def test_severe_allergies_come_first_and_withdrawn_ones_do_not_come():
    def allergy(text, **more):
        return {"resourceType": "AllergyIntolerance", "code": {"text": text}, **more}

    refuted = {"coding": [{"code": "refuted"}]}
    found = read_essentials(
        [
            allergy("Bouleau", reaction=[{"severity": "mild"}]),
            allergy("Pénicilline", reaction=[{"severity": "severe", "manifestation": [{"text": "Œdème"}]}]),
            allergy("Latex", verificationStatus=refuted),
        ]
    )
    assert [(each.label, each.severity, each.severe) for each in found.allergies] == [
        ("Pénicilline", "Grave", True),
        ("Bouleau", "Légère", False),
    ]
    assert found.allergies[0].reactions == "Œdème"


def test_no_known_allergy_is_an_answer():
    said = {"coding": [{"system": "http://snomed.info/sct", "code": "716186003", "display": "Aucune allergie connue"}]}
    (allergy,) = read_essentials([{"resourceType": "AllergyIntolerance", "code": said}]).allergies
    assert allergy.none_known


@pytest.mark.parametrize(
    ("more", "active", "status"),
    [
        ({}, True, ""),
        ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, False, "Résolu"),
        ({"verificationStatus": {"coding": [{"code": "provisional"}]}}, True, "À confirmer"),
        ({"abatementDateTime": "2020"}, False, ""),
    ],
)
def test_a_problem_says_its_state(more, active, status):
    resource = {"resourceType": "Condition", "code": {"text": "Asthme"}, "onsetDateTime": "2018", **more}
    (problem,) = read_essentials([resource]).problems
    assert (problem.active, problem.status, problem.date) == (active, status, "2018")


def test_the_words_of_the_prescriber_come_first():
    (medicine,) = read_essentials(
        [
            {
                "resourceType": "MedicationRequest",
                "status": "active",
                "medicationCodeableConcept": {"text": "Lévothyroxine 75 µg"},
                "dosageInstruction": [
                    {"text": "1 le matin à jeun", "timing": {"repeat": {"boundsDuration": {"value": 3, "code": "mo"}}}}
                ],
            }
        ]
    ).medicines
    assert (medicine.label, medicine.dosage, medicine.period) == (
        "Lévothyroxine 75 µg",
        "1 le matin à jeun",
        "pendant 3 mois",
    )


def test_a_coded_dosage_is_said_simply():
    dosage = {
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "comprimé"}}],
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "EVE"]}},
    }
    resource = {
        "resourceType": "MedicationStatement",
        "status": "stopped",
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Amoxicilline 500 mg"}}],
        "medicationReference": {"reference": "#m"},
        "dosage": [dosage],
    }
    (medicine,) = read_essentials([resource]).medicines
    assert medicine.label == "Amoxicilline 500 mg"
    assert medicine.dosage == "1 comprimé 2 fois par jour le matin, le soir"
    assert (medicine.active, medicine.status) == (False, "Arrêté")


def test_a_vaccine_says_its_dose_its_diseases_and_its_lot():
    resource = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": "INFANRIX HEXA"},
        "occurrenceDateTime": "2026-01-12",
        "lotNumber": "A21",
        "protocolApplied": [
            {"doseNumberPositiveInt": 2, "seriesDosesPositiveInt": 3, "targetDisease": [{"text": "Tétanos"}]}
        ],
    }
    (vaccine,) = read_essentials([resource]).vaccines
    assert (vaccine.date, vaccine.dose, vaccine.diseases, vaccine.lot) == (
        "12 janvier 2026",
        "dose 2 sur 3",
        "Tétanos",
        "A21",
    )


def test_a_code_without_words_says_so():
    resource = {"resourceType": "Condition", "code": {"coding": [{"code": "J45"}]}}
    (problem,) = read_essentials([resource]).problems
    assert problem.label == "Code J45, sans libellé dans le document"


def test_unknown_kinds_and_empty_shapes_are_left_out_without_failing():
    kinds = ["Observation", "Condition", "AllergyIntolerance", "MedicationRequest", "Immunization", "Basic", ""]
    found = read_essentials([{"resourceType": kind} for kind in kinds] + [{}])
    assert [row.label for row in found.all_results] == ["Sans libellé"]


def test_precision_survives_from_json():
    body = '{"resourceType": "Observation", "code": {"text": "Poids"}, "valueQuantity": {"value": 72.50, "unit": "kg"}}'
    assert only_result(json.loads(body, parse_float=Decimal)).value == "72,50"


@pytest.mark.parametrize(("text", "read"), [("Oui", "Asthme"), ("-", "Asthme"), ("Toux", "Toux"), ("", "Asthme")])
def test_the_answer_of_a_form_names_nothing(text, read):
    concept = {"text": text, "coding": [{"code": "J45", "display": "Asthme"}]}
    (problem,) = read_essentials([{"resourceType": "Condition", "code": concept}]).problems
    assert problem.label == read


def test_a_dispensation_is_not_a_treatment_that_is_over():
    resource = {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "whenHandedOver": "2026-03-01",
        "medicationCodeableConcept": {"text": "Paracétamol"},
    }
    (medicine,) = read_essentials([resource]).medicines
    assert (medicine.status, medicine.date) == ("", "délivré le 1er mars 2026")


def test_zeros_that_measure_nothing_leave_the_bounds_but_not_the_value():
    row = only_result(observation(Decimal("75.0000"), low=Decimal("63.000000"), high=Decimal("83.50")))
    assert (row.value, row.range_text) == ("75,0000", "de 63 à 83,50")
