"""Values of chosen entries of the official samples, read in the XML and written here by hand."""

from pathlib import Path
from typing import Any

from hygie.record.cda.entries import extract
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from tests.hygie.record.cda.entries.entry_documents import as_written, code

ATC = "http://www.whocc.no/atc"
CIS = "urn:oid:1.2.250.1.213.2.3.1"
CIP = "urn:oid:1.2.250.1.213.2.3.2"
MV = "urn:oid:1.2.250.1.213.2.59"
UCUM = "http://unitsofmeasure.org"


def _resources(shared_path: Path, name: str, kind: str) -> list[dict[str, Any]]:
    doc = parse_cda((shared_path / "samples" / name).read_bytes())
    found = [entry.resource for entry in extract(doc, read_header(doc))]
    return [resource for resource in found if resource["resourceType"] == kind]


def _codes(concept: dict[str, Any]) -> list[tuple[str, str]]:
    return [(coding["system"], coding["code"]) for coding in concept["coding"]]


def test_tsh_keeps_its_value_unit_range_and_method(shared_path: Path) -> None:
    tsh, t4 = _resources(shared_path, "cda-3.0/BIO-CR-BIO_2024.01_TSH_1.xml", "Observation")
    assert _codes(tsh["code"]) == [("http://loinc.org", "3016-3")]
    assert tsh["code"]["text"] == "Thyréostimuline (TSH)"
    value = tsh["valueQuantity"]
    assert (as_written(value["value"]), value["unit"], value["system"], value["code"]) == (
        "1.950",
        "m[IU]/L",
        UCUM,
        "m[IU]/L",
    )
    assert tsh["status"] == "final"
    assert code(tsh["category"][0]) == "laboratory"
    assert tsh["effectiveDateTime"] == "2014-04-02T14:55:21+02:00"
    assert code(tsh["interpretation"][0]) == "N"
    assert as_written(tsh["referenceRange"][0]["low"]["value"]) == "0.270"
    assert as_written(tsh["referenceRange"][0]["high"]["value"]) == "4.200"
    assert tsh["method"] == {"text": "(ECL Modular)"}
    assert (as_written(t4["valueQuantity"]["value"]), code(t4["interpretation"][0])) == ("7.67", "L")


def test_the_report_is_final_and_refers_to_its_results(shared_path: Path) -> None:
    [report] = _resources(shared_path, "cda-3.0/BIO-CR-BIO_2024.01_TSH_1.xml", "DiagnosticReport")
    assert report["status"] == "final"
    assert code(report["category"][0]) == "LAB"
    assert _codes(report["code"]) == [("http://loinc.org", "11502-2")]
    assert report["effectivePeriod"] == {"start": "2021-01-04T09:22:00+01:00", "end": "2021-01-04T16:05:00+01:00"}
    assert report["performer"][0]["identifier"]["value"] == "801234534765"
    assert len(report["result"]) == 2


def test_an_antibiogram_tells_its_isolate_and_its_threshold(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-3.0/BIO-CR-BIO_2024.01_Microbiologie_V2.xml", "Observation")
    amoxicillin = [one for one in found if code(one["code"]) == "20-8"]
    assert [one["specimen"]["display"] for one in amoxicillin] == [
        "Escherichia coli (organism)",
        "Genus Streptococcus (organism)",
    ]
    values = [one["valueQuantity"] for one in amoxicillin]
    assert [(value["comparator"], as_written(value["value"])) for value in values] == [(">=", "0.512"), ("<", "0.012")]
    assert [code(one["interpretation"][0]) for one in amoxicillin] == ["R", "S"]
    colour = next(one for one in found if code(one["code"]) == "5778-6")
    assert (colour["valueCodeableConcept"], colour["specimen"]["display"]) == ({"text": "paille"}, "Urine")


def test_a_vaccine_keeps_its_codes_lot_dose_and_vaccinator(shared_path: Path) -> None:
    [vaccine] = _resources(shared_path, "cda-3.0/VAC-NOTE_2023.01.xml", "Immunization")
    assert _codes(vaccine["vaccineCode"]) == [(CIS, "68747507"), (ATC, "J07AM"), (CIP, "3400932857241")]
    assert vaccine["status"] == "completed"
    assert vaccine["occurrenceDateTime"] == "2009-09-28"
    assert vaccine["lotNumber"] == "4456672"
    assert vaccine["protocolApplied"] == [{"doseNumberPositiveInt": 2}]
    assert vaccine["primarySource"] is True
    assert _codes(vaccine["route"]) == [("http://standardterms.edqm.eu", "20035000")]
    assert vaccine["site"]["text"] == "Deltoïde gauche"
    assert vaccine["performer"][0]["actor"]["display"] == "Charles MULLER"
    assert vaccine["note"][0]["text"].startswith("Prise récente et ponctuelle de solupred")
    assert vaccine["identifier"] == [
        {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:41dac707-7c96-47b7-b600-ac63d8002142"}
    ]


def test_a_date_keeps_the_precision_that_was_written(shared_path: Path) -> None:
    vaccines = _resources(shared_path, "cda-2.41/VAC_2021.01.xml", "Immunization")
    assert [vaccine["occurrenceDateTime"] for vaccine in vaccines] == [
        "1975",
        "2009-09-28T09:49:14+01:00",
        "2009-09-28T09:49:14+01:00",
        "2021-04-09",
    ]


def test_a_summary_tells_active_problems_from_past_ones(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-3.0/VSM_1.4_2022.01.xml", "Condition")
    assert [(code(one["code"]), code(one["clinicalStatus"]), one["onsetDateTime"]) for one in found] == [
        ("G45.9", "active", "2019-08-11"),
        ("I20.0", "active", "2019-08-11"),
        ("N10", "resolved", "2018-04-22"),
        ("I21.1", "resolved", "2018-01-14"),
    ]
    assert [one.get("abatementDateTime") for one in found] == [None, None, "2018-04-30", "2018-01-25"]


def test_a_summary_gives_treatments_with_their_posology(shared_path: Path) -> None:
    plavix, coumadine = _resources(shared_path, "cda-3.0/VSM_1.4_2022.01.xml", "MedicationStatement")
    assert _codes(plavix["medicationCodeableConcept"]) == [(CIS, "63564053"), (CIP, "3400938022209")]
    assert (plavix["status"], plavix["effectivePeriod"]) == ("active", {"start": "2019-08-11"})
    assert code(plavix["reasonCode"][0]) == "I20.0"
    [dosage] = coumadine["dosage"]
    repeat = dosage["timing"]["repeat"]
    assert (repeat["frequency"], as_written(repeat["period"]), repeat["periodUnit"]) == (1, "6", "h")
    dose = dosage["doseAndRate"][0]["doseQuantity"]
    assert (as_written(dose["value"]), dose["code"]) == ("1", "{tablet}")


def test_an_allergy_of_a_patient_summary_has_its_reactions(shared_path: Path) -> None:
    [allergy] = _resources(shared_path, "cda-3.0/IPS-FR_2024.01.xml", "AllergyIntolerance")
    assert (code(allergy["clinicalStatus"]), code(allergy["verificationStatus"])) == ("active", "confirmed")
    assert (allergy["type"], allergy["category"], allergy["criticality"]) == ("allergy", ["medication"], "low")
    assert allergy["code"]["text"] == "Paracétamol"
    reactions = [(code(one["manifestation"][0]), one["severity"]) for one in allergy["reaction"]]
    assert reactions == [("4A80.0", "moderate"), ("4A82", "mild")]


def test_a_denied_reaction_is_no_reaction(shared_path: Path) -> None:
    [allergy] = _resources(shared_path, "cda-3.0/LDL-EES_2022.01.xml", "AllergyIntolerance")
    assert allergy["code"]["text"] == "Paracétamol"
    assert "reaction" not in allergy


def test_a_letter_without_allergy_names_no_allergen(shared_path: Path) -> None:
    [allergy] = _resources(shared_path, "cda-2.41/LDL-SES_2020.01.xml", "AllergyIntolerance")
    assert code(allergy["code"]) == "no-known-medication-allergies"
    assert "category" not in allergy


def test_a_letter_tells_ended_treatments_from_those_on_leaving(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-2.41/LDL-SES_2020.01.xml", "MedicationStatement")
    assert [(one["medicationCodeableConcept"]["text"], one["status"]) for one in found] == [
        ("SOLIAN 100 mg", "completed"),
        ("LEPONEX 100 mg", "active"),
    ]
    maximum = found[0]["dosage"][0]["maxDosePerPeriod"]
    assert (as_written(maximum["numerator"]["value"]), maximum["denominator"]["code"]) == ("200", "d")


def test_a_prescription_line_has_steps_repeats_and_substitution(shared_path: Path) -> None:
    drug, cream = _resources(shared_path, "cda-3.0/eP-MED-DM_2022.01_PosoStruct.xml", "MedicationRequest")
    assert _codes(drug["medicationCodeableConcept"]) == [
        (CIS, "63107752"),
        (MV, "MV00002306"),
        (CIP, "3400933516390"),
        (ATC, "N02BE01"),
    ]
    assert (drug["status"], drug["intent"], drug["authoredOn"]) == ("active", "order", "2021-12-01T09:30:00+01:00")
    assert drug["requester"]["display"] == "Romain PIOU"
    first, second = drug["dosageInstruction"]
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert first["text"] == "1 cp à 2 cp, 3 fois/j à partir du 01/12/2021 pendant 2 jours"
    assert first["patientInstruction"] == "A prendre au cours d'un repas"
    assert first["doseAndRate"][0]["rateRange"]["high"]["code"] == "mg/d"
    assert as_written(second["timing"]["repeat"]["boundsDuration"]["value"]) == "4"
    assert drug["dispenseRequest"]["numberOfRepeatsAllowed"] == 3
    assert drug["dispenseRequest"]["quantity"]["code"] == "30009000"
    assert code(drug["substitution"]["allowedCodeableConcept"]) == "N"
    assert cream["medicationCodeableConcept"] == {
        "text": "Préparation magistrale : - 30g de diprosone - 70g de Cérat Frais de Galien"
    }
    assert cream["dispenseRequest"]["numberOfRepeatsAllowed"] == 0


def test_a_dispensation_names_its_prescription_line_and_its_pharmacist(shared_path: Path) -> None:
    [dispense] = _resources(shared_path, "cda-3.0/eDISP-MED_2024.01.xml", "MedicationDispense")
    assert dispense["status"] == "completed"
    assert dispense["whenHandedOver"] == "2024-12-25T09:00:00+01:00"
    assert dispense["performer"][0]["actor"]["display"] == "Pierre DELIVE"
    quantity = dispense["quantity"]
    assert (as_written(quantity["value"]), quantity["code"], quantity["unit"]) == ("2", "30009000", "Boîte")
    assert dispense["authorizingPrescription"][0]["identifier"]["value"] == (
        "urn:uuid:aadc9c14-f1ca-4177-b2c8-a5178d5b3ca0"
    )
    assert dispense["substitution"]["wasSubstituted"] is True


def test_a_reimbursed_drug_is_a_dispensation_on_its_day(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-3.0/CNAM-HR_2021.01.xml", "MedicationDispense")
    assert [one["whenHandedOver"] for one in found[:3]] == ["2019-05-26", "2019-03-11", "2019-03-08"]
    assert found[0]["performer"][0]["actor"] == {"type": "Organization", "display": "CLINIQUE SAINTE GENEVIEVE"}
    statements = _resources(shared_path, "cda-3.0/CNAM-HR_2021.01.xml", "MedicationStatement")
    assert {one["status"] for one in statements} == {"unknown"}


def test_blood_pressure_of_one_organizer_is_one_panel(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-3.0/AVC-AUNV_2022.01.xml", "Observation")
    [panel] = [one for one in found if code(one["code"]) == "85354-9"]
    parts = [(code(part["code"]), as_written(part["valueQuantity"]["value"])) for part in panel["component"]]
    assert parts == [("8480-6", "145"), ("8462-4", "85")]
    assert panel["effectiveDateTime"] == "2010-03-12"
    assert not [one for one in found if code(one["code"]) in ("8480-6", "8462-4")]


def test_a_height_of_1_60_m_keeps_its_zero(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-3.0/IPS-FR_2024.01.xml", "Observation")
    height = next(one for one in found if code(one["code"]) == "8302-2")
    assert as_written(height["valueQuantity"]["value"]) == "1.60"
    crp = next(one for one in found if code(one["code"]) == "1988-5")
    assert crp["valueString"] == "<1.0 mg/L"


def test_what_a_document_says_about_a_child_is_not_about_its_mother(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-3.0/OBP-SAP_2024.01.xml", "Condition")
    codes = {code(one["code"]) for one in found}
    assert "O24.0" in codes
    assert not codes & {"P05.0", "Q39.0", "Q42.3"}


def test_a_certificate_keeps_doses_without_a_day(shared_path: Path) -> None:
    vaccines = _resources(shared_path, "cda-3.0/CSE-CS24_2024.01.xml", "Immunization")
    assert {vaccine["occurrenceString"] for vaccine in vaccines} == {"Date non renseignée"}
    assert _codes(vaccines[0]["vaccineCode"]) == [(ATC, "J07AN")]
    assert [vaccine["protocolApplied"][0]["doseNumberPositiveInt"] for vaccine in vaccines[:4]] == [1, 1, 2, 3]


def test_a_vaccination_that_was_not_done_says_so(shared_path: Path) -> None:
    name = "cda-3.0/BIO-CR-BIO_2024.01_DEP-CCU-tout-structure.xml"
    [vaccine] = _resources(shared_path, name, "Immunization")
    assert (vaccine["status"], code(vaccine["vaccineCode"])) == ("not-done", "J07BM")


def test_a_denied_problem_is_refuted(shared_path: Path) -> None:
    found = _resources(shared_path, "cda-2.41/CSE-CS24_2021.01.xml", "Condition")
    asthma = next(one for one in found if code(one["code"]) == "D2-51000")
    assert code(asthma["verificationStatus"]) == "refuted"
    assert "clinicalStatus" not in asthma
